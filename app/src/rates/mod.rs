//! Rates: the price of an hour, and the unbilled time that has another one.

#[cfg(feature = "ssr")]
pub mod repricing;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(feature = "ssr")]
pub(crate) mod warnings;

use domain::{
    hours::WorkDuration,
    money::{Currency, Money},
};
use macros::answer;
use serde::{Deserialize, Serialize};

use crate::summary::{ClientRef, ProjectRef};

/// Which time a change of a rate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AppliesTo {
    /// Time that is logged from now on.
    #[default]
    NewTime,
    /// Also the time that is on no invoice yet.
    UnbilledTime,
}

/// Whose rate holds for new time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RateSource {
    /// The project's own.
    Project,
    /// The client's.
    Client,
    /// The organization's.
    Organization,
}

/// Unbilled time that was logged at another rate than the one that holds, or at none. Time with a rate of its own is not among it,
/// nor is time that an invoice, a draft of one or the lock date holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Repricing {
    /// How many billable entries.
    pub entries: i64,
    /// How much time.
    pub worked: WorkDuration,
    /// How much of it has no rate at all, so it is worth nothing yet.
    pub without_rate: WorkDuration,
    /// What it is worth at the rates it was logged at.
    pub before: Money,
    /// What it would be worth at the rate that holds. It is worth that only once it is repriced, as a change for unbilled_time does; until
    /// then it is billed at `before`.
    pub after: Money,
    /// The difference: `after` less `before`.
    pub difference: Money,
}

/// The rate of a project, where it comes from, and the unbilled time that has another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ProjectRate {
    /// The client.
    pub client: ClientRef,
    /// The project.
    pub project: ProjectRef,
    /// The currency of the client.
    pub currency: Currency,
    /// What an hour costs, unless a member or an entry has a rate of its own; absent where nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Money>,
    /// Whose rate that is; absent where nobody has said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<RateSource>,
    /// The unbilled time that was logged at another rate.
    pub unbilled: Repricing,
}

/// A rate as it is after a change, and the unbilled time that the change was about.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ChangedRate {
    /// Whose rate it is, such as "Acme / Dashboard", "Acme" or the organization's name.
    #[label("Of")]
    pub of: String,
    /// The rate per hour; absent where it has none of its own any more.
    #[label("Rate per hour", rank = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Money>,
    /// Which time it is for.
    #[label("Applies to")]
    pub applies_to: AppliesTo,
    /// The unbilled time that had another rate. With unbilled_time it was repriced from `before` to `after`; with new_time nothing was
    /// repriced: it stays worth `before`, and `after` is what it would be. Time that waits to be confirmed is told in the warnings.
    #[label("Unbilled time")]
    pub unbilled: Repricing,
}
