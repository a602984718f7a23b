//! From what a caller gives to the start, the end, the day and the seconds of an entry. Pure: no clock, no database.
//!
//! Instants are kept in whole seconds, so that an entry's seconds are always those between its start and its end.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
};

use super::{
    place::{Place, Read},
    times_of_day, when,
};
use crate::{
    day::{Day, Moment},
    error::Error,
    hours::{self, SECONDS_MAX, Seconds, Worked},
};

/// From how many seconds on work into the next day may be a slip: a time of the other half of the day, or start and end swapped.
const SLIP_MIN: i64 = 12 * 3_600;

/// By how many seconds a duration is another one than that from start to end: a text that is told is cut to whole minutes, and hours in
/// decimals are rounded.
const OTHER_MIN: u64 = 60;

/// Work of a known length: a duration on a day, or a start and an end.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    /// The day it belongs to. It is that of the start where the member was when the start was given, and moves only with the start.
    pub day: Date,
    /// Start and end, when they are known.
    pub span: Option<(Timestamp, Timestamp)>,
    /// How long was worked.
    pub seconds: i64,
}

/// What the caller gave of it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Given {
    /// The day: `YYYY-MM-DD`, or a word.
    pub date: Option<String>,
    /// How long, such as `1h30m`.
    pub duration: Option<String>,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
}

/// The parsed parts of what was given.
struct Parts {
    date: Option<Date>,
    seconds: Option<i64>,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
    /// What to do where start and end do not fit, when one of them was not given.
    way: Option<&'static str>,
    /// Whether the end is on the day after the start only because it is before it on the clock.
    next_day: bool,
}

impl When {
    /// When new work was done. A duration without a day was worked today.
    pub fn new(given: &Given, place: &Place, today: Date) -> Result<Read<Self>, Error> {
        let Read { what: parts, remarks } = Parts::of(given, place, today, None)?;
        parts.taken(Self::told(&parts, place, today), remarks, place)
    }

    fn told(parts: &Parts, place: &Place, today: Date) -> Result<Self, Error> {
        match *parts {
            Parts { started: Some(from), ended: Some(to), seconds: None, .. } => Self::between((from, to), place.day_of(from), place, None),
            Parts { started: Some(from), ended: None, seconds: Some(seconds), .. } => {
                Self::between((from, from + SignedDuration::from_secs(seconds)), place.day_of(from), place, None)
            }
            Parts { started: None, ended: None, seconds: Some(seconds), date, .. } => {
                Ok(Self { day: date.unwrap_or(today), span: None, seconds })
            }
            Parts { started: Some(_), .. } => {
                Err(Error::invalid("ended_at", "The end is missing; give ended_at, or a duration such as 1h30m."))
            }
            Parts { ended: Some(_), .. } => Err(Error::invalid("started_at", "The start is missing; give started_at beside ended_at.")),
            _ => Err(Error::invalid("duration", "How long was worked? Give a day and a duration, or a start and an end.")),
        }
    }

    /// The same work after a change: what is not given stays, and so does what is given as a form shows it.
    pub fn changed(&self, given: &Given, place: &Place, today: Date) -> Result<Read<Self>, Error> {
        let Read { what: parts, mut remarks } = Parts::of(given, place, today, Some(self))?;
        let changed = self.with(&parts, place, &mut remarks);
        parts.taken(changed, remarks, place)
    }

    fn with(&self, parts: &Parts, place: &Place, remarks: &mut Vec<String>) -> Result<Self, Error> {
        let day = |from| parts.date.unwrap_or_else(|| self.day_from(from, place));
        match (self.span, parts) {
            (span, &Parts { started: Some(from), ended, seconds, .. }) => {
                let to = ended.or_else(|| seconds.map(|seconds| from + SignedDuration::from_secs(seconds)));
                let to = to.or(span.map(|(_, to)| to)).unwrap_or(from + SignedDuration::from_secs(self.seconds));
                Self::between((from, to), day(from), place, parts.way)
            }
            (_, &Parts { ended: Some(to), .. }) => Self::between((self.start_before(to), to), day(self.start_before(to)), place, parts.way),
            (None, &Parts { date, seconds, .. }) => {
                Ok(Self { day: date.unwrap_or(self.day), span: None, seconds: seconds.unwrap_or(self.seconds) })
            }
            (Some((from, to)), &Parts { date, seconds, .. }) => {
                let length = seconds.map_or(to.duration_since(from), SignedDuration::from_secs);
                let Some(date) = date.filter(|date| *date != self.day) else {
                    return Self::between((from, from + length), self.day, place, None);
                };
                let Read { what: moved, remarks: more } = place.on_day(from, date)?;
                remarks.extend(more);
                Self::between((moved, moved + length), place.day_of(moved), place, None)
            }
        }
    }

    /// When it began, where it ends at `to` by now: a start that is known stays, else its length does.
    fn start_before(&self, to: Timestamp) -> Timestamp {
        self.span.map_or(to - SignedDuration::from_secs(self.seconds), |(from, _)| from)
    }

    /// The day of work that begins at `from` by now: while the start stays, so does its day, wherever the member is.
    fn day_from(&self, from: Timestamp, place: &Place) -> Date {
        match self.span {
            Some((before, _)) if before == from => self.day,
            _ => place.day_of(from),
        }
    }

    /// Work of a day from one instant to another. `way` is what to do where that cannot be, if it is not what is usual.
    fn between((from, to): (Timestamp, Timestamp), day: Date, place: &Place, way: Option<&str>) -> Result<Self, Error> {
        let seconds = to.duration_since(from).as_secs();
        let (start, end) = (Moment::at(from, &place.zone), Moment::at(to, &place.zone));
        let (wrong, usual) = match seconds {
            1..=SECONDS_MAX => return Ok(Self { day, span: Some((from, to)), seconds }),
            ..0 => (format!("The end {end} is before the start {start}."), "Swap or correct them."),
            0 => (format!("Start and end are the same, {start}: that is no time at all."), "Give at least one second."),
            _ => {
                let long = Worked::of(seconds).text;
                (format!("From {start} to {end} are {long}; an entry holds at most 24 hours."), "Split it over two days.")
            }
        };
        Err(Error::invalid("ended_at", format!("{wrong} {}", way.unwrap_or(usual))))
    }

    /// What to tell of work that is long and goes on to the next day: it may be a slip. A day may well end at midnight.
    fn may_be_a_slip(&self, place: &Place) -> Option<String> {
        let (from, to) = self.span.filter(|_| self.seconds >= SLIP_MIN)?;
        let [start, end] = [from, to].map(|at| place.zone.to_datetime(at).time());
        if end == Time::midnight() {
            return None;
        }
        let later = end.saturating_add(SignedDuration::from_hours(12));
        let other = if end.hour() < 12 && later > start { format!("{} was meant, or ", later.strftime("%H:%M")) } else { String::new() };
        let [start, end] = [from, to].map(|at| Moment::at(at, &place.zone));
        let long = Worked::of(self.seconds).text;
        Some(format!("Taken as {start} to {end} the next day, {long}. If {other}start and end were swapped, correct it."))
    }

    /// When it ended, for entries that say so.
    pub fn ended(&self) -> Option<Timestamp> {
        self.span.map(|(_, to)| to)
    }
}

impl Parts {
    /// What was given; `before` is the work that changes, of which a form may have shown start and end.
    fn of(given: &Given, place: &Place, today: Date, before: Option<&When>) -> Result<Read<Self>, Error> {
        let (start, end) = before.and_then(|before| before.span).unzip();
        let way = before.and_then(|_| other_end(given));
        let (read, next_day) = times_of_day::read(given, place, today, before)?;
        let mut remarks = Vec::new();
        let mut instant = |field, text: &Option<String>, before| match filled(text) {
            Some(text) => place.instant_again(field, text, before).map(|read| Some(read.noted(&mut remarks))),
            None => Ok(None),
        };
        let parts = Self {
            started: instant("started_at", &read.started_at, start)?,
            ended: instant("ended_at", &read.ended_at, end)?,
            date: filled(&read.date).map(|date| Day::meant("date", date, today)).transpose()?.map(|day| day.date()),
            seconds: filled(&read.duration).map(|text| Seconds::parse("duration", text)).transpose()?.map(|seconds| seconds.0),
            way,
            next_day,
        };
        if let Some(number) = filled(&given.duration).filter(|text| hours::may_be_minutes(text)) {
            remarks.push(format!("{number} was taken for hours. For minutes, write {number}m."));
        }
        Ok(Read { what: parts.on_its_day(place, before)?.of_its_length(given, place, before)?, remarks })
    }

    /// The same, where a date beside a start or an end is the day of the work: that of its start by the clock of the place, or the one that
    /// it has while the start stays.
    fn on_its_day(self, place: &Place, before: Option<&When>) -> Result<Self, Error> {
        let start = self.started.or_else(|| Some(before?.start_before(self.ended?)));
        let (Some(date), Some(start)) = (self.date, start) else { return Ok(self) };
        if date == place.day_of(start) || before.is_some_and(|before| date == before.day_from(start, place)) {
            return Ok(self);
        }
        let start = Moment::at(start, &place.zone);
        Err(Error::invalid("date", format!("{date} is not the day of the start, {start}. Leave date out, or correct one of the two.")))
    }

    /// The same without the duration, where start and end say the same, which are to the second.
    fn of_its_length(self, given: &Given, place: &Place, before: Option<&When>) -> Result<Self, Error> {
        let (Some(seconds), Some(to)) = (self.seconds, self.ended) else { return Ok(self) };
        let Some(from) = self.started.or_else(|| Some(before?.span?.0)) else {
            return Err(Error::invalid("duration", "Give either a duration or an end, not both."));
        };
        let apart = to.duration_since(from).as_secs();
        // An end that is not after the start is what is wrong then.
        if apart <= 0 || is_same_length(seconds, apart) {
            return Ok(Self { seconds: None, ..self });
        }
        let way = match filled(&given.started_at) {
            Some(_) => "Leave one of the three out, or correct it.",
            None => "Leave ended_at or duration out, or give started_at, too.",
        };
        let (given, long) = (crate::money::shown(filled(&given.duration).unwrap_or_default()), when::lasted(&Worked::of(apart)));
        let (start, end) = (Moment::at(from, &place.zone), Moment::at(to, &place.zone));
        let words = format!("{given} is not the time from {start} to {end}, which is {long}. {way}");
        Err(Error::invalid("duration", words))
    }

    /// What was made of these parts, and what is out of the ordinary about it.
    fn taken(&self, when: Result<When, Error>, mut remarks: Vec<String>, place: &Place) -> Result<Read<When>, Error> {
        remarks.extend(when.as_ref().ok().filter(|_| self.next_day).and_then(|when| when.may_be_a_slip(place)));
        Read::of(when, remarks)
    }
}

/// What to do where only one of start and end is given, and it does not fit the other, which stays or moves along with the day.
fn other_end(given: &Given) -> Option<&'static str> {
    match (filled(&given.started_at), filled(&given.ended_at), filled(&given.date)) {
        (Some(_), Some(_), _) | (None, None, _) => None,
        (_, _, Some(_)) => Some("Give both times, or started_at and duration."),
        (Some(_), None, None) => Some("Give ended_at or duration, too."),
        (None, Some(_), None) => Some("Give started_at, too."),
    }
}

/// Whether a duration that is given means what start and end tell, in seconds.
pub(super) fn is_same_length(given: i64, told: i64) -> bool {
    given.abs_diff(told) < OTHER_MIN
}

/// What was given, unless it is an empty field of a form.
pub(super) fn filled(given: &Option<String>) -> Option<&str> {
    given.as_deref().map(str::trim).filter(|text| !text.is_empty())
}
