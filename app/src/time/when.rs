//! When work was done, as the fields of a form hold it: to the second, so that a form that is saved as it is changes nothing.

use leptos::prelude::*;

use crate::{
    day::Moment,
    hours::{self, Worked},
    ui::{Field, FormState},
};

/// When it was, as a day and a duration.
pub fn lasting(day: String, duration: Option<String>) -> AnyView {
    view! {
        <Field label="Day" name="date" kind="date" value=day required=true />
        <Field label="Duration" name="duration" value=duration required=true placeholder="1h 30m" class="short" />
    }
    .into_any()
}

/// When it was, as a start and an end on the clock of whoever worked.
pub fn between(from: String, to: Option<String>) -> AnyView {
    view! {
        <Instant label="From" name="started_at" value=from />
        <Instant label="To" name="ended_at" value=to.unwrap_or_default() />
    }
    .into_any()
}

/// A duration as its field holds it: `1h 30m`, or `1:30:15` where there are seconds.
pub fn lasted(worked: &Worked) -> String {
    if worked.seconds % 60 == 0 { worked.text.clone() } else { hours::clock(worked.seconds) }
}

/// A moment as its field holds it: day and clock without the offset, with seconds where there are some.
pub fn local(moment: &Moment) -> String {
    let text = moment.as_str();
    let length = if text.get(16..19) == Some(":00") { 16 } else { 19 };
    text.get(..length).unwrap_or_default().to_owned()
}

/// A field for a day and a time on the clock. It asks for seconds only where there are some.
#[component]
fn Instant(
    /// What it asks for.
    label: &'static str,
    /// The argument it fills.
    name: &'static str,
    /// What there is already.
    value: String,
) -> impl IntoView {
    let FormState { id, refusal, mut typed, .. } = expect_context::<FormState>();
    let id = format!("{id}-{}", name.replace('_', "-"));
    let value = typed.remove(name).unwrap_or(value);
    let step = (value.len() > 16).then_some("1");
    let wrong = Signal::derive(move || refusal.with(|error| error.as_ref()?.field(name).map(str::to_owned)));
    let wrong_id = format!("{id}-wrong");
    let of_wrong = wrong_id.clone();
    let described = move || wrong.with(Option::is_some).then(|| of_wrong.clone());
    let invalid = move || wrong.with(Option::is_some).then_some("true");
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                class="input"
                type="datetime-local"
                name=name
                value=value.clone()
                prop:value=value
                step=step
                required=true
                aria-describedby=described
                aria-invalid=invalid
            />
            {move || wrong.get().map(|wrong| view! { <p class="wrong" id=wrong_id.clone()>{wrong}</p> })}
        </div>
    }
}
