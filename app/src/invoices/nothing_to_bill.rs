//! The refusal of an invoice with nothing on it: why there is nothing to bill, and what to do.

use uuid::Uuid;

use super::{
    store::{self, BillableFilter},
    waiting,
};
use crate::{
    error::{Code, Error},
    operation::Call,
};

/// The most drafts that it names.
const DRAFTS_NAMED: usize = 3;

/// The error that there is nothing to bill to this client. It names the drafts of invoices that hold the time already, and the time that
/// waits to be confirmed.
pub async fn error(cx: &mut Call, client: &str, wanted: &BillableFilter<'_>) -> Result<Error, Error> {
    let drafts = store::drafts_with_time(&mut cx.db, wanted, DRAFTS_NAMED as i64 + 1).await?;
    let waiting = waiting::of_client(cx, wanted).await?;
    let (of, other_choice) = chosen(wanted);
    let (why, way) = match (drafts.is_empty(), waiting) {
        (true, None) if of.is_empty() => (": they have no billable time that is on no invoice or draft".to_owned(), other_choice),
        (true, None) => (of.to_owned(), other_choice),
        (true, Some(waiting)) => (format!("{of}: {waiting}"), waiting::WAY_ON),
        (false, None) => (format!("{of}: {}", on_drafts(cx, &drafts)?), "Send or change what is drafted, or add a custom line."),
        (false, Some(waiting)) => (format!("{of}: {}, and a further {waiting}", on_drafts(cx, &drafts)?), waiting::WAY_ON),
    };
    Ok(Error::new(Code::Invalid, format!("There is nothing to bill to {client}{why}.")).hint(way))
}

/// What the request is limited to, in words, and what to do where nothing of it was worked.
fn chosen(wanted: &BillableFilter<'_>) -> (&'static str, &'static str) {
    match (wanted.period.is_some(), !wanted.projects.is_empty() || !wanted.defer.is_empty()) {
        (true, true) => (" in these days of what was chosen", "Choose other days or projects, leave less out, or add a custom line."),
        (true, false) => (" in these days", "Choose other days, or add a custom line."),
        (false, true) => (" of what was chosen", "Choose other projects, leave less out, or add a custom line."),
        (false, false) => ("", "Log time, or add a custom line."),
    }
}

/// The drafts of invoices that hold the time: the addresses of their pages for a program, the page that lists them for a person.
fn on_drafts(cx: &Call, drafts: &[Uuid]) -> Result<String, Error> {
    let address = |draft: &Uuid| cx.page_address(&format!("invoices/{draft}"));
    let pages = drafts.iter().take(DRAFTS_NAMED).map(address).collect::<Result<Vec<_>, Error>>()?;
    let (which, further) =
        (if drafts.len() == 1 { "a draft" } else { "drafts" }, if drafts.len() > DRAFTS_NAMED { " and others" } else { "" });
    let place = cx.worded("see the invoices page".to_owned(), format!("{}{further}", pages.join(", ")));
    Ok(format!("the time is on {which} already ({place})"))
}
