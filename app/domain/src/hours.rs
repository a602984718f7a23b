//! Durations in whole seconds: parsing and formatting.

mod parse;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::{invalid_value::InvalidValue, width::half_width};

/// The schema format of a text that is a number of hours: a bare number is accepted as its text.
pub const HOURS: &str = "hours";

/// A worked duration as a caller gives it: a text such as `1h30m`. A bare number counts hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DurationText(pub String);

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for DurationText {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": HOURS, "maxLength": 200 })
    }
}

/// The longest duration of one entry: 24 hours.
pub const SECONDS_MAX: i64 = 24 * 3_600;

/// A duration in whole seconds.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Seconds {
    /// Parses a duration such as `1h30m`, `1:30`, `90m`, `1.5h`, `1,5` or `5400s`; a plain number counts hours.
    ///
    /// Refuses text that is no duration, zero, negative durations, more than 24 hours, and ambiguous numbers such as `1,440m`. An error
    /// names `field`.
    pub fn parse(field: &'static str, text: &str) -> Result<Seconds, InvalidValue> {
        let refused = |why: &str| {
            let shown = crate::money::shown(text.trim());
            InvalidValue::new(field, format!("{shown} {why}"))
        };
        let text = &*half_width(text);
        if text.trim().starts_with(['-', '\u{2212}']) {
            return Err(refused("is below zero; give the time that was worked, such as 1h30m."));
        }
        if let Some(readings) = parse::readings(text) {
            return Err(crate::money::ambiguous(field, text.trim(), readings));
        }
        match parse::seconds(text) {
            None => Err(refused("is not a duration; write one such as 1h30m, 1:30, 90m or 1.5h.")),
            Some(0) => Err(refused("is no time at all; give at least one second.")),
            Some(seconds) if seconds > SECONDS_MAX && parse::is_plain_number(text) => {
                Err(refused("is more than 24 hours, as a plain number counts hours; write minutes with an m, such as 90m."))
            }
            Some(seconds) if seconds > SECONDS_MAX => Err(refused("is more than 24 hours; split it over two days.")),
            Some(seconds) => Ok(Seconds(seconds)),
        }
    }
}

/// A duration in a result: the seconds to calculate with, and the text to show.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct WorkDuration {
    /// Whole seconds.
    pub seconds: i64,
    /// The duration as a person reads it, for instance `1h 30m`.
    pub text: String,
}

impl WorkDuration {
    /// The duration of `seconds`, with its text.
    pub fn of(seconds: i64) -> WorkDuration {
        WorkDuration { seconds, text: text(seconds) }
    }

    /// The verb of a sentence about this duration: `one` after a single unit (`1h waits`), `many` after any other (`1h 30m wait`).
    pub fn verb<'a>(&self, one: &'a str, many: &'a str) -> &'a str {
        if matches!(self.text.as_str(), "1h" | "1m" | "1s") { one } else { many }
    }
}

/// Parses the seconds of a text such as `1h30m`, without a limit; `None` if it is no duration, or ambiguous.
pub fn read(text: &str) -> Option<i64> {
    parse::seconds(text)
}

/// Whether a text is a bare number of hours that is so high that minutes may be meant.
pub fn may_be_minutes(text: &str) -> bool {
    let text = text.trim();
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0')
}

/// The two readings of an ambiguous number in the text: `1440` and `1.44` for `1,440m`. `None` if there is only one.
pub fn readings(text: &str) -> Option<(String, String)> {
    text.split(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | ',')).find_map(crate::money::readings)
}

/// Formats whole minutes, truncated and not rounded: a text never claims more than was worked. Only durations under a minute are shown in
/// seconds.
fn text(seconds: i64) -> String {
    let sign = sign(seconds);
    let size = seconds.unsigned_abs();
    match (size / 3_600, size / 60 % 60) {
        (0, 0) if size == 0 => "0m".to_owned(),
        (0, 0) => format!("{sign}{size}s"),
        (0, minutes) => format!("{sign}{minutes}m"),
        (hours, 0) => format!("{sign}{hours}h"),
        (hours, minutes) => format!("{sign}{hours}h {minutes}m"),
    }
}

/// The duration as a running timer shows it: `1:30:00`.
pub fn clock(seconds: i64) -> String {
    let size = seconds.unsigned_abs();
    format!("{}{}:{:02}:{:02}", sign(seconds), size / 3_600, size / 60 % 60, size % 60)
}

/// The duration in hours with two decimals, rounded half up: `1.50`.
pub fn decimal_hours(seconds: i64) -> String {
    let hundredths = crate::money::rounded_quotient(i128::from(seconds) * 100, 3_600);
    let sign = if hundredths < 0 { "-" } else { "" };
    let size = hundredths.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

fn sign(seconds: i64) -> &'static str {
    if seconds < 0 { "-" } else { "" }
}
