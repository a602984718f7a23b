//! The record of one call in the audit log.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// Outcomes of a call other than error codes.
pub mod outcome {
    /// It was done.
    pub const DONE: &str = "done";
    /// It was a dry run and was rolled back.
    pub const DRY_RUN: &str = "dry_run";
    /// It had been done before with the same idempotency key.
    pub const REPEATED: &str = "repeated";
}

/// One call: its caller and channel, its operation and arguments, and its outcome.
#[derive(Debug, Clone, Serialize)]
#[allow(missing_docs, reason = "the columns of the table `action`, where they are described")]
pub struct AuditRecord {
    pub id: Uuid,
    pub at: String,
    pub member_id: Option<Uuid>,
    pub token_id: Option<Uuid>,
    pub channel: &'static str,
    pub operation: &'static str,
    pub arguments: Value,
    pub outcome: String,
    pub program: Option<String>,
    pub address: Option<String>,
    pub withheld: Vec<&'static str>,
    pub duration_ms: i64,
    pub undoes: Option<Uuid>,
}
