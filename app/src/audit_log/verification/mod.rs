//! Verifies the audit chain: the rows since the last checkpoint at once, all of it as a job.

#[cfg(feature = "ssr")]
mod check;
#[cfg(feature = "ssr")]
pub mod job;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;

use domain::{day::OffsetDateTime, id::ActionId};
use macros::operation;
use serde::{Deserialize, Serialize};
use strum::EnumString;

use crate::error::Error;

/// Whether what was written since the last checkpoint holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct AuditProof {
    /// Whether every row fits to the one before it and to what it changed, and the last one is the last that was written.
    pub sound: bool,
    /// The place of the checkpoint after which rows were checked; 0 when they were checked from the first.
    pub after: i64,
    /// How many rows were checked.
    pub checked: i64,
    /// The first row that does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<BrokenEntry>,
}

/// A row that does not fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct BrokenEntry {
    /// Its action; absent when rows are missing at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
    /// Its place in the chain.
    pub position: i64,
    /// What is wrong with it, in words.
    pub reason: String,
}

/// How far the check of the whole log is, or how the last one ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum VerificationState {
    /// The whole log was never checked.
    Never,
    /// It is being checked.
    Running,
    /// Every row fits.
    Sound,
    /// A row does not fit.
    Broken,
}

/// How far a check is with the changes of records, which it goes through after the rows: each has to belong to one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct ChangesChecked {
    /// How many were gone through so far.
    pub checked: i64,
    /// How many the rows have made.
    pub total: i64,
}

/// The check of the whole log that is under way, or was the last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct AuditVerification {
    /// How far it is.
    pub state: VerificationState,
    /// How many rows were checked so far.
    pub checked: i64,
    /// How many there were when it began.
    pub total: i64,
    /// How far it is with what the rows changed; absent while they are being checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<ChangesChecked>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<OffsetDateTime>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<OffsetDateTime>,
    /// The first row that does not fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<BrokenEntry>,
}

/// Verify what was written to the audit log since its last checkpoint, and name the first row that does not fit.
///
/// A checkpoint is made every 10,000 writes. Rows before the last one are checked by start_audit_verification.
#[operation(read, idempotent, needs = ManageOrganization, audience = Person, title = "Verify the audit log")]
pub async fn verify_audit(cx: &mut Call) -> Result<AuditProof, Error> {
    check::since_checkpoint(cx).await
}

/// Start to verify the whole audit log from its first row. It goes on by itself, also over a restart; one at a time is under
/// way, and while it is this starts no other. get_audit_verification tells how far it is.
#[operation(write, idempotent, needs = ManageOrganization, audience = Person, title = "Verify the whole audit log")]
pub async fn start_audit_verification(cx: &mut Call) -> Result<AuditVerification, Error> {
    check::start(cx).await
}

/// Get how far the check of the whole audit log is, or how the last one ended.
#[operation(read, idempotent, needs = ManageOrganization, audience = Person, title = "Get the check of the whole audit log")]
pub async fn get_audit_verification(cx: &mut Call) -> Result<AuditVerification, Error> {
    check::get(cx).await
}
