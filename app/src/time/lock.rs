//! What keeps a time entry from changing.

use jiff::civil::Date;
use serde_json::json;

use super::store::StoredEntry;
use crate::{
    error::{Code, Error},
    operation::Call,
    projects::read_scope::ReadScope,
};

/// Refuses a change of an entry that is invoiced, approved or on a closed day, and says by what it is held. Whether the caller may take it
/// off a draft, and change it then, is `may_take_off_draft`.
pub fn refuse_locked(entry: &StoredEntry, lock_date: Option<Date>, read_scope: &ReadScope, may_take_off_draft: bool) -> Result<(), Error> {
    if let Some(invoice) = &entry.invoice {
        let what = match &invoice.number {
            // Invoices are money: who may not see it is told that there is one, and no more.
            _ if !read_scope.money => "an invoice".to_owned(),
            Some(number) => format!("invoice {number}"),
            None => "a draft invoice".to_owned(),
        };
        let way = invoiced_hint(invoice.number.is_some(), read_scope.money, may_take_off_draft);
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

/// Whether the caller may take time off a draft of an invoice. What is billed was logged, which an agent that writes drafts leaves to a
/// person, on a draft or off it.
pub fn may_take_off_draft(cx: &Call) -> bool {
    !cx.writes_drafts() && cx.may_call("update_invoice_draft")
}

/// What there is to do about time on an invoice, by whether that was sent, whether the caller sees money, and whether they may take time off
/// a draft.
pub fn invoiced_hint(sent: bool, money: bool, may_take_off_draft: bool) -> &'static str {
    match sent {
        // Of what was sent nobody takes anything off.
        true if money => "What was invoiced stays as it is; an owner or admin can void the invoice.",
        true => "An owner or admin knows more of it.",
        false if !money => "An owner or admin can take it off there.",
        false if may_take_off_draft => "Take its line off the draft first. update_invoice_draft does that.",
        false => "A person who writes invoices can take its line off the draft.",
    }
}

/// How closed days are opened, which whoever reads it may do themselves.
pub const REOPEN_HINT: &str = "An owner or admin can move the lock date in Settings, under Closed up to and including.";

/// The day is closed.
pub fn day_closed(last: Date) -> Error {
    Error::new(Code::Locked, format!("All days up to {last} are closed, so their time cannot change."))
        .hint(format!("Choose a later day. {REOPEN_HINT}"))
}
