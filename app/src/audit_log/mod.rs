//! The audit log of an organization: its entries, and the verification of its chain.

#[cfg(feature = "ssr")]
mod differing_part;
#[cfg(feature = "ssr")]
mod field_words;
#[cfg(feature = "ssr")]
pub mod log;
pub mod operation_titles;
#[cfg(feature = "ssr")]
pub mod store;
pub mod verification;
pub mod worded_entry;
#[cfg(feature = "ssr")]
mod wording;

use domain::{day::OffsetDateTime, id::ActionId};
use macros::operation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{error::Error, operation::Change, page::Page, summary::MemberSummary};

/// One call of an operation, from whichever channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// The action; undo_action takes it.
    pub id: ActionId,
    /// Its place in the organization's chain, from 1 without a gap; absent for an access, which is in no chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<i64>,
    /// When it was called.
    pub at: OffsetDateTime,
    /// Who is responsible: the person at the page, or the owner of the token; absent for somebody who belongs to the organization as
    /// little as before, such as whoever declined an invitation to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberSummary>,
    /// The name of the token it came with; absent at the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The channel: page, assistant, mcp, rest, cli or link.
    pub channel: String,
    /// The program at the other end, as it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// The address at the other end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The operation.
    pub operation: String,
    /// What was done, in words: "Payment of 100.00 EUR removed from 2026-0001: typed twice". Of a call that did nothing, what was wanted.
    pub told: String,
    /// Its arguments, without secrets. Long ones are cut; `cut` then says how many bytes of JSON they were, and their SHA-256.
    pub arguments: Value,
    /// How it ended: done, dry_run, repeated, or the code of the refusal.
    pub outcome: String,
    /// How long it took, in milliseconds.
    pub duration_ms: i32,
    /// How many records it changed.
    pub changed: i64,
    /// The action that it took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<ActionId>,
    /// The action that took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ActionId>,
    /// Whether undo_action puts back what it changed, as far as kinds of records go; only when one entry is asked for.
    #[serde(default)]
    pub undoable: bool,
    /// What it changed, record by record with before and after; only when one entry is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// List the calls of every channel, the newest first: who, through what, which operation, and how it ended.
///
/// Reads, refusals and dry runs are among them, for as long as this Stint keeps accesses (90 days unless set otherwise);
/// writes are kept for good. For owners and admins. Example: {"operation": "send_invoice", "outcome": "done"}.
#[operation(read, idempotent, needs = ManageOrganization, audience = Person, title = "List the audit log")]
pub async fn list_audit(
    cx: &mut Call,
    /// Id, name or me.
    #[server(default)]
    member: Option<String>,
    /// Only through this channel: page, assistant, mcp, rest, cli or link.
    #[server(default)]
    channel: Option<String>,
    /// Only this operation, such as send_invoice.
    #[server(default)]
    operation: Option<String>,
    /// Only what ended so: done, dry_run, repeated, or the code of an error such as forbidden.
    #[server(default)]
    outcome: Option<String>,
    /// Only calls that changed something (true) or nothing (false).
    #[server(default)]
    changed: Option<bool>,
    /// Whether reads that were answered are among them: true by default. With false they are left out; writes, dry runs and refusals stay.
    #[server(default)]
    reads: Option<bool>,
    /// Only these days: today, this_week, last_month, 2026-03 or 2026-03-01..2026-03-15.
    #[server(default)]
    period: Option<String>,
    /// 50 when absent.
    #[server(default)]
    limit: Option<u32>,
    /// next_cursor of the last answer.
    #[server(default)]
    #[max_length(4_096)]
    cursor: Option<String>,
) -> Result<Page<AuditEntry>, Error> {
    log::list(cx, log::AuditQuery { member, channel, operation, outcome, changed, reads, period }, limit, cursor).await
}

/// Get one call with everything that it changed, record by record, before and after.
#[operation(read, idempotent, needs = ManageOrganization, audience = Person, title = "Get an audit entry")]
pub async fn get_audit_entry(
    cx: &mut Call,
    /// The action's id, as list_audit shows it.
    action: String,
) -> Result<AuditEntry, Error> {
    log::get(cx, &action).await
}
