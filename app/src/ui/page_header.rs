//! The head of a page and of its parts.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{Icon, form::error_details, icon, returned_form};
use crate::page_context::use_page_context;

/// The name of the page, with what can be done on it.
#[component]
pub fn PageHeader(
    /// What the page is called, here and in the tab.
    #[prop(into)]
    title: String,
    /// A line about it.
    #[prop(optional)]
    lead: Option<AnyView>,
    /// What can be done.
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
        {confirmed(returned_form::done())}
        {refused()}
    }
}

/// Why a form was refused that was sent without scripts, where the page has no such form any more: that of a row that is gone, or of what
/// was done meanwhile. While a page is written it is not known what will stand below: where a form says it, the style leaves it out here,
/// and scripts once they run.
fn refused() -> impl IntoView {
    let (refusal, told) = (RwSignal::new(returned_form::any_refusal()), use_page_context().refusal_shown);
    Effect::new(move || {
        if told.get() {
            refusal.set(None);
        }
    });
    move || {
        refusal
            .get()
            .map(|error| view! { <div class="notice wrong untold" role="alert">{icon(Icon::Warning)} {error_details(error)}</div> })
    }
}

/// What was done by a form that was sent without scripts: with them it is said over the page.
fn confirmed(done: Vec<String>) -> Option<impl IntoView + use<>> {
    let (first, further) = done.split_first().map(|(first, further)| (first.clone(), further.to_vec()))?;
    let further = further.into_iter().map(|words| view! { <p>{words}</p> }).collect_view();
    Some(view! { <div class="notice good" role="status"><p><b>{first}</b></p> {further}</div> })
}

/// A part of a page under its own heading.
#[component]
pub fn PageSection(
    /// What it is called.
    #[prop(into)]
    title: String,
    /// Its id, which its heading carries for those who listen.
    id: &'static str,
    /// What stands beside the heading.
    #[prop(optional)]
    aside: Option<AnyView>,
    /// Its look.
    #[prop(optional)]
    class: &'static str,
    /// What it shows.
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
