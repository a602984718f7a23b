//! Sets rates, and reprices unbilled time.

#[cfg(feature = "ssr")]
pub mod record;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use domain::{money::Amount, patch::Patch};
use macros::operation;

use crate::{
    error::Error,
    page::Page,
    rates::{AppliesTo, ChangedRate, ProjectRate},
};

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
    /// Id or name.
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
