//! Rates: the price of an hour for new time, and the repricing of unbilled time.

pub mod prompts;
#[cfg(feature = "ssr")]
pub(crate) mod record;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub(crate) mod warnings;

use macros::operation;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    hours::WorkDuration,
    invoices::{ClientRef, ProjectRef},
    money::{Amount, Currency, Money},
    page::Page,
    patch::Patch,
};

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
    /// What it is worth at the rate that holds.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ChangedRate {
    /// Whose rate it is, such as "Acme / Dashboard", "Acme" or the organization's name.
    pub of: String,
    /// The rate per hour; absent where it has none of its own any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Money>,
    /// Which time it is for.
    pub applies_to: AppliesTo,
    /// The unbilled time that had another rate: repriced with unbilled_time, left as it was with new_time.
    pub unbilled: Repricing,
}

/// List the rates of projects by client and name: what an hour of new time costs, whose rate that is, and how much unbilled time was logged at another rate, with the difference.
///
/// Example: {"missing": true} lists the projects with unbilled time that has no rate.
#[operation(read, idempotent, needs = ReadMoney, scope = MoneyRead, title = "List rates")]
pub async fn list_rates(
    cx: &mut Call,
    /// Id or name.
    #[server(default)]
    client: Option<String>,
    /// Id, name or "Client / Project".
    #[server(default)]
    project: Option<String>,
    /// Only projects with unbilled time that has no rate and can get one.
    #[server(default)]
    missing: Option<bool>,
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
) -> Result<Page<ProjectRate>, Error> {
    record::list(cx, record::RateQuery { client, project, missing: missing.unwrap_or(false) }, limit, cursor).await
}

/// Set what an hour costs on a project or for a client: for new time only, or also for the time that is not billed yet. With neither it is the organization's rate, which a person sets at the page and no token.
///
/// Comes back with the unbilled time that had another rate and the difference in money. Drafts of time and running timers get the rate, too, and count in no figure. Time keeps a rate of its own, and so does time on an invoice or a draft of one, or before the lock date. A project's own rate goes before its client's. Refused: a rate below 0, more than 10,000 entries at once. Example: {"project": "Acme / Dashboard", "rate": "80.00", "applies_to": "unbilled_time"}.
#[operation(write, idempotent, everyday, needs = WriteMoney, scope = MoneyWrite, agent = Ask, title = "Set a rate")]
pub async fn set_rate(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    #[server(default)]
    project: Option<String>,
    /// Id or name; a token names a project or a client.
    #[server(default)]
    client: Option<String>,
    /// Per hour, such as "80.00"; "0.00" is free, empty takes it away, and absent it stays.
    #[server(default)]
    rate: Patch<Amount>,
    /// new_time (the default), or unbilled_time for new time and what is not billed yet.
    #[server(default)]
    applies_to: Option<AppliesTo>,
) -> Result<ChangedRate, Error> {
    record::set(cx, record::RateChange { project, client, rate, applies_to: applies_to.unwrap_or_default() }).await
}
