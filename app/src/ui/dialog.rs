//! Dialogs that open and close without a script: a `<dialog>` that is a popover.

use leptos::{html, prelude::*};

use super::{Icon, icon};
use crate::error::Error;

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
    /// Why its form was refused: then it is open from the start, so that the reason is seen.
    refused: Signal<Option<Error>>,
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
            && refused.with_untracked(Option::is_none)
            && let Some(node) = node.get_untracked()
        {
            _ = node.hide_popover();
        }
        count
    });
    let open = refused.with_untracked(Option::is_some);
    // A dialog that came back open is no popover, and no button closes it. Scripts turn it into a popover like any other.
    let came_back = RwSignal::new(open);
    Effect::new(move |_| {
        if let Some(node) = node.get()
            && (node.open() || opens.is_some_and(|opens| opens.get_untracked()))
        {
            node.set_open(false);
            _ = node.show_popover();
            came_back.set(false);
            if let Some(opens) = opens {
                opens.set(false);
            }
        }
    });
    let (labelled, title_id, target) = (format!("{id}-title"), format!("{id}-title"), id.clone());
    view! {
        <dialog id=id popover="auto" class="dialog" aria-labelledby=labelled open=open node_ref=node>
            <header>
                <h2 id=title_id>{title}</h2>
                {move || close(came_back.get(), target.clone())}
            </header>
            // No context is provided here: what ends with it would end what the page knows of the form that came back.
            {children()}
        </dialog>
    }
}

/// What closes the dialog with this id: its button, or for one that came back open without scripts a link to the page itself.
fn close(came_back: bool, dialog: String) -> AnyView {
    match came_back {
        true => view! { <a class="button bare" href="" rel="external" aria-label="Close">{icon(Icon::Cross)}</a> }.into_any(),
        false => view! {
            <button type="button" class="button bare" popovertarget=dialog popovertargetaction="hide" aria-label="Close">
                {icon(Icon::Cross)}
            </button>
        }
        .into_any(),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{
        error::Code,
        people::LeaveOrganization,
        ui::{Form, WriteAction},
    };

    /// A dialog with a form that was refused with these words, if there are some.
    fn shown(refused: Option<&'static str>) -> String {
        Owner::new().with(|| {
            let refused = Signal::stored(refused.map(|words| Error::new(Code::Conflict, words)));
            let action = WriteAction::<LeaveOrganization>::new();
            view! {
                <Dialog id="leave" title="Leave?" refused>
                    <p>"You will not see it any more."</p>
                    <Form action id="leave-form">"The form"</Form>
                </Dialog>
            }
            .to_html()
        })
    }

    #[test]
    fn a_dialog_that_came_back_open_is_closed_by_a_link_to_the_page() {
        let page = shown(Some("Somebody else has to be owner first."));
        assert!(page.contains("href=\"\"") && !page.contains("popovertargetaction"), "no button closes what is no popover: {page}");
    }

    #[test]
    fn a_dialog_that_was_not_refused_is_closed_by_its_button() {
        let page = shown(None);
        assert!(page.contains("popovertargetaction=\"hide\"") && !page.contains("href=") && !page.contains("role=\"alert\""), "{page}");
    }
}
