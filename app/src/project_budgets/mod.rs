//! The budgets of projects: set, cleared, listed, and the status of a project beside its budget.

#[cfg(feature = "ssr")]
pub mod edit_budget;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub mod status;

use domain::{budget_period::BudgetPeriod, id::BudgetId, money::Amount, patch::Patch};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};

use crate::{
    budgets::{BudgetBasis, BudgetStatus, Hours, ProjectStatus},
    error::Error,
    page::{Page, PageRequest},
};

/// A budget that was taken away.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ClearedBudget {
    /// The id it had.
    #[hidden]
    pub id: BudgetId,
    /// The project it was for, as "Client / Project".
    #[label("Project", rank = 40, always)]
    pub project: String,
}

/// Give a project a budget, or change the one it has: hours, an amount, or both. What is not given stays.
///
/// Usage is the higher share of hours and amount, of time that is logged or approved; timers and drafts are pending. A threshold warns whoever wrote the time and notifies those who lead the project, once. Refused: no cap, a cap not above zero, thresholds out of order. Comes back with the usage of the present period. Example: {"project": "Acme / Dashboard", "hours": 40, "amount": "4000.00", "period": "month"} is for each month, in the client's currency.
#[operation(write, idempotent, everyday, needs = WriteWork, scope = WorkWrite, agent = Ask, title = "Set a budget")]
pub async fn set_budget(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
    /// Hours that may be worked, such as 40 or 7.5; empty for no such cap.
    #[server(default)]
    hours: Patch<Hours>,
    /// What billable time may be worth, such as "4000.00"; empty for no such cap.
    #[server(default)]
    amount: Patch<Amount>,
    /// How often it begins anew: lifetime (the default: never), month, quarter or year.
    #[server(default)]
    period: Option<BudgetPeriod>,
    /// Count billable time (the default where there is any), or all.
    #[server(default)]
    basis: Option<BudgetBasis>,
    /// Warn from here on; 75 when absent.
    #[server(default)]
    warning_percent: Option<i32>,
    /// Critical from here on; 100 when absent.
    #[server(default)]
    critical_percent: Option<i32>,
    /// Refuse timers and time that would pass the cap; off when absent.
    #[server(default)]
    hard_stop: Option<bool>,
) -> Result<BudgetStatus, Error> {
    let given = edit_budget::BudgetChange { hours, amount, period, basis, warning_percent, critical_percent, hard_stop };
    edit_budget::set(cx, &project, given).await
}

/// Take the budget of a project away. Its time stays as it is; nothing is warned of or refused any more.
#[operation(write, destructive, needs = WriteWork, scope = WorkWrite, agent = Ask, title = "Clear a budget")]
pub async fn clear_budget(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
) -> Result<ClearedBudget, Error> {
    edit_budget::clear(cx, &project).await
}

/// Get the budget of a project and how much of it is used in the present period. Answers not_found when it has none.
///
/// Who may not see money is told of the hours alone. Example: {"project": "Acme / Dashboard"}.
#[operation(read, idempotent, needs = ReadBudgets, scope = WorkRead, title = "Get a budget")]
pub async fn get_budget(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
) -> Result<BudgetStatus, Error> {
    record::get(cx, &project).await
}

/// List the budgets of projects by client and name, each with its usage in the present period: of the projects you are on, or all when you lead the work.
#[operation(read, idempotent, needs = ReadBudgets, scope = WorkRead, title = "List budgets")]
pub async fn list_budgets(
    cx: &mut Call,
    /// Id or name.
    #[server(default)]
    client: Option<String>,
    /// Also of archived projects and clients.
    #[server(default)]
    archived: Option<bool>,
    #[flatten] page: PageRequest,
) -> Result<Page<BudgetStatus>, Error> {
    let wanted = record::BudgetQuery { client, archived: archived.unwrap_or(false) };
    record::list(cx, wanted, page).await
}

/// Tell how a project stands: hours worked, what is unbilled, its budget, how fast it is worked on, when the budget will be used up at
/// that pace (absent where it lasts for its period), and who works on it.
///
/// The pace is that of the last four weeks. Who may not see money is told of the hours alone. Example: {"project": "Acme / Dashboard"}.
#[operation(read, idempotent, everyday, needs = ReadWork, scope = WorkRead, title = "Get a project's status")]
pub async fn get_project_status(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
) -> Result<ProjectStatus, Error> {
    status::get(cx, &project).await
}
