//! Starting, changing and stopping the timer.
//!
//! Every write of a timer first locks the member, so that of a thousand starts at once each sees what the one before did.
//! The unique index `time_entry_one_running` holds even against what does not come through here.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    CurrentTimer, DiscardedTimer, EntryState, Logged, Source, Started,
    clock::{Place, to_the_second},
    ground::{Repriced, described, description_of, needs_person, new_state, origin, place, reprice, tell_price, terms_of},
    rate::Terms,
    record::{self, Reader},
    store::{
        Stored, read, sums,
        terms::{busy_until, lock_member},
        write::{self, Which},
    },
};
use crate::{
    day::Moment,
    edit::Edit,
    error::{Code, Error},
    hours::{SECONDS_MAX, Worked},
    id::TimeEntryId,
    operation::Call,
    projects::{refer, sight::Sight},
};

/// How far a start may lie in the future: clocks of browsers are not exact.
const AHEAD_MAX: SignedDuration = SignedDuration::from_secs(60);

/// What a timer is started with; the arguments of `start_timer`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct NewTimer {
    pub project: String,
    pub description: Option<String>,
    pub billable: Option<bool>,
    pub started_at: Option<String>,
    pub stop_running: bool,
}

/// What changes about a running timer; the arguments of `update_timer`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct TimerChange {
    pub description: Edit<String>,
    pub project: Option<String>,
    pub billable: Option<bool>,
    pub started_at: Option<String>,
}

/// The caller's running timer, and what they worked today.
pub async fn get(cx: &mut Call) -> Result<CurrentTimer, Error> {
    let (sight, today) = (Sight::of(cx)?, cx.today()?);
    let row = read::running(&mut cx.db, sight.member).await?;
    let (worked, _) = sums::totals(&mut cx.db, sight.member, today, None).await?;
    let timer = row.map(|row| Reader::of(cx, &sight)?.read(row)).transpose()?;
    Ok(CurrentTimer { timer, today: Worked::of(worked) })
}

/// Starts the caller's timer.
pub async fn start(cx: &mut Call, given: NewTimer) -> Result<Started, Error> {
    let sight = Sight::of(cx)?;
    let project = refer::project(cx, &sight, &given.project).await?;
    lock_member(&mut cx.db, sight.member).await?;
    let terms = terms_of(cx, project, sight.member, sight.on_projects_of()).await?;
    let description = description_of(given.description.as_deref())?;
    let billable = terms.billable(given.billable)?;
    let running = write::lock(&mut cx.db, Which::TimerOf(sight.member), None).await?;
    if let Some(running) = &running
        && running.project == project
        && running.description == description
        && running.price.billable == billable
    {
        return started(cx, &sight, running.id, None).await;
    }
    terms.open()?;
    if let Some(running) = &running
        && !given.stop_running
    {
        return Err(already_running(cx, &sight, running.id).await?);
    }
    let at = start_of(cx, &sight, given.started_at.as_deref(), running.as_ref()).await?;
    let place = place(cx)?;
    terms.open_on(place.day_of(at))?;
    let stopped = match running {
        Some(running) => Some(end(cx, running, at).await?),
        None => None,
    };
    let timer = new_timer(cx, &sight, &terms, description, billable, at, &place);
    insert(cx, &sight, &timer).await?;
    tell_price(cx, &sight, &terms, &timer.price);
    started(cx, &sight, timer.id, stopped).await
}

fn new_timer(cx: &Call, sight: &Sight, terms: &Terms, description: String, billable: bool, at: Timestamp, place: &Place) -> Stored {
    Stored {
        id: TimeEntryId::new().0,
        member: sight.member,
        project: terms.project,
        currency: terms.currency.clone(),
        description,
        day: place.day_of(at),
        started_at: Some(at),
        ended_at: None,
        running: true,
        seconds: 0,
        price: terms.price(billable, None),
        cost_rate: terms.cost_rate,
        state: new_state(cx),
        version: 1,
        invoice: None,
        lock_date: terms.lock_date,
        timer_limit: terms.timer_limit,
    }
}

async fn insert(cx: &mut Call, sight: &Sight, timer: &Stored) -> Result<(), Error> {
    let (origin, now) = (origin(cx, sight, Source::Timer), cx.now);
    if write::insert(&mut cx.db, timer, &origin, now).await? {
        return Ok(());
    }
    // Something that does not lock the member was faster; its timer is there to be shown.
    match read::running(&mut cx.db, sight.member).await? {
        Some(other) => Err(already_running(cx, sight, other.id).await?),
        None => Err(Error::unavailable("The timer could not be started.")),
    }
}

/// The refusal that shows the timer in the way.
async fn already_running(cx: &mut Call, sight: &Sight, id: Uuid) -> Result<Error, Error> {
    let running = record::one(cx, sight, id).await?;
    let what = if running.description.is_empty() { String::new() } else { format!(" (\"{}\")", crate::text::excerpt(&running.description)) };
    let message = format!("A timer is running on {} / {}{what} for {}.", running.client.name, running.project.name, running.worked.text);
    Ok(Error::new(Code::TimerRunning, message).hint("Stop it first, or start with stop_running set to true.").details(&running))
}

async fn started(cx: &mut Call, sight: &Sight, id: Uuid, stopped: Option<Uuid>) -> Result<Started, Error> {
    let stopped = match stopped {
        Some(stopped) => Some(record::one(cx, sight, stopped).await?),
        None => None,
    };
    let Logged { entry, day_total, unbilled } = record::logged(cx, sight, id).await?;
    Ok(Started { entry, stopped, day_total, unbilled })
}

/// When a timer starts: now, or as given, when that is neither in the future nor in time that is already logged.
///
/// A timer that replaces one begins where that one ends, which is at least a second after its start.
async fn start_of(cx: &mut Call, sight: &Sight, given: Option<&str>, running: Option<&Stored>) -> Result<Timestamp, Error> {
    let (place, now) = (place(cx)?, to_the_second(cx.now));
    let free = running.and_then(|running| running.started_at).map(|at| at + SignedDuration::from_secs(1));
    let Some(given) = given.filter(|text| !text.trim().is_empty()) else { return Ok(free.map_or(now, |free| free.max(now))) };
    let at = place.instant("started_at", given)?;
    let shown = |at: Timestamp| Moment::at(at, &place.zone);
    if at > now + AHEAD_MAX {
        return Err(Error::invalid("started_at", format!("{} is in the future; it is {} now. Start now, or at a time that has passed.", shown(at), shown(now))));
    }
    if let Some(free) = free
        && at < free
    {
        return Err(Error::invalid("started_at", format!("{} is not after the start of the timer that runs. Start later, or change that timer's start first.", shown(at))));
    }
    if let Some(end) = busy_until(&mut cx.db, sight.member, at, place.day_of(at), now).await? {
        return Err(Error::invalid("started_at", format!("{} is before the end of your previous entry, {}. Start then or later.", shown(at), shown(end))));
    }
    Ok(at)
}

/// Stops the caller's timer. The project may be archived and the day closed by now: time that was worked is kept.
pub async fn stop(cx: &mut Call, ended_at: Option<String>) -> Result<Logged, Error> {
    let sight = Sight::of(cx)?;
    let running = mine(cx, &sight).await?;
    let now = to_the_second(cx.now);
    let at = match ended_at.as_deref().filter(|text| !text.trim().is_empty()) {
        Some(given) => end_of(cx, given, &running, now)?,
        None => now,
    };
    let id = end(cx, running, at).await?;
    record::logged(cx, &sight, id).await
}

/// A given end: not before the start, not in the future.
fn end_of(cx: &Call, given: &str, running: &Stored, now: Timestamp) -> Result<Timestamp, Error> {
    let place = place(cx)?;
    let at = place.instant("ended_at", given)?;
    let shown = |at: Timestamp| Moment::at(at, &place.zone);
    if at > now + AHEAD_MAX {
        return Err(Error::invalid("ended_at", format!("{} is in the future; it is {} now. Stop now, or at a time that has passed.", shown(at), shown(now))));
    }
    match running.started_at {
        Some(start) if at < start => {
            Err(Error::invalid("ended_at", format!("The end {} is before the start {}. Give a later end, or change the start first.", shown(at), shown(start))))
        }
        _ => Ok(at),
    }
}

/// Ends a running timer and tells what a careful person would want to know. An entry has at least a second, and at most a day.
async fn end(cx: &mut Call, mut timer: Stored, at: Timestamp) -> Result<Uuid, Error> {
    let start = timer.started_at.ok_or_else(Error::internal)?;
    let ran = at.duration_since(start).as_secs().max(1);
    timer.seconds = ran.min(SECONDS_MAX);
    let end = start + SignedDuration::from_secs(timer.seconds);
    timer.ended_at = Some(end);
    timer.running = false;
    if cx.writes_drafts() {
        timer.state = EntryState::Draft;
    }
    let shown = Moment::at(end, &cx.membership()?.zone);
    if ran > SECONDS_MAX {
        let (ran, cut) = (Worked::of(ran).text, Worked::of(ran - SECONDS_MAX).text);
        cx.warn(format!("The timer ran {ran}; an entry holds at most 24 hours, so it was ended at {shown} and {cut} were left out. Correct the end, or log what is missing with create_time_entry."));
    } else if ran > timer.timer_limit {
        let (ran, limit) = (Worked::of(ran).text, Worked::of(timer.timer_limit).text);
        cx.warn(format!("The timer ran {ran}, longer than the limit of {limit}. All of it was kept: check the end, trim it with update_time_entry, or remove it with delete_time_entry."));
    }
    let now = cx.now;
    write::update(&mut cx.db, &timer, now).await?;
    Ok(timer.id)
}

/// Changes the caller's timer while it runs.
pub async fn update(cx: &mut Call, given: TimerChange) -> Result<Logged, Error> {
    let sight = Sight::of(cx)?;
    let before = mine(cx, &sight).await?;
    let mut timer = before.clone();
    let change = Repriced { project: given.project.as_deref(), billable: given.billable, rate: Edit::Keep };
    reprice(cx, &sight, &mut timer, change).await?;
    timer.description = described(&before.description, given.description)?;
    if given.started_at.as_deref().is_some_and(|text| !text.trim().is_empty()) {
        let at = start_of(cx, &sight, given.started_at.as_deref(), None).await?;
        let day = place(cx)?.day_of(at);
        if let Some(last) = timer.lock_date.filter(|last| day <= *last) {
            return Err(super::lock::closed(last));
        }
        (timer.started_at, timer.day) = (Some(at), day);
    }
    if timer != before {
        if cx.writes_drafts() {
            timer.state = EntryState::Draft;
        }
        let now = cx.now;
        write::update(&mut cx.db, &timer, now).await?;
    }
    record::logged(cx, &sight, timer.id).await
}

/// Throws the caller's timer away.
pub async fn discard(cx: &mut Call) -> Result<DiscardedTimer, Error> {
    let sight = Sight::of(cx)?;
    let timer = mine(cx, &sight).await?;
    needs_person(cx, &timer, "discard a timer that a person started")?;
    write::delete(&mut cx.db, timer.id).await?;
    let ran = timer.started_at.map_or(0, |start| cx.now.duration_since(start).as_secs().max(0));
    Ok(DiscardedTimer { id: TimeEntryId(timer.id), worked: Worked::of(ran) })
}

/// The caller's running timer, held until this call ends.
async fn mine(cx: &mut Call, sight: &Sight) -> Result<Stored, Error> {
    lock_member(&mut cx.db, sight.member).await?;
    let timer = write::lock(&mut cx.db, Which::TimerOf(sight.member), None).await?;
    timer.ok_or_else(|| Error::new(Code::NoTimer, "No timer is running.").hint("Start one with start_timer, or log the time with create_time_entry."))
}
