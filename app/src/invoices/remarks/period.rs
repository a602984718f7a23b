//! Remarks on the service period, compared with today and with the days of the time on the invoice.

use super::{RemarkInput, remark};
use crate::invoices::{InvoiceProblem, compose, draft};

/// The remarks on the service period.
pub fn of(content: &RemarkInput<'_>) -> Vec<InvoiceProblem> {
    [still_to_come(content), beside_the_time(content)].into_iter().flatten().collect()
}

/// The remark on a bill for future days: that is a payment in advance, which an invoice has to call so (§ 14 (5) UStG, Article 220 (1) no.
/// 4 of Directive 2006/112/EC).
fn still_to_come(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let last = content.period.filter(|period| period.to.date() > content.today)?;
    let message = format!(
        "The service period ends on {}, which is still to come: the work is billed before it is done. Say so in the note, or correct the days.",
        last.to.in_words()
    );
    Some(remark("period_to", message))
}

/// The remark on billed work outside of the service period: its tax is owed for the days on which it was done (EN 16931 BT-73 and BT-74,
/// Article 226 (7) of Directive 2006/112/EC).
fn beside_the_time(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let days = compose::days(content.time.iter().copied())?;
    let (period, worked) = (content.period?, draft::service_period(Some(days), content.today));
    let [begins, ends] = [&worked.from, &worked.to].map(|day| period.contains(day));
    if begins && ends {
        return None;
    }
    let is_apart = !begins && !ends && !worked.contains(&period.from);
    let how_much = if is_apart { "none of it" } else { "not all of it" };
    let message = format!(
        "The time on the invoice is of {}, and {how_much} lies within the service period, {}. Leave both days of the period empty for \
         those of the time, or correct them.",
        worked.label(),
        period.label()
    );
    Some(remark("period_from", message))
}
