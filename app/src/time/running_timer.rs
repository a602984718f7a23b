//! Reads, stops, changes and discards the running timer.

use domain::{
    day::OffsetDateTime,
    hours::{SECONDS_MAX, WorkDuration},
    id::TimeEntryId,
    patch::Patch,
};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    CurrentTimer, DiscardedTimer, EntryState, Logged,
    entry_rules::{
        PriceChange, apply_description, check_agent_may_change, is_person, load_terms, local_clock, reprice, resolve_new_project,
        warn_missing_rate, warn_remarks,
    },
    local_clock::{refuse_now, to_the_second},
    lock,
    read_entries::{self, EntryPresenter},
    start_timer::{StartRequest, parse_start, resolve_start},
    store::{
        StoredEntry, read, sums,
        terms::lock_member,
        write::{self, LockTarget},
    },
};
use crate::{
    budgets::guard::{BudgetGuard, HardStop},
    context::Channel,
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations,
};

/// How far a start or an end may lie in the future: clocks of browsers are not exact.
pub const FUTURE_TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// A change of the running timer; the arguments of `update_timer`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct TimerChange {
    pub description: Patch<String>,
    pub project: Option<String>,
    pub billable: Option<bool>,
    pub started_at: Option<String>,
    pub allow_overlap: bool,
}

/// The caller's running timer, and the time they worked today.
pub async fn get(cx: &mut Call) -> Result<CurrentTimer, Error> {
    let (read_scope, today) = (ReadScope::of(cx)?, cx.member_today()?);
    let row = read::running(&mut cx.db, read_scope.member).await?;
    let (worked, _) = sums::totals(&mut cx.db, read_scope.member, today, None).await?;
    let timer = row.map(|row| EntryPresenter::of(cx, &read_scope)?.present(row)).transpose()?;
    Ok(CurrentTimer { timer, today: WorkDuration::of(worked) })
}

/// Stops the caller's timer, even on a project archived or a day closed meanwhile: time that was worked is kept.
pub async fn stop(cx: &mut Call, ended_at: Option<String>, description: Patch<String>) -> Result<Logged, Error> {
    let read_scope = ReadScope::of(cx)?;
    let mut running = lock_own_timer(cx, &read_scope).await?;
    check_agent_may_change(cx, &[&running], "stop a timer that this token did not start").await?;
    running.description = apply_description(&running.description, description)?;
    let now = to_the_second(cx.now);
    let at = match ended_at.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(given) => parse_end(cx, given, &running, now)?,
        None => now,
    };
    fill_missing_rate(cx, &read_scope, &mut running).await?;
    let guard = BudgetGuard::lock(cx, &[(running.project, running.day)]).await?;
    let id = end(cx, running, at, is_person(cx)).await?;
    cx.mark_changed();
    let budgets = guard.finish(cx, &read_scope, HardStop::Ignore).await?;
    read_entries::logged(cx, &read_scope, id, &budgets).await
}

/// Gives a timer that was started before a rate was set the current rate, and warns if there is still none.
async fn fill_missing_rate(cx: &mut Call, read_scope: &ReadScope, timer: &mut StoredEntry) -> Result<(), Error> {
    if timer.price.rate.is_none() {
        let terms = load_terms(cx, timer.project, timer.member, None).await?;
        timer.price = terms.price(timer.price.billable, None);
        warn_missing_rate(cx, read_scope, &terms, &timer.price);
    }
    Ok(())
}

/// Stops and saves the timer of a member who leaves, and returns whether one ran. Its time counts in its budget as any other does.
pub async fn stop_timer_of(cx: &mut Call, member: Uuid) -> Result<bool, Error> {
    let read_scope = ReadScope::of(cx)?;
    lock_member(&mut cx.db, member).await?;
    let Some(timer) = write::lock(&mut cx.db, LockTarget::TimerOf(member), None).await? else { return Ok(false) };
    let now = to_the_second(cx.now);
    let guard = BudgetGuard::lock(cx, &[(timer.project, timer.day)]).await?;
    end(cx, timer, now, false).await?;
    guard.finish(cx, &read_scope, HardStop::Ignore).await?;
    Ok(true)
}

/// Parses a given end. Refuses one before the start or in the future.
fn parse_end(cx: &mut Call, given: &str, running: &StoredEntry, now: Timestamp) -> Result<Timestamp, Error> {
    refuse_now("ended_at", given)?;
    let local_clock = local_clock(cx)?;
    let at = warn_remarks(cx, local_clock.instant_on(cx.member_today()?, "ended_at", given, None)?);
    let shown = |at: Timestamp| OffsetDateTime::at(at, &local_clock.zone);
    if at > now + FUTURE_TOLERANCE {
        return Err(Error::invalid(
            "ended_at",
            format!("{} is in the future; it is {} now. Stop now, or at a time that has passed.", shown(at), shown(now)),
        )
        .hint(local_clock.day_before_hint(at)));
    }
    match running.started_at {
        Some(start) if at < start => Err(Error::invalid(
            "ended_at",
            format!("The end {} is before the start {}. Give a later end, or change the start first.", shown(at), shown(start)),
        )),
        _ => Ok(at),
    }
}

/// Stops a running timer, with warnings about what to check. The entry has at least a second, and at most 24 hours.
///
/// A draft of an agent stays a draft, unless a person stops their own timer (`seen`): they have looked at it, so it counts.
pub async fn end(cx: &mut Call, mut timer: StoredEntry, at: Timestamp, seen: bool) -> Result<Uuid, Error> {
    let start = timer.started_at.ok_or_else(Error::internal)?;
    let ran = at.duration_since(start).as_secs().max(1);
    timer.seconds = ran.min(SECONDS_MAX);
    let end = start + SignedDuration::from_secs(timer.seconds);
    timer.ended_at = Some(end);
    timer.running = false;
    if seen && timer.state == EntryState::Draft {
        timer.state = EntryState::Logged;
        cx.warn("An agent has started or changed this timer. As you have stopped it yourself, it counts at once: check what it says.");
    }
    let shown = OffsetDateTime::at(end, &timer.zone);
    if ran > SECONDS_MAX {
        let (ran, cut) = (WorkDuration::of(ran).text, WorkDuration::of(ran - SECONDS_MAX).text);
        cx.warn(format!("The timer ran {ran}; an entry holds at most 24 hours, so it was ended at {shown} and {cut} were left out. Correct the end, or log what is missing."));
    } else if ran > timer.timer_limit {
        let (ran, limit) = (WorkDuration::of(ran).text, WorkDuration::of(timer.timer_limit).text);
        cx.warn(format!("The timer ran {ran}, longer than the limit of {limit}. All of it was kept: check the end, and trim the entry or delete it where it ran too long."));
    }
    let now = cx.now;
    write::update(&mut cx.db, &timer, now).await?;
    Ok(timer.id)
}

/// Changes the caller's timer while it runs.
pub async fn update(cx: &mut Call, given: TimerChange) -> Result<Logged, Error> {
    let read_scope = ReadScope::of(cx)?;
    let project = resolve_new_project(cx, &read_scope, given.project).await?;
    let before = lock_own_timer(cx, &read_scope).await?;
    let mut timer = before.clone();
    let change = PriceChange { project: project.as_deref(), billable: given.billable, rate: Patch::Keep };
    reprice(cx, &read_scope, &mut timer, change).await?;
    timer.description = apply_description(&before.description, given.description)?;
    let start = parse_start(cx, given.started_at.as_deref(), before.started_at)?;
    if let Some(given_start) = start.filter(|start| before.started_at != Some(*start)) {
        let start = StartRequest { given: Some(given_start), running: None, allow_overlap: given.allow_overlap };
        let at = resolve_start(cx, &read_scope, start).await?;
        let day = local_clock(cx)?.day_of(at);
        if let Some(last) = timer.lock_date.filter(|last| day <= *last) {
            return Err(lock::day_closed(last));
        }
        (timer.started_at, timer.day) = (Some(at), day);
    }
    let guard = BudgetGuard::lock(cx, &[(timer.project, timer.day)]).await?;
    // A move onto a budget is checked like a start there.
    if timer.project != before.project || timer.price.billable != before.price.billable {
        guard.check_timer_start(cx, &read_scope, (timer.project, timer.day), timer.price.billable).await?;
    }
    if timer != before {
        check_agent_may_change(cx, &[&before], "change a timer that a person started").await?;
        let now = cx.now;
        write::update(&mut cx.db, &timer, now).await?;
    }
    let budgets = guard.finish(cx, &read_scope, HardStop::Ignore).await?;
    read_entries::logged(cx, &read_scope, timer.id, &budgets).await
}

/// Discards the caller's timer.
pub async fn discard(cx: &mut Call) -> Result<DiscardedTimer, Error> {
    let read_scope = ReadScope::of(cx)?;
    let timer = lock_own_timer(cx, &read_scope).await?;
    check_agent_may_change(cx, &[&timer], "discard a timer that a person started").await?;
    write::delete(&mut cx.db, timer.id).await?;
    let ran = timer.started_at.map_or(0, |start| cx.now.duration_since(start).as_secs().max(0));
    Ok(DiscardedTimer { id: TimeEntryId(timer.id), worked: WorkDuration::of(ran) })
}

/// Locks the caller's running timer until the call ends; `no_timer` if none runs.
async fn lock_own_timer(cx: &mut Call, read_scope: &ReadScope) -> Result<StoredEntry, Error> {
    organizations::store::lock_shared(&mut cx.db).await?;
    lock_member(&mut cx.db, read_scope.member).await?;
    let timer = write::lock(&mut cx.db, LockTarget::TimerOf(read_scope.member), None).await?;
    timer.ok_or_else(|| {
        Error::new(Code::NoTimer, "No timer is running.").hint(match cx.caller.channel {
            Channel::Page => "Start one, or log the time by hand.",
            _ => "start_timer starts one. create_time_entry logs the time by hand.",
        })
    })
}
