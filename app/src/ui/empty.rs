//! Empty states: what is shown in place of an empty list.

use leptos::prelude::*;

/// An empty state, with the way out of it.
#[component]
pub fn Empty(
    /// What is missing.
    #[prop(into)]
    title: String,
    /// The first step.
    #[prop(optional, into)]
    text: String,
    /// The link or button to it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-title">{title}</p>
            <p>{text}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}
