//! Looking at the timer, changing, stopping and discarding it.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    CurrentTimer, DiscardedTimer, EntryState, Logged,
    ground::{Repriced, described, is_person, leave_to_person, moved_to, place, reprice, tell, tell_price, terms_of},
    lock,
    place::to_the_second,
    record::{self, Reader},
    starting::{Start, start_in, start_of},
    store::{
        Stored, read, sums,
        terms::lock_member,
        write::{self, Which},
    },
};
use crate::{
    budgets::watch::{Limit, Watch},
    context::Door,
    day::Moment,
    edit::Edit,
    error::{Code, Error},
    hours::{SECONDS_MAX, Worked},
    id::TimeEntryId,
    operation::Call,
    organizations,
    projects::sight::Sight,
};

/// How far a start or an end may lie in the future: clocks of browsers are not exact.
pub const AHEAD_MAX: SignedDuration = SignedDuration::from_secs(60);

/// What changes about a running timer; the arguments of `update_timer`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct TimerChange {
    pub description: Edit<String>,
    pub project: Option<String>,
    pub billable: Option<bool>,
    pub started_at: Option<String>,
    pub allow_overlap: bool,
}

/// The caller's running timer, and what they worked today.
pub async fn get(cx: &mut Call) -> Result<CurrentTimer, Error> {
    let (sight, today) = (Sight::of(cx)?, cx.member_today()?);
    let row = read::running(&mut cx.db, sight.member).await?;
    let (worked, _) = sums::totals(&mut cx.db, sight.member, today, None).await?;
    let timer = row.map(|row| Reader::of(cx, &sight)?.read(row)).transpose()?;
    Ok(CurrentTimer { timer, today: Worked::of(worked) })
}

/// Stops the caller's timer. The project may be archived and the day closed by now: time that was worked is kept.
pub async fn stop(cx: &mut Call, ended_at: Option<String>, description: Edit<String>) -> Result<Logged, Error> {
    let sight = Sight::of(cx)?;
    let mut running = mine(cx, &sight).await?;
    leave_to_person(cx, &[&running], "stop a timer that a person started").await?;
    running.description = described(&running.description, description)?;
    let now = to_the_second(cx.now);
    let at = match ended_at.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(given) => end_of(cx, given, &running, now)?,
        None => now,
    };
    priced(cx, &sight, &mut running).await?;
    let watch = Watch::over(cx, &[(running.project, running.day)]).await?;
    let id = end(cx, running, at, is_person(cx)).await?;
    cx.has_changed();
    let budgets = watch.settle(cx, &sight, Limit::Free).await?;
    record::logged(cx, &sight, id, &budgets).await
}

/// Gives a timer that was started before anybody had said what an hour costs the rate that holds now, and tells when there is none yet.
async fn priced(cx: &mut Call, sight: &Sight, timer: &mut Stored) -> Result<(), Error> {
    if timer.price.rate.is_none() {
        let terms = terms_of(cx, timer.project, timer.member, None).await?;
        timer.price = terms.price(timer.price.billable, None);
        tell_price(cx, sight, &terms, &timer.price);
    }
    Ok(())
}

/// Stops and saves the timer of a member who leaves; whether one ran. Their time counts in its budget as any other does.
pub async fn stop_of(cx: &mut Call, member: Uuid) -> Result<bool, Error> {
    let sight = Sight::of(cx)?;
    lock_member(&mut cx.db, member).await?;
    let Some(timer) = write::lock(&mut cx.db, Which::TimerOf(member), None).await? else { return Ok(false) };
    let now = to_the_second(cx.now);
    let watch = Watch::over(cx, &[(timer.project, timer.day)]).await?;
    end(cx, timer, now, false).await?;
    watch.settle(cx, &sight, Limit::Free).await?;
    Ok(true)
}

/// A given end: not before the start, not in the future.
fn end_of(cx: &mut Call, given: &str, running: &Stored, now: Timestamp) -> Result<Timestamp, Error> {
    let place = place(cx)?;
    let at = tell(cx, place.instant_on(cx.member_today()?, "ended_at", given, None)?);
    let shown = |at: Timestamp| Moment::at(at, &place.zone);
    if at > now + AHEAD_MAX {
        return Err(Error::invalid(
            "ended_at",
            format!("{} is in the future; it is {} now. Stop now, or at a time that has passed.", shown(at), shown(now)),
        )
        .hint(place.day_before(at)));
    }
    match running.started_at {
        Some(start) if at < start => Err(Error::invalid(
            "ended_at",
            format!("The end {} is before the start {}. Give a later end, or change the start first.", shown(at), shown(start)),
        )),
        _ => Ok(at),
    }
}

/// Ends a running timer and tells what a careful person would want to know. An entry has at least a second, and at most a day.
///
/// What an agent has written waits for a person to look at it. Whoever stops their own timer has looked (`seen`): then it counts.
pub async fn end(cx: &mut Call, mut timer: Stored, at: Timestamp, seen: bool) -> Result<Uuid, Error> {
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
    let shown = Moment::at(end, &timer.zone);
    if ran > SECONDS_MAX {
        let (ran, cut) = (Worked::of(ran).text, Worked::of(ran - SECONDS_MAX).text);
        cx.warn(format!("The timer ran {ran}; an entry holds at most 24 hours, so it was ended at {shown} and {cut} were left out. Correct the end, or log what is missing."));
    } else if ran > timer.timer_limit {
        let (ran, limit) = (Worked::of(ran).text, Worked::of(timer.timer_limit).text);
        cx.warn(format!("The timer ran {ran}, longer than the limit of {limit}. All of it was kept: check the end, and trim the entry or delete it where it ran too long."));
    }
    let now = cx.now;
    write::update(&mut cx.db, &timer, now).await?;
    Ok(timer.id)
}

/// Changes the caller's timer while it runs.
pub async fn update(cx: &mut Call, given: TimerChange) -> Result<Logged, Error> {
    let sight = Sight::of(cx)?;
    let project = moved_to(cx, &sight, given.project).await?;
    let before = mine(cx, &sight).await?;
    let mut timer = before.clone();
    let change = Repriced { project: project.as_deref(), billable: given.billable, rate: Edit::Keep };
    reprice(cx, &sight, &mut timer, change).await?;
    timer.description = described(&before.description, given.description)?;
    let start = start_in(cx, given.started_at.as_deref(), before.started_at)?;
    if let Some(given_start) = start.filter(|start| before.started_at != Some(*start)) {
        let start = Start { given: Some(given_start), running: None, allow_overlap: given.allow_overlap };
        let at = start_of(cx, &sight, start).await?;
        let day = place(cx)?.day_of(at);
        if let Some(last) = timer.lock_date.filter(|last| day <= *last) {
            return Err(lock::closed(last));
        }
        (timer.started_at, timer.day) = (Some(at), day);
    }
    let watch = Watch::over(cx, &[(timer.project, timer.day)]).await?;
    // Moving it onto a budget is starting it there.
    if timer.project != before.project || timer.price.billable != before.price.billable {
        watch.refuse_start(cx, &sight, (timer.project, timer.day), timer.price.billable).await?;
    }
    if timer != before {
        leave_to_person(cx, &[&before], "change a timer that a person started").await?;
        let now = cx.now;
        write::update(&mut cx.db, &timer, now).await?;
    }
    let budgets = watch.settle(cx, &sight, Limit::Free).await?;
    record::logged(cx, &sight, timer.id, &budgets).await
}

/// Throws the caller's timer away.
pub async fn discard(cx: &mut Call) -> Result<DiscardedTimer, Error> {
    let sight = Sight::of(cx)?;
    let timer = mine(cx, &sight).await?;
    leave_to_person(cx, &[&timer], "discard a timer that a person started").await?;
    write::delete(&mut cx.db, timer.id).await?;
    let ran = timer.started_at.map_or(0, |start| cx.now.duration_since(start).as_secs().max(0));
    Ok(DiscardedTimer { id: TimeEntryId(timer.id), worked: Worked::of(ran) })
}

/// The caller's running timer, held until this call ends.
async fn mine(cx: &mut Call, sight: &Sight) -> Result<Stored, Error> {
    organizations::store::keep(&mut cx.db).await?;
    lock_member(&mut cx.db, sight.member).await?;
    let timer = write::lock(&mut cx.db, Which::TimerOf(sight.member), None).await?;
    timer.ok_or_else(|| {
        Error::new(Code::NoTimer, "No timer is running.").hint(match cx.caller.door {
            Door::Page => "Start one, or log the time by hand.",
            _ => "start_timer starts one. create_time_entry logs the time by hand.",
        })
    })
}
