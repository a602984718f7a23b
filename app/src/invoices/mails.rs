//! Operations on the mails of invoices: list, stop, send again.

use macros::operation;

use super::{Invoice, OutgoingMail};
#[cfg(feature = "ssr")]
use super::{mail, resend, stop};
use crate::{error::Error, page::Page};

/// Mail a sent invoice again, with the same number and the same frozen PDF: when its mail failed, was lost, stopped, or went astray.
///
/// Refused (conflict) while a mail with it waits to leave (stop_invoice_mail stops one), and for drafts and voided invoices. Each
/// address gets a mail of its own. Example: `{"invoice": "2026-0001", "to": ["ada@acme.example", "billing@acme.example"]}`.
#[operation(write, mails, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Mail an invoice again")]
pub async fn resend_invoice(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
    /// Addresses; those not reached yet, or the client's, when absent.
    #[server(default)]
    #[max_items(10)]
    to: Option<Vec<String>>,
    /// Words for the mail; those of its last mail when absent.
    #[server(default)]
    #[max_length(4_000)]
    message: Option<String>,
) -> Result<Invoice, Error> {
    resend::resend(cx, &invoice, to, message.as_deref()).await
}

/// Stop the mails of an invoice that still wait to leave, for instance since they would go to the wrong address. The invoice stays sent.
///
/// Refused (conflict) when none waits, or while the mail server has it in hand. It cannot be undone; resend_invoice mails it elsewhere. Example:
/// {"invoice": "2026-0001"}.
#[operation(write, destructive, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Stop the mail of an invoice")]
pub async fn stop_invoice_mail(
    cx: &mut Call,
    /// Id or number.
    invoice: String,
) -> Result<Invoice, Error> {
    stop::stop(cx, &invoice).await
}

/// List the mails that Stint sent or is about to send, the newest first, with their state and the last refusal.
///
/// Mails that invite somebody are listed only for those who manage people.
#[operation(read, idempotent, needs = WriteMoney, scope = MoneyRead, title = "List mails")]
pub async fn list_mails(
    cx: &mut Call,
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
) -> Result<Page<OutgoingMail>, Error> {
    mail::list(cx, limit, cursor).await
}
