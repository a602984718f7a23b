//! Operations on invoices before they are sent: listing unbilled time, previewing, drafting, changing and deleting.

use domain::{money::Amount, patch::Patch, time_rounding::Rounding};
use macros::operation;

use super::{CustomLine, DeletedInvoice, DraftedInvoices, Invoice, InvoiceGroupBy, InvoicePreview, LineChange, UnbilledTime};
#[cfg(feature = "ssr")]
use super::{draft, draft_batch, redraft, unbilled, update_draft};
use crate::error::Error;

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
) -> Result<UnbilledTime, Error> {
    unbilled::list(cx, unbilled::UnbilledFilter { client, period, from, to }, limit, cursor).await
}

/// Show exactly what an invoice drafted with the same arguments would be, without drafting it.
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
    group_by: Option<InvoiceGroupBy>,
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
    draft::preview(cx, draft::DraftRequest { client, period, from, to, projects, defer, group_by, rounding, lines, discount, notes }).await
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
    group_by: Option<InvoiceGroupBy>,
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
    draft::create(cx, draft::DraftRequest { client, period, from, to, projects, defer, group_by, rounding, lines, discount, notes }).await
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
    group_by: Option<InvoiceGroupBy>,
    /// The organization's way when absent.
    #[server(default)]
    rounding: Option<Rounding>,
    /// A note to each client.
    #[server(default)]
    #[max_length(4_000)]
    notes: Option<String>,
) -> Result<DraftedInvoices, Error> {
    draft_batch::create(cx, clients, draft::BatchDraftOptions { period, from, to, group_by, rounding, notes }).await
}

/// Change a draft: the text and the tax of its lines, the rates of its time, custom lines, discount, notes, service period, payment terms.
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
    discount: Patch<String>,
    /// To the client; empty for none.
    #[server(default)]
    #[max_length(4_000)]
    notes: Patch<String>,
    /// First day of service, YYYY-MM-DD; both empty for that of the time.
    #[server(default)]
    period_from: Patch<String>,
    /// Last day of service; empty likewise.
    #[server(default)]
    period_to: Patch<String>,
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
    /// Add to its note what the law wants said of late payment.
    #[server(default)]
    late_payment_terms: Option<bool>,
) -> Result<Invoice, Error> {
    let rates = update_draft::RateChange {
        current: current_rates.unwrap_or(false),
        missing: time_rate,
        per_line: update_draft::line_rates(&lines),
    };
    let change = update_draft::DraftChange {
        version,
        lines,
        add,
        discount,
        notes,
        late_payment_terms,
        period_from,
        period_to,
        payment_terms_days,
        client_tax,
        rates,
    };
    update_draft::update(cx, &invoice, change).await
}

/// Delete a draft and release the time on it. A sent invoice is not deleted; a person can void it.
#[operation(destroy, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Delete a draft invoice")]
pub async fn delete_invoice_draft(
    cx: &mut Call,
    /// Id of the invoice.
    invoice: String,
) -> Result<DeletedInvoice, Error> {
    update_draft::delete(cx, &invoice).await
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
