//! Days and moments beside the types of the library for time.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span as Distance, Timestamp};

use super::{DateRange, Day, OffsetDateTime, YEAR_MAX, YEAR_MIN};
use crate::error::Error;

/// From 1970-01-02 to 2200-12-31, each at midnight: far enough from the ends that the local date
/// lies within the years of a day at every offset.
const MOMENT_MIN: Timestamp = Timestamp::constant(86_400, 0);
const MOMENT_MAX: Timestamp = Timestamp::constant(7_289_568_000, 0);

impl Day {
    /// The day as a date to calculate with.
    pub fn date(&self) -> Date {
        // Every day is a date: parsing has checked it against the calendar, and no other way makes
        // one.
        Date::new(self.year(), self.month(), self.day_of_month()).unwrap_or(Date::ZERO)
    }
}

/// Dates before 1970 and after 2200 become the first and the last day there is.
impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let first = Date::constant(YEAR_MIN, 1, 1);
        let last = Date::constant(YEAR_MAX, 12, 31);
        Day(date.clamp(first, last).to_string())
    }
}

impl OffsetDateTime {
    /// The instant as the clock of `zone` shows it, in whole seconds.
    pub fn at(instant: Timestamp, zone: &TimeZone) -> OffsetDateTime {
        let instant = instant.clamp(MOMENT_MIN, MOMENT_MAX);
        let offset = zone.to_offset(instant);
        // Offsets of local mean time have seconds, which RFC 3339 cannot write.
        let offset = if offset.seconds() % 60 == 0 { offset } else { Offset::UTC };
        let local = offset.to_datetime(instant);
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
        let clock = local.strftime("%Y-%m-%dT%H:%M:%S");
        OffsetDateTime::trusted(format!("{clock}{sign}{hours:02}:{minutes:02}"))
    }

    /// The instant itself.
    pub fn timestamp(&self) -> Result<Timestamp, Error> {
        self.as_str().parse().map_err(|_| {
            let shown = crate::money::shown(self.as_str());
            Error::invalid("instant", format!("{shown} is not an instant; check its offset."))
        })
    }
}

impl DateRange {
    /// The instants at which the first day begins and the last day is over in `zone`, half-open. A
    /// day may have 23 or 25 hours, and need not begin at midnight where clocks are moved then.
    pub fn bounds(&self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let next = self.to.date().saturating_add(Distance::new().days(1));
        // What is counted ends far outside of the years of a day, so neither alternative is ever
        // taken.
        (start(self.from.date(), zone).unwrap_or(Timestamp::MIN), start(next, zone).unwrap_or(Timestamp::MAX))
    }
}

fn start(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let noon = date.at(12, 0, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(noon.start_of_day().ok()?.timestamp())
}
