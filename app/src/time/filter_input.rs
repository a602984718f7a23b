//! The filters of time entries as arguments.

use serde::{Deserialize, Serialize};

use super::{EntrySource, EntryState, Labour};

/// The filters that lists and sums of time entries share.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TimeFilterInput {
    /// today, this_week, last_month, 2026-03, 2026-Q1, 2026-W12 or 2026-03-01..2026-03-15.
    pub period: Option<String>,
    /// First day, if no period.
    pub from: Option<String>,
    /// The last day.
    pub to: Option<String>,
    /// Id or name.
    pub client: Option<String>,
    /// Id, name or "Client / Project".
    pub project: Option<String>,
    /// Id, name or me.
    pub member: Option<String>,
    /// Only billable time, or only other.
    pub billable: Option<bool>,
    /// Whether on an invoice or a draft.
    pub billed: Option<bool>,
    /// Only draft (of an agent, unconfirmed), logged, submitted or approved.
    pub state: Option<EntryState>,
    /// Of a human, or of an agent on its own.
    pub labour: Option<Labour>,
    /// Written by timer, manual (a page), session, assistant, mcp, api or import.
    pub source: Option<EntrySource>,
    /// Words of the description.
    #[cfg_attr(feature = "ssr", schemars(length(max = 200)))]
    pub query: Option<String>,
}
