//! Computes the start, the end, the day and the seconds of an entry from the input of the caller. Pure: no clock, no database.
//!
//! Instants are kept in whole seconds, so that an entry's seconds are always those between its start and its end.

use domain::{
    day::{Day, OffsetDateTime},
    hours::{self, SECONDS_MAX, Seconds, WorkDuration},
};
use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time},
};

use super::{
    local_clock::{LocalClock, WithRemarks},
    time_fields,
    times_of_day::{self, Completed, NextDay},
};
use crate::error::Error;

/// Seconds from which work into the next day gets a remark: a time of the other half of the day, or start and end swapped.
const OVERNIGHT_REMARK_MIN: i64 = 12 * 3_600;

/// Tolerance in seconds between a given duration and the time from start to end: answers cut durations to whole minutes, and hours in
/// decimals are rounded.
const DURATION_TOLERANCE: u64 = 60;

/// The time of an entry that does not run: a duration on a day, or a start and an end.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryTime {
    /// The day of the entry: that of its start in the time zone of the member when the start was given. It changes only with the start.
    pub day: Date,
    /// Start and end, when they are known.
    pub span: Option<(Timestamp, Timestamp)>,
    /// How long was worked.
    pub seconds: i64,
}

/// The input for an [`EntryTime`], as the caller wrote it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct EntryTimeInput {
    /// The day: `YYYY-MM-DD`, or a word.
    pub date: Option<String>,
    /// How long, such as `1h30m`.
    pub duration: Option<String>,
    /// The start.
    pub started_at: Option<String>,
    /// The end.
    pub ended_at: Option<String>,
}

/// The parsed parts of an [`EntryTimeInput`].
struct ParsedInput {
    date: Option<Date>,
    seconds: Option<i64>,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
    /// The hint for a start and an end that do not fit, if one of them was not given.
    way: Option<&'static str>,
    /// Why the end is on the day after the start, where no day of its own tells that.
    next_day: Option<NextDay>,
}

impl EntryTime {
    /// The time of a new entry, or of `before` after a change, as it is read at `now`. Beside an end and a duration, the day is that of the
    /// start; where this puts the end after `now` and the same time on the day itself has passed, it is the day of the end. A remark says
    /// which of them was taken where the work goes over midnight.
    pub fn read(
        given: &EntryTimeInput,
        local_clock: &LocalClock,
        now: Timestamp,
        before: Option<&Self>,
    ) -> Result<WithRemarks<Self>, Error> {
        let today = local_clock.day_of(now);
        let read = |given: &EntryTimeInput| match before {
            Some(before) => before.changed(given, local_clock, today),
            None => Self::new(given, local_clock, today),
        };
        let taken = read(given)?;
        let has_start = non_blank(&given.started_at).is_some() || before.is_some_and(|before| before.span.is_some());
        let Some(end) = taken.value.ended().filter(|_| !has_start) else { return Ok(taken) };
        let Some(on_day) = times_of_day::ended_on_its_day(given, end, local_clock, now)? else { return Ok(taken) };
        let WithRemarks { value, mut remarks } = read(&on_day)?;
        remarks.extend(non_blank(&given.date).and_then(|date| Day::weekday_remark(date, today)));
        remarks.extend(value.taken_remark(local_clock, "the day given is that of the end, since a day later it would be yet to come"));
        Ok(WithRemarks { value, remarks })
    }

    /// The time of a new entry. A duration without a day was worked today.
    pub fn new(given: &EntryTimeInput, local_clock: &LocalClock, today: Date) -> Result<WithRemarks<Self>, Error> {
        let WithRemarks { value: parts, remarks } = ParsedInput::of(given, local_clock, today, None)?;
        parts.with_remarks(Self::from_parts(&parts, local_clock, today), remarks, local_clock)
    }

    fn from_parts(parts: &ParsedInput, local_clock: &LocalClock, today: Date) -> Result<Self, Error> {
        match *parts {
            ParsedInput { started: Some(from), ended: Some(to), seconds: None, .. } => {
                Self::between((from, to), local_clock.day_of(from), local_clock, None)
            }
            ParsedInput { started: Some(from), ended: None, seconds: Some(seconds), .. } => {
                Self::between((from, from + SignedDuration::from_secs(seconds)), local_clock.day_of(from), local_clock, None)
            }
            ParsedInput { started: None, ended: None, seconds: Some(seconds), date, .. } => {
                Ok(Self { day: date.unwrap_or(today), span: None, seconds })
            }
            ParsedInput { started: Some(_), .. } => {
                Err(Error::invalid("ended_at", "The end is missing; give ended_at, or a duration such as 1h30m."))
            }
            ParsedInput { ended: Some(_), .. } => {
                Err(Error::invalid("started_at", "The start is missing; give started_at, or a duration such as 1h30m."))
            }
            _ => Err(Error::invalid("duration", "How long was worked? Give a day and a duration, or a start and an end.")),
        }
    }

    /// Applies a change: what is not given stays, and so does what a form sends back as it showed it.
    pub fn changed(&self, given: &EntryTimeInput, local_clock: &LocalClock, today: Date) -> Result<WithRemarks<Self>, Error> {
        let WithRemarks { value: parts, mut remarks } = ParsedInput::of(given, local_clock, today, Some(self))?;
        let changed = self.with(&parts, local_clock, &mut remarks);
        parts.with_remarks(changed, remarks, local_clock)
    }

    fn with(&self, parts: &ParsedInput, local_clock: &LocalClock, remarks: &mut Vec<String>) -> Result<Self, Error> {
        let day = |from| parts.date.unwrap_or_else(|| self.day_from(from, local_clock));
        match (self.span, parts) {
            (span, &ParsedInput { started: Some(from), ended, seconds, .. }) => {
                let to = ended.or_else(|| seconds.map(|seconds| from + SignedDuration::from_secs(seconds)));
                let to = to.or(span.map(|(_, to)| to)).unwrap_or(from + SignedDuration::from_secs(self.seconds));
                Self::between((from, to), day(from), local_clock, parts.way)
            }
            (_, &ParsedInput { ended: Some(to), .. }) => {
                Self::between((self.start_before(to), to), day(self.start_before(to)), local_clock, parts.way)
            }
            (None, &ParsedInput { date, seconds, .. }) => {
                Ok(Self { day: date.unwrap_or(self.day), span: None, seconds: seconds.unwrap_or(self.seconds) })
            }
            (Some((from, to)), &ParsedInput { date, seconds, .. }) => {
                let length = seconds.map_or(to.duration_since(from), SignedDuration::from_secs);
                let Some(date) = date.filter(|date| *date != self.day) else {
                    return Self::between((from, from + length), self.day, local_clock, None);
                };
                let WithRemarks { value: moved, remarks: more } = local_clock.on_day(from, date)?;
                remarks.extend(more);
                Self::between((moved, moved + length), local_clock.day_of(moved), local_clock, None)
            }
        }
    }

    /// The start for a new end `to`: a known start stays, otherwise the duration does.
    fn start_before(&self, to: Timestamp) -> Timestamp {
        self.span.map_or(to - SignedDuration::from_secs(self.seconds), |(from, _)| from)
    }

    /// The day for a start at `from`: while the start stays, so does the day, in whatever time zone the member is now.
    fn day_from(&self, from: Timestamp, local_clock: &LocalClock) -> Date {
        match self.span {
            Some((before, _)) if before == from => self.day,
            _ => local_clock.day_of(from),
        }
    }

    /// The time from one instant to another: 1 second to 24 hours. `way` replaces the usual advice in the error.
    fn between((from, to): (Timestamp, Timestamp), day: Date, local_clock: &LocalClock, way: Option<&str>) -> Result<Self, Error> {
        let seconds = to.duration_since(from).as_secs();
        let (start, end) = (OffsetDateTime::at(from, &local_clock.zone), OffsetDateTime::at(to, &local_clock.zone));
        let (wrong, usual) = match seconds {
            1..=SECONDS_MAX => return Ok(Self { day, span: Some((from, to)), seconds }),
            ..0 => (format!("The end {end} is before the start {start}."), "Swap or correct them."),
            0 => (format!("Start and end are the same, {start}: that is no time at all."), "Give at least one second."),
            _ => {
                let long = WorkDuration::of(seconds).text;
                (format!("From {start} to {end} are {long}; an entry holds at most 24 hours."), "Split it over two days.")
            }
        };
        Err(Error::invalid("ended_at", format!("{wrong} {}", way.unwrap_or(usual))))
    }

    /// The remark about long work that ends on the next day, which may be a mistake. An end at midnight gets none.
    fn overnight_remark(&self, local_clock: &LocalClock) -> Option<String> {
        let (from, to) = self.span.filter(|_| self.seconds >= OVERNIGHT_REMARK_MIN)?;
        let [start, end] = [from, to].map(|at| local_clock.zone.to_datetime(at).time());
        if end == Time::midnight() {
            return None;
        }
        let later = end.saturating_add(SignedDuration::from_hours(12));
        let other = if end.hour() < 12 && later > start { format!("{} was meant, or ", later.strftime("%H:%M")) } else { String::new() };
        let [start, end] = [from, to].map(|at| OffsetDateTime::at(at, &local_clock.zone));
        let long = WorkDuration::of(self.seconds).text;
        Some(format!("Taken as {start} to {end} the next day, {long}. If {other}start and end were swapped, correct it."))
    }

    /// The remark about work over midnight that ends after the day of its start, of which only the end and the duration were given. Work
    /// until midnight gets none.
    fn early_end_remark(&self, local_clock: &LocalClock) -> Option<String> {
        let ends = local_clock.zone.to_datetime(self.ended()?).time();
        if ends == Time::midnight() { None } else { self.taken_remark(local_clock, "its day is that of the start") }
    }

    /// The remark that names the start and the end that were taken, and why.
    fn taken_remark(&self, local_clock: &LocalClock, why: &str) -> Option<String> {
        let (from, to) = self.span?;
        let [start, end] = [from, to].map(|at| OffsetDateTime::at(at, &local_clock.zone));
        Some(format!("Taken as {start} to {end} the next day, {}: {why}.", WorkDuration::of(self.seconds).text))
    }

    /// The end, if start and end are known.
    pub fn ended(&self) -> Option<Timestamp> {
        self.span.map(|(_, to)| to)
    }
}

impl ParsedInput {
    /// Parses the input; `before` is the time that changes, whose start and end a form may have shown.
    fn of(given: &EntryTimeInput, local_clock: &LocalClock, today: Date, before: Option<&EntryTime>) -> Result<WithRemarks<Self>, Error> {
        let (start, end) = before.and_then(|before| before.span).unzip();
        let way = before.and_then(|_| mismatch_hint(given));
        let Completed { input: read, next_day, mut remarks } = times_of_day::resolve(given, local_clock, today, before)?;
        let mut instant = |field, text: &Option<String>, before| match non_blank(text) {
            Some(text) => local_clock.instant_near(field, text, before).map(|read| Some(read.collect_remarks(&mut remarks))),
            None => Ok(None),
        };
        let parts = Self {
            started: instant("started_at", &read.started_at, start)?,
            ended: instant("ended_at", &read.ended_at, end)?,
            date: non_blank(&read.date).map(|date| Day::parse_relative("date", date, today)).transpose()?.map(|day| day.date()),
            seconds: non_blank(&read.duration).map(|text| Seconds::parse("duration", text)).transpose()?.map(|seconds| seconds.0),
            way,
            next_day,
        };
        // A duration sets the end anew.
        let to = parts.ended.or(end.filter(|_| parts.seconds.is_none()));
        local_clock.check_skipped((non_blank(&read.started_at), parts.started), (non_blank(&read.ended_at), to))?;
        if let Some(number) = non_blank(&given.duration).filter(|text| hours::may_be_minutes(text)) {
            remarks.push(format!("{number} was taken for hours. For minutes, write {number}m."));
        }
        remarks.extend(non_blank(&given.date).and_then(|date| Day::weekday_remark(date, today)));
        let parts = parts.with_start_before_end(before);
        Ok(WithRemarks { value: parts.check_date(local_clock, before)?.check_duration(given, local_clock, before)?, remarks })
    }

    /// Computes the start from an end and a duration, where no start is given or known.
    fn with_start_before_end(self, before: Option<&EntryTime>) -> Self {
        match (self.started.or(before.and_then(|before| before.span).map(|(from, _)| from)), self.ended, self.seconds) {
            (None, Some(to), Some(seconds)) => Self { started: Some(to - SignedDuration::from_secs(seconds)), seconds: None, ..self },
            _ => self,
        }
    }

    /// Refuses a date beside a start or an end unless it is the day of the start on the local clock, or the day that the entry has while
    /// its start stays.
    fn check_date(self, local_clock: &LocalClock, before: Option<&EntryTime>) -> Result<Self, Error> {
        let start = self.started.or_else(|| Some(before?.start_before(self.ended?)));
        let (Some(date), Some(start)) = (self.date, start) else { return Ok(self) };
        if date == local_clock.day_of(start) || before.is_some_and(|before| date == before.day_from(start, local_clock)) {
            return Ok(self);
        }
        let start = OffsetDateTime::at(start, &local_clock.zone);
        Err(Error::invalid("date", format!("{date} is not the day of the start, {start}. Leave date out, or correct one of the two.")))
    }

    /// Drops a duration that agrees with start and end, which are exact to the second; refuses one that does not.
    fn check_duration(self, given: &EntryTimeInput, local_clock: &LocalClock, before: Option<&EntryTime>) -> Result<Self, Error> {
        let (Some(seconds), Some(to)) = (self.seconds, self.ended) else { return Ok(self) };
        let Some(from) = self.started.or_else(|| Some(before?.span?.0)) else { return Ok(self) };
        let apart = to.duration_since(from).as_secs();
        // An end that is not after the start is refused later, with the error that fits.
        if apart <= 0 || is_same_length(seconds, apart) {
            return Ok(Self { seconds: None, ..self });
        }
        let way = match non_blank(&given.started_at) {
            Some(_) => "Leave one of the three out, or correct it.",
            None => "Leave ended_at or duration out, or give started_at, too.",
        };
        let (given, long) =
            (domain::money::shown(non_blank(&given.duration).unwrap_or_default()), time_fields::duration_value(&WorkDuration::of(apart)));
        let (start, end) = (OffsetDateTime::at(from, &local_clock.zone), OffsetDateTime::at(to, &local_clock.zone));
        let words = format!("{given} is not the time from {start} to {end}, which is {long}. {way}");
        Err(Error::invalid("duration", words))
    }

    /// Combines the time made of these parts with the remarks, among them that about an end on the next day.
    fn with_remarks(
        &self,
        when: Result<EntryTime, Error>,
        mut remarks: Vec<String>,
        local_clock: &LocalClock,
    ) -> Result<WithRemarks<EntryTime>, Error> {
        remarks.extend(when.as_ref().ok().zip(self.next_day).and_then(|(when, next_day)| match next_day {
            NextDay::EndBeforeStart => when.overnight_remark(local_clock),
            NextDay::EndTooEarly => when.early_end_remark(local_clock),
        }));
        WithRemarks::of(when, remarks)
    }
}

/// The hint if only one of start and end is given and does not fit the other, which stays or moves along with the day.
fn mismatch_hint(given: &EntryTimeInput) -> Option<&'static str> {
    match (non_blank(&given.started_at), non_blank(&given.ended_at), non_blank(&given.date)) {
        (Some(_), Some(_), _) | (None, None, _) => None,
        (_, _, Some(_)) => Some("Give both times, or started_at and duration."),
        (Some(_), None, None) => Some("Give ended_at or duration, too."),
        (None, Some(_), None) => Some("Give started_at, too."),
    }
}

/// Whether a given duration agrees with the one measured from start to end, both in seconds.
pub(super) fn is_same_length(given: i64, measured: i64) -> bool {
    given.abs_diff(measured) < DURATION_TOLERANCE
}

/// The trimmed text; `None` if it is absent or blank, as forms send empty fields.
pub(super) fn non_blank(given: &Option<String>) -> Option<&str> {
    given.as_deref().map(str::trim).filter(|text| !text.is_empty())
}
