//! Hours as an argument: a number from programs, text from forms.

use std::fmt;

use domain::{hours, money, width::half_width};
use serde::{
    Deserialize, Serialize, Serializer,
    de::{self, Deserializer, Visitor},
};

use crate::error::Error;

/// The most hours that a budget may hold: more than a hundred years of one person's days and nights.
pub const HOURS_MAX: i64 = 1_000_000;

/// Hours in the arguments of an operation, not yet parsed.
#[derive(Debug, Clone, PartialEq)]
pub enum Hours {
    /// A number of hours, such as 40 or 7.5.
    Number(f64),
    /// As written: `40`, `7.5`, `40h`, `1h30m`, `7:30`.
    Written(String),
}

impl Hours {
    /// The hours in whole seconds. Refuses zero, negative numbers, more than a million hours, and ambiguous text such as `1,000`.
    pub fn seconds(&self, field: &'static str) -> Result<i64, Error> {
        let (seconds, shown) = match self {
            Self::Number(number) => (number * 3600.0, number.to_string()),
            Self::Written(text) => (read(field, text.trim())?, money::shown(text.trim())),
        };
        // Less than half a second rounds to zero; NaN fails every comparison.
        if seconds.is_nan() || seconds < 0.5 {
            return Err(Error::invalid(field, format!("{shown} hours are no budget; give more than zero, or leave the hours out.")));
        }
        if seconds > (HOURS_MAX * 3600) as f64 {
            return Err(Error::invalid(field, format!("{shown} is more than {HOURS_MAX} hours, the most a budget holds; give fewer.")));
        }
        Ok(seconds.round() as i64)
    }
}

/// Parses hours as written to seconds: a decimal number of hours, or a duration.
fn read(field: &'static str, text: &str) -> Result<f64, Error> {
    let text = &*half_width(text);
    if let Some(readings) = hours::readings(text) {
        return Err(money::ambiguous(field, text, readings).into());
    }
    // Digits and one separator: no exponents and no leading signs, as for durations.
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.' || c == ',');
    if let Some(number) = text.replace(',', ".").parse::<f64>().ok().filter(|_| plain) {
        return Ok(number * 3600.0);
    }
    let seconds = hours::read(text).ok_or_else(|| {
        let shown = money::shown(text);
        Error::invalid(field, format!("{shown} is not a number of hours; write one such as 40, 7.5 or 7h 30m."))
    })?;
    Ok(seconds as f64)
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Written(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HoursVisitor)
    }
}

struct HoursVisitor;

impl Visitor<'_> for HoursVisitor {
    type Value = Hours;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of hours, such as 40 or 7.5")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Hours, E> {
        Ok(Hours::Number(number as f64))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Hours, E> {
        Ok(Hours::Number(number as f64))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Hours, E> {
        Ok(Hours::Number(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Hours, E> {
        Ok(Hours::Written(text.to_owned()))
    }
}

#[cfg(feature = "ssr")]
impl schemars::JsonSchema for Hours {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Hours".into()
    }

    /// Text only, since empty text removes the cap and models get a single type. A number is read as its text.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "format": domain::hours::HOURS,
            "description": "Hours, such as 40 or 7.5.",
            "maxLength": 20
        })
    }
}

/// Hours as a form shows them, so that [`Hours::Written`] reads the same seconds back: `40`, `7.5`, `1h 20m 5s`.
pub fn format_hours(seconds: i64) -> String {
    if seconds % 36 == 0 {
        return hours::decimal_hours(seconds).trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{}h {}m {}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Result<i64, String> {
        Hours::Written(text.to_owned()).seconds("hours").map_err(|error| error.message)
    }

    #[test]
    fn what_no_duration_is_written_like_is_no_budget() {
        for text in ["1e3", "+40", "-40", "4 0", "0x40", "inf", "NaN", "40 hours of work", "๔๐"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_thousand_hours_are_never_taken_for_one() {
        assert_eq!(seconds("1,000").unwrap_err(), "\"1,000\" holds a number that can be read in two ways; write 1000 or 1.0 instead.");
        for text in ["1.000", "12.500", "1,000h", "1.000,5", "1,000.5"] {
            assert!(seconds(text).is_err(), "{text}");
        }
        for (text, expected) in
            [("1000", 3_600_000), ("1.0", 3600), ("7,5", 27_000), ("7.25", 26_100), ("0.125", 450), ("1000h", 3_600_000)]
        {
            assert_eq!(seconds(text), Ok(expected), "{text}");
        }
    }
}
