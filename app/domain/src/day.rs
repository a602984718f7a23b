//! Calendar days and instants with their UTC offset, as text that can be sorted and serialized.
//!
//! The browser has no date library, so the calendar arithmetic that pages need is implemented here. Time zones and the words for periods
//! exist on the server only.

mod calendar;
mod date_range;
mod figures;
mod offset_date_time;
#[cfg(feature = "server")]
mod period;
mod relative_day;
#[cfg(feature = "schemars")]
mod schema;
#[cfg(feature = "server")]
mod server;
#[cfg(test)]
mod tests;
#[cfg(feature = "server")]
pub mod zone;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::invalid_value::InvalidValue;

pub use date_range::DateRange;
pub use offset_date_time::OffsetDateTime;

/// The first valid year of a day.
pub const YEAR_MIN: i16 = 1970;

/// The last valid year of a day.
pub const YEAR_MAX: i16 = 2200;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// A calendar day as `YYYY-MM-DD`, from 1970 to 2200, without a time zone.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

impl Day {
    /// Parses `YYYY-MM-DD`; an error names `field`, and suggests that form for figures with one reading, such as `30/11/2026`.
    pub fn parse(field: &'static str, text: &str) -> Result<Day, InvalidValue> {
        let text = text.trim();
        let refused = |why: &str| InvalidValue::new(field, format!("{} {why}", crate::money::shown(text)));
        let (year, month, day) = calendar::read(text).ok_or_else(|| match Day::in_figures(text) {
            Some(day) => refused(&format!("is not a day; write it as YYYY-MM-DD: {day}.")),
            None => refused("is not a day; write it as YYYY-MM-DD, such as 2026-03-05."),
        })?;
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            return Err(refused("is too far away; give a day from 1970 to 2200."));
        }
        if !calendar::exists(year, month, day) {
            return Err(refused("is not in the calendar; check the month and the day."));
        }
        Ok(Day(text.to_owned()))
    }

    /// The year, such as 2026.
    pub fn year(&self) -> i16 {
        self.parts().0
    }

    /// The month, 1 for January.
    pub fn month(&self) -> i8 {
        self.parts().1
    }

    /// The day of the month, 1 for the first.
    pub fn day_of_month(&self) -> i8 {
        self.parts().2
    }

    /// The day of the week, 1 for Monday to 7 for Sunday.
    pub fn weekday(&self) -> u8 {
        calendar::weekday(self.number())
    }

    /// The day `days` later, or earlier if negative, limited to the first and the last valid day.
    pub fn plus(&self, days: i64) -> Day {
        Day::numbered(self.number().saturating_add(days))
    }

    /// The number of days from this day until `other`, negative if that is earlier.
    pub fn days_until(&self, other: &Day) -> i64 {
        other.number() - self.number()
    }

    /// The day in English, for instance `Sat 21 Nov 2026`.
    pub fn label(&self) -> String {
        let (year, month, day) = self.parts();
        let weekday = WEEKDAYS[usize::from(self.weekday()) - 1];
        format!("{weekday} {day} {} {year}", &month_name(month)[..3])
    }

    /// The month in English, for instance `November 2026`.
    pub fn month_label(&self) -> String {
        let (year, month, _) = self.parts();
        format!("{} {year}", month_name(month))
    }

    /// The day in English, for instance `21 November 2026`.
    pub fn in_words(&self) -> String {
        format!("{} {}", self.day_of_month(), self.month_label())
    }

    /// The day as `YYYY-MM-DD`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn parts(&self) -> (i16, i8, i8) {
        calendar::read(&self.0).unwrap_or((YEAR_MIN, 1, 1))
    }

    fn number(&self) -> i64 {
        let (year, month, day) = self.parts();
        calendar::number(year, month, day)
    }

    fn numbered(number: i64) -> Day {
        let first = calendar::number(YEAR_MIN, 1, 1);
        let last = calendar::number(YEAR_MAX, 12, 31);
        let (year, month, day) = calendar::parts(number.clamp(first, last));
        Day(format!("{year:04}-{month:02}-{day:02}"))
    }
}

fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or(MONTHS[0])
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Day {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        Day::parse("date", &text)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}
