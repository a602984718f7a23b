//! Time that waits to be confirmed or approved, in words: it is billable and on no invoice, but no invoice takes it yet. Whoever bills is
//! told, or they would take it for time that was never logged.

use domain::{
    day::Day,
    hours::WorkDuration,
    money::{Currency, Money},
};

use super::store::{self, BillableFilter, WaitingFilter, WaitingRow};
use crate::{error::Error, operation::Call};

/// The most clients that are named.
const CLIENTS_NAMED: i64 = 3;

/// What to do about time that waits.
pub const WAY_ON: &str = "Have it confirmed or approved rather than log it again. list_time_entries with state draft or submitted shows it. \
                          confirm_time_entries confirms drafts.";

/// The time of one client that waits among what would be billed: `3h (360.00 EUR) of Ada's time wait to be confirmed (https://…)`, without
/// a period at its end. `None` where nothing waits.
pub async fn of_client(cx: &mut Call, wanted: &BillableFilter<'_>) -> Result<Option<String>, Error> {
    let rows = store::waiting_time(&mut cx.db, &WaitingFilter::from(wanted), 1).await?;
    rows.first().map(|row| words(cx, row, "")).transpose()
}

/// The warning on an invoice that leaves out time that waits; `None` where nothing waits.
pub async fn warning(cx: &mut Call, wanted: &BillableFilter<'_>) -> Result<Option<String>, Error> {
    let rows = store::waiting_time(&mut cx.db, &WaitingFilter::from(wanted), 1).await?;
    let told = rows.first().map(|row| words(cx, row, &format!(" for {}", row.client_name))).transpose()?;
    Ok(told.map(|told| format!("{told}. None of this time is on this invoice.")))
}

/// The time that waits, one sentence for each of the first clients by name, and one about the others.
pub async fn by_client(cx: &mut Call, wanted: &WaitingFilter<'_>) -> Result<Vec<String>, Error> {
    let rows = store::waiting_time(&mut cx.db, wanted, CLIENTS_NAMED).await?;
    let sentence = |row: &WaitingRow| words(cx, row, &format!(" for {}", row.client_name)).map(|told| format!("{told}."));
    let mut told = rows.iter().map(sentence).collect::<Result<Vec<_>, Error>>()?;
    match rows.first().map_or(0, |row| row.clients - rows.len() as i64) {
        0 => {}
        1 => told.push("Time for 1 more client waits likewise.".to_owned()),
        more => told.push(format!("Time for {more} more clients waits likewise.")),
    }
    Ok(told)
}

/// What waits and for what: drafts of agents to be confirmed, submitted time for approval. `for_client` names the client, or is empty where
/// the text has named them.
fn words(cx: &Call, row: &WaitingRow, for_client: &str) -> Result<String, Error> {
    let currency = Currency::parse(&row.currency)?;
    let waits = |seconds: i64, amount: i64, whose: &str| {
        let time = WorkDuration::of(seconds);
        let worth = if amount > 0 { format!(" ({})", Money::new(amount, &currency).text()) } else { String::new() };
        format!("{}{worth} of {whose}{for_client} {}", time.text, time.verb("waits", "wait"))
    };
    let mut parts = Vec::new();
    if row.drafts > 0 {
        parts.push(format!("{} to be confirmed{}", waits(row.drafts, row.drafts_amount, &whose(row)), where_confirmed(cx, row)?));
    }
    if row.submitted > 0 {
        parts.push(format!("{} for approval", waits(row.submitted, row.submitted_amount, "submitted time")));
    }
    Ok(parts.join(", and "))
}

/// Where the drafts are confirmed, from the day of the oldest on: each member finds their own on the time page.
fn where_confirmed(cx: &Call, row: &WaitingRow) -> Result<String, Error> {
    let oldest = row.oldest_draft.as_ref().map(|day| Day::from(day.to_jiff()));
    let from = oldest.as_ref().map(|day| format!("?from={day}")).unwrap_or_default();
    let since = oldest.as_ref().map(|day| format!(" (from {} on)", day.label())).unwrap_or_default();
    Ok(cx.worded(format!(" on the time page{since}"), format!(" ({})", cx.page_address(&format!("time{from}"))?)))
}

/// Whose time the drafts are.
fn whose(row: &WaitingRow) -> String {
    match (&row.member_name, row.members) {
        (None, _) => "time".to_owned(),
        (Some(name), 2) => format!("the time of {name} and 1 other"),
        (Some(name), 3..) => format!("the time of {name} and {} others", row.members - 1),
        (Some(name), _) => format!("{name}'s time"),
    }
}
