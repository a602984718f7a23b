//! Operations on time entries: list, log, change, delete, confirm.

use domain::{
    day::{Day, OffsetDateTime},
    hours::{DurationText, WorkDuration},
    id::TimeEntryId,
    money::{Amount, Money},
    patch::Patch,
};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};

use super::{EntryState, Labour, Logged, TimeEntry, TimeFilterInput};
use crate::{
    budgets::BudgetStatus,
    error::Error,
    page::{Page, PageRequest},
};

/// A time entry that was deleted, and the totals without it.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct DeletedTimeEntry {
    /// The id it had.
    #[hidden]
    pub id: TimeEntryId,
    /// What the member worked on that day without it.
    #[hidden]
    pub day_total: WorkDuration,
    /// What of the client's time could be invoiced now; absent for callers who may not see money.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbilled: Option<Money>,
    /// The budget of the project in the period of that day; absent when it has none.
    #[label("Budget", volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "crate::budgets::types::budget_reference_schema"))]
    pub budget: Option<BudgetStatus>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "ssr", schemars(deny_unknown_fields))]
pub struct NewTimeEntry {
    /// Id, name or "Client / Project".
    #[cfg_attr(feature = "ssr", schemars(length(max = 500)))]
    pub project: String,
    /// YYYY-MM-DD, today, yesterday, a weekday or last monday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 100)))]
    pub date: Option<String>,
    /// 1h30m, 1:30, 90m or 1.5h; a number is hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<DurationText>,
    /// 09:00, or RFC 3339; goes with ended_at or duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 100)))]
    pub started_at: Option<String>,
    /// 10:30, as the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 100)))]
    pub ended_at: Option<String>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 2_000)))]
    pub description: Option<String>,
    /// As the project says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billable: Option<bool>,
    /// Per hour for this alone, such as "120.00".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Amount>,
    /// human (the default), or agent: what one did on its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labour: Option<Labour>,
    /// Who worked: id or name; you when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(length(max = 500)))]
    pub member: Option<String>,
}

/// One of several entries that were written at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct LoggedEntry {
    /// Its id.
    pub id: TimeEntryId,
    /// What it was for: `Client / Project`.
    pub project: String,
    /// Who worked, when that is somebody else than who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// What was done; may be empty.
    pub description: String,
    /// The day it belongs to.
    pub day: Day,
    /// When it began; absent when only a duration was logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<OffsetDateTime>,
    /// How long was worked.
    pub worked: WorkDuration,
    /// What it is worth; absent when it is not billable, has no rate, and for callers who may not see money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Whether the client pays for it.
    pub billable: bool,
    /// Who did the work: a human or an agent.
    pub labour: Labour,
    /// How far it has come.
    pub state: EntryState,
}

/// Entries that were written together.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct LoggedEntries {
    /// The entries, in the order in which they were given.
    #[label("Items")]
    pub items: Vec<LoggedEntry>,
    /// How much they are together.
    #[label("Duration", rank = 150, volatile)]
    pub worked: WorkDuration,
    /// How the budgets of their projects stand, in the periods of their days.
    #[label("Budgets")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "crate::budgets::types::budget_references_schema"))]
    pub budgets: Vec<BudgetStatus>,
}

/// Drafts that count from now on.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ConfirmedDrafts {
    /// How many drafts became logged time.
    #[label("Drafts confirmed", rank = 410)]
    pub confirmed: i64,
    /// How much time that is.
    #[label("Duration", rank = 150, volatile)]
    pub worked: WorkDuration,
    /// How many drafts of your own still wait.
    #[label("Waiting")]
    pub waiting: i64,
    /// The budgets that they count in from now on.
    #[label("Budgets")]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "crate::budgets::types::budget_references_schema"))]
    pub budgets: Vec<BudgetStatus>,
}

/// List time entries, the newest day first: your own, or everybody's when you lead the work. The running timer is among them.
///
/// Example: {"period": "this_week", "project": "Acme / Dashboard", "billed": false}.
#[operation(read, idempotent, everyday, needs = ReadTime, scope = TimeRead, title = "List time")]
pub async fn list_time_entries(
    cx: &mut Call,
    #[flatten] filter: TimeFilterInput,
    #[flatten] page: PageRequest,
) -> Result<Page<TimeEntry>, Error> {
    super::read_entries::list(cx, filter, page).await
}

/// Get one time entry: who worked, on what, for how long, and what it is worth.
#[operation(read, idempotent, needs = ReadTime, scope = TimeRead, title = "Get time")]
pub async fn get_time_entry(
    cx: &mut Call,
    /// Id of the entry.
    time_entry: String,
) -> Result<TimeEntry, Error> {
    super::read_entries::get(cx, &time_entry).await
}

/// Log (record, track) hours or minutes that were worked: a duration on a day, two times of day on a day, or a start and an end.
///
/// Refused: nothing, more than 24 hours, an archived project, a closed day, and (budget_exhausted) what would pass a budget with a hard stop. What an agent logs waits as a draft unless its token writes directly. Comes back with the day's total, the client's unbilled total and the project's budget. Example: {"project": "Acme / Dashboard", "date": "2026-03-05", "duration": "1h30m", "description": "Charts"}.
#[operation(write, everyday, needs = TrackTime, scope = TimeWrite, agent = Draft, title = "Log time")]
pub async fn create_time_entry(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
    /// A day, beside ended_at and duration that of the start; today when absent.
    #[server(default)]
    date: Option<String>,
    /// 1h30m, 1:30, 90m or 1.5h; a number is hours.
    #[server(default)]
    duration: Option<DurationText>,
    /// 09:00, or RFC 3339, on the worker's clock without an offset. Goes with ended_at or duration.
    #[server(default)]
    started_at: Option<String>,
    /// 10:30, or RFC 3339; an end before the start is on the next day.
    #[server(default)]
    ended_at: Option<String>,
    /// What was done.
    #[server(default)]
    #[max_length(2_000)]
    description: Option<String>,
    /// As the project says when absent.
    #[server(default)]
    billable: Option<bool>,
    /// Per hour for this alone, such as "120.00".
    #[server(default)]
    rate: Option<Amount>,
    /// human (the default), or agent: what one did on its own.
    #[server(default)]
    labour: Option<Labour>,
    /// Who worked: id or name; you when absent. Others only when you lead the work.
    #[server(default)]
    member: Option<String>,
) -> Result<Logged, Error> {
    let when = super::entry_time::EntryTimeInput { date, duration: duration.map(|duration| duration.0), started_at, ended_at };
    let given = super::write_entries::NewEntry { project, when, description, billable, rate, labour, member };
    super::write_entries::create(cx, given).await
}

/// Log several pieces of work at once, such as a standup on each day of a week: all of them, or none when one cannot be logged.
///
/// Each as in create_time_entry; the refusal names the one that is wrong, such as `entries[2].duration`. Example: {"entries": [{"project": "Acme / Dashboard", "date": "2026-03-02", "duration": "15m", "description": "Standup"}]}.
#[operation(write, everyday, needs = TrackTime, scope = TimeWrite, agent = Draft, title = "Log time in bulk")]
pub async fn create_time_entries(
    cx: &mut Call,
    /// 100 at most.
    #[max_items(100)]
    entries: Vec<NewTimeEntry>,
) -> Result<LoggedEntries, Error> {
    super::entry_batch::create(cx, entries).await
}

/// Change a time entry. What is not given stays.
///
/// Refused (locked) when it is invoiced, approved or on a closed day, (stale) when `version` is given and somebody changed it since, and (budget_exhausted) when it would pass a budget with a hard stop. It does not change a running timer.
#[operation(write, idempotent, everyday, needs = TrackTime, scope = TimeWrite, agent = Draft, title = "Change time")]
pub async fn update_time_entry(
    cx: &mut Call,
    /// Id of the entry.
    time_entry: String,
    /// Id, name or "Client / Project"; its rate holds then.
    #[server(default)]
    project: Option<String>,
    /// YYYY-MM-DD, today, yesterday, a weekday or last monday.
    #[server(default)]
    date: Option<String>,
    /// 1h30m, 1:30, 90m or 1.5h; a number is hours. The start stays.
    #[server(default)]
    duration: Option<DurationText>,
    /// 09:00, or RFC 3339, on the worker's clock without an offset.
    #[server(default)]
    started_at: Option<String>,
    /// 10:30, or RFC 3339; an end before the start is on the next day.
    #[server(default)]
    ended_at: Option<String>,
    /// What was done; empty clears it.
    #[server(default)]
    #[max_length(2_000)]
    description: Patch<String>,
    /// Whether the client pays.
    #[server(default)]
    billable: Option<bool>,
    /// Per hour for this alone, such as "120.00"; empty for the usual one.
    #[server(default)]
    rate: Patch<Amount>,
    /// As you saw it: stale when newer.
    #[server(default)]
    version: Option<i32>,
) -> Result<Logged, Error> {
    let when = super::entry_time::EntryTimeInput { date, duration: duration.map(|duration| duration.0), started_at, ended_at };
    let given = super::write_entries::EntryChange { project, when, description, billable, rate, version };
    super::write_entries::update(cx, &time_entry, given).await
}

/// Make the same change to several time entries, such as moving them to another project: all of them, or none when one cannot change.
///
/// Each as in update_time_entry; the refusal names the one that is wrong. Example: {"time_entries": ["0199…", "0199…"], "project": "Acme / Onboarding"}.
#[operation(write, idempotent, everyday, needs = TrackTime, scope = TimeWrite, agent = Draft, title = "Change time in bulk")]
pub async fn update_time_entries(
    cx: &mut Call,
    /// Ids of the entries.
    #[max_items(100)]
    time_entries: Vec<String>,
    /// Id, name or "Client / Project".
    #[server(default)]
    project: Option<String>,
    /// YYYY-MM-DD, today, yesterday, a weekday or last monday.
    #[server(default)]
    date: Option<String>,
    /// What was done; empty clears it.
    #[server(default)]
    #[max_length(2_000)]
    description: Patch<String>,
    /// Whether the client pays.
    #[server(default)]
    billable: Option<bool>,
    /// Per hour for these alone, such as "120.00"; empty for the usual one.
    #[server(default)]
    rate: Patch<Amount>,
) -> Result<LoggedEntries, Error> {
    let when = super::entry_time::EntryTimeInput { date, ..super::entry_time::EntryTimeInput::default() };
    let change = super::write_entries::EntryChange { project, when, description, billable, rate, version: None };
    super::entry_batch::update(cx, time_entries, change).await
}

/// Delete a time entry. Refused (locked) when it is invoiced, approved or on a closed day. The running timer is thrown away with discard_timer.
#[operation(destroy, everyday, needs = TrackTime, scope = TimeWrite, agent = Ask, title = "Delete time")]
pub async fn delete_time_entry(
    cx: &mut Call,
    /// Id of the entry.
    time_entry: String,
) -> Result<DeletedTimeEntry, Error> {
    super::write_entries::delete(cx, &time_entry).await
}

/// Confirm drafts that your agents wrote: from now on they count. Name the entries, or confirm all of your own. Refused (budget_exhausted) when they would pass a budget with a hard stop.
#[operation(write, idempotent, needs = TrackTime, audience = Person, title = "Confirm drafts")]
pub async fn confirm_time_entries(
    cx: &mut Call,
    /// Ids of the drafts, 200 at most.
    #[server(default)]
    time_entries: Option<Vec<String>>,
    /// Confirm all of your own drafts; those on a closed day are left out and a warning says so.
    #[server(default)]
    all: Option<bool>,
) -> Result<ConfirmedDrafts, Error> {
    super::confirm_drafts::confirm(cx, time_entries.unwrap_or_default(), all.unwrap_or(false)).await
}
