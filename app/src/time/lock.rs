//! Locks on time entries: invoices, approval and the lock date.

use jiff::civil::Date;
use serde_json::json;

use super::store::StoredEntry;
use crate::{
    access::{Permission, Scope},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
};

/// Refuses a change of an entry that is invoiced, approved or on a closed day, and names the reason. `access` says whether the caller may
/// take it off a draft invoice, and change it then.
pub fn refuse_locked(entry: &StoredEntry, lock_date: Option<Date>, read_scope: &ReadScope, access: InvoiceAccess) -> Result<(), Error> {
    if let Some(invoice) = &entry.invoice {
        let what = match &invoice.number {
            // Callers who may not see money learn only that there is an invoice.
            _ if !read_scope.money => "an invoice".to_owned(),
            Some(number) => format!("invoice {number}"),
            None => "a draft invoice".to_owned(),
        };
        let way = invoiced_hint(invoice.number.is_some(), read_scope.money, access);
        let error = Error::new(Code::Locked, format!("This time is on {what} and cannot change.")).hint(way);
        return Err(if read_scope.money { error.details(&json!({"invoice": invoice.id, "number": invoice.number})) } else { error });
    }
    if entry.state == super::EntryState::Approved {
        return Err(Error::new(Code::Locked, "This time is approved and cannot change.").hint("Ask an approver to reopen it."));
    }
    match lock_date {
        Some(last) if entry.day <= last => Err(day_closed(last)),
        _ => Ok(()),
    }
}

/// What the caller may do with the invoice that time is on.
#[derive(Debug, Clone, Copy)]
pub struct InvoiceAccess {
    may_take_off_draft: bool,
    token_lacks_money: bool,
}

impl InvoiceAccess {
    /// The access of the caller of this call.
    pub fn of(cx: &Call) -> Self {
        let lacks_scope = cx.caller.token.as_ref().is_some_and(|token| !token.scopes.contains(&Scope::MoneyRead));
        Self { may_take_off_draft: may_take_off_draft(cx), token_lacks_money: lacks_scope && cx.may(Permission::ReadMoney) }
    }
}

/// Whether the caller may take time off a draft invoice. Invoiced time was logged, and an agent that writes drafts leaves logged time
/// to a person.
fn may_take_off_draft(cx: &Call) -> bool {
    !cx.writes_drafts() && cx.may_call("update_invoice_draft")
}

/// The hint for time on an invoice. It depends on whether the invoice was sent, whether the caller sees money or could with another token,
/// and whether they may take time off a draft.
pub fn invoiced_hint(sent: bool, money: bool, access: InvoiceAccess) -> &'static str {
    match sent {
        _ if !money && access.token_lacks_money => "The token lacks the scope money:read, which shows that invoice. Use one that has it.",
        // Nothing is taken off a sent invoice.
        true if money => "What was invoiced stays as it is; an owner or admin can void the invoice.",
        true => "An owner or admin knows more of it.",
        false if !money => "An owner or admin can take it off there.",
        false if access.may_take_off_draft => "Take its line off the draft first. update_invoice_draft does that.",
        false => "A person who writes invoices can take its line off the draft.",
    }
}

/// The hint how to reopen closed days, which the reader may be allowed to do.
pub const REOPEN_HINT: &str = "An owner or admin can move the lock date in Settings, under Closed up to and including.";

/// The error for a closed day.
pub fn day_closed(last: Date) -> Error {
    Error::new(Code::Locked, format!("All days up to {last} are closed, so their time cannot change."))
        .hint(format!("Choose a later day. {REOPEN_HINT}"))
}
