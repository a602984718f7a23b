//! The remark on the price of time on a draft, compared with the current rates.

use domain::{
    hours::WorkDuration,
    money::{Currency, amount_of, formatted},
};

use super::remark;
use crate::{
    error::Error,
    invoices::{
        InvoiceProblem,
        store::{DraftEntry, InvoiceRow},
    },
    operation::Call,
};

/// The field of the remark on time that gets no rate while its day is closed.
const LOCKED: &str = "organization.lock_date";

/// The remark on the rates of the time on a draft.
pub fn of(row: &InvoiceRow, time: &[DraftEntry]) -> Result<Option<InvoiceProblem>, Error> {
    Ok(match time.iter().filter(|time| time.entry.rate.is_none()).map(|time| time.entry.seconds).sum() {
        0 => of_other_rates(time, &Currency::parse(&row.currency)?),
        without_rate => Some(of_missing(time, without_rate)),
    })
}

/// The warning about time without a rate on a draft that was just made, from the remarks on it; `None` where no remark is about that.
pub fn kept_draft_warning(cx: &Call, remarks: &[InvoiceProblem]) -> Option<String> {
    let is_of_rates = |remark: &&InvoiceProblem| ["current_rates", "time_rate", LOCKED].contains(&remark.field.as_str());
    let InvoiceProblem { field, message, .. } = remarks.iter().find(is_of_rates)?;
    if field == LOCKED {
        return Some(message.clone());
    }
    // An agent that writes drafts may not change the rate of logged time. At a page only the words of the remark are left, which the page
    // of the draft does not say twice.
    Some(match cx.writes_drafts() {
        true => format!("{message} A person does that on the page of the draft."),
        false => format!("{message} update_invoice_draft with {field} does that."),
    })
}

/// The remark on time without a rate: it suggests the current rates if they cover all of it, else asks for one.
fn of_missing(time: &[DraftEntry], without_rate: i64) -> InvoiceProblem {
    let lacking = || time.iter().filter(|time| time.entry.rate.is_none());
    let seconds = |of: fn(&&DraftEntry) -> bool| lacking().filter(of).map(|time| time.entry.seconds).sum::<i64>();
    let (closed, unknown) = (seconds(|time| time.closed), seconds(|time| !time.closed && time.holds.is_none()));
    let told = format!("{} of this time had no rate when it was drafted, so it is billed at 0.", WorkDuration::of(without_rate).text);
    let locked = match closed {
        0 => String::new(),
        closed => format!(" {} of it is before the lock date and gets one only when that is moved.", WorkDuration::of(closed).text),
    };
    let (field, way) = match unknown {
        _ if closed == without_rate => (LOCKED, ""),
        0 => ("current_rates", " Take up the rates that hold by now, or leave it as it is."),
        _ => ("time_rate", " Say what an hour of it costs, or leave it as it is."),
    };
    remark(field, format!("{told}{locked}{way}"))
}

/// The remark on time drafted at other rates than the current ones: a corrected rate does not change time on a draft by itself.
fn of_other_rates(time: &[DraftEntry], currency: &Currency) -> Option<InvoiceProblem> {
    let others: Vec<(&DraftEntry, i64)> = time
        .iter()
        .filter(|time| !time.own && !time.closed)
        .filter_map(|time| Some((time, time.holds.filter(|holds| time.entry.rate != Some(*holds))?)))
        .collect();
    if others.is_empty() {
        return None;
    }
    let seconds = others.iter().map(|(time, _)| time.entry.seconds).sum();
    let more: i64 = others
        .iter()
        .map(|(time, holds)| amount_of(time.entry.seconds, *holds) - amount_of(time.entry.seconds, time.entry.rate.unwrap_or(0)))
        .sum();
    let (worked, sign) = (WorkDuration::of(seconds).text, if more < 0 { "" } else { "+" });
    let message = format!(
        "{worked} of this time is billed at another rate than holds by now, which makes {sign}{} {currency}. Take up the rates that hold by now, or leave it as it is.",
        formatted(more, currency)
    );
    Some(remark("current_rates", message))
}
