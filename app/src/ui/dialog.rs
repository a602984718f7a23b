//! Dialogs that open and close without a script: a `<dialog>` that is a popover.

use leptos::{html, prelude::*};

use super::{Icon, icon};

/// The button that opens the dialog with this id.
#[component]
pub fn DialogTrigger(
    /// The id of the dialog.
    #[prop(into)]
    dialog: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// The label for screen readers, when it is longer.
    #[prop(optional, into)]
    spoken: Option<String>,
    /// The CSS class.
    #[prop(default = "button")]
    class: &'static str,
    /// The icon; shown alone when the label is empty and only spoken.
    #[prop(optional)]
    drawing: Option<Icon>,
) -> impl IntoView {
    view! {
        <button type="button" class=class popovertarget=dialog aria-label=spoken>
            {drawing.map(icon)}
            {(!label.is_empty()).then(|| view! { <span>{label}</span> })}
        </button>
    }
}

/// A dialog over the page.
#[component]
pub fn Dialog(
    /// The id, unique on the page.
    #[prop(into)]
    id: String,
    /// The title.
    #[prop(into)]
    title: String,
    /// Whether its form was refused: then it is open from the start, so that the reason is seen.
    #[prop(optional, into)]
    refused: Signal<bool>,
    /// Counts answers; the dialog closes with each.
    #[prop(optional, into)]
    closes: Signal<usize>,
    /// Whether it opens on creation, once: fetching data again while it is open closes it.
    #[prop(optional)]
    opens: Option<RwSignal<bool>>,
    /// The content.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |before: Option<usize>| {
        let count = closes.get();
        if before.is_some_and(|before| before != count)
            && !refused.get_untracked()
            && let Some(node) = node.get_untracked()
        {
            _ = node.hide_popover();
        }
        count
    });
    // A dialog that is open without a script cannot be closed by its buttons, so scripts turn it into a popover like any other.
    Effect::new(move |_| {
        if let Some(node) = node.get()
            && (node.open() || opens.is_some_and(|opens| opens.get_untracked()))
        {
            node.set_open(false);
            _ = node.show_popover();
            if let Some(opens) = opens {
                opens.set(false);
            }
        }
    });
    let (labelled, title_id, target) = (format!("{id}-title"), format!("{id}-title"), id.clone());
    let open = refused.get_untracked();
    view! {
        <dialog id=id popover="auto" class="dialog" aria-labelledby=labelled open=open node_ref=node>
            <header>
                <h2 id=title_id>{title}</h2>
                <button type="button" class="button bare" popovertarget=target popovertargetaction="hide" aria-label="Close">
                    {icon(Icon::Cross)}
                </button>
            </header>
            {children()}
        </dialog>
    }
}
