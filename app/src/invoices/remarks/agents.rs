//! The remark on time that agents worked: the lines of an invoice include it with that of people.

use domain::hours::WorkDuration;

use super::{RemarkInput, remark};
use crate::invoices::InvoiceProblem;

/// The remark with the amount of time that agents worked; `None` if people worked all of it.
pub fn of(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let seconds: i64 = content.time.iter().filter(|entry| entry.by_agent).map(|entry| entry.seconds).sum();
    (seconds > 0).then(|| remark("lines", format!("{} of this were worked by agents.", WorkDuration::of(seconds).text)))
}
