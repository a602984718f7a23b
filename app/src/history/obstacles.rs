//! What is known to keep actions from being taken back as things stand. It is told in the same words before that is tried and when it is;
//! what is found only by trying, such as a budget that has no room or another currency, and what stands behind the first few changes of an
//! action, is told when it is tried.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use serde_json::json;
use uuid::Uuid;

use super::{
    instead, right,
    store::{
        self,
        obstacle::{Closed, Held, Later, Restarted},
    },
    undo::{self, LOOKED_AT, words},
    visibility::Visibility,
};
use crate::{
    database::Db,
    error::{Code, Error},
    operation::Call,
    organizations,
    projects::sight::Sight,
    time::{lock, rate::may_price},
};

/// What is known to stand in the way of some actions.
pub struct Obstacles {
    /// Those that would give time a rate of its own, or take it away, and why the caller may not.
    priced: Option<(Error, HashSet<Uuid>)>,
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
    visibility: Visibility,
    /// The later actions that they may take back.
    open: HashSet<Uuid>,
    /// Why later actions cannot be taken back either: nobody is sent there.
    stays: HashMap<Uuid, String>,
    /// Whether who asks may change the records by hand.
    by_hand: bool,
    /// Whether who asks may take time off a draft of an invoice.
    frees: bool,
}

impl Obstacles {
    /// What is known to stand in the way of these actions; of each the first few changes are looked at.
    pub async fn of(cx: &mut Call, actions: &[Uuid]) -> Result<Self, Error> {
        let later = store::obstacle::later(&mut cx.db, actions).await?;
        let since = Since::of(cx, &later).await?;
        let held = store::obstacle::held(&mut cx.db, actions, LOOKED_AT).await?;
        Ok(Self {
            priced: priced(cx, actions).await?,
            closed: closed(cx, actions).await?,
            on_closed_days: on_closed_days(cx, actions, LOOKED_AT).await?,
            later: later.into_iter().map(|later| (later.action, later)).collect(),
            timers: timers_that_stay(&mut cx.db, actions, LOOKED_AT).await?,
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
            return Some(right::closed_to(closed));
        }
        if let Some((last, _)) = self.on_closed_days.as_ref().filter(|(_, actions)| actions.contains(&action)) {
            return Some(on_closed_day(*last));
        }
        // What was changed since stands before the rest: that alone would not bring it back.
        if let Some(later) = self.later.get(&action) {
            return Some(self.since.overtaken(operation, later));
        }
        let held = || self.held.get(&action).map(|held| in_use(operation, held, self.since.visibility.money, self.since.by_hand));
        self.timers.get(&action).cloned().or_else(held)
    }
}

impl Since {
    async fn of(cx: &mut Call, later: &[Later]) -> Result<Self, Error> {
        let (visibility, stays) = (Visibility::of(cx)?, stays(cx, later).await?);
        let may_undo = |later: &Later| {
            let allowed = later.operation.as_deref().is_some_and(|operation| right::allowed(cx, operation).is_ok());
            allowed && visibility.may_undo(later.token, later.member_id)
        };
        let open = later.iter().filter(|later| may_undo(later)).filter_map(|later| later.by).filter(|by| !stays.contains_key(by)).collect();
        Ok(Self { by_hand: !cx.writes_drafts(), frees: lock::frees(cx), visibility, open, stays })
    }

    /// Why a call of `operation` cannot be taken back that a later change has overtaken, and the way to it where there is one.
    fn overtaken(&self, operation: &str, later: &Later) -> Error {
        let seen = self.visibility.see(later.member_id);
        let (code, what) = match (later.invoiced, &later.number) {
            (false, _) => (Code::Stale, format!("The {} was changed since{}", words(&later.kind), self.by_whom(later))),
            (true, Some(number)) if self.visibility.money => (Code::Locked, format!("The time is on invoice {number} by now")),
            (true, None) if self.visibility.money => (Code::Locked, "The time is on a draft invoice by now".to_owned()),
            (true, _) => (Code::Locked, "The time is on an invoice by now".to_owned()),
        };
        let error = Error::new(code, format!("{what}, so {operation} cannot be undone.")).hint(self.way(later));
        // Invoices are money: who may not see it is not told what made one either.
        match later.by.filter(|_| seen && (self.visibility.money || !later.invoiced)) {
            Some(by) => error.details(&json!({ "later_action": by })),
            None => error,
        }
    }

    fn by_whom(&self, later: &Later) -> String {
        match (&later.operation, later.member.as_deref().unwrap_or("somebody")) {
            (None, _) => String::new(),
            (Some(_), _) if !self.visibility.see(later.member_id) => " by somebody else".to_owned(),
            (Some(operation), who) => format!(" by {who} ({operation})"),
        }
    }

    /// An agent takes back what it did itself; by hand it changes what its person has changed, where it writes directly. Nobody is sent to
    /// take back what they may not, and what was sent stays.
    fn way(&self, later: &Later) -> String {
        let by_hand = if self.by_hand && !later.invoiced { ", or change the record by hand" } else { "" };
        let who = later.member.as_deref().filter(|_| self.visibility.see(later.member_id));
        match (later.by, who) {
            (Some(by), _) if later.number.is_none() && self.open.contains(&by) => format!("Undo {by} first{by_hand}."),
            _ if later.invoiced => self.off_the_invoice(later, who),
            (None, _) => format!("Undo what has changed it since first{by_hand}."),
            (Some(_), None) => "Ask who leads the work to take that back first.".to_owned(),
            (Some(by), Some(who)) => self.stays.get(&by).cloned().unwrap_or_else(|| format!("Ask {who} to undo that first{by_hand}.")),
        }
    }

    /// What there is to do about time on an invoice, as it is said of a change by hand, and who has put it on a draft.
    fn off_the_invoice(&self, later: &Later, who: Option<&str>) -> String {
        let way = lock::off_an_invoice(later.number.is_some(), self.visibility.money, self.frees);
        match who.filter(|_| self.visibility.money && later.number.is_none()) {
            Some(who) => format!("{who} put it there. {way}"),
            None => way.to_owned(),
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
    let mut why: HashMap<Uuid, String> = closed(cx, &ids).await?.iter().map(|(id, closed)| (*id, right::closed_too(closed))).collect();
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

/// Those of these actions that would give time a rate of its own, another one, or take it away, where the caller may not, and why not.
async fn priced(cx: &mut Call, actions: &[Uuid]) -> Result<Option<(Error, HashSet<Uuid>)>, Error> {
    let Err(refusal) = may_price(&cx.caller, &Sight::of(cx)?) else { return Ok(None) };
    let priced = store::obstacle::priced(&mut cx.db, actions, LOOKED_AT).await?;
    Ok(Some((refusal, priced.into_iter().collect())))
}

/// Those of these actions that would let a timer run again that cannot, with why. Of each the first `most` changes are looked at.
pub async fn timers_that_stay(db: &mut Db, actions: &[Uuid], most: i64) -> Result<HashMap<Uuid, Error>, Error> {
    let restarted = store::obstacle::restarted(db, actions, most).await?;
    let second = |restarted: &Restarted| restarted.other_runs.then(|| Error::new(Code::TimerRunning, right::SECOND_TIMER));
    let of_nobody = |Restarted { member, .. }: &Restarted| {
        (!right::keeps(member, "time_entry")).then(|| Error::new(Code::Conflict, right::timer_of_nobody(&member.name)))
    };
    let seconds = restarted.iter().filter_map(|restarted| Some((restarted.action, second(restarted)?)));
    // The timer of nobody stands before one beside which another runs: that one can be stopped.
    Ok(seconds.chain(restarted.iter().filter_map(|restarted| Some((restarted.action, of_nobody(restarted)?)))).collect())
}

/// Those of these actions that would change time up to the last closed day, and that day. Of each the first `most` changes are looked at.
pub async fn on_closed_days(cx: &mut Call, actions: &[Uuid], most: i64) -> Result<Option<(Date, HashSet<Uuid>)>, Error> {
    let Some(last) = organizations::settings::get(cx).await?.lock_date.map(|day| day.date()) else { return Ok(None) };
    let closed = store::obstacle::on_closed_days(&mut cx.db, actions, last, most).await?;
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
