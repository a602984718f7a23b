//! A day and two times on its clock, as people write them and the form of an entry sends them.
//!
//! An end that is before the start is on the next day. A time without a day is of the day of the other end, where that says its own, else
//! of the day of the work that changes, else of today. What the form shows of an entry and sends unchanged says nothing: in the
//! hour that comes twice, or where an entry is a whole day long, the times alone do not tell which instants were meant. An offset
//! at one end says which clock is meant, and beside a time without one it has to be that of the worker's clock then.

use super::{
    entry_time::{EntryTime, EntryTimeInput, is_same_length, non_blank},
    local_clock::LocalClock,
    time_fields::seconds,
};
use crate::{
    day::{Day, OffsetDateTime},
    error::Error,
    hours::Seconds,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime, Time},
};
use std::cmp::Ordering;

/// Start and end as they were given, each where it is a time of day alone.
type Times<'a> = (Option<&'a str>, Option<&'a str>);

/// What was given, with the times on the clock as a day and a time each, and whether the end is on the day after the start only because
/// it is before it on the clock. `before` is the work that changes, of which a form may have shown start and end. Instants are left as
/// they are.
pub fn resolve(
    given: &EntryTimeInput,
    local_clock: &LocalClock,
    today: Date,
    before: Option<&EntryTime>,
) -> Result<(EntryTimeInput, bool), Error> {
    let times = (given.started_at.as_deref().and_then(time), given.ended_at.as_deref().and_then(time));
    let (start, end) = (non_blank(&given.started_at), non_blank(&given.ended_at));
    // A date stays where it is beside an instant, and is held against it there.
    match (times.0.as_deref(), times.1.as_deref(), start, end) {
        (None, None, Some(start), Some(end)) => local_clock.check_same_clock(start, end).map(|()| (given.clone(), false)),
        (None, None, ..) => Ok((given.clone(), false)),
        (None, Some(to), Some(start), Some(end)) => {
            let (ended_at, next) = beside(to, true, local_clock.beside("started_at", start, end)?);
            Ok((EntryTimeInput { ended_at: Some(ended_at), ..given.clone() }, next))
        }
        (Some(from), None, Some(start), Some(end)) => {
            let (started_at, next) = beside(from, false, local_clock.beside("ended_at", end, start)?);
            Ok((EntryTimeInput { started_at: Some(started_at), ..given.clone() }, next))
        }
        (from, to, ..) => resolve_on_day(given, (from, to), local_clock, today, before),
    }
}

/// A time of day beside the other end of the work: on the same day, or on the one next to it where the end would be before the start,
/// which is told, too. `ends` says that the time is the end.
fn beside(time: &str, ends: bool, other: DateTime) -> (String, bool) {
    let apart = match (seconds(time).cmp(&seconds(&other.strftime("%H:%M:%S").to_string())), ends) {
        (Ordering::Less, true) => 1,
        (Ordering::Greater, false) => -1,
        _ => 0,
    };
    (format!("{}T{time}", Day::from(other.date()).plus(apart)), apart != 0)
}

/// Times of day on the day that is meant. What is not given of the start and the end of the work before moves along to another day.
fn resolve_on_day(
    given: &EntryTimeInput,
    (from, to): Times<'_>,
    local_clock: &LocalClock,
    today: Date,
    before: Option<&EntryTime>,
) -> Result<(EntryTimeInput, bool), Error> {
    let span = before.and_then(|before| before.span);
    let own = before.map_or(today, |before| span.map_or(before.day, |(start, _)| local_clock.day_of(start)));
    let own = Day::from(own);
    let day = non_blank(&given.date).map_or(Ok(own.clone()), |date| Day::parse_relative("date", date, today))?;
    let lasting = span.filter(|_| lasts_as_before(given, before));
    if let Some(same) = lasting.and_then(|span| shown(&day, (from?, to?), local_clock, span)) {
        return Ok((EntryTimeInput { date: same, ..EntryTimeInput::default() }, false));
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
    Ok((read, next))
}

/// Whether the duration that is given is that of the work before, or none is.
fn lasts_as_before(given: &EntryTimeInput, before: Option<&EntryTime>) -> bool {
    let Some(text) = non_blank(&given.duration) else { return true };
    let lasts = Seconds::parse("duration", text).ok();
    lasts.zip(before).is_some_and(|(lasts, before)| is_same_length(lasts.0, before.seconds))
}

/// Whether the end is on the day after the start: it is before the start on the clock, or, where that is not known, too early for the
/// work to have begun on its day.
fn ends_next_day((from, to): Times<'_>, local_clock: &LocalClock, before: Option<&EntryTime>) -> bool {
    let begins = |before: &EntryTime| before.span.map_or(Some(before.seconds), |(start, _)| seconds(&local_clock.clock_at(start)));
    let begins = from.map_or_else(|| before.and_then(begins), seconds);
    to.and_then(seconds).zip(begins).is_some_and(|(to, begins)| to < begins)
}

/// Where the times are those of the entry: the day it moves to, or nothing where it stays.
fn shown(day: &Day, times: (&str, &str), local_clock: &LocalClock, (start, end): (Timestamp, Timestamp)) -> Option<Option<String>> {
    let (start, end) = (OffsetDateTime::at(start, &local_clock.zone), OffsetDateTime::at(end, &local_clock.zone));
    let same = is_shown(times.0, &start) && is_shown(times.1, &end);
    same.then(|| (*day != start.day()).then(|| day.to_string()))
}

/// Whether a time is what the clock shows at a moment.
fn is_shown(time: &str, moment: &OffsetDateTime) -> bool {
    moment.as_str().get(11..19) == Some(time)
}

/// A time on the clock, when that is what the text is, as `09:00:00`: of `09:00`, `9:00`, `T09:00` or `09:00:30`, and of `24:00`, at
/// which a day ends.
pub fn time(given: &str) -> Option<String> {
    let text = given.trim();
    let text = text.strip_prefix(['T', 't']).unwrap_or(text);
    let text = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    // A time is read out of more than this elsewhere: out of a date, and beside an offset.
    let plain = text.find(':') == Some(2) && text.bytes().all(|sign| sign.is_ascii_digit() || matches!(sign, b':' | b'.'));
    let read = |text: &str| text.parse::<Time>().ok().filter(|_| plain);
    match text.strip_prefix("24") {
        Some(rest) => read(&format!("00{rest}")).filter(|time| *time == Time::midnight()).map(|_| "24:00:00".to_owned()),
        None => read(&text).map(|time| time.strftime("%H:%M:%S").to_string()),
    }
}

/// Whether times of day are all that is said of when work was done: no day, and no instant.
pub fn has_only_times(given: &EntryTimeInput) -> bool {
    let ends: Vec<&str> = [&given.started_at, &given.ended_at].into_iter().filter_map(non_blank).collect();
    non_blank(&given.date).is_none() && !ends.is_empty() && ends.into_iter().all(|end| time(end).is_some())
}
