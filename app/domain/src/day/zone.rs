//! Time zones by their IANA names.

use jiff::tz::TimeZone;

use crate::{invalid_value::InvalidValue, text};

/// Parses the name of a time zone that a user gave, and returns it as stored.
pub fn parse_name(name: &str) -> Result<String, InvalidValue> {
    let unknown =
        |_| InvalidValue::new("time_zone", format!("\"{}\" is not a time zone; write one like Europe/Berlin.", text::excerpt(name)));
    let zone = TimeZone::get(name.trim()).map_err(unknown)?;
    Ok(zone.iana_name().unwrap_or("UTC").to_owned())
}

/// A stored name of a time zone that this build does not know.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not a time zone that is known here")]
pub struct UnknownZone(String);

/// Loads the zone of a stored name. A name that this build does not know is a data error, never replaced by a default.
pub fn load(name: &str) -> Result<TimeZone, UnknownZone> {
    TimeZone::get(name).map_err(|_| UnknownZone(name.to_owned()))
}
