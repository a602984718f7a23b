//! The payments of an invoice, and the form that records another.

use domain::money::written;
use leptos::prelude::*;

use crate::{
    access::Permission,
    error::Code,
    invoices::{Invoice, InvoiceStatus, Payment, PaymentMethod, RecordPayment, RemovePayment},
    page_context::{invalidate, use_changes, use_current_organization},
    pages::done_words::{Done, DoneWords},
    ui::{
        Dialog, DialogTrigger, Field, Form, PageSection, Select, Submit, WriteAction, choices, hidden, idempotency_field, money,
        on_success, refusal, use_flash,
    },
};

/// The list of payments, and the form while a balance is open.
#[component]
pub fn PaymentsSection(
    /// The invoice.
    invoice: Invoice,
) -> impl IntoView {
    let here = use_current_organization();
    let writes = here.may(Permission::WriteMoney);
    let open = invoice.balance.amount > 0 && invoice.status != InvoiceStatus::Void && writes;
    let rows = invoice.payments.iter().map(|payment| {
        view! {
            <li>
                <span>{payment.date.label()} <small>{method_label(payment.method)} {payment.note.clone().map(|note| format!(" · {note}"))}</small></span>
                <span class="numbers">{money(&payment.amount)}</span>
                {writes.then(|| view! { <RemovePaymentDialog payment=payment.clone() /> })}
            </li>
        }
    });
    let list = match invoice.payments.is_empty() {
        true => {
            let words = if invoice.status == InvoiceStatus::Void { "Nothing was paid." } else { "Nothing was paid yet." };
            view! { <p class="quiet">{words}</p> }.into_any()
        }
        false => view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any(),
    };
    view! {
        <PageSection title="Payments" id="payments">
            {list}
            {open.then(|| view! { <RecordPaymentForm invoice /> })}
        </PageSection>
    }
}

/// What is said once a payment is recorded.
pub(in crate::pages) fn recorded_words(invoice: &Invoice) -> String {
    match invoice.balance.amount > 0 {
        true => format!("Recorded. {} is still open.", invoice.balance.text()),
        false => "Recorded. The invoice is paid.".to_owned(),
    }
}

#[component]
fn RecordPaymentForm(invoice: Invoice) -> impl IntoView {
    let here = use_current_organization();
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<RecordPayment>::new();
    on_success(action, move |recorded| {
        invalidate(changes.money);
        flash.done(RecordPayment::done_words(recorded, ()), recorded);
    });
    // Reloads the payments if the balance has changed meanwhile.
    Effect::new(move |_| {
        if let Some(stale) = refusal(action).get().filter(|error| error.code == Code::Stale) {
            flash.warn(&[stale.message]);
            invalidate(changes.money);
        }
    });
    let methods = choices(&[("bank_transfer", "Bank transfer"), ("card", "Card"), ("cash", "Cash"), ("other", "Other")]);
    let balance = written(invoice.balance.amount, &invoice.currency);
    view! {
        <Form action id="payment" class="grid-form">
            {idempotency_field(action)} {hidden("invoice", invoice.id)} {hidden("balance", balance.clone())}
            <Field label=format!("Amount in {}", invoice.currency) name="amount" inputmode="decimal" required=true value=balance />
            <Field label="Paid on" name="date" kind="date" required=true value=here.0.organization_today.to_string() />
            <Select label="How" name="method" choices=methods />
            <Field label="Note" name="note" maxlength=1000 optional=true />
            <div class="form-end span-2"><Submit label="Record payment" /></div>
        </Form>
    }
}

/// The dialog that removes a payment that was recorded by mistake.
#[component]
fn RemovePaymentDialog(payment: Payment) -> impl IntoView {
    let form = format!("remove-{}", payment.id);
    let (changes, flash, action) = (use_changes(), use_flash(), WriteAction::<RemovePayment>::of_form(&form));
    on_success(action, move |removed| {
        invalidate(changes.money);
        flash.done(RemovePayment::DONE, removed);
    });
    let refused = refusal(action);
    let (dialog, amount, day) = (format!("remove-payment-{}", payment.id), payment.amount.text(), payment.date.label());
    view! {
        <DialogTrigger dialog=dialog.clone() label="Remove …" spoken=format!("Remove the payment of {amount} …") />
        <Dialog id=dialog title=format!("Remove the payment of {amount}?") refused closes=action.version()>
            <p>{format!("It was recorded for {day}. The log keeps it, and why it was removed.")}</p>
            <Form action id=form class="stack">
                {hidden("payment", payment.id)}
                <Field label="Why" name="reason" required=true maxlength=500 placeholder="Recorded on the wrong invoice" />
                <div class="actions"><Submit label="Remove payment" class="button danger solid" /></div>
            </Form>
        </Dialog>
    }
}

fn method_label(method: PaymentMethod) -> &'static str {
    match method {
        PaymentMethod::BankTransfer => "Bank transfer",
        PaymentMethod::Card => "Card",
        PaymentMethod::Cash => "Cash",
        PaymentMethod::Other => "Other",
    }
}
