//! Settings → You: one's own time zone.

use leptos::prelude::*;

use super::{Member, SetTimeZone, get_member};
use crate::{
    ends,
    time::zones::{ZONE_NAMES, ZoneNames},
    ui::{Field, Form, Part, Submit, Write, answered, fetched, loaded},
    visit::use_here,
};

/// Where one's own days begin and end.
#[component]
pub fn ZonePart() -> impl IntoView {
    let action = Write::<SetTimeZone>::new();
    let page = use_here().path("settings");
    // Everything on the page is on the new clock from then on, so it is made anew.
    answered(action, move |_| ends::go(&page));
    let own = fetched(|| (), |()| get_member("me".to_owned()));
    view! {
        <Part title="Time zone" id="time-zone">
            {loaded(own, move |member| view! { <Zone member action /> }.into_any())}
        </Part>
    }
}

#[component]
fn Zone(member: Member, action: Write<SetTimeZone>) -> impl IntoView {
    let organization = use_here().0.organization_time_zone;
    let words = match member.own_time_zone {
        true => format!("Your days begin and end in {}. Invoices, payments and due dates go by {organization}.", member.time_zone),
        false => format!("Your days begin and end in {organization}, as the organization's do."),
    };
    let browser = RwSignal::new(None::<String>);
    Effect::new(move |_| browser.set(ends::time_zone()));
    view! {
        <p class="quiet">{words} {move || browser.get().map(|browser| format!(" This browser is in {browser}."))}</p>
        <Form action id="zone" class="stack">
            <Field
                label="Your time zone"
                name="time_zone"
                value=member.own_time_zone.then(|| member.time_zone.clone())
                placeholder=organization
                list=ZONE_NAMES
                optional=true
                autocomplete="off"
                maxlength=100
                hint="Such as America/New_York; empty for that of the organization. What is logged already stays on its day."
            />
            <ZoneNames />
            <Submit label="Save time zone" />
        </Form>
    }
}
