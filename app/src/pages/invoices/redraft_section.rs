//! The links between a void invoice and its redraft.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use crate::{
    invoices::{Invoice, InvoiceRef, RedraftInvoice},
    page_context::{invalidate, use_changes, use_current_organization},
    ui::{Form, PageSection, Submit, WriteAction, hidden, idempotency_field, on_success},
};

/// The button that redrafts a void invoice, or the link to its redraft.
pub fn part(invoice: &Invoice) -> impl IntoView + use<> {
    let within = match &invoice.redrafted_as {
        Some(later) => redraft_link(later).into_any(),
        None => button(invoice).into_any(),
    };
    view! { <PageSection title="Draft again" id="again">{within}</PageSection> }
}

fn redraft_link(later: &InvoiceRef) -> impl IntoView + use<> {
    let page = use_current_organization().path(&format!("invoices/{}", later.invoice));
    let way = match &later.number {
        Some(number) => view! { "It was drafted again as " <a href=page>{number.clone()}</a> "." }.into_any(),
        None => view! { "It was drafted again: " <a href=page>"Open the draft"</a> }.into_any(),
    };
    view! { <p>{way}</p> }
}

fn button(invoice: &Invoice) -> impl IntoView + use<> {
    let (here, changes, navigate, id) = (use_current_organization(), use_changes(), use_navigate(), invoice.id);
    let action = WriteAction::<RedraftInvoice>::new();
    on_success(action, move |draft| {
        navigate(&here.path(&format!("invoices/{}", draft.id)), Default::default());
        invalidate(changes.money);
    });
    let words = "A new draft as this invoice was, with its time that is not billed since and the client's present tax. It can be changed \
                 before it is sent.";
    view! {
        <p class="quiet">{words}</p>
        <Form action id="draft-again" class="actions">
            {idempotency_field(action)} {hidden("invoice", id)}
            <Submit label="Draft it again" class="button" />
        </Form>
    }
}

/// The link to the void invoice that this one redrafts.
pub fn redrafted_from(invoice: &Invoice) -> Option<impl IntoView + use<>> {
    let void = invoice.redraft_of.clone()?;
    let page = use_current_organization().path(&format!("invoices/{}", void.invoice));
    Some(view! { <p class="quiet">"Drafted again from " <a href=page>{void.number}</a></p> })
}
