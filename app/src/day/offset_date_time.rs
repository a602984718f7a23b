//! Instants with the offset of the place where they are read.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Day;
use crate::error::Error;

/// An instant as RFC 3339 text with an offset, such as `2026-11-20T09:00:00+01:00`.
///
/// The text holds the clock of the place it was written for, so pages show it without knowing a
/// time zone. Two moments can be the same instant and have different texts.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Hash)]
#[serde(try_from = "String", into = "String")]
pub struct OffsetDateTime(String);

impl OffsetDateTime {
    /// The instant in a text; `field` is what a refusal names. An offset is needed: a time alone
    /// could be anywhere.
    pub fn parse(field: &'static str, text: &str) -> Result<OffsetDateTime, Error> {
        let text = text.trim();
        read(field, text).ok_or_else(|| {
            let shown = crate::money::shown(text);
            let example = "2026-11-20T09:00:00+01:00";
            Error::invalid(field, format!("{shown} is not an instant; write date, time and offset, such as {example}."))
        })
    }

    /// The time on the clock, for instance `09:00`.
    pub fn clock(&self) -> &str {
        self.0.get(11..16).unwrap_or_default()
    }

    /// How far that clock is ahead of UTC, as it is written: `+01:00`, or `Z` where it is UTC itself.
    pub fn offset(&self) -> &str {
        self.0.rfind(['Z', '+', '-']).filter(|at| *at > 10).and_then(|at| self.0.get(at..)).unwrap_or("Z")
    }

    /// The day on the calendar of the same place.
    pub fn day(&self) -> Day {
        Day(self.0.get(..10).unwrap_or_default().to_owned())
    }

    /// The instant as RFC 3339 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For text that is known to have the form, as it was written by this program.
    #[cfg(feature = "ssr")]
    pub(super) fn trusted(text: String) -> OffsetDateTime {
        OffsetDateTime(text)
    }
}

/// `YYYY-MM-DDTHH:MM:SS`, a fraction of at most nine digits if any, and an offset; the `T` and `Z`
/// are put in capitals, and seconds that were left out are none.
fn read(field: &'static str, text: &str) -> Option<OffsetDateTime> {
    let (day, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    Day::parse(field, day).ok()?;
    let (clock, offset) = rest.split_at(rest.find(['Z', 'z', '+', '-'])?);
    let clock = if clock.len() == 5 { &format!("{clock}:00") } else { clock };
    let (time, fraction) = clock.split_at_checked(8)?;
    let fits = is_time(time) && (fraction.is_empty() || is_fraction(fraction)) && is_offset(offset);
    fits.then(|| OffsetDateTime(format!("{day}T{time}{fraction}{}", offset.to_ascii_uppercase())))
}

fn is_time(text: &str) -> bool {
    let mut parts = text.split(':');
    let mut below = |limit| parts.next().is_some_and(|part| is_number_below(part, limit));
    below(24) && below(60) && below(60) && parts.next().is_none()
}

fn is_fraction(text: &str) -> bool {
    let digits = text.strip_prefix('.').unwrap_or_default();
    (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_offset(text: &str) -> bool {
    let hours_and_minutes = text.strip_prefix(['+', '-']).and_then(|offset| offset.split_once(':'));
    matches!(text, "Z" | "z")
        || hours_and_minutes.is_some_and(|(hours, minutes)| is_number_below(hours, 24) && is_number_below(minutes, 60))
}

fn is_number_below(text: &str, limit: u8) -> bool {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits && text.parse().is_ok_and(|number: u8| number < limit)
}

impl fmt::Display for OffsetDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for OffsetDateTime {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        OffsetDateTime::parse("instant", &text)
    }
}

impl From<OffsetDateTime> for String {
    fn from(moment: OffsetDateTime) -> Self {
        moment.0
    }
}
