//! Forecasts when a budget is used up, at the pace of the last four weeks. Pure.

#[cfg(test)]
mod tests;

use crate::{
    day::Day,
    money::{rounded_quotient, saturated},
};

/// The days over which the pace is measured: four weeks, so that a holiday or a sprint does not decide alone.
pub const BURN_RATE_DAYS: i64 = 28;

/// The furthest day of a forecast: ten years ahead.
const AHEAD_DAYS: i64 = 3_652;

/// The burn of one cap, in seconds or in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurnRate {
    /// The cap.
    pub cap: i64,
    /// How much of it is used.
    pub used: i64,
    /// How much was used in the last [`BURN_RATE_DAYS`] days.
    pub burned: i64,
}

impl BurnRate {
    /// The day on which the cap is reached: today when it is reached already; none when nothing burns, or when that day is
    /// after `last` or more than ten years ahead.
    pub fn reached_on(self, today: &Day, last: Option<&Day>) -> Option<Day> {
        let left = i128::from(self.cap) - i128::from(self.used);
        if left <= 0 {
            return Some(today.clone());
        }
        if self.burned <= 0 {
            return None;
        }
        let burned = i128::from(self.burned);
        let days = (left * i128::from(BURN_RATE_DAYS) + burned - 1) / burned;
        let days = i64::try_from(days).ok().filter(|days| *days <= AHEAD_DAYS)?;
        let day = today.plus(days);
        // `plus` stops at the end of the calendar; a cap that is reached there is reached later.
        let real = today.days_until(&day) == days;
        (real && last.is_none_or(|last| day <= *last)).then_some(day)
    }
}

/// The usage per week, from the usage of the last [`BURN_RATE_DAYS`] days.
pub fn per_week(burned: i64) -> i64 {
    saturated(rounded_quotient(i128::from(burned) * 7, i128::from(BURN_RATE_DAYS)))
}
