//! Instants with the UTC offset of the place where they are shown.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Day;
use crate::invalid_value::InvalidValue;

/// An instant as RFC 3339 text with an offset, such as `2026-11-20T09:00:00+01:00`.
///
/// The text holds the local time of the place it was written for, so pages show it without knowing a time zone. Two values can be the same
/// instant and have different texts.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq, Hash)]
#[serde(try_from = "String", into = "String")]
pub struct OffsetDateTime(String);

impl OffsetDateTime {
    /// Parses an instant; an error names `field`. An offset is required: a local time alone is ambiguous.
    pub fn parse(field: &'static str, text: &str) -> Result<OffsetDateTime, InvalidValue> {
        let text = text.trim();
        read(field, text).ok_or_else(|| {
            let shown = crate::money::shown(text);
            let example = "2026-11-20T09:00:00+01:00";
            InvalidValue::new(field, format!("{shown} is not an instant; write date, time and offset, such as {example}."))
        })
    }

    /// The local time, for instance `09:00`.
    pub fn clock(&self) -> &str {
        self.0.get(11..16).unwrap_or_default()
    }

    /// The UTC offset as written: `+01:00`, or `Z` for UTC itself.
    pub fn offset(&self) -> &str {
        self.0.rfind(['Z', '+', '-']).filter(|at| *at > 10).and_then(|at| self.0.get(at..)).unwrap_or("Z")
    }

    /// The local calendar day.
    pub fn day(&self) -> Day {
        Day(self.0.get(..10).unwrap_or_default().to_owned())
    }

    /// The instant as RFC 3339 text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Wraps text of this form that the program itself wrote, without a check.
    #[cfg(feature = "server")]
    pub(super) fn trusted(text: String) -> OffsetDateTime {
        OffsetDateTime(text)
    }
}

/// Parses `YYYY-MM-DDTHH:MM:SS`, an optional fraction of at most nine digits, and an offset; normalizes `T` and `Z` to capitals, and
/// missing seconds to zero.
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
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        OffsetDateTime::parse("instant", &text)
    }
}

impl From<OffsetDateTime> for String {
    fn from(moment: OffsetDateTime) -> Self {
        moment.0
    }
}
