//! Invoices: operations that draft them from unbilled time, send them, and record their payments.
//!
//! States: `draft` → `sent` → `paid`, and `void` from `sent`. A draft reserves the time on it; sending assigns the number, freezes
//! the PDF, bills the time and hands the mail to the outbox in one transaction. [`domain::totals`] and
//! [`compose`] are pure functions; the store runs the SQL, and the operations combine them.

#[cfg(feature = "ssr")]
mod address;
pub mod balance;
#[cfg(feature = "ssr")]
mod client_tax;
#[cfg(feature = "ssr")]
pub mod compose;
#[cfg(feature = "ssr")]
pub mod disbursement_lines;
#[cfg(feature = "ssr")]
mod discount;
#[cfg(feature = "ssr")]
pub mod document_builder;
#[cfg(feature = "ssr")]
mod draft;
#[cfg(feature = "ssr")]
mod draft_batch;
#[cfg(feature = "ssr")]
mod draft_size;
mod drafts;
#[cfg(feature = "ssr")]
mod einvoice;
#[cfg(feature = "ssr")]
mod exemption_reasons;
#[cfg(feature = "ssr")]
pub mod glyph_coverage;
pub mod history;
#[cfg(feature = "ssr")]
pub mod history_events;
#[cfg(feature = "ssr")]
mod late_payment;
#[cfg(feature = "ssr")]
mod line_texts;
#[cfg(feature = "ssr")]
mod mail;
mod mails;
#[cfg(feature = "ssr")]
mod nothing_to_bill;
#[cfg(feature = "ssr")]
pub mod number_counter;
#[cfg(feature = "ssr")]
mod number_suggestions;
mod numbers;
#[cfg(feature = "ssr")]
pub(crate) mod omitted_tax;
#[cfg(feature = "ssr")]
pub mod parties;
#[cfg(feature = "ssr")]
mod payment;
#[cfg(feature = "ssr")]
pub(crate) mod read;
#[cfg(feature = "ssr")]
pub(crate) mod recipients;
#[cfg(feature = "ssr")]
mod redraft;
#[cfg(feature = "ssr")]
pub(crate) mod remarks;
#[cfg(feature = "ssr")]
mod resend;
#[cfg(feature = "ssr")]
mod rounding_difference;
#[cfg(feature = "ssr")]
pub(crate) mod rules;
#[cfg(feature = "ssr")]
mod send;
#[cfg(feature = "ssr")]
mod sent_document;
#[cfg(feature = "ssr")]
mod stop;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(feature = "ssr")]
pub(crate) mod tax_statement;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
mod text_limits;
mod types;
#[cfg(feature = "ssr")]
mod unbilled;
#[cfg(feature = "ssr")]
mod update_draft;
#[cfg(feature = "ssr")]
mod waiting;

use macros::operation;

use domain::{hours::WorkDuration, money::Amount};
pub use drafts::*;
pub use mails::*;
pub use numbers::*;
pub use types::*;

use crate::{
    error::Error,
    page::{Page, PageRequest},
};

/// List invoices, the newest first, with totals, balances and how far the latest mail of each is.
#[operation(read, idempotent, everyday, needs = ReadMoney, scope = MoneyRead, title = "List invoices")]
pub async fn list_invoices(
    cx: &mut Call,
    /// Id or name.
    #[server(default)]
    client: Option<String>,
    /// draft, sent (overdue and partly paid ones too), overdue, partly_paid, paid or void.
    #[server(default)]
    status: Option<InvoiceStatus>,
    #[flatten] page: PageRequest,
) -> Result<Page<InvoiceSummary>, Error> {
    read::list(cx, client, status, page).await
}

/// Get one invoice with lines, tax, payments and the state of its mail, by id or number.
#[operation(read, idempotent, everyday, needs = ReadMoney, scope = MoneyRead, title = "Get an invoice")]
pub async fn get_invoice(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
) -> Result<Invoice, Error> {
    read::get(cx, &invoice).await
}

/// Get the PDF of an invoice: for agents as a link to hand on, which opens without signing in and is good for five minutes, else as
/// Base64. It is frozen once the invoice is sent, marked as a draft before, and as void with nothing to pay
/// where that is so.
#[operation(read, idempotent, everyday, needs = ReadMoney, scope = MoneyRead, title = "Get an invoice's document")]
pub async fn get_invoice_document(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
) -> Result<InvoiceFile, Error> {
    document_builder::invoice_file(cx, &invoice).await
}

/// Send an invoice: give the next number, freeze the PDF, bill the time on it and mail it to the client, all or nothing.
///
/// The number has no gap and is never used again. Refused when the invoice was sent already, has no line, or has nobody to
/// mail it to (give `to`, or `without_email`). This cannot be undone; a person can void it.
#[operation(write, renders_document, mails, everyday, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Send an invoice")]
pub async fn send_invoice(
    cx: &mut Call,
    /// Id of the invoice.
    invoice: String,
    /// As you saw it: stale when newer.
    #[server(default)]
    version: Option<i32>,
    /// Addresses; the client's when absent.
    #[server(default)]
    #[max_items(10)]
    to: Option<Vec<String>>,
    /// Words for the mail; a standard text when absent.
    #[server(default)]
    #[max_length(4_000)]
    message: Option<String>,
    /// Give number and PDF, mail nothing.
    #[server(default)]
    without_email: Option<bool>,
) -> Result<Invoice, Error> {
    send::send(cx, &invoice, send::SendOptions { version, to, message, without_email: without_email.unwrap_or(false) }).await
}

/// Mark an invoice as paid, in whole or in part: record what the client paid. It is paid when nothing is left; too much is refused.
#[operation(write, destructive, everyday, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Record a payment")]
pub async fn record_payment(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
    /// What was paid, such as "1080.00".
    amount: Amount,
    /// The day it was paid: YYYY-MM-DD, today, yesterday, a weekday or last monday.
    date: String,
    /// bank_transfer (the default), card, cash or other.
    #[server(default)]
    method: Option<PaymentMethod>,
    /// A note for yourself.
    #[server(default)]
    #[max_length(1_000)]
    note: Option<String>,
    /// As it was seen, such as "1080.00": refused (stale) when it is another by now.
    #[server(default)]
    balance: Option<Amount>,
) -> Result<Invoice, Error> {
    let given = payment::NewPayment { amount, day: date, method: method.unwrap_or_default(), note, balance };
    payment::record(cx, &invoice, given).await
}

/// Remove a payment that was recorded by mistake: what it paid is open again. The log keeps the payment, its removal and the reason.
///
/// Example: {"payment": "0199…", "reason": "Recorded on the wrong invoice"}. It can be undone.
#[operation(write, destructive, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Remove a payment")]
pub async fn remove_payment(
    cx: &mut Call,
    /// Id; get_invoice shows it.
    payment: String,
    /// Why, in one line; it stays in the log.
    #[max_length(500)]
    reason: String,
) -> Result<Invoice, Error> {
    payment::remove(cx, &payment, &reason).await
}

/// Void a sent invoice on which nothing was paid, whatever its total: its time can be billed again, its number is never used again.
#[operation(destroy, needs = Treasury, audience = Person, title = "Void an invoice")]
pub async fn void_invoice(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
) -> Result<Invoice, Error> {
    payment::void(cx, &invoice).await
}

/// The warning about time without a rate that is on no draft, and would be billed at 0. A draft that is kept has a remark of its own.
pub fn unpriced_time_warning(worked: &WorkDuration, client: &str) -> String {
    let worked = &worked.text;
    format!(
        "{worked} of this time has no rate, so it is billed at 0. Set a rate for {client} or the project, also for the unbilled time; a \
         rate of 0.00 says that the time is free."
    )
}
