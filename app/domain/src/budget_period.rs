//! The period after which a budget begins anew, and its days.

use serde::{Deserialize, Serialize};

use crate::day::Day;

/// How often a budget begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BudgetPeriod {
    /// Never: it is for the whole project.
    Lifetime,
    /// Every month.
    Month,
    /// Every quarter of the year.
    Quarter,
    /// Every year.
    Year,
}

impl BudgetPeriod {
    /// Every period, the longest first.
    pub const ALL: [Self; 4] = [Self::Lifetime, Self::Year, Self::Quarter, Self::Month];

    /// The name as stored and sent.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lifetime => "lifetime",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The period of a stored name; `None` for an unknown one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.name() == name)
    }

    /// The label in the form.
    pub fn label(self) -> &'static str {
        match self {
            Self::Lifetime => "For the whole project",
            Self::Month => "Every month",
            Self::Quarter => "Every quarter",
            Self::Year => "Every year",
        }
    }

    /// The period that begins on a day, in words: `November 2026`, `Q4 2026`, `2026`; nothing for a lifetime.
    pub fn label_for(self, first: &Day) -> Option<String> {
        match self {
            Self::Lifetime => None,
            Self::Month => Some(first.month_label()),
            Self::Quarter => Some(format!("Q{} {}", (first.month() + 2) / 3, first.year())),
            Self::Year => Some(first.year().to_string()),
        }
    }
}

#[cfg(feature = "server")]
mod server {
    use jiff::{ToSpan, civil::Date};

    use super::BudgetPeriod;
    use crate::day::{YEAR_MAX, YEAR_MIN};

    impl BudgetPeriod {
        /// The first and last day of the period that contains a day. An entry counts whole, on the day of its start.
        pub fn containing(self, day: Date) -> (Date, Date) {
            match self {
                Self::Lifetime => (Date::constant(YEAR_MIN, 1, 1), Date::constant(YEAR_MAX, 12, 31)),
                Self::Month => (day.first_of_month(), day.last_of_month()),
                Self::Quarter => {
                    let first = day.first_of_month().saturating_sub(i64::from((day.month() - 1) % 3).months());
                    (first, first.saturating_add(2.months()).last_of_month())
                }
                Self::Year => (day.first_of_year(), day.last_of_year()),
            }
        }
    }
}
