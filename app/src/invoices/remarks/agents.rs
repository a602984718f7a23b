//! Time on an invoice that agents have worked: its lines hold it with that of people.

use super::{RemarkInput, remark};
use crate::{hours::WorkDuration, invoices::InvoiceProblem};

/// How much of the time agents have worked; nothing where people have worked all of it.
pub fn of(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let seconds: i64 = content.time.iter().filter(|entry| entry.by_agent).map(|entry| entry.seconds).sum();
    (seconds > 0).then(|| remark("lines", format!("{} of this were worked by agents.", WorkDuration::of(seconds).text)))
}
