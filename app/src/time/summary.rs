//! Totals of time by client, project, day or member. Every page that shows hours reads these totals, so no two pages can differ.

use domain::{day::Day, hours::WorkDuration, money::Money};
use macros::operation;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;
use uuid::Uuid;

use super::TimeFilterInput;
use crate::error::Error;

/// What time is summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TimeGroupBy {
    /// By client.
    Client,
    /// By project.
    Project,
    /// By day.
    Day,
    /// By day, and the projects of each.
    DayAndProject,
    /// By member.
    Member,
    /// Totals only.
    #[default]
    None,
}

impl TimeGroupBy {
    /// The name as sent.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Totals of time. Drafts are counted apart; a running timer is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct TimeTotals {
    /// How many entries count.
    pub entries: i64,
    /// All time that counts.
    pub worked: WorkDuration,
    /// The billable part of it.
    pub billable: WorkDuration,
    /// Time that waits as drafts and counts nowhere yet.
    pub drafts: WorkDuration,
    /// What the billable part is worth, one amount per currency; absent for callers who may not see money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amounts: Option<Vec<Money>>,
}

/// The time of one client, project, day or member, or of one project on one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct TimeGroup {
    /// The id of the client, project or member; absent for days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// The name (a project's with its client: `Acme / Dashboard`), or the day as YYYY-MM-DD.
    pub label: String,
    /// The colour of the client or project, `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// The day, when time was summed up by day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// Its totals.
    #[serde(flatten)]
    pub totals: TimeTotals,
}

/// Time summed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct TimeSummary {
    /// What it was summed up by.
    pub group_by: TimeGroupBy,
    /// The first day that was asked for; absent where everything before is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day that was asked for; absent where everything after is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
    /// One item per client, project or member, the most time first; or per day, the newest first. At most 500, and 3,500 by day and project; the totals cover all.
    pub items: Vec<TimeGroup>,
    /// How many items there are on all pages; absent when only totals were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<i64>,
    /// Give this as `cursor` to get the next items; absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// The totals of everything that matched.
    pub totals: TimeTotals,
}

impl TimeSummary {
    /// The projects of a day, the most time first, in a summary by day and project.
    pub fn projects_of(&self, day: &Day) -> impl Iterator<Item = &TimeGroup> {
        self.items.iter().filter(move |item| item.day.as_ref() == Some(day) && item.totals.worked.seconds > 0)
    }

    /// The time worked on a day, in a summary by day and project.
    pub fn worked_on(&self, day: &Day) -> WorkDuration {
        WorkDuration::of(self.projects_of(day).map(|item| item.totals.worked.seconds).sum())
    }
}

/// Report hours worked: a timesheet, what was done and by whom, by client, project, day or member. Hours, billable hours, amounts per currency, and drafts apart; logged and approved time counts.
///
/// Says the first and last day of the period. Takes the filters of list_time_entries. Example: {"period": "last_month", "group_by": "project"}.
#[operation(read, idempotent, everyday, needs = ReadTime, scope = TimeRead, title = "Sum up time")]
pub async fn summarize_time(
    cx: &mut Call,
    /// By client, project, day, day_and_project, member or none (the default: totals only).
    #[server(default)]
    group_by: Option<TimeGroupBy>,
    #[flatten] filter: TimeFilterInput,
    /// 500 when absent.
    #[server(default)]
    #[max(500)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
) -> Result<TimeSummary, Error> {
    let wanted = super::summarize::SummaryRequest { by: group_by.unwrap_or_default(), limit, cursor };
    super::summarize::summarize(cx, filter, wanted).await
}
