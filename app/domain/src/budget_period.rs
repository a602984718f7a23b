//! The period after which a budget begins anew, and its days.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::day::Day;

/// How often a budget begins anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
        self.into()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_period_can_be_chosen_and_is_known_by_its_name() {
        assert_eq!(BudgetPeriod::ALL.map(BudgetPeriod::name), ["lifetime", "year", "quarter", "month"]);
        for period in BudgetPeriod::VARIANTS {
            assert_eq!(period.name().parse::<BudgetPeriod>(), Ok(*period));
            assert!(BudgetPeriod::ALL.contains(period), "{period:?}");
        }
    }
}
