//! Dialogs that open and close without a script: a `<dialog>` that is a popover.

use leptos::{html, prelude::*};

use super::{Icon, icon};

/// The button that opens the dialog of this id.
#[component]
pub fn DialogTrigger(
    /// The dialog.
    #[prop(into)]
    dialog: String,
    /// What it says.
    #[prop(into)]
    label: String,
    /// What it says to those who listen, when that is more.
    #[prop(optional, into)]
    spoken: Option<String>,
    /// Its look.
    #[prop(default = "button")]
    class: &'static str,
    /// A drawing; with it alone when the label is only spoken.
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

/// A question over the page.
#[component]
pub fn Dialog(
    /// Its id; unique on the page.
    #[prop(into)]
    id: String,
    /// What it asks.
    #[prop(into)]
    title: String,
    /// Whether what it asked was refused: then it is open from the start, so that the reason is seen.
    #[prop(optional, into)]
    refused: Signal<bool>,
    /// Counts answers; it closes with each.
    #[prop(optional, into)]
    closes: Signal<usize>,
    /// Whether it opens, once: what is fetched anew while it is open closes it.
    #[prop(optional)]
    opens: Option<RwSignal<bool>>,
    /// What it says.
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
    // What is open without a script cannot be closed by its buttons; once scripts run, it becomes a popover like any other.
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
