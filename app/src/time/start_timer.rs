//! Starts the timer of a member.
//!
//! Every write of a timer first locks the member, so that of concurrent starts each sees what the one before did.
//! The unique index `time_entry_one_running` also stops writes that do not take this lock.

use domain::{day::OffsetDateTime, text};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    EntrySource, Labour, Logged, StartedTimer,
    entry_rules::{
        EntryDetails, check_agent_may_change, is_person, load_terms, local_clock, may_stop_timer, new_entry, origin, parse_description,
        warn_missing_rate, warn_remarks,
    },
    local_clock::{refuse_now, to_the_second},
    read_entries,
    running_timer::{FUTURE_TOLERANCE, end},
    store::{
        StoredEntry, read,
        terms::{busy_until, lock_member},
        write::{self, LockTarget},
    },
};
use crate::{
    budgets::guard::{BudgetGuard, BudgetOutcome, HardStop},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations, reference,
};

/// The input for a new timer; the arguments of `start_timer`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct NewTimer {
    pub project: String,
    pub description: Option<String>,
    pub billable: Option<bool>,
    pub labour: Option<Labour>,
    pub started_at: Option<String>,
    pub allow_overlap: bool,
    pub stop_running: bool,
}

/// Starts the caller's timer.
pub async fn start(cx: &mut Call, given: NewTimer) -> Result<StartedTimer, Error> {
    let read_scope = ReadScope::of(cx)?;
    let project = reference::project_for_time(cx, &read_scope, &given.project).await?;
    organizations::store::lock_shared(&mut cx.db).await?;
    lock_member(&mut cx.db, read_scope.member).await?;
    let terms = load_terms(cx, project, read_scope.member, read_scope.only_projects_of()).await?;
    let description = parse_description(given.description.as_deref())?;
    let labour = given.labour.unwrap_or_default();
    let billable = terms.billable(given.billable, labour)?;
    let running = write::lock(&mut cx.db, LockTarget::TimerOf(read_scope.member), None).await?;
    let same = |running: &&StoredEntry| {
        running.project == project && running.description == description && (running.price.billable, running.labour) == (billable, labour)
    };
    if let Some(running) = running.as_ref().filter(same) {
        let guard = BudgetGuard::lock(cx, &[(project, running.day)]).await?;
        let budgets = guard.finish(cx, &read_scope, HardStop::Ignore).await?;
        return started(cx, &read_scope, running.id, None, &budgets).await;
    }
    terms.check_open()?;
    if let Some(running) = running.as_ref().filter(|_| !given.stop_running) {
        return Err(already_running(cx, &read_scope, running.id).await?);
    }
    if let Some(running) = &running {
        check_agent_may_change(cx, &[running], "stop a timer that this token did not start").await?;
    }
    let given_start = parse_start(cx, given.started_at.as_deref(), None)?;
    let at =
        resolve_start(cx, &read_scope, StartRequest { given: given_start, running: running.as_ref(), allow_overlap: given.allow_overlap })
            .await?;
    let day = local_clock(cx)?.day_of(at);
    terms.check_day_open(day)?;
    let price = terms.price(billable, None);
    let timer = StoredEntry {
        started_at: Some(at),
        running: true,
        ..new_entry(cx, &terms, EntryDetails { member: read_scope.member, labour, description, price, day })
    };
    let (stopped, budgets) = run(cx, &read_scope, &timer, running).await?;
    warn_missing_rate(cx, &read_scope, &terms, &price);
    started(cx, &read_scope, timer.id, stopped, &budgets).await
}

/// Replaces the running timer by this one, if the budget of its project has room for it once the running one counts.
async fn run(
    cx: &mut Call,
    read_scope: &ReadScope,
    timer: &StoredEntry,
    running: Option<StoredEntry>,
) -> Result<(Option<Uuid>, BudgetOutcome), Error> {
    let touched: Vec<_> = running.iter().chain([timer]).map(|timer| (timer.project, timer.day)).collect();
    let guard = BudgetGuard::lock(cx, &touched).await?;
    let stopped = match (running, timer.started_at) {
        (Some(running), Some(at)) => Some(end(cx, running, at, is_person(cx)).await?),
        _ => None,
    };
    guard.check_timer_start(cx, read_scope, (timer.project, timer.day), timer.price.billable).await?;
    insert(cx, read_scope, timer).await?;
    Ok((stopped, guard.finish(cx, read_scope, HardStop::Ignore).await?))
}

async fn insert(cx: &mut Call, read_scope: &ReadScope, timer: &StoredEntry) -> Result<(), Error> {
    let (origin, now) = (origin(cx, read_scope, EntrySource::Timer), cx.now);
    if write::insert(&mut cx.db, timer, &origin, now).await? {
        return Ok(());
    }
    // A write that does not lock the member came first; the refusal shows its timer.
    match read::running(&mut cx.db, read_scope.member).await? {
        Some(other) => Err(already_running(cx, read_scope, other.id).await?),
        None => Err(Error::unavailable("The timer could not be started.")),
    }
}

/// The error `timer_running`, with the running timer and what the caller can do about it.
pub async fn already_running(cx: &mut Call, read_scope: &ReadScope, id: Uuid) -> Result<Error, Error> {
    let running = read_entries::one(cx, read_scope, id).await?;
    let way = match may_stop_timer(cx, id, running.state).await? {
        true => "Stop it first; or start with stop_running set to true.",
        false => {
            "Whoever has started it has to stop it, as this token does not write directly. create_time_entry logs the work without a timer."
        }
    };
    let what = if running.description.is_empty() { String::new() } else { format!(" (\"{}\")", text::excerpt(&running.description)) };
    let message = format!("A timer is running on {} / {}{what} for {}.", running.client.name, running.project.name, running.worked.text);
    Ok(Error::new(Code::TimerRunning, message).hint(way).details(&running))
}

async fn started(
    cx: &mut Call,
    read_scope: &ReadScope,
    id: Uuid,
    stopped: Option<Uuid>,
    budgets: &BudgetOutcome,
) -> Result<StartedTimer, Error> {
    let stopped = match stopped {
        Some(stopped) => Some(read_entries::one(cx, read_scope, stopped).await?),
        None => None,
    };
    let stopped_budget = stopped.as_ref().and_then(|stopped| budgets.status_on(stopped.project.id.0, stopped.day.date()));
    let Logged { entry, day_total, unbilled, budget } = read_entries::logged(cx, read_scope, id, budgets).await?;
    Ok(StartedTimer { entry, stopped, day_total, unbilled, budget, stopped_budget })
}

/// The requested start of a timer.
pub struct StartRequest<'a> {
    /// The given start; now if absent.
    pub given: Option<Timestamp>,
    /// The timer that it replaces.
    pub running: Option<&'a StoredEntry>,
    /// Whether it may begin in time that is already logged.
    pub allow_overlap: bool,
}

/// Parses a start, if one is given; `before` is the start that changes, which a form may have shown. A time of day alone is on today,
/// or, if that is in the future, on the day of `before`.
pub fn parse_start(cx: &mut Call, given: Option<&str>, before: Option<Timestamp>) -> Result<Option<Timestamp>, Error> {
    let Some(given) = given.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    if before.is_none() {
        refuse_now("started_at", given)?;
    }
    let (local_clock, today) = (local_clock(cx)?, cx.member_today()?);
    let mut read = local_clock.instant_on(today, "started_at", given, before)?;
    if let Some(before) = before.filter(|_| read.value > cx.now) {
        read = local_clock.instant_on(local_clock.day_of(before), "started_at", given, Some(before))?;
    }
    Ok(Some(warn_remarks(cx, read)))
}

/// The start of a timer: now, or as given. Refused in the future, and in time that is already logged unless `allow_overlap` is set.
///
/// A timer that replaces another begins where that one ends, at least a second after its start.
pub async fn resolve_start(cx: &mut Call, read_scope: &ReadScope, start: StartRequest<'_>) -> Result<Timestamp, Error> {
    let (local_clock, now) = (local_clock(cx)?, to_the_second(cx.now));
    let free = start.running.and_then(|running| running.started_at).map(|at| at + SignedDuration::from_secs(1));
    let Some(at) = start.given else { return Ok(free.map_or(now, |free| free.max(now))) };
    let shown = |at: Timestamp| OffsetDateTime::at(at, &local_clock.zone);
    if at > now + FUTURE_TOLERANCE {
        return Err(Error::invalid(
            "started_at",
            format!("{} is in the future; it is {} now. Start now, or at a time that has passed.", shown(at), shown(now)),
        )
        .hint(local_clock.day_before_hint(at)));
    }
    if let Some(free) = free
        && at < free
    {
        return Err(Error::invalid(
            "started_at",
            format!("{} is not after the start of the timer that runs. Start later, or change that timer's start first.", shown(at)),
        ));
    }
    match busy_until(&mut cx.db, read_scope.member, at, local_clock.day_of(at), now).await? {
        None => {}
        Some(end) if start.allow_overlap => {
            cx.warn(format!("{} is before the end of your previous entry, {}: the two overlap.", shown(at), shown(end)));
        }
        Some(end) => {
            let words = format!("{} is before the end of your previous entry, {}. Start then or later.", shown(at), shown(end));
            return Err(Error::invalid("started_at", words).hint("To let the two overlap, set allow_overlap to true."));
        }
    }
    Ok(at)
}
