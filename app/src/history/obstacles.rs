//! Detects known obstacles to an undo. The list of actions and the undo itself report them in the same words; obstacles that only a trial
//! finds, such as an exhausted budget or a client whose currency must stay, and those beyond the first changes of an action, are reported
//! by the undo alone. An action named in a refusal is always later than the refused one, so that following the hints terminates.

use std::collections::{HashMap, HashSet};

use domain::text;
use jiff::civil::Date;
use uuid::Uuid;

use super::{
    conflict_errors::ConflictErrors,
    permissions,
    store::{
        self,
        currency_conflicts::CurrencyConflict,
        deleted_references::DeletedReference,
        obstacle::{ClosedProject, LaterAction, LaterChange, ReferencedRecord, RestartedTimer, RunningTimer},
        time_changes::{self, TimeChange},
        unique_conflicts::{RestoredKeys, UniqueConflict},
    },
    undo::LOOKED_AT,
};
use crate::{
    database::Db,
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations,
    time::{EntryState, TimeEntry, entry_rules::may_stop_timer, lock, pricing::check_may_set_rate, read_entries},
};

/// The known obstacles to the undo of some actions.
pub struct Obstacles {
    /// The actions whose undo would set or clear the own rate of time, and why the caller may not do that.
    priced: Option<(Error, HashSet<Uuid>)>,
    /// The actions whose undo would restore time on a project that is closed for the caller.
    closed: HashMap<Uuid, ClosedProject>,
    /// The lock date, and the actions whose undo would change time up to it.
    on_closed_days: Option<(Date, HashSet<Uuid>)>,
    /// The actions one of whose records was changed since.
    later: HashMap<Uuid, LaterChange>,
    /// The actions whose undo would restore a reference to a deleted record.
    gone: HashMap<Uuid, DeletedReference>,
    /// The actions whose undo would restore a unique value that another record has now.
    taken: HashMap<Uuid, UniqueConflict>,
    /// The actions whose undo would restore an amount whose client has another currency now.
    other_currency: HashMap<Uuid, CurrencyConflict>,
    /// The actions whose undo would restart a timer that cannot run.
    timers: HashMap<Uuid, Error>,
    /// The actions that created a record to which another refers now.
    held: HashMap<Uuid, ReferencedRecord>,
    since: ConflictErrors,
}

impl Obstacles {
    /// Finds the known obstacles to these actions, in the first `most` changes of each.
    pub async fn of(cx: &mut Call, actions: &[Uuid], most: i64) -> Result<Self, Error> {
        let times = time_changes::of(&mut cx.db, actions, most).await?;
        let later = store::obstacle::later(&mut cx.db, actions, most).await?;
        let gone = store::deleted_references::gone(&mut cx.db, actions, &times, most).await?;
        let taken = taken(&mut cx.db, actions, most).await?;
        let other_currency = store::currency_conflicts::other(&mut cx.db, actions, &times, most).await?;
        let held = store::obstacle::held(&mut cx.db, actions, most).await?;
        let by = later.iter().map(|later| &later.by).chain(gone.iter().map(|gone| &gone.by)).chain(taken.iter().map(|taken| &taken.by));
        let by = by.chain(other_currency.iter().map(|other| &other.by)).chain(held.iter().map(|held| &held.by));
        let by: Vec<&LaterAction> = by.flatten().collect();
        let closed = closed(cx, &times).await?;
        let since = since(cx, &by, actions, &closed).await?;
        Ok(Self {
            priced: priced(cx, &times)?,
            closed,
            on_closed_days: on_closed_days(cx, &times).await?,
            later: later.into_iter().map(|later| (later.action, later)).collect(),
            gone: gone.into_iter().map(|gone| (gone.action, gone)).collect(),
            taken: taken.into_iter().map(|taken| (taken.action, taken)).collect(),
            other_currency: other_currency.into_iter().map(|other| (other.action, other)).collect(),
            timers: timers_that_stay(cx, &times).await?,
            held: held.into_iter().map(|held| (held.action, held)).collect(),
            since,
        })
    }

    /// Why an action, which was a call of `operation`, cannot be undone; nothing without a known obstacle.
    pub fn refusal(&self, action: Uuid, operation: &str) -> Option<Error> {
        if let Some((refusal, _)) = self.priced.as_ref().filter(|(_, actions)| actions.contains(&action)) {
            return Some(refusal.clone());
        }
        if let Some(closed) = self.closed.get(&action) {
            return Some(permissions::closed_project_error(closed));
        }
        if let Some((last, _)) = self.on_closed_days.as_ref().filter(|(_, actions)| actions.contains(&action)) {
            return Some(lock::day_closed(*last).hint(lock::REOPEN_HINT));
        }
        // A later change comes first: with it, removing the other obstacles would not make the undo possible.
        let later = self.later.get(&action).map(|later| self.since.overtaken(operation, later));
        let gone = || self.gone.get(&action).map(|gone| self.since.missing(operation, gone));
        let taken = || self.taken.get(&action).map(|taken| self.since.taken(operation, taken));
        let currency = || self.other_currency.get(&action).map(|other| self.since.other_currency(operation, other));
        let timer = || self.timers.get(&action).cloned();
        let held = || self.held.get(&action).map(|held| self.since.in_use(operation, held));
        later.or_else(gone).or_else(taken).or_else(currency).or_else(timer).or_else(held)
    }
}

/// How many changes of several actions are examined in all, however many each of them consists of.
const LOOKED_AT_IN_ALL: i64 = 2_500;

/// How many changes of each of these actions are examined: [`LOOKED_AT`], or as many as keep their sum within [`LOOKED_AT_IN_ALL`].
pub async fn looked_at(db: &mut Db, actions: &[Uuid]) -> Result<i64, Error> {
    Ok(share(time_changes::sizes(db, actions, LOOKED_AT).await?, LOOKED_AT, LOOKED_AT_IN_ALL))
}

/// The most changes of each action of these sizes, up to `each`, with which no more than `in_all` are examined, and one at least. What
/// small actions leave is for the large ones.
pub fn share(mut sizes: Vec<i64>, each: i64, in_all: i64) -> i64 {
    sizes.sort_unstable();
    let mut left = in_all;
    for (at, size) in sizes.iter().enumerate() {
        let actions = (sizes.len() - at) as i64;
        if size * actions > left {
            return (left / actions).clamp(1, each);
        }
        left -= size;
    }
    each
}

/// The errors for the later actions that were found. `closed` are those of `examined` that would restore time on a closed project.
async fn since(
    cx: &mut Call,
    by: &[&LaterAction],
    examined: &[Uuid],
    closed: &HashMap<Uuid, ClosedProject>,
) -> Result<ConflictErrors, Error> {
    let others: HashSet<Uuid> = by.iter().map(|by| by.action).filter(|by| !examined.contains(by)).collect();
    let closed_since = closed_among(cx, &others.into_iter().collect::<Vec<_>>()).await?;
    let later = by.iter().filter_map(|by| Some((by.action, closed.get(&by.action).or_else(|| closed_since.get(&by.action))?)));
    let reasons = later.map(|(id, closed)| (id, permissions::closed_project_reason(closed))).collect();
    ConflictErrors::of(cx, by, reasons).await
}

/// Those of these actions whose undo would restore time on a closed project.
async fn closed_among(cx: &mut Call, actions: &[Uuid]) -> Result<HashMap<Uuid, ClosedProject>, Error> {
    if actions.is_empty() {
        return Ok(HashMap::new());
    }
    let most = looked_at(&mut cx.db, actions).await?;
    let times = time_changes::of(&mut cx.db, actions, most).await?;
    closed(cx, &times).await
}

/// Those of these actions to whose undo there is a known obstacle for any caller, but for later changes and references to created records.
pub async fn hindered(db: &mut Db, actions: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    if actions.is_empty() {
        return Ok(HashSet::new());
    }
    let most = looked_at(db, actions).await?;
    let times = time_changes::of(db, actions, most).await?;
    let mut hindered: HashSet<Uuid> = with_timers_that_stay(db, &times).await?;
    hindered.extend(store::obstacle::closed(db, &times, None).await?.iter().map(|closed| closed.action));
    hindered.extend(store::deleted_references::gone(db, actions, &times, most).await?.iter().map(|gone| gone.action));
    hindered.extend(taken(db, actions, most).await?.iter().map(|taken| taken.action));
    hindered.extend(store::currency_conflicts::other(db, actions, &times, most).await?.iter().map(|other| other.action));
    Ok(hindered)
}

/// The error when the undo of `operation` finds a record that differs from the state after the action, though no later change is known.
pub async fn overtaken(cx: &mut Call, action: Uuid, operation: &str, kind: &str) -> Result<Error, Error> {
    let later = LaterChange { action, kind: kind.to_owned(), invoiced: false, number: None, by: None };
    Ok(since(cx, &[], &[], &HashMap::new()).await?.overtaken(operation, &later))
}

/// The error when only the trial of an undo of `operation` finds that another record refers to a created one.
pub async fn in_use(cx: &mut Call, operation: &str, held: &ReferencedRecord) -> Result<Error, Error> {
    Ok(since(cx, &[], &[], &HashMap::new()).await?.in_use(operation, held))
}

/// Those of these actions whose undo would restore a unique value that another record has now. Names are compared by search key.
pub async fn taken(db: &mut Db, actions: &[Uuid], most: i64) -> Result<Vec<UniqueConflict>, Error> {
    let mut keys = RestoredKeys::default();
    for back in store::unique_conflicts::names_back(db, actions, most).await? {
        keys.actions.push(back.action);
        keys.kinds.push(back.kind);
        keys.records.push(back.record);
        keys.keys.push(text::search_key(&back.name));
        keys.clients.push(back.client.unwrap_or_default());
    }
    store::unique_conflicts::taken(db, actions, &keys, most).await
}

/// The actions whose undo would restore time on a closed project.
async fn closed(cx: &mut Call, times: &[TimeChange]) -> Result<HashMap<Uuid, ClosedProject>, Error> {
    let only_projects_of = ReadScope::of(cx)?.only_projects_of();
    let closed = store::obstacle::closed(&mut cx.db, times, only_projects_of).await?;
    Ok(closed.into_iter().map(|closed| (closed.action, closed)).collect())
}

/// The actions whose undo would set, change or clear the own rate of time where the caller may not, with the error.
fn priced(cx: &Call, times: &[TimeChange]) -> Result<Option<(Error, HashSet<Uuid>)>, Error> {
    let Err(refusal) = check_may_set_rate(&cx.caller, &ReadScope::of(cx)?) else { return Ok(None) };
    Ok(Some((refusal, times.iter().filter(|time| time.priced).map(|time| time.action).collect())))
}

/// The actions whose undo would restart a timer that cannot run, with the error.
async fn timers_that_stay(cx: &mut Call, times: &[TimeChange]) -> Result<HashMap<Uuid, Error>, Error> {
    let restarted = store::obstacle::restarted(&mut cx.db, times).await?;
    let (ends, entries) = (ends_own(cx, &restarted).await?, running_entries(cx, &restarted).await?);
    let refusal = |restarted: &RestartedTimer| match &restarted.other {
        // A member who cannot have a timer is checked before a second timer, which could be stopped.
        _ if !permissions::may_hold(&restarted.member, "time_entry") => {
            Some(Error::new(Code::Conflict, permissions::timer_of_nobody(&restarted.member.name)))
        }
        Some(other) => {
            let entry = entries.iter().find(|entry| entry.id.0 == other.id);
            Some(second_timer(other, ends == Some(other.id), entry))
        }
        None => None,
    };
    Ok(restarted.iter().filter_map(|restarted| Some((restarted.action, refusal(restarted)?))).collect())
}

/// The same for any caller: those whose undo would restart a timer that cannot run.
async fn with_timers_that_stay(db: &mut Db, times: &[TimeChange]) -> Result<HashSet<Uuid>, Error> {
    let restarted = store::obstacle::restarted(db, times).await?;
    let stays = |restarted: &&RestartedTimer| restarted.other.is_some() || !permissions::may_hold(&restarted.member, "time_entry");
    Ok(restarted.iter().filter(stays).map(|restarted| restarted.action).collect())
}

/// The running timer of the caller, of which there is one at most, if it conflicts with a restarted one and they may stop it.
async fn ends_own(cx: &mut Call, restarted: &[RestartedTimer]) -> Result<Option<Uuid>, Error> {
    let own = cx.membership()?.member.0;
    let Some(running) = restarted.iter().find_map(|restarted| restarted.other.as_ref().filter(|_| restarted.member.id == own)) else {
        return Ok(None);
    };
    let state: EntryState = running.state.parse()?;
    Ok(may_stop_timer(cx, running.id, state).await?.then_some(running.id))
}

/// The timers that run now, as far as the caller may see them.
async fn running_entries(cx: &mut Call, restarted: &[RestartedTimer]) -> Result<Vec<TimeEntry>, Error> {
    let ids: Vec<Uuid> = restarted.iter().filter_map(|restarted| Some(restarted.other.as_ref()?.id)).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let read_scope = ReadScope::of(cx)?;
    read_entries::find_many(cx, &read_scope, &ids).await
}

/// The refusal of a second timer: an undo does not stop a running timer. `ends` is whether the caller may stop it, and `entry` what they
/// may see of it, which the error contains as it does where another timer is started.
fn second_timer(running: &RunningTimer, ends: bool, entry: Option<&TimeEntry>) -> Error {
    let what = if running.description.is_empty() { String::new() } else { format!(" (\"{}\")", text::excerpt(&running.description)) };
    let message = format!("A timer is running on {}{what}, and nobody has two.", running.project);
    let way = match ends {
        true => "Stop it first; then this can be undone.",
        false => "Whoever has started it has to stop it; then this can be undone.",
    };
    let error = Error::new(Code::TimerRunning, message).hint(way);
    match entry {
        Some(entry) => error.details(entry),
        None => error,
    }
}

/// The actions whose undo would change time up to the lock date, and that date. Locked time is neither restored nor deleted.
async fn on_closed_days(cx: &mut Call, times: &[TimeChange]) -> Result<Option<(Date, HashSet<Uuid>)>, Error> {
    let Some(last) = organizations::settings::get(cx).await?.lock_date.map(|day| day.date()) else { return Ok(None) };
    Ok(Some((last, times.iter().filter(|time| time.is_up_to(last)).map(|time| time.action).collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_actions_of_a_page_are_examined_in_full_until_their_changes_exceed_the_bound() {
        let share = |sizes| share(sizes, LOOKED_AT, LOOKED_AT_IN_ALL);
        assert_eq!(share(Vec::new()), LOOKED_AT);
        assert_eq!(share(vec![1; 201]), LOOKED_AT);
        let mixed = [vec![1; 180], vec![LOOKED_AT; 21]].concat();
        assert_eq!(share(mixed), LOOKED_AT, "the small ones leave enough for the large ones");
        for actions in [26, 51, 201, 400, 2_500] {
            let most = share(vec![LOOKED_AT; actions]);
            assert!((1..=LOOKED_AT).contains(&most) && most * actions as i64 <= LOOKED_AT_IN_ALL, "{actions} actions: {most} of each");
        }
        assert_eq!(share(vec![LOOKED_AT; 10_000]), 1);
    }
}
