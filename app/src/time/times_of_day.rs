//! A day and two times on its clock, as people write them and the form of an entry sends them.
//!
//! An end that is before the start is on the next day. What the form shows of an entry and sends unchanged says nothing: in the
//! hour that comes twice, or where an entry is a whole day long, the times alone do not tell which instants were meant.

use super::{clock::Given, place::Place};
use crate::{
    day::{Day, Moment},
    error::Error,
};
use jiff::{Timestamp, civil::Date};

/// What was given, with the times on the clock as a day and a time each. `before` is the start and the end that the form may have
/// shown. Instants are left as they are. Without a day, new times are those of today and others those of the day of the start.
pub fn read(given: &Given, place: &Place, today: Date, before: Option<(Timestamp, Timestamp)>) -> Result<Given, Error> {
    let times = (given.started_at.as_deref().and_then(time), given.ended_at.as_deref().and_then(time));
    let (from, to) = (times.0.as_deref(), times.1.as_deref());
    if from.is_none() && to.is_none() {
        return Ok(given.clone());
    }
    let day = match (given.date.as_deref().filter(|date| !date.trim().is_empty()), before) {
        (Some(date), _) => Day::meant("date", date, today)?,
        (None, Some((start, _))) => Day::from(place.day_of(start)),
        (None, None) => Day::from(today),
    };
    if let Some(same) = before.and_then(|before| shown(&day, (from?, to?), place, before)) {
        return Ok(Given { date: same, started_at: None, ended_at: None, ..given.clone() });
    }
    let starts = before.filter(|_| given.date.is_none()).map(|(start, _)| place.clock_at(start));
    let next = matches!((from.or(starts.as_deref()), to), (Some(from), Some(to)) if to < from);
    let on = |day: &Day, time: Option<&str>, given: &Option<String>| time.map_or(given.clone(), |time| Some(format!("{day}T{time}")));
    let ends = if next { day.plus(1) } else { day.clone() };
    Ok(Given {
        date: None,
        duration: given.duration.clone(),
        started_at: on(&day, from, &given.started_at),
        ended_at: on(&ends, to, &given.ended_at),
    })
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
