//! Percentages: tax rates and discounts, exact to a ten-thousandth of a percent (EN 16931 writes them with up to four decimals).

#[cfg(feature = "schemars")]
mod schema;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{invalid_value::InvalidValue, width::half_width};

/// The most decimals of a percentage.
const DECIMALS: usize = 4;

/// A share between 0 and 100 percent, in ten-thousandths of a percent: 190,000 is 19 %, and 84,250 is 8.425 %.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[serde(try_from = "String", into = "String")]
pub struct Percent(pub i32);

impl Percent {
    /// A hundred percent, in ten-thousandths of a percent.
    pub const WHOLE: i128 = 1_000_000;

    /// Parses a percentage such as `19`, `19 %`, `7.7`, `7,7` or `8.425`; an error names `field`.
    pub fn parse(field: &'static str, text: &str) -> Result<Percent, InvalidValue> {
        let number = half_width(text.trim());
        let number = number.strip_suffix('%').map_or(&*number, str::trim_end);
        match ten_thousandths(number).map(i128::from) {
            Some(share @ 0..=Self::WHOLE) => Ok(Percent(share as i32)),
            Some(_) => Err(refused(field, text, "is not between 0 and 100 percent")),
            None => Err(refused(field, text, "is not a percentage with at most four decimals")),
        }
    }

    /// The percentage probably meant by one below one percent that was written as a fraction of one: 19 for 0.19.
    pub fn of_share(self) -> Option<Percent> {
        (1..10_000).contains(&self.0).then_some(Percent(self.0 * 100))
    }

    /// The percentage in ten-thousandths of a percent.
    pub fn ten_thousandths(self) -> i32 {
        self.0
    }
}

fn refused(field: &'static str, text: &str, why: &str) -> InvalidValue {
    let shown = crate::money::shown(text);
    // Where the sign stands, a number without it may be an amount.
    let examples = if half_width(text).contains('%') { "19%, 7.7% or 8.425%" } else { "19, 7.7 or 8.425" };
    InvalidValue::new(field, format!("{shown} {why}; write one such as {examples}."))
}

/// Parses a decimal of at most four digits before the separator, so nothing can overflow.
fn ten_thousandths(number: &str) -> Option<i32> {
    let (negative, number) = number.strip_prefix('-').map_or((false, number), |rest| (true, rest));
    let (whole, decimals) = number.split_once(['.', ',']).map_or((number, None), |(w, d)| (w, Some(d)));
    let digits = |text: &str, max: usize| (1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 4) || !decimals.is_none_or(|decimals| digits(decimals, DECIMALS)) {
        return None;
    }
    let size: i32 = format!("{whole}{:0<DECIMALS$}", decimals.unwrap_or("")).parse().ok()?;
    Some(if negative { -size } else { size })
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "-" } else { "" };
        let text = format!("{sign}{}.{:04}", size / 10_000, size % 10_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl TryFrom<String> for Percent {
    type Error = InvalidValue;

    fn try_from(text: String) -> Result<Self, InvalidValue> {
        Percent::parse("percent", &text)
    }
}

impl From<Percent> for String {
    fn from(percent: Percent) -> Self {
        percent.to_string()
    }
}
