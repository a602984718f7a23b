//! What keeps an invoice from being sent, with the way to where it is mended.

use leptos::prelude::*;

use super::InvoiceProblem;
use crate::{id::ClientId, visit::use_here};

/// The problems of a preview or a draft, each with a link; nothing where there are none.
#[component]
pub fn Problems(
    /// What is wrong.
    problems: Vec<InvoiceProblem>,
    /// Whom it is for.
    client: ClientId,
) -> impl IntoView {
    let here = use_here();
    (!problems.is_empty()).then(|| {
        let items = problems.into_iter().map(|problem| {
            let (path, words) = match problem.field.split_once('.').unwrap_or((problem.field.as_str(), "")) {
                ("organization", _) => (Some(here.path("settings/organization")), "To the settings"),
                // The tax of a line is the client's unless somebody has chosen another.
                ("client", _) | ("lines", "tax_category" | "tax_rate") => (Some(here.path(&format!("clients/{client}"))), "To the client"),
                _ => (None, ""),
            };
            view! { <li>{problem.message} {path.map(|path| view! { " " <a href=path>{words}</a> })}</li> }
        });
        view! {
            <div class="notice" role="note">
                <p>"This keeps it from being sent:"</p>
                <ul>{items.collect_view()}</ul>
            </div>
        }
    })
}
