//! Confirms drafts: time that an agent wrote counts once a person has looked at it.

use std::collections::BTreeSet;

use domain::hours::WorkDuration;
use jiff::civil::Date;
use uuid::Uuid;

use super::{ConfirmedDrafts, EntryState, lock, store::write};
use crate::{
    budgets::guard::{BudgetGuard, HardStop},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations, reference,
};

/// The most drafts that one call confirms.
const CONFIRMED_MAX: i64 = 1_000;

/// The most drafts that one call names.
const NAMED_MAX: usize = 200;

/// Confirms drafts, so that they count as logged time.
pub async fn confirm(cx: &mut Call, entries: Vec<String>, all: bool) -> Result<ConfirmedDrafts, Error> {
    let read_scope = ReadScope::of(cx)?;
    let ids = chosen(&entries, all)?;
    let of = if all { Some(read_scope.member) } else { read_scope.only_time_of() };
    organizations::store::lock_shared(&mut cx.db).await?;
    let mut found = write::lock_drafts(&mut cx.db, ids.as_deref(), of, CONFIRMED_MAX).await?;
    if ids.is_some_and(|ids| ids.len() != found.len()) {
        return Err(Error::not_found("time entry"));
    }
    found.retain(|draft| draft.state == EntryState::Draft.name());
    let closed = found.iter().filter(|draft| draft.closed).count();
    if closed > 0 && !all {
        let words = match closed {
            1 => "One of these drafts is on a day that is closed, so it cannot count any more.".to_owned(),
            several => format!("{several} of these drafts are on days that are closed, so they cannot count any more."),
        };
        return Err(Error::new(Code::Locked, words).hint(format!("Leave out what is closed. {}", lock::REOPEN_HINT)));
    }
    if found.iter().any(|draft| draft.running) {
        return Err(Error::new(Code::Conflict, "A running timer cannot be confirmed.").hint("Stop it first."));
    }
    if closed > 0 {
        cx.warn(match closed {
            1 => "1 draft is on a day that is closed and still waits.".to_owned(),
            several => format!("{several} drafts are on days that are closed and still wait."),
        });
    }
    found.retain(|draft| !draft.closed);
    let confirmed: Vec<Uuid> = found.iter().map(|draft| draft.id).collect();
    let now = cx.now;
    let touched: Vec<(Uuid, Date)> = found.iter().map(|draft| (draft.project_id, draft.day.to_jiff())).collect();
    let guard = BudgetGuard::lock(cx, &touched).await?;
    write::confirm(&mut cx.db, &confirmed, now).await?;
    let budgets = guard.finish(cx, &read_scope, HardStop::Enforce).await?.all();
    let worked = found.iter().map(|draft| i64::from(draft.seconds)).sum();
    let waiting = write::count_drafts(&mut cx.db, read_scope.member).await?;
    Ok(ConfirmedDrafts { confirmed: confirmed.len() as i64, worked: WorkDuration::of(worked), waiting, budgets })
}

/// The ids of the drafts without duplicates; `None` if all are meant.
fn chosen(entries: &[String], all: bool) -> Result<Option<Vec<Uuid>>, Error> {
    if all != entries.is_empty() {
        return Err(Error::invalid("time_entries", "Name the drafts in time_entries, or set all to true; one of the two."));
    }
    if entries.len() > NAMED_MAX {
        return Err(Error::invalid(
            "time_entries",
            format!("At most {NAMED_MAX} drafts are confirmed by name at once; send fewer, or set all to true."),
        ));
    }
    let ids: BTreeSet<Uuid> = entries.iter().map(|entry| reference::parse_id(entry)).collect();
    Ok((!all).then(|| ids.into_iter().collect()))
}
