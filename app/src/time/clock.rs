//! From what a caller gives to the start, the end, the day and the seconds of an entry. Pure: no clock, no database.
//!
//! Instants are kept in whole seconds, so that an entry's seconds are always those between its start and its end.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::times_of_day;
use crate::{
    day::{Day, Moment},
    error::Error,
    hours::{SECONDS_MAX, Seconds, Worked},
};

/// Work of a known length: a duration on a day, or a start and an end.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    /// The day it belongs to.
    pub day: Date,
    /// Start and end, when they are known.
    pub span: Option<(Timestamp, Timestamp)>,
    /// How long was worked.
    pub seconds: i64,
}

/// What the caller gave of it.
#[derive(Debug, Default, Clone)]
pub struct Given {
    /// The day, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// How long, such as `1h30m`.
    pub duration: Option<String>,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
}

/// The place whose days and clock are meant.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its time zone.
    pub zone: TimeZone,
    /// Whether instants may be written without an offset, as fields of a form in the browser are.
    pub local: bool,
}

/// The parsed parts of what was given.
struct Parts {
    date: Option<Date>,
    seconds: Option<i64>,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
}

impl When {
    /// When new work was done. A duration without a day was worked today.
    pub fn new(given: &Given, place: &Place, today: Date) -> Result<Self, Error> {
        let parts = Parts::of(given, place, None)?;
        match parts {
            Parts { started: Some(from), ended: Some(to), seconds: None, .. } => Self::between(from, to, place),
            Parts { started: Some(from), ended: None, seconds: Some(seconds), .. } => {
                Self::between(from, from + SignedDuration::from_secs(seconds), place)
            }
            Parts { started: None, ended: None, seconds: Some(seconds), date } => {
                Ok(Self { day: date.unwrap_or(today), span: None, seconds })
            }
            Parts { started: Some(_), .. } => {
                Err(Error::invalid("ended_at", "The end is missing; give ended_at, or a duration such as 1h30m."))
            }
            Parts { ended: Some(_), .. } => Err(Error::invalid("started_at", "The start is missing; give started_at beside ended_at.")),
            _ => Err(Error::invalid("duration", "How long was worked? Give date and duration, or started_at and ended_at.")),
        }
    }

    /// The same work after a change: what is not given stays, and so does what is given as a form shows it.
    pub fn changed(&self, given: &Given, place: &Place) -> Result<Self, Error> {
        let parts = Parts::of(given, place, self.span)?;
        match (self.span, parts) {
            (span, Parts { started: Some(from), ended, seconds, .. }) => {
                let to = ended.or_else(|| seconds.map(|seconds| from + SignedDuration::from_secs(seconds)));
                let to = to.or(span.map(|(_, to)| to)).unwrap_or(from + SignedDuration::from_secs(self.seconds));
                Self::between(from, to, place)
            }
            (span, Parts { ended: Some(to), .. }) => {
                let from = span.map_or(to - SignedDuration::from_secs(self.seconds), |(from, _)| from);
                Self::between(from, to, place)
            }
            (None, Parts { date, seconds, .. }) => {
                Ok(Self { day: date.unwrap_or(self.day), span: None, seconds: seconds.unwrap_or(self.seconds) })
            }
            (Some((from, to)), Parts { date, seconds, .. }) => {
                let length = seconds.map_or(to.duration_since(from), SignedDuration::from_secs);
                let from = date.map_or(Ok(from), |date| on_day(from, date, place))?;
                Self::between(from, from + length, place)
            }
        }
    }

    /// Work from one instant to another, which belongs to the day of its start.
    fn between(from: Timestamp, to: Timestamp, place: &Place) -> Result<Self, Error> {
        let seconds = to.duration_since(from).as_secs();
        let shown = |at: Timestamp| Moment::at(at, &place.zone);
        match seconds {
            ..0 => {
                Err(Error::invalid("ended_at", format!("The end {} is before the start {}. Swap or correct them.", shown(to), shown(from))))
            }
            0 => Err(Error::invalid(
                "ended_at",
                format!("Start and end are the same, {}: that is no time at all. Give at least one second.", shown(from)),
            )),
            1..=SECONDS_MAX => Ok(Self { day: place.day_of(from), span: Some((from, to)), seconds }),
            _ => Err(Error::invalid(
                "ended_at",
                format!(
                    "From {} to {} are {}; an entry holds at most 24 hours. Split it over two days.",
                    shown(from),
                    shown(to),
                    Worked::of(seconds).text
                ),
            )),
        }
    }

    /// When it ended, for entries that say so.
    pub fn ended(&self) -> Option<Timestamp> {
        self.span.map(|(_, to)| to)
    }
}

impl Parts {
    /// What was given; `before` are the start and end that the form may have shown.
    fn of(given: &Given, place: &Place, before: Option<(Timestamp, Timestamp)>) -> Result<Self, Error> {
        let (start, end) = before.unzip();
        let given = &times_of_day::read(given, place, before)?;
        let parts = Self {
            date: filled(&given.date).map(|date| Day::parse("date", date)).transpose()?.map(|day| day.date()),
            seconds: filled(&given.duration).map(|text| Seconds::parse("duration", text)).transpose()?.map(|seconds| seconds.0),
            started: filled(&given.started_at).map(|text| place.instant_again("started_at", text, start)).transpose()?,
            ended: filled(&given.ended_at).map(|text| place.instant_again("ended_at", text, end)).transpose()?,
        };
        if parts.date.is_some() && (parts.started.is_some() || parts.ended.is_some()) {
            return Err(Error::invalid(
                "date",
                "A date goes with a duration; with started_at and ended_at the day follows from the start. Leave one of them out.",
            ));
        }
        if parts.seconds.is_some() && parts.ended.is_some() {
            return Err(Error::invalid("duration", "Give either duration or ended_at, not both."));
        }
        Ok(parts)
    }
}

/// What was given, unless it is an empty field of a form.
fn filled(given: &Option<String>) -> Option<&str> {
    given.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

impl Place {
    /// The day that an instant belongs to.
    pub fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned(self.zone.clone()).date()
    }

    /// The instant in a text, to the second.
    pub fn instant(&self, field: &'static str, text: &str) -> Result<Timestamp, Error> {
        if let Some(local) = self.on_the_clock(text) {
            Day::parse(field, &local.date().to_string())?;
            let zoned =
                local.to_zoned(self.zone.clone()).map_err(|_| Error::invalid(field, "There is no such time where the organization is."))?;
            return Ok(to_the_second(zoned.timestamp()));
        }
        let at = Moment::parse(field, text)?.timestamp().map_err(|problem| Error::invalid(field, problem.message))?;
        Ok(to_the_second(at))
    }

    /// The instant in a text. In the hour that comes twice the text of a form could mean either: it means the one on the side
    /// of the instant before, so that what a form shows unchanged is unchanged.
    fn instant_again(&self, field: &'static str, text: &str, before: Option<Timestamp>) -> Result<Timestamp, Error> {
        let at = self.instant(field, text)?;
        let (Some(before), Some(local)) = (before, self.on_the_clock(text)) else { return Ok(at) };
        let near = self.zone.to_offset(before).to_timestamp(local).unwrap_or(at);
        Ok(if self.shows(near) == Some(local) { near } else { at })
    }

    /// A time on the clock here, when that is what the text is: a form sends no offset.
    fn on_the_clock(&self, text: &str) -> Option<DateTime> {
        let text = text.trim();
        let elsewhere = text.get(10..).is_none_or(|time| time.contains(['Z', 'z', '+', '-']));
        if !self.local || elsewhere { None } else { text.parse().ok() }
    }

    /// What the clock here shows at an instant.
    fn shows(&self, at: Timestamp) -> Option<DateTime> {
        Moment::at(at, &self.zone).as_str().get(..19)?.parse().ok()
    }
}

/// An instant without its fraction of a second.
pub fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The same time on the clock of another day.
fn on_day(at: Timestamp, day: Date, place: &Place) -> Result<Timestamp, Error> {
    let time = at.to_zoned(place.zone.clone()).time();
    let moved = day.to_datetime(time).to_zoned(place.zone.clone());
    moved.map(|moved| moved.timestamp()).map_err(|_| Error::invalid("date", "The day is too far away."))
}
