//! Groups of checkboxes.

use leptos::prelude::*;

/// A checkbox for each choice (value and label) under a legend; `ticked` holds the chosen values.
///
/// Nothing is shown when there are no choices.
pub fn checkbox_group(legend: &'static str, name: &'static str, choices: Vec<(String, String)>, ticked: &[String]) -> AnyView {
    if choices.is_empty() {
        return ().into_any();
    }
    let boxes = choices.into_iter().map(|(value, words)| {
        let checked = ticked.contains(&value);
        view! {
            <label class="tick">
                <input type="checkbox" name=name value=value checked=checked />
                <span>{words}</span>
            </label>
        }
    });
    view! {
        <fieldset class="ticks">
            <legend>{legend}</legend>
            {boxes.collect_view()}
        </fieldset>
    }
    .into_any()
}
