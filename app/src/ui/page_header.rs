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
        {returned_form::done().map(|(done, warnings)| confirmed(done, without(warnings, &said_below)))}
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

fn without(mut warnings: Vec<String>, said_below: &[String]) -> Vec<String> {
    warnings.retain(|words| !said_below.contains(words));
    warnings
}

/// The confirmation of a form that was sent without scripts, and its warnings; with scripts they are flash messages.
fn confirmed(done: String, warnings: Vec<String>) -> impl IntoView {
    let warnings = warnings.into_iter().map(|words| {
        view! { <p class="notice warning" role="status">{icon(Icon::Warning)} <span>{words}</span></p> }
    });
    view! {
        <p class="notice good" role="status"><b>{done}</b></p>
        {warnings.collect_view()}
    }
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
        let warnings = words(&["There is no address.", "The invoice comes to 0."]);
        let left = without(warnings, &words(&["There is no address.", "The note is long."]));
        assert_eq!(left, ["The invoice comes to 0."]);
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_warning_does_not_stand_in_the_notice_that_confirms() {
        let shown = Owner::new().with(|| confirmed("Draft saved.".to_owned(), vec!["The note is long.".to_owned()]).to_html());
        let (good, warning) = shown.split_once("</p>").expect("two notices");
        assert!(good.contains("notice good") && good.contains("Draft saved.") && !good.contains("The note is long."), "{shown}");
        assert!(warning.contains("notice warning") && warning.contains("The note is long."), "{shown}");
    }
}
