//! The history section on the page of an invoice.

use domain::id::InvoiceId;
use leptos::prelude::*;

use crate::{
    invoices::history::{InvoiceEvent, InvoiceHistory, get_invoice_history},
    page_context::use_changes,
    ui::{Tone, badge, create_resource, when_loaded},
};

/// The history of an invoice, for members who lead the work.
pub fn invoice_history_section(invoice: InvoiceId) -> AnyView {
    let changes = use_changes();
    let history = create_resource(move || changes.money.get(), move |_| get_invoice_history(invoice.to_string()));
    view! {
        <section class="part" aria-labelledby="history">
            <div class="part-head"><h2 id="history">"History"</h2></div>
            {when_loaded(history, list)}
        </section>
    }
    .into_any()
}

fn list(history: InvoiceHistory) -> AnyView {
    let more = history.more.then(|| view! { <p class="quiet">"What was done before stands in the audit log."</p> });
    let events = history.events.into_iter().map(event).collect_view();
    view! { <ul class="events">{events}</ul> {more} }.into_any()
}

fn event(event: InvoiceEvent) -> impl IntoView {
    let name = event.member.map_or_else(|| "Somebody who left".to_owned(), |member| member.name);
    let who = event.token.map_or_else(|| name.clone(), |token| format!("{name} · {token}"));
    let when = format!("{} {}", event.at.day().label(), event.at.clock());
    view! {
        <li>
            <span>{event.told} " " {event.undone.then(|| badge(Tone::Quiet, "undone"))}</span>
            <small class="quiet"><time datetime=event.at.as_str().to_owned()>{when}</time> " · " {who}</small>
        </li>
    }
}
