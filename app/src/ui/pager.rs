//! The way to the rest of a list.

use leptos::prelude::*;

use super::{Icon, icon};

/// A link to the next page of a list, when there is one.
pub fn more(path: String, cursor: Option<String>) -> impl IntoView {
    cursor.map(|cursor| {
        let joint = if path.contains('?') { '&' } else { '?' };
        view! {
            <nav class="pager" aria-label="More of this list">
                <a class="button" href=format!("{path}{joint}cursor={cursor}")>"Older"{icon(Icon::Right)}</a>
            </nav>
        }
    })
}
