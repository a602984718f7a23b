//! Checkboxes.

use leptos::prelude::*;

use crate::ui::FormState;

/// A checkbox. Unticked it sends nothing at all, so it is only for arguments where absent means no.
#[component]
pub fn Checkbox(
    /// The label.
    #[prop(into)]
    label: String,
    /// The argument that it fills with `true`.
    name: &'static str,
    /// Whether it is ticked at first.
    #[prop(optional)]
    ticked: bool,
    /// The CSS class for its cell in the form's grid.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let ticked = returned(name).unwrap_or(ticked);
    // Links lead to it as to other fields.
    let id = use_context::<FormState>().map(|state| format!("{}-{}", state.id, name.replace('_', "-")));
    view! {
        <label class=format!("tick {class}")>
            <input id=id type="checkbox" name=name value="true" checked=ticked />
            <span>{label}</span>
        </label>
    }
}

/// The state of the box when its form was sent without scripts and refused; `None` otherwise. An unticked box sends nothing, so in a
/// returned form it is recognized by the other fields.
fn returned(name: &str) -> Option<bool> {
    let typed = use_context::<FormState>()?.typed;
    (!typed.is_empty()).then(|| typed.contains_key(name))
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    /// Whether a box that is ticked by default stays so in a form that was returned with these fields.
    fn ticked(typed: &[(&str, &str)]) -> bool {
        let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let html = Owner::new().with(|| {
            let (refusal, pending) = (Signal::derive(|| None), Signal::derive(|| false));
            provide_context(FormState { id: "send".to_owned(), refusal, pending, typed, untouched: Default::default(), changes: false });
            view! { <Checkbox label="Without e-mail" name="without_email" ticked=true /> }.to_html()
        });
        html.contains(" checked")
    }

    #[test]
    fn a_box_comes_back_as_it_was_left() {
        assert!(ticked(&[]), "the form was not sent yet");
        assert!(ticked(&[("to", "nobody"), ("without_email", "true")]));
        assert!(!ticked(&[("to", "nobody")]), "it was unticked, and must not be ticked again behind somebody's back");
    }
}
