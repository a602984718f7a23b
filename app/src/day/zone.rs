//! Time zones by their IANA names.

use jiff::tz::TimeZone;

use crate::{error::Error, text};

/// Parses the name of a time zone that a user gave, and returns it as stored.
pub fn parse_name(name: &str) -> Result<String, Error> {
    let unknown = |_| Error::invalid("time_zone", format!("\"{}\" is not a time zone; write one like Europe/Berlin.", text::excerpt(name)));
    let zone = TimeZone::get(name.trim()).map_err(unknown)?;
    Ok(zone.iana_name().unwrap_or("UTC").to_owned())
}

/// Loads the zone of a stored name. A name that this build does not know is a data error, never replaced by a default.
pub fn load(name: &str) -> Result<TimeZone, Error> {
    TimeZone::get(name).map_err(|problem| {
        tracing::error!(%problem, "an unknown time zone was kept");
        Error::internal()
    })
}
