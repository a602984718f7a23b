//! Budgets and their usage, as callers see them.

use domain::{
    budget_period::BudgetPeriod,
    day::Day,
    hours::WorkDuration,
    id::{BudgetId, MemberId, ProjectId},
    money::Money,
};
use macros::answer;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::summary::{ClientSummary, ProjectSummary};

/// Which time a cap on hours counts. A cap on an amount always counts billable time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum BudgetBasis {
    /// Only time that the client pays for.
    Billable,
    /// All time.
    All,
}

impl BudgetBasis {
    /// The name as stored and sent.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How far a budget is used, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BudgetState {
    /// Below the first threshold.
    Ok,
    /// At the warning threshold or beyond.
    Warning,
    /// At the critical threshold or beyond.
    Critical,
    /// More was used than the cap allows.
    Over,
}

/// A part of a whole in percent: exact to a hundredth, cut and not rounded, so that 99.99 % is not the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Share {
    /// Hundredths of a percent: 8050 is 80.5 %.
    pub hundredths: i64,
    /// The share as a person reads it, for instance `80.5 %`.
    pub text: String,
}

impl Share {
    /// How much of `cap` is `used`; caps are above zero.
    pub fn of(used: i64, cap: i64) -> Self {
        let hundredths = domain::money::saturated(i128::from(used.max(0)) * 10_000 / i128::from(cap.max(1)));
        let decimals = format!("{}.{:02}", hundredths / 100, hundredths % 100);
        Self { hundredths, text: format!("{} %", decimals.trim_end_matches('0').trim_end_matches('.')) }
    }
}

/// The hours of a budget. Without a cap only what was worked is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct BudgetHours {
    /// How much may be worked; absent when hours are not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<WorkDuration>,
    /// What was worked: finished entries that count.
    pub used: WorkDuration,
    /// What may come on top: running timers and drafts.
    pub pending: WorkDuration,
    /// What is left of the cap, below zero when it is passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<WorkDuration>,
    /// The share of the cap that is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Share>,
}

/// The money of a budget. Without a cap only what the time is worth is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct BudgetAmount {
    /// What the billable time may be worth; absent when it is not limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<Money>,
    /// What the billable time is worth.
    pub used: Money,
    /// What may come on top: running timers and drafts.
    pub pending: Money,
    /// What is left of the cap, below zero when it is passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Money>,
    /// The share of the cap that is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Share>,
}

/// A budget of a project, and how much of it is used in one of its periods.
///
/// For callers who may not see money everything is told of the hours alone.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct BudgetStatus {
    /// Its id.
    #[hidden]
    pub id: BudgetId,
    /// The project it is for.
    #[label("Project", rank = 40, always)]
    pub project: ProjectSummary,
    /// The client of the project.
    #[hidden]
    pub client: ClientSummary,
    /// How often it begins anew.
    #[label("Period", rank = 120)]
    pub period: BudgetPeriod,
    /// First day of the period that is told of, where the organization is; absent for a whole lifetime.
    #[label("From")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// Last day of that period.
    #[label("To")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
    /// Which time the hours count.
    #[label("Basis")]
    pub basis: BudgetBasis,
    /// From how many percent on a warning is due.
    #[label("Warning percent")]
    pub warning_percent: i32,
    /// From how many percent on it is critical.
    #[label("Critical percent")]
    pub critical_percent: i32,
    /// Whether new time that would pass the cap is refused.
    #[label("Hard stop")]
    pub hard_stop: bool,
    /// The hours.
    #[label("Hours", rank = 160)]
    pub hours: BudgetHours,
    /// The money; absent for callers who may not see it.
    #[label("Amount", rank = 210, volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<BudgetAmount>,
    /// The usage: the higher of the shares of hours and amount. Absent when the caller sees no cap.
    #[label("Used", rank = 220, volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Share>,
    /// The usage once what is pending counts too.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_percent: Option<Share>,
    /// The usage in a word. Absent when the caller sees no cap.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<BudgetState>,
    /// Counts its changes.
    #[hidden]
    pub version: i32,
}

/// The schema of a budget within another answer. The full one is that of `get_budget`: repeated at every write of time, it would be
/// most of what a model reads.
#[cfg(feature = "ssr")]
pub fn budget_reference_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "object", "description": "The budget as get_budget tells it." })
}

/// The schema of several budgets within another answer.
#[cfg(feature = "ssr")]
pub fn budget_references_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let budget = budget_reference_schema(generator);
    schemars::json_schema!({ "type": "array", "items": budget })
}

/// How fast a project is worked on, and how long its budget lasts at that pace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Burn {
    /// Hours per week, over the last four weeks up to today.
    pub per_week: WorkDuration,
    /// What a week was worth; absent for callers who may not see money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_per_week: Option<Money>,
    /// The day on which the first cap is reached at this pace: today when it is reached already, absent when the pace does not
    /// reach it within the period (within ten years, when there is none).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_on: Option<Day>,
}

/// How much of a budget was used at the end of a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct BurnPoint {
    /// The day.
    pub day: Day,
    /// Seconds used since the period began.
    pub seconds: i64,
    /// Worth of the work since the period began; absent for callers who may not see money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// Somebody who works on a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct TeamMember {
    /// Their id.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// What they worked on it; only for yourself unless you see everybody's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worked: Option<WorkDuration>,
}

/// How a project stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ProjectStatus {
    /// The project's id.
    pub id: ProjectId,
    /// Its name.
    pub name: String,
    /// Whom it is for.
    pub client: ClientSummary,
    /// Time worked on it, drafts and a running timer left out.
    pub worked: WorkDuration,
    /// What of it could be invoiced now; absent for callers who may not see money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbilled: Option<Money>,
    /// Its budget with the usage of the present period; absent when it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetStatus>,
    /// How fast it is worked on.
    pub burn: Burn,
    /// How the budget was used up, at most 60 days of the present period; empty without a budget.
    pub curve: Vec<BurnPoint>,
    /// Who is on it or has worked on it, at most 50.
    pub team: Vec<TeamMember>,
}
