//! Fields for users who may see a record and not change it.

use leptos::prelude::*;

/// The fields, disabled, below the sentence that says who changes them.
pub fn disabled_fields(who: &'static str, fields: AnyView) -> AnyView {
    view! {
        <p class="notice" role="note">{who}</p>
        <fieldset class="read-only" disabled=true>{fields}</fieldset>
    }
    .into_any()
}
