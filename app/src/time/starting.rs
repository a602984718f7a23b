//! Starting the timer.
//!
//! Every write of a timer first locks the member, so that of a thousand starts at once each sees what the one before did.
//! The unique index `time_entry_one_running` holds even against what does not come through here.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    Labour, Logged, Source, Started,
    ground::{New, description_of, fresh, is_person, leave_to_person, may_end, origin, place, tell, tell_price, terms_of},
    place::to_the_second,
    record,
    running::{AHEAD_MAX, end},
    store::{
        Stored, read,
        terms::{busy_until, lock_member},
        write::{self, Which},
    },
};
use crate::{
    budgets::watch::{Limit, Settled, Watch},
    day::Moment,
    error::{Code, Error},
    operation::Call,
    organizations,
    projects::sight::Sight,
    reference, text,
};

/// What a timer is started with; the arguments of `start_timer`.
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
pub async fn start(cx: &mut Call, given: NewTimer) -> Result<Started, Error> {
    let sight = Sight::of(cx)?;
    let project = reference::project_of_time(cx, &sight, &given.project).await?;
    organizations::store::keep(&mut cx.db).await?;
    lock_member(&mut cx.db, sight.member).await?;
    let terms = terms_of(cx, project, sight.member, sight.on_projects_of()).await?;
    let description = description_of(given.description.as_deref())?;
    let labour = given.labour.unwrap_or_default();
    let billable = terms.billable(given.billable, labour)?;
    let running = write::lock(&mut cx.db, Which::TimerOf(sight.member), None).await?;
    let same = |running: &&Stored| {
        running.project == project && running.description == description && (running.price.billable, running.labour) == (billable, labour)
    };
    if let Some(running) = running.as_ref().filter(same) {
        let watch = Watch::over(cx, &[(project, running.day)]).await?;
        let budgets = watch.settle(cx, &sight, Limit::Free).await?;
        return started(cx, &sight, running.id, None, &budgets).await;
    }
    terms.open()?;
    if let Some(running) = running.as_ref().filter(|_| !given.stop_running) {
        return Err(already_running(cx, &sight, running.id).await?);
    }
    if let Some(running) = &running {
        leave_to_person(cx, &[running], "stop a timer that a person started").await?;
    }
    let given_start = start_in(cx, given.started_at.as_deref(), None)?;
    let at = start_of(cx, &sight, Start { given: given_start, running: running.as_ref(), allow_overlap: given.allow_overlap }).await?;
    let day = place(cx)?.day_of(at);
    terms.open_on(day)?;
    let price = terms.price(billable, None);
    let timer =
        Stored { started_at: Some(at), running: true, ..fresh(cx, &terms, New { member: sight.member, labour, description, price, day }) };
    let (stopped, budgets) = run(cx, &sight, &timer, running).await?;
    tell_price(cx, &sight, &terms, &price);
    started(cx, &sight, timer.id, stopped, &budgets).await
}

/// Runs a timer in the place of the one that runs, when the budget of its project has room for it once that one counts.
async fn run(cx: &mut Call, sight: &Sight, timer: &Stored, running: Option<Stored>) -> Result<(Option<Uuid>, Settled), Error> {
    let touched: Vec<_> = running.iter().chain([timer]).map(|timer| (timer.project, timer.day)).collect();
    let watch = Watch::over(cx, &touched).await?;
    let stopped = match (running, timer.started_at) {
        (Some(running), Some(at)) => Some(end(cx, running, at, is_person(cx)).await?),
        _ => None,
    };
    watch.refuse_start(cx, sight, (timer.project, timer.day), timer.price.billable).await?;
    insert(cx, sight, timer).await?;
    Ok((stopped, watch.settle(cx, sight, Limit::Free).await?))
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

/// The refusal that shows the timer in the way, with what the caller can do about it.
pub async fn already_running(cx: &mut Call, sight: &Sight, id: Uuid) -> Result<Error, Error> {
    let running = record::one(cx, sight, id).await?;
    let way = match may_end(cx, id, running.state).await? {
        true => "Stop it first, or start with stop_running set to true.",
        false => {
            "Whoever has started it has to stop it, as this token does not write directly. create_time_entry logs the work without a timer."
        }
    };
    let what = if running.description.is_empty() { String::new() } else { format!(" (\"{}\")", text::excerpt(&running.description)) };
    let message = format!("A timer is running on {} / {}{what} for {}.", running.client.name, running.project.name, running.worked.text);
    Ok(Error::new(Code::TimerRunning, message).hint(way).details(&running))
}

async fn started(cx: &mut Call, sight: &Sight, id: Uuid, stopped: Option<Uuid>, budgets: &Settled) -> Result<Started, Error> {
    let stopped = match stopped {
        Some(stopped) => Some(record::one(cx, sight, stopped).await?),
        None => None,
    };
    let stopped_budget = stopped.as_ref().and_then(|stopped| budgets.at(stopped.project.id.0, stopped.day.date()));
    let Logged { entry, day_total, unbilled, budget } = record::logged(cx, sight, id, budgets).await?;
    Ok(Started { entry, stopped, day_total, unbilled, budget, stopped_budget })
}

/// When a timer is to start.
pub struct Start<'a> {
    /// What was given; now without.
    pub given: Option<Timestamp>,
    /// The timer in whose place it starts.
    pub running: Option<&'a Stored>,
    /// Whether it may begin in time that is already logged.
    pub allow_overlap: bool,
}

/// The start in a text, if there is one; `before` is the start that changes, which a form may have shown. A time of day alone is one of
/// today; where that is yet to come, a timer from an earlier day began on that day.
pub fn start_in(cx: &mut Call, given: Option<&str>, before: Option<Timestamp>) -> Result<Option<Timestamp>, Error> {
    let Some(given) = given.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    let (place, today) = (place(cx)?, cx.member_today()?);
    let mut read = place.instant_on(today, "started_at", given, before)?;
    if let Some(before) = before.filter(|_| read.what > cx.now) {
        read = place.instant_on(place.day_of(before), "started_at", given, Some(before))?;
    }
    Ok(Some(tell(cx, read)))
}

/// When a timer starts: now, or as given, when that is not in the future, and not in time that is already logged unless that was asked
/// for.
///
/// A timer that replaces one begins where that one ends, which is at least a second after its start.
pub async fn start_of(cx: &mut Call, sight: &Sight, start: Start<'_>) -> Result<Timestamp, Error> {
    let (place, now) = (place(cx)?, to_the_second(cx.now));
    let free = start.running.and_then(|running| running.started_at).map(|at| at + SignedDuration::from_secs(1));
    let Some(at) = start.given else { return Ok(free.map_or(now, |free| free.max(now))) };
    let shown = |at: Timestamp| Moment::at(at, &place.zone);
    if at > now + AHEAD_MAX {
        return Err(Error::invalid(
            "started_at",
            format!("{} is in the future; it is {} now. Start now, or at a time that has passed.", shown(at), shown(now)),
        )
        .hint(place.day_before(at)));
    }
    if let Some(free) = free
        && at < free
    {
        return Err(Error::invalid(
            "started_at",
            format!("{} is not after the start of the timer that runs. Start later, or change that timer's start first.", shown(at)),
        ));
    }
    match busy_until(&mut cx.db, sight.member, at, place.day_of(at), now).await? {
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
