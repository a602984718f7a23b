//! Headers of pages and of their sections.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{Icon, form::error_details, icon, returned_form};
use crate::page_context::use_page_context;

/// The title of the page, with its actions.
#[component]
pub fn PageHeader(
    /// The title, also of the browser tab.
    #[prop(into)]
    title: String,
    /// A line below the title.
    #[prop(optional)]
    lead: Option<AnyView>,
    /// What the page says below, where it can be mended: it is not said a second time above.
    #[prop(optional)]
    said_below: Vec<String>,
    /// The actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <header class="page-head">
            <div class="page-title">
                <h1>{title}</h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </header>
        {confirmed(without(returned_form::done(), &said_below))}
        {refused()}
    }
}

/// The refusal of a form that was sent without scripts, where the page has no such form any more: that of a row that is gone, or of what
/// was done in the meantime. It is not known here whether a form below shows the refusal; if one does, the style hides this copy, and so do
/// scripts once they run.
fn refused() -> impl IntoView {
    let (refusal, shown_below) = (RwSignal::new(returned_form::any_refusal()), use_page_context().refusal_shown);
    Effect::new(move || {
        if shown_below.get() {
            refusal.set(None);
        }
    });
    move || {
        refusal
            .get()
            .map(|error| view! { <div class="notice wrong untold" role="alert">{icon(Icon::Warning)} {error_details(error)}</div> })
    }
}

fn without(mut done: Vec<String>, said_below: &[String]) -> Vec<String> {
    done.retain(|words| !said_below.contains(words));
    done
}

/// Confirmations of a form that was sent without scripts; with scripts they are flash messages.
fn confirmed(done: Vec<String>) -> Option<impl IntoView + use<>> {
    let (first, further) = done.split_first().map(|(first, further)| (first.clone(), further.to_vec()))?;
    let further = further.into_iter().map(|words| view! { <p>{words}</p> }).collect_view();
    Some(view! { <div class="notice good" role="status"><p><b>{first}</b></p> {further}</div> })
}

/// A section of a page under its own heading.
#[component]
pub fn PageSection(
    /// The heading.
    #[prop(into)]
    title: String,
    /// The id, which the heading carries for `aria-labelledby`.
    id: &'static str,
    /// Content beside the heading.
    #[prop(optional)]
    aside: Option<AnyView>,
    /// The CSS class.
    #[prop(optional)]
    class: &'static str,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <section class=format!("part {class}") aria-labelledby=id>
            <div class="part-head">
                <h2 id=id>{title}</h2>
                {aside}
            </div>
            {children()}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_page_says_below_is_not_said_above_it_too() {
        let words = |said: &[&str]| said.iter().map(|words| (*words).to_owned()).collect::<Vec<_>>();
        let done = words(&["Draft an invoice: done.", "There is no address.", "The invoice comes to 0."]);
        let left = without(done, &words(&["There is no address.", "The note is long."]));
        assert_eq!(left, ["Draft an invoice: done.", "The invoice comes to 0."]);
    }
}
