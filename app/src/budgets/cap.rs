//! A number of hours as an argument: a number from programs, words from forms.

use std::fmt;

use serde::{
    Deserialize, Serialize, Serializer,
    de::{self, Deserializer, Visitor},
};

use crate::{error::Error, hours};

/// The most hours that a budget may hold: more than a hundred years of one person's days and nights.
pub const HOURS_MAX: i64 = 1_000_000;

/// Hours in the arguments of an operation, before they are read.
#[derive(Debug, Clone, PartialEq)]
pub enum Hours {
    /// A number of hours, such as 40 or 7.5.
    Number(f64),
    /// As written: `40`, `7.5`, `40h`, `1h30m`, `7:30`.
    Written(String),
}

impl Hours {
    /// The hours in whole seconds. Refuses nothing, less than nothing and more than a million hours.
    pub fn seconds(&self, field: &'static str) -> Result<i64, Error> {
        let (number, shown) = match self {
            Self::Number(number) => (Some(*number), number.to_string()),
            Self::Written(text) => (text.trim().replace(',', ".").parse().ok(), crate::money::shown(text.trim())),
        };
        let seconds = match (number, self) {
            (Some(number), _) => number * 3600.0,
            (None, Self::Written(text)) => hours::read(text)
                .ok_or_else(|| Error::invalid(field, format!("{shown} is not a number of hours; write one such as 40, 7.5 or 7h 30m.")))?
                as f64,
            _ => f64::NAN,
        };
        // Below a second it is nothing; what is no number at all is neither above nor below.
        if seconds.is_nan() || seconds < 0.5 {
            return Err(Error::invalid(field, format!("{shown} hours are no budget; give more than zero, or leave the hours out.")));
        }
        if seconds > (HOURS_MAX * 3600) as f64 {
            return Err(Error::invalid(field, format!("{shown} is more than {HOURS_MAX} hours, the most a budget holds; give fewer.")));
        }
        Ok(seconds.round() as i64)
    }
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

    /// Text too, as empty text takes the cap away.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Hours as a number, such as 40 or 7.5.",
            "anyOf": [{ "type": "number" }, { "type": "string" }]
        })
    }
}

/// Hours as a form shows them, so that [`Hours::Written`] reads the same seconds back: `40`, `7.5`, `1h 20m 5s`.
pub fn written(seconds: i64) -> String {
    if seconds % 36 == 0 {
        return hours::decimal_hours(seconds).trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    format!("{}h {}m {}s", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
