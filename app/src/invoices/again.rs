//! Drafting anew what stood on an invoice that was voided.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::{DraftInvoice, Invoice, InvoiceLine, LineKind, editor::written_quantity};
use crate::{
    ui::{Form, Part, Submit, Write, answered, hidden, once},
    visit::{changed, use_changes, use_here},
};

/// The button that drafts it again: the time of its days that is not billed, and its custom lines.
pub fn part(invoice: &Invoice) -> impl IntoView + use<> {
    let (here, changes, navigate) = (use_here(), use_changes(), use_navigate());
    let action = Write::<DraftInvoice>::new();
    answered(action, move |draft| {
        navigate(&here.path(&format!("invoices/{}", draft.id)), Default::default());
        changed(changes.money);
    });
    let words = "A new draft with its own lines, and with the time of its days that is not billed. It can be changed before it is sent.";
    let fields = fields(invoice);
    view! {
        <Part title="Draft again" id="again">
            <p class="quiet">{words}</p>
            <Form action id="draft-again" class="actions">
                {once(action)} {fields}
                <Submit label="Draft it again" class="button" />
            </Form>
        </Part>
    }
}

/// What is drafted again, as the operation takes it.
pub fn fields(invoice: &Invoice) -> impl IntoView + use<> {
    let days = invoice.period.as_ref().map(|span| view! { {hidden("from", &span.from)} {hidden("to", &span.to)} });
    let lines = invoice.lines.iter().filter(|line| line.kind == LineKind::Custom).enumerate();
    let lines = lines.map(|(at, line)| line_fields(at, line)).collect_view();
    let discount = invoice.discount_written.clone().map(|discount| hidden("discount", discount));
    let notes = invoice.notes.clone().map(|notes| hidden("notes", notes));
    view! { {hidden("client", invoice.client.id)} {days} {lines} {discount} {notes} }
}

fn line_fields(at: usize, line: &InvoiceLine) -> impl IntoView + use<> {
    let name = |field: &str| format!("lines[{at}][{field}]");
    let reason = line.tax_reason.clone().map(|reason| hidden(name("tax_reason"), reason));
    view! {
        {hidden(name("description"), line.description.clone())}
        {hidden(name("quantity"), written_quantity(line))}
        {hidden(name("price"), line.price.written())}
        {hidden(name("tax_category"), line.tax_category.code())}
        {hidden(name("tax_rate"), line.tax_rate)}
        {reason}
    }
}
