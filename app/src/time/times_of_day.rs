//! Resolves a day and two times of day, as people write them and the form of an entry sends them, to times on the local clock.
//!
//! An end before the start is on the next day. A time without a day is on the day of the other end if that has one, else on the day of
//! the entry that changes, else on today. Of work whose end and duration are given with a day, that is the day of the start. Times that a
//! form sends back as it showed them change nothing: in the hour that comes twice, or for an entry of exactly 24 hours, the times alone
//! do not tell which instants were meant. An offset at one end says which clock is meant; beside a time without one, it has to be that of
//! the worker's clock then.

use domain::{
    day::{Day, OffsetDateTime},
    hours::Seconds,
};

use super::{
    entry_time::{EntryTime, EntryTimeInput, is_same_length, non_blank},
    local_clock::LocalClock,
    time_fields::seconds,
};
use crate::error::Error;
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
};
use std::cmp::Ordering;

/// Start and end as they were given, each if it is a time of day alone.
type Times<'a> = (Option<&'a str>, Option<&'a str>);

/// Why the end is on the day after the start, where no day of its own tells that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextDay {
    /// Its time of day is before that of the start.
    EndBeforeStart,
    /// It is too early in the day of the start for the duration; no start is given.
    EndTooEarly,
}

/// Input in which each time of day is completed to a day and a time.
pub struct Completed {
    /// The input; instants are as they were given.
    pub input: EntryTimeInput,
    /// Why the end is on the day after the start; `None` where it is not, or where it was given with its day.
    pub next_day: Option<NextDay>,
    /// What is unusual about the times that were taken, in words.
    pub remarks: Vec<String>,
}

impl Completed {
    fn of(input: EntryTimeInput, next_day: Option<NextDay>) -> Self {
        Self { input, next_day, remarks: Vec::new() }
    }
}

/// Completes each time of day to a day and a time. `before` is the time that changes, whose start and end a form may have shown.
pub fn resolve(given: &EntryTimeInput, local_clock: &LocalClock, today: Date, before: Option<&EntryTime>) -> Result<Completed, Error> {
    let times = (given.started_at.as_deref().and_then(time), given.ended_at.as_deref().and_then(time));
    let (start, end) = (non_blank(&given.started_at), non_blank(&given.ended_at));
    let unchanged = || Completed::of(given.clone(), None);
    // A date beside an instant stays in the input, and is checked against the instant when that is parsed.
    match (times.0.as_deref(), times.1.as_deref(), start, end) {
        (None, None, Some(start), Some(end)) => local_clock.check_same_clock(start, end).map(|()| unchanged()),
        (None, None, ..) => Ok(unchanged()),
        (None, Some(to), Some(start), Some(end)) => {
            let (ended_at, next) = beside(to, true, local_clock.beside("started_at", start, end)?);
            Ok(Completed::of(EntryTimeInput { ended_at: Some(ended_at), ..given.clone() }, next))
        }
        (Some(from), None, Some(start), Some(end)) => {
            let (started_at, next) = beside(from, false, local_clock.beside("ended_at", end, start)?);
            Ok(Completed::of(EntryTimeInput { started_at: Some(started_at), ..given.clone() }, next))
        }
        (from, to, ..) => resolve_on_day(given, (from, to), local_clock, today, before),
    }
}

/// Completes a time of day beside the other end: on the same day, or on the adjacent one if the end would otherwise be before the
/// start, which is told beside it. `ends` says that the time is the end.
fn beside(time: &str, ends: bool, other: DateTime) -> (String, Option<NextDay>) {
    let apart = match (seconds(time).cmp(&seconds(&other.strftime("%H:%M:%S").to_string())), ends) {
        (Ordering::Less, true) => 1,
        (Ordering::Greater, false) => -1,
        _ => 0,
    };
    (format!("{}T{time}", Day::from(other.date()).plus(apart)), (apart != 0).then_some(NextDay::EndBeforeStart))
}

/// Puts times of day on the given day, or on that of the entry. A start or end that is not given moves along to another day.
fn resolve_on_day(
    given: &EntryTimeInput,
    (from, to): Times<'_>,
    local_clock: &LocalClock,
    today: Date,
    before: Option<&EntryTime>,
) -> Result<Completed, Error> {
    let span = before.and_then(|before| before.span);
    let own = before.map_or(today, |before| span.map_or(before.day, |(start, _)| local_clock.day_of(start)));
    let own = Day::from(own);
    let day = non_blank(&given.date).map_or(Ok(own.clone()), |date| Day::parse_relative("date", date, today))?;
    let lasting = span.filter(|_| lasts_as_before(given, before));
    if let Some(same) = lasting.and_then(|span| shown(&day, (from?, to?), local_clock, span)) {
        return Ok(Completed::of(EntryTimeInput { date: same, ..EntryTimeInput::default() }, None));
    }
    if let (None, Some(to), Some(lasts)) = (from, to, length_without_start(given, before)) {
        return end_of_length(given, (to, lasts), &day, local_clock);
    }
    let moved = own.days_until(&day);
    let along = |at: Timestamp| format!("{}T{}", Day::from(local_clock.day_of(at)).plus(moved), local_clock.clock_at(at));
    let (start, end) = span.filter(|_| moved != 0).unzip();
    let next = ends_next_day((from, to), local_clock, before);
    let ends = day.plus(i64::from(next));
    let read = EntryTimeInput {
        date: None,
        duration: given.duration.clone(),
        started_at: from.map(|from| format!("{day}T{from}")).or_else(|| start.map(along)),
        ended_at: match to {
            Some(to) => Some(format!("{ends}T{to}")),
            // With a duration the end follows from the start.
            None => end.filter(|_| non_blank(&given.duration).is_none()).map(along),
        },
    };
    Ok(Completed::of(read, next.then_some(NextDay::EndBeforeStart)))
}

/// The seconds of work on a day of which neither a start is given nor known: those of the given duration, or of the time before. `None`
/// where no day is given or known, or no valid duration.
fn length_without_start(given: &EntryTimeInput, before: Option<&EntryTime>) -> Option<i64> {
    let lasts = non_blank(&given.duration).map(|text| Seconds::parse("duration", text).map(|lasts| lasts.0));
    match before {
        None => non_blank(&given.date).and(lasts)?.ok(),
        Some(EntryTime { span: None, seconds, .. }) => lasts.unwrap_or(Ok(*seconds)).ok(),
        Some(_) => None,
    }
}

/// Completes the end of work that lasts `lasts` seconds and begins on `day`: it is on that day, there at the second of two such times if
/// the first is too early for the duration, else on the next day. Where none of them fits, it is on that day, and the day is refused when
/// it is checked against the start.
fn end_of_length(given: &EntryTimeInput, (to, lasts): (&str, i64), day: &Day, local_clock: &LocalClock) -> Result<Completed, Error> {
    let begins_on_day = |end: Timestamp| local_clock.day_of(end - SignedDuration::from_secs(lasts)) == day.date();
    let ends = |ended_at: String, next_day| Completed::of(EntryTimeInput { ended_at: Some(ended_at), ..given.clone() }, next_day);
    let [here, next] = [day.clone(), day.plus(1)].map(|day| format!("{day}T{to}"));
    let first = local_clock.instant("ended_at", &here)?.value;
    if begins_on_day(first) {
        return Ok(ends(here, None));
    }
    if let Some(second) = local_clock.second_of(first).filter(|second| begins_on_day(*second)) {
        let ended_at = OffsetDateTime::at(second, &local_clock.zone).to_string();
        return Ok(Completed { remarks: vec![local_clock.second_remark(second)], ..ends(ended_at, None) });
    }
    Ok(match begins_on_day(local_clock.instant("ended_at", &next)?.value) {
        true => ends(next, Some(NextDay::EndTooEarly)),
        false => ends(here, None),
    })
}

/// The input with its end on its day, where that is meant although the day is that of the start: the end that was taken is after `now`,
/// and the same time on that day is not. `None` in all other cases.
pub fn ended_on_its_day(
    given: &EntryTimeInput,
    taken: Timestamp,
    local_clock: &LocalClock,
    now: Timestamp,
) -> Result<Option<EntryTimeInput>, Error> {
    let (Some(date), Some(to)) = (non_blank(&given.date), given.ended_at.as_deref().and_then(time)) else { return Ok(None) };
    let day = Day::parse_relative("date", date, local_clock.day_of(now))?;
    let ended_at = format!("{day}T{to}");
    let passed = local_clock.instant("ended_at", &ended_at)?.value <= now;
    Ok((taken > now && passed).then(|| EntryTimeInput { date: None, ended_at: Some(ended_at), ..given.clone() }))
}

/// Whether the given duration is that of the time before, or none is given.
fn lasts_as_before(given: &EntryTimeInput, before: Option<&EntryTime>) -> bool {
    let Some(text) = non_blank(&given.duration) else { return true };
    let lasts = Seconds::parse("duration", text).ok();
    lasts.zip(before).is_some_and(|(lasts, before)| is_same_length(lasts.0, before.seconds))
}

/// Whether the end is on the day after the start, because its time of day is before that of the start.
fn ends_next_day((from, to): Times<'_>, local_clock: &LocalClock, before: Option<&EntryTime>) -> bool {
    let known = || seconds(&local_clock.clock_at(before?.span?.0));
    let begins = from.map_or_else(known, seconds);
    to.and_then(seconds).zip(begins).is_some_and(|(to, begins)| to < begins)
}

/// `None` unless the times are those of the entry; otherwise the day that the entry moves to, if it moves.
fn shown(day: &Day, times: (&str, &str), local_clock: &LocalClock, (start, end): (Timestamp, Timestamp)) -> Option<Option<String>> {
    let (start, end) = (OffsetDateTime::at(start, &local_clock.zone), OffsetDateTime::at(end, &local_clock.zone));
    let same = is_shown(times.0, &start) && is_shown(times.1, &end);
    same.then(|| (*day != start.day()).then(|| day.to_string()))
}

/// Whether a time of day is what the clock shows at a moment.
fn is_shown(time: &str, moment: &OffsetDateTime) -> bool {
    moment.as_str().get(11..19) == Some(time)
}

/// Parses a time of day to the form `09:00:00`, from `09:00`, `9:00`, `T09:00` or `09:00:30`, and from `24:00`, at which a day ends.
pub fn time(given: &str) -> Option<String> {
    let text = given.trim();
    let text = text.strip_prefix(['T', 't']).unwrap_or(text);
    let text = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    // `Time` would also parse a text with a date or an offset, which is no time of day alone.
    let plain = text.find(':') == Some(2) && text.bytes().all(|sign| sign.is_ascii_digit() || matches!(sign, b':' | b'.'));
    let read = |text: &str| text.parse::<Time>().ok().filter(|_| plain);
    match text.strip_prefix("24") {
        Some(rest) => read(&format!("00{rest}")).filter(|time| *time == Time::midnight()).map(|_| "24:00:00".to_owned()),
        None => read(&text).map(|time| time.strftime("%H:%M:%S").to_string()),
    }
}

/// Whether the input places the work by times of day alone: no date and no instant.
pub fn has_only_times(given: &EntryTimeInput) -> bool {
    let ends: Vec<&str> = [&given.started_at, &given.ended_at].into_iter().filter_map(non_blank).collect();
    non_blank(&given.date).is_none() && !ends.is_empty() && ends.into_iter().all(|end| time(end).is_some())
}
