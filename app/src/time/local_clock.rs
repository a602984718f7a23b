//! The local clock of a member: converts between times on it and instants. Pure.
//!
//! A text without an offset is a time on that clock. Most zones move their clocks twice a year: such a time may then not exist, or come
//! twice, and a remark tells the caller which instant was taken.

use std::borrow::Cow;

use domain::day::{Day, OffsetDateTime};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

use super::{elapsed::utc_offset, times_of_day};
use crate::error::Error;

/// The wall clock of a member: times without an offset are times on it.
#[derive(Debug, Clone)]
pub struct LocalClock {
    /// Its time zone.
    pub zone: TimeZone,
}

/// A parsed value, with remarks for the caller who gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct WithRemarks<T> {
    /// The value.
    pub value: T,
    /// What is unusual about the value, in words.
    pub remarks: Vec<String>,
}

impl<T> WithRemarks<T> {
    /// Combines a result with remarks. An error gets them as its hint, since they may name its cause.
    pub fn of(value: Result<T, Error>, remarks: Vec<String>) -> Result<Self, Error> {
        match value {
            Ok(value) => Ok(Self { value, remarks }),
            Err(refused) if remarks.is_empty() => Err(refused),
            Err(refused) => Err(refused.hint(remarks.join(" "))),
        }
    }

    /// Returns the value and appends its remarks to `remarks`.
    pub fn collect_remarks(self, remarks: &mut Vec<String>) -> T {
        remarks.extend(self.remarks);
        self.value
    }
}

/// The error for a text that is neither a time on the clock nor an instant. A day in other figures is written in those that are wanted.
fn not_a_time(field: &'static str, text: &str) -> Error {
    let shown = domain::money::shown(text.trim());
    let (day, time) = text.trim().split_once([' ', 'T']).unwrap_or_default();
    let way = match Day::in_figures(day).zip(times_of_day::time(time)) {
        Some((day, time)) => format!("write {day} {}.", time.strip_suffix(":00").unwrap_or(&time)),
        None => "write one of 24 hours such as 09:30 or 21:30, or 2026-03-05 09:30 on the worker's clock, or RFC 3339 with an offset."
            .to_owned(),
    };
    Error::invalid(field, format!("{shown} is not a time; {way}"))
}

/// Refuses the word `now` for a time that is the present one when it is left out.
pub fn refuse_now(field: &'static str, text: &str) -> Result<(), Error> {
    if !text.trim().eq_ignore_ascii_case("now") {
        return Ok(());
    }
    let shown = domain::money::shown(text.trim());
    Err(Error::invalid(field, format!("{shown} is not a time; leave {field} out for the present one.")))
}

impl LocalClock {
    /// The day of an instant on this clock.
    pub fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// Parses an instant, to the second.
    pub fn instant(&self, field: &'static str, text: &str) -> Result<WithRemarks<Timestamp>, Error> {
        self.instant_near(field, text, None)
    }

    /// Parses an instant. In the hour that comes twice, a time without an offset is taken on the side of `before`, so that what a form
    /// sends back as it showed it stays unchanged.
    pub fn instant_near(&self, field: &'static str, text: &str, before: Option<Timestamp>) -> Result<WithRemarks<Timestamp>, Error> {
        let given = &*past_midnight(text);
        let Some(local) = parse_local(given) else {
            let at = OffsetDateTime::parse(field, given)
                .map_err(|_| not_a_time(field, text))?
                .timestamp()
                .map_err(|problem| Error::invalid(field, problem.message))?;
            return Ok(WithRemarks { value: to_the_second(at), remarks: Vec::new() });
        };
        Day::parse(field, &local.date().to_string())?;
        let near = before.and_then(|before| self.zone.to_offset(before).to_timestamp(local).ok());
        match near.filter(|near| self.shows(*near) == Some(local)) {
            Some(near) => Ok(WithRemarks { value: near, remarks: Vec::new() }),
            None => self.at(field, local),
        }
    }

    /// Parses an instant; a time of day alone is on `day`.
    pub fn instant_on(
        &self,
        day: Date,
        field: &'static str,
        text: &str,
        before: Option<Timestamp>,
    ) -> Result<WithRemarks<Timestamp>, Error> {
        match times_of_day::time(text) {
            Some(time) => self.instant_near(field, &format!("{day}T{time}"), before),
            None => self.instant_near(field, text, before),
        }
    }

    /// The local time of `text`, which stands beside `time`, a time without an offset. A text without an offset is taken as written, even
    /// if the clock skips it. An offset other than that of this clock at that instant is refused.
    pub fn beside(&self, field: &'static str, text: &str, time: &str) -> Result<DateTime, Error> {
        let at = self.instant(field, text)?.value;
        let given = &*past_midnight(text);
        if let Some(local) = parse_local(given) {
            return Ok(local);
        }
        let here = OffsetDateTime::at(at, &self.zone);
        if utc_offset(&OffsetDateTime::parse(field, given)?) == utc_offset(&here) {
            return Ok(self.zone.to_datetime(at));
        }
        let (given, time) = (domain::money::shown(text.trim()), domain::money::shown(time.trim()));
        let why = format!("{time} is a time on the worker's clock, at {} then, and {given} is on another one.", here.offset());
        Err(Error::invalid(field, format!("{why} Give both with an offset, or both without.")))
    }

    /// Checks a start and an end, each a day and a time: if only one of them has an offset, it has to be that of this clock then. Otherwise
    /// they would silently be hours apart.
    pub fn check_same_clock(&self, start: &str, end: &str) -> Result<(), Error> {
        let is_here = |text: &str| parse_local(&past_midnight(text)).is_some();
        match (is_here(start), is_here(end)) {
            (false, true) => self.beside("started_at", start, end).map(drop),
            (true, false) => self.beside("ended_at", end, start).map(drop),
            _ => Ok(()),
        }
    }

    /// The time of day on this clock at an instant, such as `09:00:00`.
    pub fn clock_at(&self, at: Timestamp) -> String {
        OffsetDateTime::at(at, &self.zone).as_str().get(11..19).unwrap_or_default().to_owned()
    }

    /// The hint with the same time on the day before, for a time of day alone that is in the future.
    pub fn day_before_hint(&self, at: Timestamp) -> String {
        format!("The day before, it is \"{}\".", OffsetDateTime::at(at - SignedDuration::from_hours(24), &self.zone))
    }

    /// The instant of the same time of day on another day.
    pub fn on_day(&self, at: Timestamp, day: Date) -> Result<WithRemarks<Timestamp>, Error> {
        self.at("date", day.to_datetime(at.to_zoned(self.zone.clone()).time()))
    }

    /// The instant of a local time: the first of two; in a gap, as much later as the clock was moved.
    fn at(&self, field: &'static str, local: DateTime) -> Result<WithRemarks<Timestamp>, Error> {
        let meant = self.zone.to_ambiguous_timestamp(local);
        let offset = meant.offset();
        let taken = meant.compatible().map_err(|_| Error::invalid(field, format!("{local} is too far away; give another day.")))?;
        let remark = match offset {
            AmbiguousOffset::Unambiguous { .. } => None,
            AmbiguousOffset::Gap { .. } => Some(self.gap_remark(local, taken)),
            AmbiguousOffset::Fold { before, .. } => Some(format!(
                "{} comes twice on {} in {}; the first, at {before}, was taken.",
                local.strftime("%H:%M"),
                Day::from(local.date()).in_words(),
                self.name()
            )),
        };
        Ok(WithRemarks { value: to_the_second(taken), remarks: remark.into_iter().collect() })
    }

    /// The second instant at which this clock shows what it shows at `at`; `None` unless the time comes twice and `at` is the first.
    pub fn second_of(&self, at: Timestamp) -> Option<Timestamp> {
        let later = self.zone.to_ambiguous_timestamp(self.zone.to_datetime(at)).later().ok()?;
        (later > at).then_some(later)
    }

    /// The remark about a time that comes twice, of which the second was taken.
    pub fn second_remark(&self, second: Timestamp) -> String {
        let (local, at) = (self.zone.to_datetime(second), OffsetDateTime::at(second, &self.zone));
        let (clock, day) = (local.strftime("%H:%M"), Day::from(local.date()).in_words());
        format!("{clock} comes twice on {day} in {}; the second, at {}, was taken, since it fits the duration.", self.name(), at.offset())
    }

    fn gap_remark(&self, local: DateTime, taken: Timestamp) -> String {
        let taken = self.zone.to_datetime(taken);
        let on = if taken.date() == local.date() { String::new() } else { format!(" on {}", Day::from(taken.date()).in_words()) };
        let (clock, clock_taken) = (local.strftime("%H:%M"), taken.strftime("%H:%M"));
        format!("{clock} does not exist on {} in {}; {clock_taken}{on} was taken.", Day::from(local.date()).in_words(), self.name())
    }

    /// Refuses a start and an end that are in order as they are written, but not on this clock, because it skips the start. Each is given
    /// as its text, if it is written without an offset or with one, and as its instant, if that is known.
    pub fn check_skipped(&self, start: (Option<&str>, Option<Timestamp>), end: (Option<&str>, Option<Timestamp>)) -> Result<(), Error> {
        let written = |text: &str| parse_local(&past_midnight(text));
        let (Some(local), Some((from, to))) = (start.0.and_then(written), start.1.zip(end.1)) else { return Ok(()) };
        let end = end.0.and_then(written).unwrap_or_else(|| self.zone.to_datetime(to));
        let is_skipped = matches!(self.zone.to_ambiguous_timestamp(local).offset(), AmbiguousOffset::Gap { .. });
        if !is_skipped || local >= end || from < to {
            return Ok(());
        }
        let (day, clock) = (Day::from(local.date()).in_words(), local.strftime("%H:%M"));
        let (taken, end) = (self.zone.to_datetime(from).strftime("%H:%M"), self.zone.to_datetime(to).strftime("%H:%M"));
        let message = format!(
            "{clock} does not exist on {day} in {}: the clock went forward over it, so work from {clock} begins at {taken}, and no time is \
             left until {end}. Give an earlier start or a later end.",
            self.name()
        );
        Err(Error::invalid("started_at", message))
    }

    fn name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The local time at an instant.
    fn shows(&self, at: Timestamp) -> Option<DateTime> {
        OffsetDateTime::at(at, &self.zone).as_str().get(..19)?.parse().ok()
    }
}

/// Parses a day and a time without an offset.
fn parse_local(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let time = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let plain = !time.is_empty() && time.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, ':' | '.'));
    if plain { text.parse().ok() } else { None }
}

/// Replaces `24:00` on a day with the midnight at which the next day begins; any other text stays as it is.
fn past_midnight(text: &str) -> Cow<'_, str> {
    next_midnight(text).map_or(Cow::Borrowed(text), Cow::Owned)
}

fn next_midnight(text: &str) -> Option<String> {
    let (day, time) = text.trim().split_at_checked(10)?;
    let rest = time.strip_prefix(['T', 't', ' '])?.strip_prefix("24:00")?;
    let offset = rest.strip_prefix(":00").map_or(rest, without_fraction);
    let next = Day::parse("day", day).ok()?.plus(1);
    let later = |sign: char| sign.is_ascii_digit() || matches!(sign, ':' | '.');
    (!offset.starts_with(later)).then(|| format!("{next}T00:00{offset}"))
}

/// Strips a fraction of zeros from what follows the whole seconds.
fn without_fraction(rest: &str) -> &str {
    rest.strip_prefix(".0").map_or(rest, |zeros| zeros.trim_start_matches('0'))
}

/// An instant without its fraction of a second.
pub fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
