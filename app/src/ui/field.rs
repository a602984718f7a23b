//! Fields: a label, an input, a hint, and what is wrong with it.

mod checkbox;

use leptos::prelude::*;

use super::{FormState, hidden, preserved_input};
use crate::operation::wire::{SHOWN_PREFIX, place};

pub use checkbox::*;

/// One choice of a [`Select`]: what is sent and what is read.
pub type SelectOption = (String, String);

/// What stands around every input.
#[derive(Clone)]
struct FieldState {
    id: String,
    hint: Option<&'static str>,
    wrong: Signal<Option<String>>,
    /// What there is already.
    there: String,
    typed: Option<String>,
    /// The argument that it fills, where the form changes a record and so says what there is already.
    changes: Option<String>,
}

impl FieldState {
    fn of(name: &str, hint: &'static str, there: Option<String>) -> Self {
        let state = use_context::<FormState>();
        let plain: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
        let id = state.as_ref().map_or_else(|| plain.clone(), |state| format!("{}-{plain}", state.id));
        let typed = state.as_ref().and_then(|state| state.typed.get(name).cloned());
        let changes = state.as_ref().filter(|state| state.changes).map(|_| name.to_owned());
        let wrong = field_error(name);
        Self { id, hint: (!hint.is_empty()).then_some(hint), wrong, there: there.unwrap_or_default(), typed, changes }
    }

    /// What the input holds: what was typed and refused, or else what there is already.
    fn value(&self) -> String {
        self.typed.as_ref().unwrap_or(&self.there).clone()
    }

    /// The ids of what describes the input.
    fn described(&self) -> impl Fn() -> Option<String> + Clone + Send + Sync + use<> {
        let (id, hint, wrong) = (self.id.clone(), self.hint.is_some(), self.wrong);
        move || match (hint, wrong.with(Option::is_some)) {
            (true, true) => Some(format!("{id}-wrong {id}-hint")),
            (true, false) => Some(format!("{id}-hint")),
            (false, true) => Some(format!("{id}-wrong")),
            (false, false) => None,
        }
    }

    fn invalid(&self) -> impl Fn() -> Option<&'static str> + Clone + Send + Sync + use<> {
        let wrong = self.wrong;
        move || wrong.with(Option::is_some).then_some("true")
    }

    fn wrap(self, label: String, class: &'static str, optional: bool, input: AnyView) -> AnyView {
        let Self { id, hint, wrong, there, changes, .. } = self;
        let (hint_id, wrong_id) = (format!("{id}-hint"), format!("{id}-wrong"));
        view! {
            <div class=format!("field {class}")>
                <label for=id>{label} {optional.then(|| view! { <span class="quiet">" optional"</span> })}</label>
                {input}
                {changes.map(|name| shown_value(&name, &there))}
                {move || wrong.get().map(|wrong| view! { <p class="wrong" id=wrong_id.clone()>{wrong}</p> })}
                {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            </div>
        }
        .into_any()
    }
}

/// What is wrong with a field of the form around it, by its name.
pub fn field_error(name: &str) -> Signal<Option<String>> {
    let (refusal, place) = (use_context::<FormState>().map(|state| state.refusal), place(name));
    Signal::derive(move || refusal?.with(|error| error.as_ref()?.field(&place).map(str::to_owned)))
}

/// What a field of a form that changes a record showed, so that the server leaves away what nobody has changed.
pub fn shown_value(name: &str, there: &str) -> AnyView {
    hidden(format!("{SHOWN_PREFIX}{name}"), there.to_owned()).into_any()
}

/// A field of one line.
#[component]
pub fn Field(
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// The argument it fills.
    #[prop(into)]
    name: String,
    /// What there is already.
    #[prop(default = None, into)]
    value: Option<String>,
    /// The kind of input.
    #[prop(default = "text")]
    kind: &'static str,
    /// How to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// An example in the empty field.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Whether it may not be left empty.
    #[prop(optional)]
    required: bool,
    /// Whether to say that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// What browsers fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// The id of the list of names that it completes from.
    #[prop(optional)]
    list: Option<&'static str>,
    /// Which keyboard a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// How long it may be at most, where browsers stop typing.
    #[prop(optional)]
    maxlength: Option<i32>,
    /// How finely it is asked for, such as to the second.
    #[prop(default = None)]
    step: Option<&'static str>,
    /// Its place in the grid of the form.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let wiring = FieldState::of(&name, hint, value);
    let (described, invalid) = (wiring.described(), wiring.invalid());
    let value = wiring.value();
    let input = view! {
        <input
            id=wiring.id.clone()
            class="input"
            type=kind
            name=name
            value=value.clone()
            prop:preserved_input=preserved_input(value, &wiring.id)
            placeholder=placeholder
            required=required
            autocomplete=autocomplete
            list=list
            inputmode=inputmode
            maxlength=maxlength
            step=step
            aria-describedby=described
            aria-invalid=invalid
        />
    };
    wiring.wrap(label, class, optional, input.into_any())
}

/// A field of several lines.
#[component]
pub fn TextArea(
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// The argument it fills.
    #[prop(into)]
    name: String,
    /// What there is already.
    #[prop(optional, into)]
    value: Option<String>,
    /// How to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// How many lines it shows.
    #[prop(default = 3)]
    rows: i32,
    /// An example in the empty field.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Whether to say that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// Its place in the grid of the form.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let wiring = FieldState::of(&name, hint, value);
    let (described, invalid) = (wiring.described(), wiring.invalid());
    let value = wiring.value();
    let words = value.clone();
    let input = view! {
        <textarea
            id=wiring.id.clone()
            class="input"
            name=name
            rows=rows
            placeholder=placeholder
            prop:preserved_input=preserved_input(value, &wiring.id)
            aria-describedby=described
            aria-invalid=invalid
        >
            {words}
        </textarea>
    };
    wiring.wrap(label, class, optional, input.into_any())
}

/// One out of a list.
#[component]
pub fn Select(
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// The argument it fills.
    #[prop(into)]
    name: String,
    /// What can be chosen.
    choices: Vec<SelectOption>,
    /// What is chosen already.
    #[prop(optional, into)]
    value: Option<String>,
    /// How to choose.
    #[prop(optional)]
    hint: &'static str,
    /// Whether it may not be left empty.
    #[prop(optional)]
    required: bool,
    /// Whether to say that it may be left empty.
    #[prop(optional)]
    optional: bool,
    /// Its place in the grid of the form.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let first = || choices.first().map(|(value, _)| value.clone());
    // Nothing chosen yet is the first choice, unless nothing is itself a choice.
    let chooses = |value: &String| !value.is_empty() || choices.iter().any(|(choice, _)| choice.is_empty());
    let wiring = FieldState::of(&name, hint, value.filter(chooses).or_else(first));
    let (described, invalid) = (wiring.described(), wiring.invalid());
    let value = wiring.value();
    // What is there and no choice does not become the first choice unseen: it shows nothing, sends nothing, and so stays.
    let known = value.is_empty() || choices.iter().any(|(choice, _)| *choice == value);
    let unknown = (!known).then(|| view! { <option value=value.clone() selected=true disabled=true hidden=true></option> });
    let chosen = value.clone();
    let options = choices.into_iter().map(move |(value, label)| {
        let selected = chosen == value;
        view! { <option value=value selected=selected>{label}</option> }
    });
    let input = view! {
        <select
            id=wiring.id.clone()
            class="input"
            name=name
            required=required
            prop:preserved_input=preserved_input(value, &wiring.id)
            aria-describedby=described
            aria-invalid=invalid
        >
            {unknown}
            {options.collect_view()}
        </select>
    };
    wiring.wrap(label, class, optional, input.into_any())
}

/// Choices from pairs of plain words.
pub fn choices(pairs: &[(&str, &str)]) -> Vec<SelectOption> {
    pairs.iter().map(|(value, label)| ((*value).to_owned(), (*label).to_owned())).collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    fn shown(value: &str) -> String {
        let choices = choices(&[("none", "Not rounded"), ("15", "To 15 minutes")]);
        Owner::new().with(|| view! { <Select label="Rounding" name="step" choices value=value.to_owned() /> }.to_html())
    }

    #[test]
    fn what_is_no_choice_is_not_taken_for_the_first_one() {
        let html = shown("7");
        assert!(html.contains(r#"<option value="7" selected disabled hidden></option>"#), "{html}");
        assert!(!shown("15").contains("disabled") && !shown("").contains("disabled"), "nothing chosen yet is the first choice");
    }
}
