//! What keeps actions from being taken back as things stand: told in the same words before that is tried and when it is.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

use super::{
    eyes::Eyes,
    instead, right,
    store::{
        self,
        obstacle::{Closed, Held, Later, Restarted},
    },
    undo::{self, LOOKED_AT, words},
};
use crate::{
    database::Db,
    error::{Code, Error},
    operation::Call,
    organizations,
    projects::sight::Sight,
    time::lock,
};

/// What is known to stand in the way of some actions.
pub struct Obstacles {
    /// Those that would bring time onto a project that takes none of the caller.
    closed: HashMap<Uuid, Closed>,
    /// The last closed day, and those that would change time up to it.
    on_closed_days: Option<(Date, HashSet<Uuid>)>,
    /// Those of which a record is something else by now.
    later: HashMap<Uuid, Later>,
    /// Those that would let a timer run again that cannot.
    timers: HashMap<Uuid, Error>,
    /// Those that made a record which another needs by now.
    held: HashMap<Uuid, Held>,
    since: Since,
}

/// What whoever asks can do about a later change.
struct Since {
    eyes: Eyes,
    /// Why later actions cannot be taken back either: nobody is sent there.
    stays: HashMap<Uuid, String>,
    /// Whether who asks may change the records by hand.
    by_hand: bool,
}

impl Obstacles {
    /// What is known to stand in the way of these actions; of each the first few changes are looked at.
    pub async fn of(cx: &mut Call, actions: &[Uuid]) -> Result<Self, Error> {
        let later = store::obstacle::later(&mut cx.db, actions).await?;
        let since = Since::of(cx, &later).await?;
        let held = store::obstacle::held(&mut cx.db, actions, LOOKED_AT).await?;
        Ok(Self {
            closed: closed(cx, actions).await?,
            on_closed_days: on_closed_days(cx, actions).await?,
            later: later.into_iter().map(|later| (later.action, later)).collect(),
            timers: timers_that_stay(&mut cx.db, actions).await?,
            held: held.into_iter().map(|held| (held.action, held)).collect(),
            since,
        })
    }

    /// Why an action, which was a call of `operation`, cannot be taken back; nothing where nothing is known to stand in the way.
    pub fn refusal(&self, action: Uuid, operation: &str) -> Option<Error> {
        if let Some(closed) = self.closed.get(&action) {
            return Some(right::closed_to(closed));
        }
        if let Some((last, _)) = self.on_closed_days.as_ref().filter(|(_, actions)| actions.contains(&action)) {
            return Some(on_closed_day(*last));
        }
        // What was changed since stands before the rest: that alone would not bring it back.
        if let Some(later) = self.later.get(&action) {
            return Some(self.since.overtaken(operation, later));
        }
        let held = || self.held.get(&action).map(|held| in_use(operation, held, self.since.eyes.money, self.since.by_hand));
        self.timers.get(&action).cloned().or_else(held)
    }
}

impl Since {
    async fn of(cx: &mut Call, later: &[Later]) -> Result<Self, Error> {
        let stays = stays(cx, later).await?;
        Ok(Self { eyes: Eyes::of(cx)?, stays, by_hand: !cx.writes_drafts() })
    }

    /// Why a call of `operation` cannot be taken back that a later change has overtaken, and the way to it where there is one.
    fn overtaken(&self, operation: &str, later: &Later) -> Error {
        let seen = self.eyes.see(later.member_id);
        let (code, what) = match (later.invoiced, &later.number) {
            (false, _) => (Code::Stale, format!("The {} was changed since{}", words(&later.kind), self.by_whom(later))),
            (true, Some(number)) if self.eyes.money => (Code::Locked, format!("The time is on invoice {number} by now")),
            (true, None) if self.eyes.money => (Code::Locked, "The time is on a draft invoice by now".to_owned()),
            (true, _) => (Code::Locked, "The time is on an invoice by now".to_owned()),
        };
        let error = Error::new(code, format!("{what}, so {operation} cannot be undone.")).hint(self.way(later));
        match later.by.filter(|_| seen) {
            Some(by) => error.details(&json!({ "later_action": by })),
            None => error,
        }
    }

    fn by_whom(&self, later: &Later) -> String {
        match (&later.operation, later.member.as_deref().unwrap_or("somebody")) {
            _ if !self.eyes.see(later.member_id) => " by somebody else".to_owned(),
            (Some(operation), who) => format!(" by {who} ({operation})"),
            (None, _) => String::new(),
        }
    }

    /// An agent takes back what it did itself; by hand it changes what its person has changed, where it writes directly.
    fn way(&self, later: &Later) -> String {
        let by_hand = if self.by_hand && !later.invoiced { ", or change the record by hand" } else { "" };
        match later.by {
            _ if later.number.is_some() && self.eyes.money => lock::SENT.to_owned(),
            _ if !self.eyes.see(later.member_id) => "Ask who leads the work to take that back first.".to_owned(),
            Some(by) if let Some(stays) = self.stays.get(&by) => stays.clone(),
            Some(_) if !self.eyes.may_undo(later.token, later.member_id) => format!("Ask them to undo that first{by_hand}."),
            Some(by) => format!("Undo {by} first{by_hand}."),
            None => format!("Undo the newest of its changes first{by_hand}."),
        }
    }
}

/// Why a call of `operation` cannot be taken back of which a record was found to be something else than it left behind.
pub async fn overtaken(cx: &mut Call, operation: &str, later: Later) -> Result<Error, Error> {
    let later = [later];
    let since = Since::of(cx, &later).await?;
    let [later] = later;
    Ok(since.overtaken(operation, &later))
}

/// Those of these actions that would bring time where it does not go.
async fn closed(cx: &mut Call, actions: &[Uuid]) -> Result<HashMap<Uuid, Closed>, Error> {
    let on_projects_of = Sight::of(cx)?.on_projects_of();
    let closed = store::obstacle::closed(&mut cx.db, actions, on_projects_of, LOOKED_AT).await?;
    Ok(closed.into_iter().map(|closed| (closed.action, closed)).collect())
}

/// Why later actions cannot be taken back first.
async fn stays(cx: &mut Call, later: &[Later]) -> Result<HashMap<Uuid, String>, Error> {
    let later: HashMap<Uuid, &str> = later.iter().filter_map(|later| Some((later.by?, later.operation.as_deref()?))).collect();
    let ids: Vec<Uuid> = later.keys().copied().collect();
    let mut why: HashMap<Uuid, String> =
        closed(cx, &ids).await?.iter().map(|(id, closed)| (*id, right::closed_to(closed).message)).collect();
    why.extend(undo::standing_of(&mut cx.db, &ids).await?.into_iter().filter_map(|(id, why)| Some((id, why?))));
    let told = |(id, why): (Uuid, String)| {
        let operation = later.get(&id).copied()?;
        // Whoever may not call an operation is told of none by its name.
        let what = if cx.may_call(operation) { operation } else { "The later change" };
        let by_hand = instead::open_to(cx, operation).map(|way| format!(" {way}")).unwrap_or_default();
        Some((id, format!("{what} cannot be undone either: {why}{by_hand}")))
    };
    Ok(why.into_iter().filter_map(told).collect())
}

/// Those of these actions that would let a timer run again that cannot, with why.
pub async fn timers_that_stay(db: &mut Db, actions: &[Uuid]) -> Result<HashMap<Uuid, Error>, Error> {
    let restarted = store::obstacle::restarted(db, actions, LOOKED_AT).await?;
    let why = |restarted: &Restarted| match right::keeps(&restarted.member, "time_entry") {
        false => Some(Error::new(Code::Conflict, right::timer_of_nobody(&restarted.member.name))),
        true => restarted.other_runs.then(|| Error::new(Code::TimerRunning, right::SECOND_TIMER)),
    };
    Ok(restarted.iter().filter_map(|restarted| Some((restarted.action, why(restarted)?))).collect())
}

/// Those of these actions that would change time up to the last closed day, and that day.
async fn on_closed_days(cx: &mut Call, actions: &[Uuid]) -> Result<Option<(Date, HashSet<Uuid>)>, Error> {
    let Some(last) = organizations::settings::get(cx).await?.lock_date.map(|day| day.date()) else { return Ok(None) };
    let closed = store::obstacle::on_closed_days(&mut cx.db, actions, last, LOOKED_AT).await?;
    Ok(Some((last, closed.into_iter().collect())))
}

/// Time on a closed day neither comes back nor goes away.
pub fn on_closed_day(last: Date) -> Error {
    lock::closed(last).hint(lock::REOPENED)
}

/// Why what an operation made does not go away while another record needs it. Whoever sees no money is told of no invoice.
pub fn in_use(operation: &str, held: &Held, money: bool, by_hand: bool) -> Error {
    let what = words(&held.made);
    let other = match held.by.as_str() {
        "invoice" | "invoice_line" if !money => "something new that you do not see".to_owned(),
        kind => format!("a new {}", words(kind)),
    };
    let error = Error::new(Code::InUse, format!("The {what} has {other} since then, so {operation} cannot be undone."));
    match by_hand {
        true => error.hint(format!("Take away or move what is new first, or archive or delete the {what} by hand.")),
        false => error.hint(format!("A person can take away or move what is new first, or archive or delete the {what}.")),
    }
}
