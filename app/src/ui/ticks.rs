//! Boxes to tick: several of a list.

use leptos::prelude::*;

/// A box for each choice (its value and what it says) under a legend; `ticked` holds the values that are chosen.
///
/// Nothing is shown where there is nothing to choose from.
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
