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

/// The time of one client that waits among what would be billed: `3h (360.00 EUR) waits to be confirmed by Ada (https://…)`, without a
/// period at its end. `None` where nothing waits.
pub async fn of_client(cx: &mut Call, wanted: &BillableFilter<'_>) -> Result<Option<String>, Error> {
    let rows = store::waiting_time(&mut cx.db, &WaitingFilter::from(wanted), 1).await?;
    rows.first().map(|row| words(cx, row, "")).transpose()
}

/// The warning on an invoice that leaves out time that waits; `None` where nothing waits.
pub async fn warning(cx: &mut Call, wanted: &BillableFilter<'_>) -> Result<Option<String>, Error> {
    let rows = store::waiting_time(&mut cx.db, &WaitingFilter::from(wanted), 1).await?;
    let told = rows.first().map(|row| words(cx, row, &format!(" of {}", row.client_name))).transpose()?;
    Ok(told.map(|told| format!("{told}, and is not on this invoice.")))
}

/// The time that waits, one sentence for each of the first clients by name, and one about the others.
pub async fn by_client(cx: &mut Call, wanted: &WaitingFilter<'_>) -> Result<Vec<String>, Error> {
    let rows = store::waiting_time(&mut cx.db, wanted, CLIENTS_NAMED).await?;
    let sentence = |row: &WaitingRow| words(cx, row, &format!(" of {}", row.client_name)).map(|told| format!("{told}."));
    let mut told = rows.iter().map(sentence).collect::<Result<Vec<_>, Error>>()?;
    match rows.first().map_or(0, |row| row.clients - rows.len() as i64) {
        0 => {}
        1 => told.push("Time of 1 more client waits likewise.".to_owned()),
        more => told.push(format!("Time of {more} more clients waits likewise.")),
    }
    Ok(told)
}

/// What waits for whom; `of` names the client, or is empty where the text has named them.
fn words(cx: &Call, row: &WaitingRow, of: &str) -> Result<String, Error> {
    let currency = Currency::parse(&row.currency)?;
    let time = |seconds: i64, amount: i64| {
        let worth = if amount > 0 { format!(" ({})", Money::new(amount, &currency).text()) } else { String::new() };
        format!("{}{worth}{of}", WorkDuration::of(seconds).text)
    };
    let mut parts = Vec::new();
    if row.drafts > 0 {
        let (slug, public_url) = (&cx.membership()?.slug, &cx.caller.services.public_url);
        let from = row.oldest_draft.as_ref().map(|day| format!("?from={}", Day::from(day.to_jiff()))).unwrap_or_default();
        let drafts = time(row.drafts, row.drafts_amount);
        parts.push(format!("{drafts} waits to be confirmed{} ({public_url}/o/{slug}/time{from})", by(row)));
    }
    if row.submitted > 0 {
        parts.push(format!("{} waits to be approved", time(row.submitted, row.submitted_amount)));
    }
    Ok(parts.join(", and "))
}

/// Whose drafts they are: each member finds their own on the time page.
fn by(row: &WaitingRow) -> String {
    match (&row.member_name, row.members) {
        (None, _) => String::new(),
        (Some(name), 2) => format!(" by {name} and 1 other"),
        (Some(name), 3..) => format!(" by {name} and {} others", row.members - 1),
        (Some(name), _) => format!(" by {name}"),
    }
}
