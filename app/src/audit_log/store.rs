//! SQL that reads the audit log.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::query_file_as;
use uuid::Uuid;

use crate::{
    database::{Db, instant, use_custom_plan},
    error::Error,
};

/// The filter of the list.
#[allow(missing_docs, reason = "each is described where it is an argument")]
#[derive(Debug, Default)]
pub struct AuditFilter {
    pub member: Option<Uuid>,
    pub channel: Option<String>,
    pub operation: Option<String>,
    pub outcome: Option<String>,
    pub changed: Option<bool>,
    /// The operations whose calls are left out when they were done: reads.
    pub left_out: Option<Vec<String>>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// A call as stored.
#[allow(missing_docs, reason = "the columns are described at AuditEntry")]
pub struct AuditRow {
    pub id: Uuid,
    pub position: Option<i64>,
    pub at: jiff_sqlx::Timestamp,
    pub member_id: Option<Uuid>,
    pub member_name: Option<String>,
    pub token: Option<String>,
    pub channel: String,
    pub program: Option<String>,
    pub address: Option<String>,
    pub operation: String,
    pub arguments: Value,
    pub outcome: String,
    pub duration_ms: i32,
    pub changed: i64,
    pub undoes: Option<Uuid>,
    pub undone_by: Option<Uuid>,
}

/// A page of calls of both logs, the newest first, starting before the keyset of instant and id; one call when its id is given.
pub async fn list(
    db: &mut Db,
    filter: &AuditFilter,
    id: Option<Uuid>,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<AuditRow>, Error> {
    use_custom_plan(db).await?;
    let (organization, (before_at, before_id)) = (db.organization(), before.unzip());
    Ok(query_file_as!(
        AuditRow,
        "src/audit_log/list_audit.sql",
        organization,
        before_at.map(instant) as _,
        before_id,
        id,
        filter.member,
        filter.channel,
        filter.operation,
        filter.outcome,
        filter.changed,
        filter.from.map(instant) as _,
        filter.until.map(instant) as _,
        filter.left_out.as_deref(),
        limit
    )
    .fetch_all(db.connection())
    .await?)
}
