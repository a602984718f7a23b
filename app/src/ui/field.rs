//! Form fields: a label, an input, a hint, and the error.

mod checkbox;

use leptos::prelude::*;

use super::{FormState, hidden, preserved_input};
use crate::operation::wire::{SHOWN_PREFIX, place};

pub use checkbox::*;

/// One option of a [`Select`]: the value that is sent and the label.
pub type SelectOption = (String, String);

/// The state shared by all kinds of fields.
#[derive(Clone)]
struct FieldState {
    id: String,
    hint: Option<&'static str>,
    wrong: Signal<Option<String>>,
    /// The stored value.
    there: String,
    typed: Option<String>,
    /// The argument that it fills, where the form changes a record and so sends the stored value as well.
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

    /// The value of the input: the refused input, or else the stored value.
    fn value(&self) -> String {
        self.typed.as_ref().unwrap_or(&self.there).clone()
    }

    /// The ids of the elements that describe the input.
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

/// The error of a field of the surrounding form, by the field's name.
pub fn field_error(name: &str) -> Signal<Option<String>> {
    let (refusal, place) = (use_context::<FormState>().map(|form| form.refusal), place(name));
    Signal::derive(move || refusal?.with(|error| error.as_ref()?.field(&place).map(str::to_owned)))
}

/// The stored value that a field showed, so that the server ignores unchanged fields of a form that changes a record.
pub fn shown_value(name: &str, there: &str) -> AnyView {
    hidden(format!("{SHOWN_PREFIX}{name}"), there.to_owned()).into_any()
}

/// A field of one line.
#[component]
pub fn Field(
    /// The label.
    #[prop(into)]
    label: String,
    /// The argument that it fills.
    #[prop(into)]
    name: String,
    /// The stored value.
    #[prop(default = None, into)]
    value: Option<String>,
    /// The type of the input.
    #[prop(default = "text")]
    kind: &'static str,
    /// How to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// An example in the empty field.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Whether it must be filled in.
    #[prop(optional)]
    required: bool,
    /// Whether it is marked as optional.
    #[prop(optional)]
    optional: bool,
    /// The autocomplete token for browsers.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// The id of the datalist with its completions.
    #[prop(optional)]
    list: Option<&'static str>,
    /// The keyboard that a phone shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// The maximum length, at which browsers stop typing.
    #[prop(optional)]
    maxlength: Option<i32>,
    /// The granularity of the value, such as seconds.
    #[prop(default = None)]
    step: Option<&'static str>,
    /// The CSS class for its cell in the form's grid.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let state = FieldState::of(&name, hint, value);
    let (described, invalid) = (state.described(), state.invalid());
    let value = state.value();
    let input = view! {
        <input
            id=state.id.clone()
            class="input"
            type=kind
            name=name
            value=value.clone()
            prop:preserved_input=preserved_input(value, &state.id)
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
    state.wrap(label, class, optional, input.into_any())
}

/// A field of several lines.
#[component]
pub fn TextArea(
    /// The label.
    #[prop(into)]
    label: String,
    /// The argument that it fills.
    #[prop(into)]
    name: String,
    /// The stored value.
    #[prop(optional, into)]
    value: Option<String>,
    /// How to fill it in.
    #[prop(optional)]
    hint: &'static str,
    /// The number of visible lines.
    #[prop(default = 3)]
    rows: i32,
    /// An example in the empty field.
    #[prop(optional, into)]
    placeholder: Option<String>,
    /// Whether it is marked as optional.
    #[prop(optional)]
    optional: bool,
    /// The CSS class for its cell in the form's grid.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let state = FieldState::of(&name, hint, value);
    let (described, invalid) = (state.described(), state.invalid());
    let value = state.value();
    let words = value.clone();
    let input = view! {
        <textarea
            id=state.id.clone()
            class="input"
            name=name
            rows=rows
            placeholder=placeholder
            prop:preserved_input=preserved_input(value, &state.id)
            aria-describedby=described
            aria-invalid=invalid
        >
            {words}
        </textarea>
    };
    state.wrap(label, class, optional, input.into_any())
}

/// A drop-down list.
#[component]
pub fn Select(
    /// The label.
    #[prop(into)]
    label: String,
    /// The argument that it fills.
    #[prop(into)]
    name: String,
    /// The options.
    choices: Vec<SelectOption>,
    /// The stored value.
    #[prop(optional, into)]
    value: Option<String>,
    /// How to choose.
    #[prop(optional)]
    hint: &'static str,
    /// Whether an option must be chosen.
    #[prop(optional)]
    required: bool,
    /// Whether it is marked as optional.
    #[prop(optional)]
    optional: bool,
    /// The CSS class for its cell in the form's grid.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let first = || choices.first().map(|(value, _)| value.clone());
    // Without a stored value the first option is chosen, unless an empty value is itself an option.
    let chooses = |value: &String| !value.is_empty() || choices.iter().any(|(choice, _)| choice.is_empty());
    let state = FieldState::of(&name, hint, value.filter(chooses).or_else(first));
    let (described, invalid) = (state.described(), state.invalid());
    let value = state.value();
    // A stored value that is no option must not turn into the first option unnoticed: it shows nothing, sends nothing, and so stays.
    let known = value.is_empty() || choices.iter().any(|(choice, _)| *choice == value);
    let unknown = (!known).then(|| view! { <option value=value.clone() selected=true disabled=true hidden=true></option> });
    let chosen = value.clone();
    let options = choices.into_iter().map(move |(value, label)| {
        let selected = chosen == value;
        view! { <option value=value selected=selected>{label}</option> }
    });
    let input = view! {
        <select
            id=state.id.clone()
            class="input"
            name=name
            required=required
            prop:preserved_input=preserved_input(value, &state.id)
            aria-describedby=described
            aria-invalid=invalid
        >
            {unknown}
            {options.collect_view()}
        </select>
    };
    state.wrap(label, class, optional, input.into_any())
}

/// Options from pairs of value and label.
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
