//! What is known to keep actions from being taken back as things stand. It is told in the same words before that is tried and when it is;
//! what is found only by trying, such as a budget that has no room or a client whose currency stays, and what stands behind the first
//! changes of an action, is told when it is tried. A later action that is named is later than the one that is asked about, so that whoever
//! follows comes to an end.

use std::collections::{HashMap, HashSet};

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
        unique_conflicts::{RestoredKeys, UniqueConflict},
    },
    undo::LOOKED_AT,
};
use crate::{
    database::Db,
    error::{Code, Error},
    operation::Call,
    organizations,
    projects::read_scope::ReadScope,
    text,
    time::{EntryState, TimeEntry, entry_rules::may_stop_timer, lock, pricing::check_may_set_rate, read_entries},
};

/// What is known to stand in the way of some actions.
pub struct Obstacles {
    /// Those that would give time a rate of its own, or take it away, and why the caller may not.
    priced: Option<(Error, HashSet<Uuid>)>,
    /// Those that would bring time onto a project that takes none of the caller.
    closed: HashMap<Uuid, ClosedProject>,
    /// The last closed day, and those that would change time up to it.
    on_closed_days: Option<(Date, HashSet<Uuid>)>,
    /// Those of which a record is something else by now.
    later: HashMap<Uuid, LaterChange>,
    /// Those of which a record would belong to what is gone.
    gone: HashMap<Uuid, DeletedReference>,
    /// Those that would bring back what another record has by now.
    taken: HashMap<Uuid, UniqueConflict>,
    /// Those that would bring back an amount in another currency than it was in.
    other_currency: HashMap<Uuid, CurrencyConflict>,
    /// Those that would let a timer run again that cannot.
    timers: HashMap<Uuid, Error>,
    /// Those that made a record which another needs by now.
    held: HashMap<Uuid, ReferencedRecord>,
    since: ConflictErrors,
}

impl Obstacles {
    /// What is known to stand in the way of these actions; of each the first `most` changes are looked at.
    pub async fn of(cx: &mut Call, actions: &[Uuid], most: i64) -> Result<Self, Error> {
        let later = store::obstacle::later(&mut cx.db, actions, most).await?;
        let gone = store::deleted_references::gone(&mut cx.db, actions, most).await?;
        let taken = taken(&mut cx.db, actions, most).await?;
        let other_currency = store::currency_conflicts::other(&mut cx.db, actions, most).await?;
        let held = store::obstacle::held(&mut cx.db, actions, most).await?;
        let by = later.iter().map(|later| &later.by).chain(gone.iter().map(|gone| &gone.by)).chain(taken.iter().map(|taken| &taken.by));
        let by = by.chain(other_currency.iter().map(|other| &other.by)).chain(held.iter().map(|held| &held.by));
        let by: Vec<&LaterAction> = by.flatten().collect();
        let since = since(cx, &by).await?;
        Ok(Self {
            priced: priced(cx, actions, most).await?,
            closed: closed(cx, actions, most).await?,
            on_closed_days: on_closed_days(cx, actions, most).await?,
            later: later.into_iter().map(|later| (later.action, later)).collect(),
            gone: gone.into_iter().map(|gone| (gone.action, gone)).collect(),
            taken: taken.into_iter().map(|taken| (taken.action, taken)).collect(),
            other_currency: other_currency.into_iter().map(|other| (other.action, other)).collect(),
            timers: timers_that_stay(cx, actions, most).await?,
            held: held.into_iter().map(|held| (held.action, held)).collect(),
            since,
        })
    }

    /// Why an action, which was a call of `operation`, cannot be taken back; nothing where nothing is known to stand in the way.
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
        // What was changed since stands before the rest: that alone would not bring it back.
        let later = self.later.get(&action).map(|later| self.since.overtaken(operation, later));
        let gone = || self.gone.get(&action).map(|gone| self.since.missing(operation, gone));
        let taken = || self.taken.get(&action).map(|taken| self.since.taken(operation, taken));
        let currency = || self.other_currency.get(&action).map(|other| self.since.other_currency(operation, other));
        let timer = || self.timers.get(&action).cloned();
        let held = || self.held.get(&action).map(|held| self.since.in_use(operation, held));
        later.or_else(gone).or_else(taken).or_else(currency).or_else(timer).or_else(held)
    }
}

/// What the caller can do about the later actions that are known.
async fn since(cx: &mut Call, by: &[&LaterAction]) -> Result<ConflictErrors, Error> {
    let ids: Vec<Uuid> = by.iter().map(|by| by.action).collect();
    let closed: HashMap<Uuid, String> =
        closed(cx, &ids, LOOKED_AT).await?.iter().map(|(id, closed)| (*id, permissions::closed_project_reason(closed))).collect();
    ConflictErrors::of(cx, by, closed).await
}

/// Why a call of `operation` cannot be taken back of which a record was found to be something else than it left behind, though nobody is
/// known to have changed it since.
pub async fn overtaken(cx: &mut Call, action: Uuid, operation: &str, kind: &str) -> Result<Error, Error> {
    let later = LaterChange { action, kind: kind.to_owned(), invoiced: false, number: None, by: None };
    Ok(since(cx, &[]).await?.overtaken(operation, &later))
}

/// Why a call of `operation` cannot be taken back of which a record was found to be needed by another only when it was tried.
pub async fn in_use(cx: &mut Call, operation: &str, held: &ReferencedRecord) -> Result<Error, Error> {
    Ok(since(cx, &[]).await?.in_use(operation, held))
}

/// Those of these actions that would bring back what another record has by now. Whether a name is taken is told by its key.
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

/// Those of these actions that would bring time where it does not go.
async fn closed(cx: &mut Call, actions: &[Uuid], most: i64) -> Result<HashMap<Uuid, ClosedProject>, Error> {
    let only_projects_of = ReadScope::of(cx)?.only_projects_of();
    let closed = store::obstacle::closed(&mut cx.db, actions, only_projects_of, most).await?;
    Ok(closed.into_iter().map(|closed| (closed.action, closed)).collect())
}

/// Those of these actions that would give time a rate of its own, another one, or take it away, where the caller may not, and why not.
async fn priced(cx: &mut Call, actions: &[Uuid], most: i64) -> Result<Option<(Error, HashSet<Uuid>)>, Error> {
    let Err(refusal) = check_may_set_rate(&cx.caller, &ReadScope::of(cx)?) else { return Ok(None) };
    let priced = store::obstacle::priced(&mut cx.db, actions, most).await?;
    Ok(Some((refusal, priced.into_iter().collect())))
}

/// Those of these actions that would let a timer run again that cannot, with why.
async fn timers_that_stay(cx: &mut Call, actions: &[Uuid], most: i64) -> Result<HashMap<Uuid, Error>, Error> {
    let restarted = store::obstacle::restarted(&mut cx.db, actions, most).await?;
    let (ends, entries) = (ends_own(cx, &restarted).await?, running_entries(cx, &restarted).await?);
    let refusal = |restarted: &RestartedTimer| match &restarted.other {
        // The timer of nobody stands before one beside which another runs: that one can be stopped.
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

/// Those of these actions that would let a timer run again that cannot, whoever asks. Of each the first `most` changes are looked at.
pub async fn with_timers_that_stay(db: &mut Db, actions: &[Uuid], most: i64) -> Result<HashSet<Uuid>, Error> {
    let restarted = store::obstacle::restarted(db, actions, most).await?;
    let stays = |restarted: &&RestartedTimer| restarted.other.is_some() || !permissions::may_hold(&restarted.member, "time_entry");
    Ok(restarted.iter().filter(stays).map(|restarted| restarted.action).collect())
}

/// The timer of the caller, of which there is one at most, where it runs in the place of another and they may end it.
async fn ends_own(cx: &mut Call, restarted: &[RestartedTimer]) -> Result<Option<Uuid>, Error> {
    let own = cx.membership()?.member.0;
    let Some(running) = restarted.iter().find_map(|restarted| restarted.other.as_ref().filter(|_| restarted.member.id == own)) else {
        return Ok(None);
    };
    let state = EntryState::named(&running.state).ok_or_else(Error::internal)?;
    Ok(may_stop_timer(cx, running.id, state).await?.then_some(running.id))
}

/// The timers that run by now, as far as the caller sees them.
async fn running_entries(cx: &mut Call, restarted: &[RestartedTimer]) -> Result<Vec<TimeEntry>, Error> {
    let ids: Vec<Uuid> = restarted.iter().filter_map(|restarted| Some(restarted.other.as_ref()?.id)).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let read_scope = ReadScope::of(cx)?;
    read_entries::find_many(cx, &read_scope, &ids).await
}

/// Nobody has two timers: one that runs by now is not stopped for another that ran before. `ends` is whether the caller may stop it, and
/// `entry` what they see of it, which comes with the refusal as it does where another timer is started.
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

/// Those of these actions that would change time up to the last closed day, and that day. Time on a closed day neither comes back nor goes
/// away.
async fn on_closed_days(cx: &mut Call, actions: &[Uuid], most: i64) -> Result<Option<(Date, HashSet<Uuid>)>, Error> {
    let Some(last) = organizations::settings::get(cx).await?.lock_date.map(|day| day.date()) else { return Ok(None) };
    let closed = store::obstacle::on_closed_days(&mut cx.db, actions, last, most).await?;
    Ok(Some((last, closed.into_iter().collect())))
}
