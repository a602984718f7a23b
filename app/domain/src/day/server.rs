//! Conversions between days or instants and the types of jiff.

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span as Distance, Timestamp};

use super::{DateRange, Day, OffsetDateTime, YEAR_MAX, YEAR_MIN};
use crate::invalid_value::InvalidValue;

/// From 1970-01-02 to 2200-12-31, each at midnight: far enough from the limits that the local date is a valid day at every offset.
const MOMENT_MIN: Timestamp = Timestamp::constant(86_400, 0);
const MOMENT_MAX: Timestamp = Timestamp::constant(7_289_568_000, 0);

impl Day {
    /// The day as a jiff date for calculations.
    pub fn date(&self) -> Date {
        // Every day is a valid date: parsing checks it against the calendar, and there is no other constructor.
        Date::new(self.year(), self.month(), self.day_of_month()).unwrap_or(Date::ZERO)
    }
}

/// Dates before 1970 and after 2200 become the first and the last valid day.
impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let first = Date::constant(YEAR_MIN, 1, 1);
        let last = Date::constant(YEAR_MAX, 12, 31);
        Day(date.clamp(first, last).to_string())
    }
}

impl OffsetDateTime {
    /// The instant with the local time of `zone`, in whole seconds.
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

    /// The instant as a timestamp.
    pub fn timestamp(&self) -> Result<Timestamp, InvalidValue> {
        self.as_str().parse().map_err(|_| {
            let shown = crate::money::shown(self.as_str());
            InvalidValue::new("instant", format!("{shown} is not an instant; check its offset."))
        })
    }
}

impl DateRange {
    /// The start of the first day and the end of the last day in `zone`, half-open. A day may have 23 or 25 hours, and need not begin at
    /// midnight where clocks change then.
    pub fn bounds(&self, zone: &TimeZone) -> (Timestamp, Timestamp) {
        let next = self.to.date().saturating_add(Distance::new().days(1));
        // The years of a day are far from the limits of a timestamp, so neither fallback is ever used.
        (start(self.from.date(), zone).unwrap_or(Timestamp::MIN), start(next, zone).unwrap_or(Timestamp::MAX))
    }
}

fn start(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    let noon = date.at(12, 0, 0, 0).to_zoned(zone.clone()).ok()?;
    Some(noon.start_of_day().ok()?.timestamp())
}
