//! Where a member's clock is, and what it shows. Pure.
//!
//! A text without an offset is a time on that clock. Twice a year a clock is moved in most places: then such a time may not exist, or
//! come twice, and whoever gave it is told which instant was taken.

use std::borrow::Cow;

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

use super::{elapsed::utc_offset, times_of_day};
use crate::{
    day::{Day, OffsetDateTime},
    error::Error,
};

/// The wall clock of a member: times without an offset are times on it.
#[derive(Debug, Clone)]
pub struct LocalClock {
    /// Its time zone.
    pub zone: TimeZone,
}

/// What was read, and what whoever gave it would want to know.
#[derive(Debug, Clone, PartialEq)]
pub struct WithRemarks<T> {
    /// What was read.
    pub value: T,
    /// What is out of the ordinary about it, in words.
    pub remarks: Vec<String>,
}

impl<T> WithRemarks<T> {
    /// What was made of something that was read. A refusal says what was out of the ordinary, too: it may be the reason.
    pub fn of(value: Result<T, Error>, remarks: Vec<String>) -> Result<Self, Error> {
        match value {
            Ok(value) => Ok(Self { value, remarks }),
            Err(refused) if remarks.is_empty() => Err(refused),
            Err(refused) => Err(refused.hint(remarks.join(" "))),
        }
    }

    /// What was read; its remarks go to the others.
    pub fn collect_remarks(self, remarks: &mut Vec<String>) -> T {
        remarks.extend(self.remarks);
        self.value
    }
}

/// What is neither a time on a clock nor an instant.
fn not_a_time(field: &'static str, text: &str) -> Error {
    let shown = crate::money::shown(text.trim());
    let way = "write one of 24 hours such as 09:30 or 21:30, or 2026-03-05 09:30 on the worker's clock, or RFC 3339 with an offset.";
    Error::invalid(field, format!("{shown} is not a time; {way}"))
}

impl LocalClock {
    /// The day that an instant belongs to.
    pub fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The instant in a text, to the second.
    pub fn instant(&self, field: &'static str, text: &str) -> Result<WithRemarks<Timestamp>, Error> {
        self.instant_near(field, text, None)
    }

    /// The instant in a text. In the hour that comes twice the text of a form could mean either: it means the one on the side
    /// of the instant before, so that what a form shows unchanged is unchanged.
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

    /// The instant in a text, where a time of day alone is one of this day.
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

    /// What the clock here shows at the instant in a text, beside which a time without an offset stands; where the text says no offset, as
    /// it is written, also when the clock leaves it out. Such a time is on the clock here: an instant on another one is refused.
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
        let (given, time) = (crate::money::shown(text.trim()), crate::money::shown(time.trim()));
        let why = format!("{time} is a time on the worker's clock, at {} then, and {given} is on another one.", here.offset());
        Err(Error::invalid(field, format!("{why} Give both with an offset, or both without.")))
    }

    /// Holds a start and an end against each other, each a day and a time: where one of them says an offset and the other none, the offset
    /// is that of the clock here then. Otherwise they would be hours apart without a word.
    pub fn check_same_clock(&self, start: &str, end: &str) -> Result<(), Error> {
        let is_here = |text: &str| parse_local(&past_midnight(text)).is_some();
        match (is_here(start), is_here(end)) {
            (false, true) => self.beside("started_at", start, end).map(drop),
            (true, false) => self.beside("ended_at", end, start).map(drop),
            _ => Ok(()),
        }
    }

    /// What the clock here shows at an instant: `09:00:00`.
    pub fn clock_at(&self, at: Timestamp) -> String {
        OffsetDateTime::at(at, &self.zone).as_str().get(11..19).unwrap_or_default().to_owned()
    }

    /// How to write the same time of the day before, where a time of day alone turns out to be yet to come.
    pub fn day_before_hint(&self, at: Timestamp) -> String {
        format!("The day before, it is \"{}\".", OffsetDateTime::at(at - SignedDuration::from_hours(24), &self.zone))
    }

    /// The same time on the clock of another day.
    pub fn on_day(&self, at: Timestamp, day: Date) -> Result<WithRemarks<Timestamp>, Error> {
        self.at("date", day.to_datetime(at.to_zoned(self.zone.clone()).time()))
    }

    /// The instant at which the clock here shows a time: the first of two, and as much later as the clock was moved where it is none.
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

    fn gap_remark(&self, local: DateTime, taken: Timestamp) -> String {
        let taken = self.zone.to_datetime(taken);
        let on = if taken.date() == local.date() { String::new() } else { format!(" on {}", Day::from(taken.date()).in_words()) };
        let (clock, clock_taken) = (local.strftime("%H:%M"), taken.strftime("%H:%M"));
        format!("{clock} does not exist on {} in {}; {clock_taken}{on} was taken.", Day::from(local.date()).in_words(), self.name())
    }

    fn name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// What the clock here shows at an instant.
    fn shows(&self, at: Timestamp) -> Option<DateTime> {
        OffsetDateTime::at(at, &self.zone).as_str().get(..19)?.parse().ok()
    }
}

/// A day and a time, when the text says no offset.
fn parse_local(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let time = text.get(10..)?.strip_prefix(['T', 't', ' '])?;
    let plain = !time.is_empty() && time.chars().all(|sign| sign.is_ascii_digit() || matches!(sign, ':' | '.'));
    if plain { text.parse().ok() } else { None }
}

/// A text that ends a day at `24:00`, with the midnight at which the next one begins; any other text as it is.
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

/// What stands after whole seconds, without a fraction that is none.
fn without_fraction(rest: &str) -> &str {
    rest.strip_prefix(".0").map_or(rest, |zeros| zeros.trim_start_matches('0'))
}

/// An instant without its fraction of a second.
pub fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
