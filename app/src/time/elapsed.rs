//! Computes the time between two times on a local clock, for a form that is not sent yet. It takes the same instants as an entry does for
//! the same fields, also on days on which the clock is moved. Pure: the caller supplies the UTC offset.

use domain::day::{Day, OffsetDateTime};

use super::time_fields::seconds;

const DAY_SECONDS: i64 = 86_400;

/// The fields of a form: the day, and two times on its clock.
pub struct TimeFieldValues<'a> {
    /// The day of the start, `2026-10-25`.
    pub day: &'a str,
    /// The start, `02:30`.
    pub from: &'a str,
    /// The end; before the start it is one of the next day.
    pub to: &'a str,
}

/// The seconds between both times, negative where the clock was put back past the start; `None` while one is missing. `before` is the
/// entry that the form showed, and `offset` the UTC offset at an instant; instants are in seconds since 1970.
pub fn elapsed(values: &TimeFieldValues<'_>, before: Option<(i64, i64)>, offset: &impl Fn(i64) -> Option<i64>) -> Option<i64> {
    let (from, to, midnight) = (seconds(values.from)?, seconds(values.to)?, midnight(values.day)?);
    let (starts, ends) = (midnight + from, midnight + to + if to < from { DAY_SECONDS } else { 0 });
    let shown = |at: i64| Some(at + offset(at)?);
    if let Some((start, end)) = before
        && shown(start) == Some(starts)
        && shown(end).map(|end| end.rem_euclid(DAY_SECONDS)) == Some(to)
    {
        return Some(end - start);
    }
    let (start, end) = before.unzip();
    Some(instant(ends, end, offset)? - instant(starts, start, offset)?)
}

/// A moment in seconds since 1970.
pub fn unix_seconds(moment: &OffsetDateTime) -> Option<i64> {
    let text = moment.as_str();
    Some(midnight(text.get(..10)?)? + seconds(text.get(11..19)?)? - utc_offset(moment)?)
}

/// The UTC offset of a moment, in seconds.
pub fn utc_offset(moment: &OffsetDateTime) -> Option<i64> {
    match moment.offset().split_at_checked(1)? {
        ("Z", _) => Some(0),
        (sign, offset) => seconds(offset).map(|ahead| if sign == "-" { -ahead } else { ahead }),
    }
}

/// The midnight of a day in UTC, in seconds since 1970.
fn midnight(day: &str) -> Option<i64> {
    let first = Day::parse("day", "1970-01-01").ok()?;
    Some(first.days_until(&Day::parse("day", day).ok()?) * DAY_SECONDS)
}

/// The instant of a local time: of two, the one on the side of `near`, else the first; in a gap, as much later as the clock was moved.
fn instant(local: i64, near: Option<i64>, offset: &impl Fn(i64) -> Option<i64>) -> Option<i64> {
    let shows = |at: &i64| offset(*at).is_some_and(|offset| at + offset == local);
    let [earlier, later] = [local - DAY_SECONDS, local + DAY_SECONDS].map(offset);
    let [earlier, later] = [local - earlier?, local - later?];
    let near = near.and_then(offset).map(|offset| local - offset);
    near.into_iter().chain([earlier.min(later), earlier.max(later)]).find(shows).or(Some(earlier))
}
