//! Rounds time before it is billed.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// Which step.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RoundingMode {
    /// The next.
    Up,
    /// The nearest.
    #[default]
    Nearest,
    /// The one before.
    Down,
}

/// What is rounded: the finer the basis, the more rounding up adds.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RoundingBasis {
    /// Each time entry on its own.
    Entry,
    /// The time of one day on one project.
    DayAndProject,
    /// The time of an invoice line as a whole.
    #[default]
    Line,
}

/// How time is rounded before it is billed. The policy of the invoice holds, which is that of the organization where nobody gave it
/// another; the raw seconds stay beside what it gives.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct Rounding {
    /// Minutes, such as 15; 0 for none.
    #[cfg_attr(feature = "schemars", schemars(range(max = 480)))]
    pub step_minutes: u16,
    /// To which step: up, down or nearest.
    pub mode: RoundingMode,
    /// Round each entry, day_and_project or line.
    pub basis: RoundingBasis,
}

impl RoundingMode {
    /// The mode as stored.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl RoundingBasis {
    /// The basis as stored.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Rounding {
    /// The seconds to bill for `seconds` worked. A value that is already a multiple of the step does not change.
    pub fn round(&self, seconds: i64) -> i64 {
        let step = i64::from(self.step_minutes) * 60;
        if step == 0 {
            return seconds;
        }
        let over = seconds.rem_euclid(step);
        let up = match self.mode {
            RoundingMode::Up => over > 0,
            RoundingMode::Nearest => over * 2 >= step,
            RoundingMode::Down => false,
        };
        (seconds - over).saturating_add(if up { step } else { 0 })
    }
}
