//! Links to the archived records of a list.

use leptos::prelude::*;

use crate::error::Error;

/// The switch of the list at `path`, whose records are called `what`: to the list with the archived ones, or back to that without them.
pub fn archived_switch(path: &str, what: &str, archived: bool) -> AnyView {
    let (path, label) = match archived {
        true => (path.to_owned(), format!("Hide archived {what}")),
        false => (with_archived(path), format!("Show archived {what}")),
    };
    view! { <p class="quiet below"><a href=path>{label}</a></p> }.into_any()
}

/// The address of the list at `path` with its archived records.
pub fn with_archived(path: &str) -> String {
    format!("{path}?archived=yes")
}

/// The link to the archived records of the list at `path`, while a name is refused that one of them has.
pub fn archived_namesake(refusal: Signal<Option<Error>>, path: String, what: &'static str) -> impl IntoView {
    move || {
        let is_taken = refusal.with(|error| error.as_ref().is_some_and(is_held_by_archived));
        is_taken.then(|| archived_switch(&path, what, false))
    }
}

/// Whether the name was refused because an archived record has it.
fn is_held_by_archived(error: &Error) -> bool {
    error.field("name").is_some() && error.details.as_ref().is_some_and(|holder| holder["archived"] == true)
}
