//! Time entries and the running timer: types, operations and pages of time tracking.

#[cfg(feature = "ssr")]
pub mod confirm_drafts;
pub mod elapsed;
pub mod entries;
#[cfg(feature = "ssr")]
pub mod entry_batch;
#[cfg(feature = "ssr")]
pub mod entry_rules;
#[cfg(feature = "ssr")]
pub mod entry_time;
#[cfg(feature = "ssr")]
pub mod filter;
pub mod filter_input;
pub mod live_clock;
#[cfg(feature = "ssr")]
pub mod local_clock;
#[cfg(feature = "ssr")]
pub mod lock;
#[cfg(feature = "ssr")]
pub mod pricing;
#[cfg(feature = "ssr")]
pub mod read_entries;
#[cfg(feature = "ssr")]
pub mod running_timer;
#[cfg(feature = "ssr")]
pub mod start_timer;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(feature = "ssr")]
pub mod summarize;
pub mod summary;
#[cfg(all(test, feature = "ssr"))]
pub(crate) mod tests;
pub mod time_fields;
pub mod timer;
#[cfg(feature = "ssr")]
pub mod times_of_day;
pub(crate) mod week_drafts;
#[cfg(feature = "ssr")]
pub mod write_entries;

use domain::{
    day::{Day, OffsetDateTime},
    hours::WorkDuration,
    id::{InvoiceId, TimeEntryId},
    money::Money,
};
use macros::answer;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use crate::{
    budgets::BudgetStatus,
    summary::{ClientSummary, MemberSummary, ProjectSummary},
};

pub use entries::*;
pub use filter_input::TimeFilterInput;
pub use summary::*;
pub use timer::*;

/// A piece of work by one member on one project, or the timer that is measuring it.
///
/// Rates, amounts and invoices are absent for callers who may not see money.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct TimeEntry {
    /// Its id.
    #[hidden]
    pub id: TimeEntryId,
    /// Who worked.
    #[label("Member", rank = 60)]
    pub member: MemberSummary,
    /// What it was for.
    #[label("Project", rank = 40, always)]
    pub project: ProjectSummary,
    /// Whom it was for.
    #[hidden]
    pub client: ClientSummary,
    /// What was done; may be empty.
    #[label("Description", rank = 170)]
    pub description: String,
    /// Whether the client pays.
    #[label("Billable", rank = 180)]
    pub billable: bool,
    /// The day it belongs to: that of its start where the member was then. Changing other things does not move it.
    #[label("Day", rank = 110, always)]
    pub day: Day,
    /// When it began; absent when only a duration was logged.
    #[label("From", rank = 130, volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<OffsetDateTime>,
    /// When it ended; absent while it runs, and when only a duration was logged.
    #[label("Until", rank = 140, volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<OffsetDateTime>,
    /// Whether it is the running timer.
    #[hidden]
    pub running: bool,
    /// How long was worked; while it runs, up to the moment of the answer.
    #[label("Duration", rank = 150, volatile)]
    pub worked: WorkDuration,
    /// Rate per hour that held when it was made; absent when it is not billable, and where nobody had said what an hour costs.
    #[label("Rate per hour", rank = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Money>,
    /// What it is worth; absent when it is not billable, while it runs, and where it has no rate.
    #[label("Amount", rank = 210, volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// How far it has come.
    #[hidden]
    pub state: EntryState,
    /// Who did the work.
    #[hidden]
    pub labour: Labour,
    /// Where it came from.
    #[hidden]
    pub source: EntrySource,
    /// The invoice it is on, even while that is a draft.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoiced: Option<InvoiceId>,
    /// The number of that invoice, once it has one.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice_number: Option<String>,
    /// Whether that invoice is a draft, so that nobody was billed yet; absent where it is not.
    #[label("On draft")]
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub on_draft: bool,
    /// Whether it can no longer change: invoiced, approved, or on a day that is closed.
    #[hidden]
    pub locked: bool,
    /// Counts its changes; send it with a change to be told when somebody else was faster.
    #[hidden]
    pub version: i32,
}

/// How far a time entry has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EntryState {
    /// Of an agent, unconfirmed.
    Draft,
    /// Counts.
    Logged,
    /// Waits for an approver.
    Submitted,
    /// Closed.
    Approved,
}

/// Who did the work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Labour {
    /// A person.
    #[default]
    Human,
    /// An agent on its own.
    Agent,
}

/// Where a time entry came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EntrySource {
    /// The timer of the pages.
    Timer,
    /// Written by hand in a page.
    Manual,
    /// A session of a person and an agent.
    Session,
    /// The assistant in the app.
    Assistant,
    /// An agent over MCP.
    Mcp,
    /// A program over REST or the command line.
    Api,
    /// An import.
    Import,
}

/// A time entry that was written, and the totals it changed.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Logged {
    /// The entry as it is now.
    #[serde(flatten)]
    pub entry: TimeEntry,
    /// What the member worked on the day of the entry; drafts and a running timer are left out.
    #[hidden]
    pub day_total: WorkDuration,
    /// What of the client's time could be invoiced now; absent for callers who may not see money.
    #[hidden]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbilled: Option<Money>,
    /// The budget of the project in the period of the entry's day; absent when it has none.
    #[label("Budget", volatile)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schemars(schema_with = "crate::budgets::types::budget_reference_schema"))]
    pub budget: Option<BudgetStatus>,
}

impl EntryState {
    /// The name as stored and sent.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Labour {
    /// The name as stored and sent.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl EntrySource {
    /// The name as stored and sent.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
