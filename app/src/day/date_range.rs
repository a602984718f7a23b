//! Spans of days.

use serde::{Deserialize, Serialize};

use super::Day;
use crate::error::Error;

/// Ten years, of which three at most have a leap day.
const DAYS_MAX: i64 = 3_653;

/// Days from `from` to `to`, both included.
//
// Never inverted and at most ten years long, as `between` and `parse` are the ways to make one;
// only what the server itself answered is read back without a check.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DateRange {
    /// First day.
    pub from: Day,
    /// Last day, which belongs to the span.
    pub to: Day,
}

impl DateRange {
    /// The span from one day to another; a refusal names `to`.
    pub fn between(from: Day, to: Day) -> Result<DateRange, Error> {
        DateRange::named("to", from, to)
    }

    pub(super) fn named(field: &'static str, from: Day, to: Day) -> Result<DateRange, Error> {
        match from.days_until(&to) {
            ..0 => Err(Error::invalid(field, format!("{to} is before {from}; give the earlier day first."))),
            DAYS_MAX.. => {
                Err(Error::invalid(field, format!("{from} to {to} is more than ten years; ask for shorter periods one after the other.")))
            }
            _ => Ok(DateRange { from, to }),
        }
    }

    /// How many days the span has, at least one.
    pub fn days(&self) -> i64 {
        self.from.days_until(&self.to) + 1
    }

    /// The span as people read it: a single day is said once.
    pub fn label(&self) -> String {
        if self.from == self.to { self.from.label() } else { format!("{} to {}", self.from.label(), self.to.label()) }
    }

    /// Whether the day lies in the span.
    pub fn contains(&self, day: &Day) -> bool {
        (&self.from..=&self.to).contains(&day)
    }
}
