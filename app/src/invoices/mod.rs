//! Invoices: drafted from unbilled time, sent once, paid.
//!
//! `draft` → `sent` → `paid`, and `void` from `sent`. A draft reserves the time on it; sending gives the number, freezes
//! the PDF, bills the time and hands the mail to the outbox, all or nothing. [`totals`], [`rounding`], [`number`] and
//! [`compose`] are pure; the store fetches, the operations join them.

#[cfg(feature = "ssr")]
mod address;
pub mod again;
pub mod balance;
#[cfg(feature = "ssr")]
mod client_tax;
#[cfg(feature = "ssr")]
pub mod compose;
pub mod deed;
mod disbursement;
#[cfg(feature = "ssr")]
mod discount;
pub mod document;
#[cfg(feature = "ssr")]
mod draft;
pub mod draft_page;
#[cfg(feature = "ssr")]
mod edit;
pub mod editor;
#[cfg(feature = "ssr")]
mod einvoice;
pub mod exemption;
pub mod invoice_page;
#[cfg(feature = "ssr")]
pub mod letters;
#[cfg(feature = "ssr")]
mod mail;
pub mod mail_page;
pub mod mail_part;
mod mails;
mod names;
pub mod number;
#[cfg(feature = "ssr")]
pub mod numbering;
mod numbers;
pub mod numbers_page;
pub mod page;
#[cfg(feature = "ssr")]
mod payment;
pub mod payments;
#[cfg(feature = "ssr")]
pub mod print;
mod problems;
#[cfg(feature = "ssr")]
pub mod quantity;
#[cfg(feature = "ssr")]
pub(crate) mod read;
#[cfg(feature = "ssr")]
mod recipients;
#[cfg(feature = "ssr")]
mod redraft;
#[cfg(feature = "ssr")]
pub(crate) mod remarks;
#[cfg(feature = "ssr")]
mod resend;
pub mod rounding;
#[cfg(feature = "ssr")]
pub(crate) mod rules;
#[cfg(feature = "ssr")]
mod send;
#[cfg(feature = "ssr")]
mod several;
pub mod sheet;
pub mod standing;
#[cfg(feature = "ssr")]
pub(crate) mod stated;
#[cfg(feature = "ssr")]
mod stop;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(feature = "ssr")]
pub mod tax;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod totals;
mod types;
#[cfg(feature = "ssr")]
mod unbilled;
#[cfg(feature = "ssr")]
pub(crate) mod untold;
#[cfg(feature = "ssr")]
pub mod wording;

use macros::operation;

pub use mails::*;
pub use numbers::*;
pub use types::*;

use crate::{edit::Edit, error::Error, invoices::rounding::Rounding, money::Amount, page::Page};

/// List what could be invoiced now: unbilled billable time by client and project, with hours, amounts and the oldest day.
///
/// An entry's own `billable` decides, whatever the billing of its project. Drafts of agents, running timers and time that is on an invoice or a draft of one are left out.
#[operation(read, idempotent, everyday, needs = WriteMoney, scope = MoneyRead, title = "List unbilled time")]
pub async fn list_unbilled(
    cx: &mut Call,
    /// Id or name.
    #[server(default)]
    client: Option<String>,
    /// last_month, 2026-03, 2026-Q1, 2026-03-01..2026-03-15; all when absent.
    #[server(default)]
    period: Option<String>,
    /// First day, if no period.
    #[server(default)]
    from: Option<String>,
    /// The last day.
    #[server(default)]
    to: Option<String>,
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
) -> Result<Page<Unbilled>, Error> {
    unbilled::list(cx, unbilled::Given { client, period, from, to }, limit, cursor).await
}

/// Show exactly what `draft_invoice` with the same arguments would make, without making it.
#[operation(read, idempotent, needs = WriteMoney, scope = MoneyRead, title = "Preview an invoice")]
pub async fn preview_invoice(
    cx: &mut Call,
    /// Id or name.
    client: String,
    /// last_month, 2026-03, 2026-Q1, 2026-03-01..2026-03-15; all when absent.
    #[server(default)]
    period: Option<String>,
    /// First day, if no period.
    #[server(default)]
    from: Option<String>,
    /// The last day.
    #[server(default)]
    to: Option<String>,
    /// By id or name; all when absent.
    #[server(default)]
    projects: Option<Vec<String>>,
    /// Ids of time entries to bill later.
    #[server(default)]
    #[max_items(5_000)]
    defer: Vec<String>,
    /// One line per project (the default), day, member or entry.
    #[server(default)]
    group_by: Option<GroupBy>,
    /// The organization's way when absent.
    #[server(default)]
    rounding: Option<Rounding>,
    /// Further lines beside the time.
    #[server(default)]
    lines: Vec<CustomLine>,
    /// On the whole invoice: "10%" or "50.00".
    #[server(default)]
    discount: Option<String>,
    /// To the client.
    #[server(default)]
    #[max_length(4_000)]
    notes: Option<String>,
) -> Result<InvoicePreview, Error> {
    draft::preview(cx, draft::Wanted { client, period, from, to, projects, defer, group_by, rounding, lines, discount, notes }).await
}

/// Draft an invoice from a client's unbilled time of a period, plus custom lines. The draft reserves that time.
///
/// Refused when there is nothing to bill. Time that somebody else is drafting at the same moment is left out, never billed
/// twice. With dry_run it is a preview. Example: {"client": "Acme", "period": "last_month"}. Check it with get_invoice before it is sent.
#[operation(write, everyday, needs = WriteMoney, scope = MoneyWrite, agent = Direct, title = "Draft an invoice")]
pub async fn draft_invoice(
    cx: &mut Call,
    /// Id or name.
    client: String,
    /// last_month, 2026-03, 2026-Q1, 2026-03-01..2026-03-15; all when absent.
    #[server(default)]
    period: Option<String>,
    /// First day, if no period.
    #[server(default)]
    from: Option<String>,
    /// The last day.
    #[server(default)]
    to: Option<String>,
    /// By id or name; all when absent.
    #[server(default)]
    projects: Option<Vec<String>>,
    /// Ids of time entries to bill later.
    #[server(default)]
    #[max_items(5_000)]
    defer: Vec<String>,
    /// One line per project (the default), day, member or entry.
    #[server(default)]
    group_by: Option<GroupBy>,
    /// The organization's way when absent.
    #[server(default)]
    rounding: Option<Rounding>,
    /// Further lines beside the time.
    #[server(default)]
    lines: Vec<CustomLine>,
    /// On the whole invoice: "10%" or "50.00".
    #[server(default)]
    discount: Option<String>,
    /// To the client.
    #[server(default)]
    #[max_length(4_000)]
    notes: Option<String>,
) -> Result<Invoice, Error> {
    draft::create(cx, draft::Wanted { client, period, from, to, projects, defer, group_by, rounding, lines, discount, notes }).await
}

/// Draft an invoice for every client with unbilled time, or for those that are named: all of them, or none when one cannot be drafted.
///
/// Each as draft_invoice makes it from the unbilled time of the period. Comes back with the total of each. Example: {"period": "last_month"}.
#[operation(write, everyday, needs = WriteMoney, scope = MoneyWrite, agent = Direct, title = "Draft several invoices")]
pub async fn draft_invoices(
    cx: &mut Call,
    /// By id or name; all with unbilled time when absent.
    #[server(default)]
    #[max_items(50)]
    clients: Option<Vec<String>>,
    /// last_month, 2026-03, 2026-Q1, 2026-03-01..2026-03-15; all when absent.
    #[server(default)]
    period: Option<String>,
    /// First day, if no period.
    #[server(default)]
    from: Option<String>,
    /// The last day.
    #[server(default)]
    to: Option<String>,
    /// One line per project (the default), day, member or entry.
    #[server(default)]
    group_by: Option<GroupBy>,
    /// The organization's way when absent.
    #[server(default)]
    rounding: Option<Rounding>,
    /// A note to each client.
    #[server(default)]
    #[max_length(4_000)]
    notes: Option<String>,
) -> Result<DraftedInvoices, Error> {
    several::create(cx, clients, draft::Each { period, from, to, group_by, rounding, notes }).await
}

/// Change a draft: the text and the tax of its lines, the rates of its time, custom lines, discount, notes, service period, payment terms. Totals are computed anew.
///
/// Refused (locked) once the invoice is sent, and (stale) when `version` is given and somebody changed the draft since.
/// Removing a line of time releases that time for another invoice.
#[operation(write, idempotent, everyday, needs = WriteMoney, scope = MoneyWrite, agent = Direct, title = "Change a draft invoice")]
pub async fn update_invoice_draft(
    cx: &mut Call,
    /// Id of the invoice.
    invoice: String,
    /// As you saw it: stale when newer.
    #[server(default)]
    version: Option<i32>,
    /// Changes of lines that are there.
    #[server(default)]
    #[max_items(2_000)]
    lines: Vec<LineChange>,
    /// Custom lines for the end.
    #[server(default)]
    add: Vec<CustomLine>,
    /// On the whole invoice: "10%" or "50.00"; empty for none.
    #[server(default)]
    discount: Edit<String>,
    /// To the client; empty for none.
    #[server(default)]
    #[max_length(4_000)]
    notes: Edit<String>,
    /// First day of service, YYYY-MM-DD; both empty for that of the time.
    #[server(default)]
    period_from: Edit<String>,
    /// Last day of service; empty likewise.
    #[server(default)]
    period_to: Edit<String>,
    /// Days to pay.
    #[server(default)]
    #[max(365)]
    payment_terms_days: Option<u16>,
    /// Tax the time and lines as the client by now, whatever they say here; lines with a tax of their own keep it.
    #[server(default)]
    client_tax: Option<bool>,
    /// Price its time at the rates that hold by now.
    #[server(default)]
    current_rates: Option<bool>,
    /// Per hour of the time on it that has no rate, such as "80.00".
    #[server(default)]
    time_rate: Option<Amount>,
) -> Result<Invoice, Error> {
    let rates = edit::Rates { current: current_rates.unwrap_or(false), missing: time_rate, again: edit::rates_again(&lines) };
    let change = edit::DraftChange { version, lines, add, discount, notes, period_from, period_to, payment_terms_days, client_tax, rates };
    edit::update(cx, &invoice, change).await
}

/// Delete a draft and release the time on it. A sent invoice is not deleted; a person can void it.
#[operation(destroy, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Delete a draft invoice")]
pub async fn delete_invoice_draft(
    cx: &mut Call,
    /// Id of the invoice.
    invoice: String,
) -> Result<DeletedInvoice, Error> {
    edit::delete(cx, &invoice).await
}

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
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
    /// Also count all that match.
    #[server(default)]
    with_total: Option<bool>,
) -> Result<Page<InvoiceSummary>, Error> {
    read::list(cx, client, status, limit, cursor, with_total.unwrap_or(false)).await
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
    print::file(cx, &invoice).await
}

/// Send an invoice: give the next number, freeze the PDF, bill the time on it and mail it to the client, all or nothing.
///
/// The number has no gap and is never used again. Refused when the invoice was sent already, has no line, or has nobody to
/// mail it to (give `to`, or `without_email`). This cannot be undone; a person can void it.
#[operation(write, prints, mails, everyday, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Send an invoice")]
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
    send::send(cx, &invoice, send::Sending { version, to, message, without_email: without_email.unwrap_or(false) }).await
}

/// Mark an invoice as paid, in whole or in part: record what the client paid. It is paid when nothing is left; too much is refused.
#[operation(write, destructive, everyday, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Record a payment")]
pub async fn record_payment(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
    /// What was paid, such as "1080.00".
    amount: Amount,
    /// The day it was paid: YYYY-MM-DD, today, yesterday or a weekday.
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
    let given = payment::Given { amount, day: date, method: method.unwrap_or_default(), note, balance };
    payment::record(cx, &invoice, given).await
}

/// Remove a payment that was recorded by mistake: what it paid is open again. The log keeps the payment, its removal and the reason.
///
/// Example: {"payment": "0199…", "reason": "Recorded on the wrong invoice"}. It can be undone.
#[operation(write, destructive, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Remove a payment")]
pub async fn remove_payment(
    cx: &mut Call,
    /// Id, from get_invoice.
    payment: String,
    /// Why, in one line; it stays in the log.
    #[max_length(500)]
    reason: String,
) -> Result<Invoice, Error> {
    payment::remove(cx, &payment, &reason).await
}

/// Void a sent invoice on which nothing was paid, whatever its total: its time can be billed again, its number is never used again.
#[operation(destroy, needs = Treasury, reach = Person, title = "Void an invoice")]
pub async fn void_invoice(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
) -> Result<Invoice, Error> {
    payment::void(cx, &invoice).await
}

/// Draft a void invoice again as it was, with its time that is not billed by now: the client's present tax takes the place of what they had.
///
/// Refused (conflict) while an earlier draft of it, or the invoice made of that, is there. Example: {"invoice": "2026-0001"}.
#[operation(write, needs = WriteMoney, scope = MoneyWrite, agent = Direct, title = "Draft a void invoice again")]
pub async fn redraft_invoice(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
) -> Result<Invoice, Error> {
    redraft::create(cx, &invoice).await
}
