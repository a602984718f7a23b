//! Ranges of days.

use serde::{Deserialize, Serialize};

use super::Day;
use crate::invalid_value::InvalidValue;

/// The longest range: ten years, of which at most three have a leap day.
const DAYS_MAX: i64 = 3_653;

/// Days from `from` to `to`, both included.
//
// Never inverted and at most ten years long, as `between` and `parse` are the only constructors; only the server's own answers are
// deserialized without a check.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct DateRange {
    /// First day.
    pub from: Day,
    /// Last day, which belongs to the span.
    pub to: Day,
}

impl DateRange {
    /// The range from one day to another; an error names `to`.
    pub fn between(from: Day, to: Day) -> Result<DateRange, InvalidValue> {
        DateRange::named("to", from, to)
    }

    pub(super) fn named(field: &'static str, from: Day, to: Day) -> Result<DateRange, InvalidValue> {
        match from.days_until(&to) {
            ..0 => Err(InvalidValue::new(field, format!("{to} is before {from}; give the earlier day first."))),
            DAYS_MAX.. => Err(InvalidValue::new(
                field,
                format!("{from} to {to} is more than ten years; ask for shorter periods one after the other."),
            )),
            _ => Ok(DateRange { from, to }),
        }
    }

    /// The number of days in the range, at least one.
    pub fn days(&self) -> i64 {
        self.from.days_until(&self.to) + 1
    }

    /// The range as people read it: a single day is written once.
    pub fn label(&self) -> String {
        if self.from == self.to { self.from.label() } else { format!("{} to {}", self.from.label(), self.to.label()) }
    }

    /// Whether the range contains the day.
    pub fn contains(&self, day: &Day) -> bool {
        (&self.from..=&self.to).contains(&day)
    }
}
