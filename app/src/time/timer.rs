//! The running timer: at most one per member. It is state of the server, so every tab and device shows the same one.

use domain::{hours::WorkDuration, id::TimeEntryId, money::Money, patch::Patch};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};

use super::{Labour, Logged, TimeEntry};
use crate::{budgets::BudgetStatus, error::Error};

/// The caller's running timer, if any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct CurrentTimer {
    /// The running timer; absent when none runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timer: Option<TimeEntry>,
    /// What the caller has worked today; drafts and the running timer are left out.
    pub today: WorkDuration,
}

/// A timer that runs now.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct StartedTimer {
    /// The running timer.
    #[serde(flatten)]
    pub entry: TimeEntry,
    /// The timer that was stopped to make room, when stop_running was given.
    #[label("Stops", rank = 50, volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<TimeEntry>,
    /// What the caller worked on the day of the start; drafts and the running timer are left out.
    #[hidden]
    pub day_total: WorkDuration,
    /// What of the client's time could be invoiced now; absent for callers who may not see money.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbilled: Option<Money>,
    /// The budget of the project, in which the timer is pending; absent when it has none.
    #[label("Budget", volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "crate::budgets::types::budget_reference_schema"))]
    pub budget: Option<BudgetStatus>,
    /// The budget that the stopped timer counts in; absent when its project has none.
    #[label("Stopped budget", volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "crate::budgets::types::budget_reference_schema"))]
    pub stopped_budget: Option<BudgetStatus>,
}

/// A timer that was thrown away.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DiscardedTimer {
    /// The id it had.
    #[hidden]
    pub id: TimeEntryId,
    /// How long it had run.
    #[label("Duration", rank = 150, volatile)]
    pub worked: WorkDuration,
}

/// Get your running timer, if any, and the time you worked today.
#[operation(read, idempotent, everyday, needs = ReadTime, scope = TimeRead, title = "Get the timer")]
pub async fn get_timer(cx: &mut Call) -> Result<CurrentTimer, Error> {
    super::running_timer::get(cx).await
}

/// Start your timer on a project.
///
/// Refused (timer_running, with the running timer in details) while another one runs, unless stop_running is true: then that one is stopped at the same instant and comes back as `stopped`. Starting the same thing again changes nothing and returns the running timer. Refused on an archived project, and (budget_exhausted) on one whose budget has a hard stop and nothing left. Example: {"project": "Acme / Dashboard", "description": "Charts"}.
#[operation(write, idempotent, everyday, needs = TrackTime, scope = TimeWrite, title = "Start the timer")]
pub async fn start_timer(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
    /// What you are doing.
    #[server(default)]
    #[max_length(2_000)]
    description: Option<String>,
    /// As the project says when absent.
    #[server(default)]
    billable: Option<bool>,
    /// human (the default), or agent: what one does on its own.
    #[server(default)]
    labour: Option<Labour>,
    /// 09:00, or RFC 3339, on your clock without an offset; now when absent.
    #[server(default)]
    started_at: Option<String>,
    /// Begin before your last entry ended.
    #[server(default)]
    allow_overlap: Option<bool>,
    /// Stop one that runs, rather than refuse.
    #[server(default)]
    stop_running: Option<bool>,
) -> Result<StartedTimer, Error> {
    let (allow_overlap, stop_running) = (allow_overlap.unwrap_or(false), stop_running.unwrap_or(false));
    let given = super::start_timer::NewTimer { project, description, billable, labour, started_at, allow_overlap, stop_running };
    super::start_timer::start(cx, given).await
}

/// Stop your running timer and keep its time. Never refused while one runs (no_timer otherwise), not even on an archived project or a closed day.
///
/// Past 24 hours, the most that one entry holds, the rest is left out and a warning says how much; past the organization's limit a warning asks to check the end. What an agent started waits as a draft when an agent stops it, and counts when a person does.
#[operation(write, everyday, needs = Belong, scope = TimeWrite, title = "Stop the timer")]
pub async fn stop_timer(
    cx: &mut Call,
    /// 09:00, or RFC 3339, on your clock without an offset; now when absent.
    #[server(default)]
    ended_at: Option<String>,
    /// What was done, where the timer does not say it; empty clears it.
    #[server(default)]
    #[max_length(2_000)]
    description: Patch<String>,
) -> Result<Logged, Error> {
    super::running_timer::stop(cx, ended_at, description).await
}

/// Change your timer while it runs. What is not given stays. Answers no_timer when none runs.
#[operation(write, idempotent, needs = TrackTime, scope = TimeWrite, title = "Change the timer")]
pub async fn update_timer(
    cx: &mut Call,
    /// What you are doing; empty clears it.
    #[server(default)]
    #[max_length(2_000)]
    description: Patch<String>,
    /// Id, name or "Client / Project"; its rate holds then.
    #[server(default)]
    project: Option<String>,
    /// Whether the client pays.
    #[server(default)]
    billable: Option<bool>,
    /// 09:00, or RFC 3339, on your clock without an offset.
    #[server(default)]
    started_at: Option<String>,
    /// Begin before your last entry ended.
    #[server(default)]
    allow_overlap: Option<bool>,
) -> Result<Logged, Error> {
    let allow_overlap = allow_overlap.unwrap_or(false);
    super::running_timer::update(cx, super::running_timer::TimerChange { description, project, billable, started_at, allow_overlap }).await
}

/// Throw your running timer away without keeping its time. Answers no_timer when none runs.
#[operation(write, everyday, destructive, needs = TrackTime, scope = TimeWrite, title = "Discard the timer")]
pub async fn discard_timer(cx: &mut Call) -> Result<DiscardedTimer, Error> {
    super::running_timer::discard(cx).await
}
