//! Links to the next and the first page of a list.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Icon, icon};

/// A link to the next page of a list, if there is one, and to the first page on every other page.
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
