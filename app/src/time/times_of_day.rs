//! Resolves a day and two times of day, as people write them and the form of an entry sends them, to times on the local clock.
//!
//! An end before the start is on the next day. A time without a day is on the day of the other end if that has one, else on the day of
//! the entry that changes, else on today. Times that a form sends back as it showed them change nothing: in the hour that comes twice, or
//! for an entry of exactly 24 hours, the times alone do not tell which instants were meant. An offset at one end says which clock is
//! meant; beside a time without one, it has to be that of the worker's clock then.

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

/// Start and end as they were given, each if it is a time of day alone.
type Times<'a> = (Option<&'a str>, Option<&'a str>);

/// The input with each time of day completed to a day and a time, and whether the end is on the day after the start only because its
/// time of day is before that of the start. `before` is the time that changes, whose start and end a form may have shown. Instants stay
/// as they are.
pub fn resolve(
    given: &EntryTimeInput,
    local_clock: &LocalClock,
    today: Date,
    before: Option<&EntryTime>,
) -> Result<(EntryTimeInput, bool), Error> {
    let times = (given.started_at.as_deref().and_then(time), given.ended_at.as_deref().and_then(time));
    let (start, end) = (non_blank(&given.started_at), non_blank(&given.ended_at));
    // A date beside an instant stays in the input, and is checked against the instant when that is parsed.
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

/// Completes a time of day beside the other end: on the same day, or on the adjacent one if the end would otherwise be before the
/// start, which the flag says. `ends` says that the time is the end.
fn beside(time: &str, ends: bool, other: DateTime) -> (String, bool) {
    let apart = match (seconds(time).cmp(&seconds(&other.strftime("%H:%M:%S").to_string())), ends) {
        (Ordering::Less, true) => 1,
        (Ordering::Greater, false) => -1,
        _ => 0,
    };
    (format!("{}T{time}", Day::from(other.date()).plus(apart)), apart != 0)
}

/// Puts times of day on the given day, or on that of the entry. A start or end that is not given moves along to another day.
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
    let next = ends_next_day(given, (from, to), local_clock, before) || ends_after_midnight(given, (from, to), before);
    let ends = day.plus(i64::from(next));
    let read = EntryTimeInput {
        // Where an end and a duration tell the start, it has to be on the given day.
        date: given.date.clone().filter(|_| from.is_none() && to.is_some() && span.is_none() && non_blank(&given.duration).is_some()),
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

/// Whether the given duration is that of the time before, or none is given.
fn lasts_as_before(given: &EntryTimeInput, before: Option<&EntryTime>) -> bool {
    let Some(text) = non_blank(&given.duration) else { return true };
    let lasts = Seconds::parse("duration", text).ok();
    lasts.zip(before).is_some_and(|(lasts, before)| is_same_length(lasts.0, before.seconds))
}

/// Whether the end is on the day after the start: its time of day is before that of the start, or, if no start is known, too early for
/// the duration.
fn ends_next_day(given: &EntryTimeInput, (from, to): Times<'_>, local_clock: &LocalClock, before: Option<&EntryTime>) -> bool {
    let lasts = non_blank(&given.duration).and_then(|text| Seconds::parse("duration", text).ok()).map(|lasts| lasts.0);
    let begins = |before: &EntryTime| match before.span {
        Some((start, _)) => seconds(&local_clock.clock_at(start)),
        None => Some(lasts.unwrap_or(before.seconds)),
    };
    let begins = from.map_or_else(|| before.and_then(begins), seconds);
    to.and_then(seconds).zip(begins).is_some_and(|(to, begins)| to < begins)
}

/// Whether work that began on the given day ends on the day after: its end is too early in the day for the duration, and nothing else
/// tells the start.
fn ends_after_midnight(given: &EntryTimeInput, (from, to): Times<'_>, before: Option<&EntryTime>) -> bool {
    let is_of_day = before.is_none() && from.is_none() && non_blank(&given.date).is_some();
    let lasts = non_blank(&given.duration).and_then(|text| Seconds::parse("duration", text).ok());
    is_of_day && to.and_then(seconds).zip(lasts).is_some_and(|(to, lasts)| to < lasts.0)
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
