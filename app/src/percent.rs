//! Percentages: tax rates and discounts, exact to a hundredth of a percent.

#[cfg(feature = "ssr")]
mod schema;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A share between 0 and 100 percent, in hundredths of a percent: 1900 is 19 %.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(try_from = "String", into = "String")]
pub struct Percent(pub i32);

impl Percent {
    /// The share in a text such as `19`, `19 %`, `7.7` or `7,7`; `field` is what a refusal names.
    pub fn parse(field: &'static str, text: &str) -> Result<Percent, Error> {
        let number = text.trim();
        let number = number.strip_suffix('%').map_or(number, str::trim_end);
        match hundredths(number) {
            Some(hundredths @ 0..=10_000) => Ok(Percent(hundredths)),
            Some(_) => Err(refused(field, text, "is not between 0 and 100 percent")),
            None => Err(refused(field, text, "is not a percentage with at most two decimals")),
        }
    }

    /// The share in hundredths of a percent.
    pub fn hundredths(self) -> i32 {
        self.0
    }
}

fn refused(field: &'static str, text: &str, why: &str) -> Error {
    let shown = crate::money::shown(text);
    Error::invalid(field, format!("{shown} {why}; write one such as 19 or 7.7."))
}

/// Reads a decimal of at most five digits before the separator, so nothing can overflow.
fn hundredths(number: &str) -> Option<i32> {
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (whole, decimals) = number.split_once(['.', ',']).map_or((number, None), |(w, d)| (w, Some(d)));
    let digits = |text: &str, max: usize| (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 5) || !decimals.is_none_or(|decimals| digits(decimals, 2)) {
        return None;
    }
    let size: i32 = format!("{whole}{:0<2}", decimals.unwrap_or("")).parse().ok()?;
    Some(if negative { -size } else { size })
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:02}", size / 100, size % 100);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl TryFrom<String> for Percent {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        Percent::parse("percent", &text)
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}
