//! The way to the rest of a list, and back to its beginning.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Icon, icon};

/// A link to the next page of a list, when there is one, and on every page but the first one to its beginning.
pub fn pager(path: String, cursor: Option<String>) -> impl IntoView {
    let first = use_query_map().with_untracked(|query| query.get("cursor").is_none());
    let joint = if path.contains('?') { '&' } else { '?' };
    let next = cursor.map(|cursor| format!("{path}{joint}cursor={cursor}"));
    (!first || next.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label="More of this list">
                {(!first).then(|| view! { <a class="button" href=path>"From the beginning"</a> })}
                {next.map(|next| view! { <a class="button" href=next>"More"{icon(Icon::Right)}</a> })}
            </nav>
        }
    })
}
