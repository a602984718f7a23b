//! A form that is folded away until it is needed.

use leptos::{html, prelude::*};

use super::{Icon, icon};

/// A panel behind a button, without a script: a `<details>`.
#[component]
pub fn Disclosure(
    /// The label of the button.
    #[prop(into)]
    label: String,
    /// The CSS class of the button.
    #[prop(default = "button primary")]
    class: &'static str,
    /// An icon before the label.
    #[prop(optional)]
    drawing: Option<Icon>,
    /// Whether it is open from the start.
    #[prop(optional)]
    open: bool,
    /// Whether its form was refused: then it is open, so that the reason is seen.
    #[prop(optional, into)]
    refused: Signal<bool>,
    /// Counts answers; the panel closes with each.
    #[prop(optional, into)]
    closes: Signal<usize>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Details>::new();
    Effect::new(move |before: Option<usize>| {
        let count = closes.get();
        if before.is_some_and(|before| before != count)
            && !refused.get_untracked()
            && let Some(node) = node.get_untracked()
        {
            node.set_open(false);
        }
        count
    });
    let open = open || refused.get_untracked();
    view! {
        <details class="reveal" open=open node_ref=node>
            <summary class=class>{drawing.map(icon)} <span>{label}</span></summary>
            <div class="panel">{children()}</div>
        </details>
    }
}
