//! A day and two times on its clock, as people write them and the form of an entry sends them.
//!
//! An end that is before the start is on the next day. A time without a day is of the day of the other end, where that says its own, else
//! of the day of the work that changes, else of today. What the form shows of an entry and sends unchanged says nothing: in the
//! hour that comes twice, or where an entry is a whole day long, the times alone do not tell which instants were meant.

use super::{
    clock::{Given, When, filled},
    place::Place,
    when::seconds,
};
use crate::{
    day::{Day, Moment},
    error::Error,
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use std::cmp::Ordering;

/// Start and end as they were given, each where it is a time of day alone.
type Times<'a> = (Option<&'a str>, Option<&'a str>);

/// What was given, with the times on the clock as a day and a time each. `before` is the work that changes, of which a form may have shown
/// start and end. Instants are left as they are.
pub fn read(given: &Given, place: &Place, today: Date, before: Option<&When>) -> Result<Given, Error> {
    let times = (given.started_at.as_deref().and_then(time), given.ended_at.as_deref().and_then(time));
    let (start, end) = (filled(&given.started_at), filled(&given.ended_at));
    // A date stays where it is beside an instant, and is refused there.
    match (times.0.as_deref(), times.1.as_deref(), start, end) {
        (None, None, ..) => Ok(given.clone()),
        (None, Some(to), Some(start), _) => {
            let ended_at = beside(to, true, place.written("started_at", start)?);
            Ok(Given { ended_at: Some(ended_at), ..given.clone() })
        }
        (Some(from), None, _, Some(end)) => {
            let started_at = beside(from, false, place.written("ended_at", end)?);
            Ok(Given { started_at: Some(started_at), ..given.clone() })
        }
        (from, to, ..) => on_a_day(given, (from, to), place, today, before),
    }
}

/// A time of day beside the other end of the work: on the same day, or on the one next to it where the end would be before the start.
/// `ends` says that the time is the end.
fn beside(time: &str, ends: bool, other: DateTime) -> String {
    let apart = match (seconds(time).cmp(&seconds(&other.strftime("%H:%M:%S").to_string())), ends) {
        (Ordering::Less, true) => 1,
        (Ordering::Greater, false) => -1,
        _ => 0,
    };
    format!("{}T{time}", Day::from(other.date()).plus(apart))
}

/// Times of day on the day that is meant. What is not given of the start and the end of the work before moves along to another day.
fn on_a_day(given: &Given, (from, to): Times<'_>, place: &Place, today: Date, before: Option<&When>) -> Result<Given, Error> {
    let span = before.and_then(|before| before.span);
    let own = before.map_or(today, |before| span.map_or(before.day, |(start, _)| place.day_of(start)));
    let own = Day::from(own);
    let day = filled(&given.date).map_or(Ok(own.clone()), |date| Day::meant("date", date, today))?;
    if let Some(same) = span.and_then(|span| shown(&day, (from?, to?), place, span)) {
        return Ok(Given { date: same, started_at: None, ended_at: None, ..given.clone() });
    }
    let moved = own.days_until(&day);
    let along = |at: Timestamp| format!("{}T{}", Day::from(place.day_of(at)).plus(moved), place.clock_at(at));
    let (start, end) = span.filter(|_| moved != 0).unzip();
    let ends = day.plus(i64::from(ends_next((from, to), place, before)));
    Ok(Given {
        date: None,
        duration: given.duration.clone(),
        started_at: from.map(|from| format!("{day}T{from}")).or_else(|| start.map(along)),
        ended_at: match to {
            Some(to) => Some(format!("{ends}T{to}")),
            // With a duration the end follows from the start.
            None => end.filter(|_| filled(&given.duration).is_none()).map(along),
        },
    })
}

/// Whether the end is on the day after the start: it is before the start on the clock, or, where that is not known, too early for the
/// work to have begun on its day.
fn ends_next((from, to): Times<'_>, place: &Place, before: Option<&When>) -> bool {
    let begins = |before: &When| before.span.map_or(Some(before.seconds), |(start, _)| seconds(&place.clock_at(start)));
    let begins = from.map_or_else(|| before.and_then(begins), seconds);
    to.and_then(seconds).zip(begins).is_some_and(|(to, begins)| to < begins)
}

/// When the times are those of the entry: the day it moves to, or nothing where it stays.
fn shown(day: &Day, times: (&str, &str), place: &Place, (start, end): (Timestamp, Timestamp)) -> Option<Option<String>> {
    let (start, end) = (Moment::at(start, &place.zone), Moment::at(end, &place.zone));
    let same = is_shown(times.0, &start) && is_shown(times.1, &end);
    same.then(|| (*day != start.day()).then(|| day.to_string()))
}

/// Whether a time is what the form shows of a moment: browsers leave out seconds that are none.
fn is_shown(time: &str, moment: &Moment) -> bool {
    moment.as_str().get(11..19).is_some_and(|shown| shown == time || shown.strip_suffix(":00") == Some(time))
}

/// A time on the clock, when that is what the text is: `09:00`, `9:00` or `09:00:30`.
pub fn time(given: &str) -> Option<String> {
    let text = given.trim();
    let text = if text.find(':') == Some(1) { format!("0{text}") } else { text.to_owned() };
    let digits = text.bytes().enumerate().all(|(at, byte)| if at % 3 == 2 { byte == b':' } else { byte.is_ascii_digit() });
    (digits && matches!(text.len(), 5 | 8)).then_some(text)
}

/// Whether times of day are all that is said of when work was done: no day, and no instant.
pub fn alone(given: &Given) -> bool {
    let ends: Vec<&str> = [&given.started_at, &given.ended_at].into_iter().filter_map(filled).collect();
    filled(&given.date).is_none() && !ends.is_empty() && ends.into_iter().all(|end| time(end).is_some())
}
