//! SQL of the audit log.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{query, query_file_as, query_scalar};
use uuid::Uuid;

use super::AuditRecord;
use crate::{
    database::{Db, instant, use_custom_plan},
    error::Error,
};

/// Adds writes to the chain of the organization, in the order given, with what they changed in this transaction.
pub async fn append_writes(db: &mut Db, records: &[AuditRecord]) -> Result<(), Error> {
    let records = serde_json::to_value(records).map_err(|_| Error::internal())?;
    query!(r#"select append_actions($1, true) as "appended: ()""#, records).execute(db.connection()).await?;
    Ok(())
}

/// Adds calls that changed nothing to the organization's access log; a record that exists already is left as it is. Returns
/// the database's own error, from which the caller decides on a retry.
pub async fn append_accesses(db: &mut Db, records: &[AuditRecord]) -> Result<(), sqlx::Error> {
    let records = serde_json::to_value(records).map_err(|problem| sqlx::Error::Encode(problem.into()))?;
    query!(r#"select append_accesses($1) as "appended: ()""#, records).execute(db.connection()).await?;
    Ok(())
}

/// The monthly access partitions that ended more than `days` days ago.
pub async fn expired_access_partitions(db: &mut Db, days: i32) -> Result<Vec<String>, Error> {
    Ok(query_scalar!(r#"select place as "place!" from access_partitions_over($1) place"#, days).fetch_all(db.connection()).await?)
}

/// Drops such a partition; false if it was none.
pub async fn drop_access_partition(db: &mut Db, month: &str, days: i32) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select drop_access_partition($1, $2) as "dropped!""#, month, days).fetch_one(db.connection()).await?)
}

/// Creates the access partition for the month of this instant, if there is none.
pub async fn create_access_partition(db: &mut Db, instant_of_month: Timestamp) -> Result<(), Error> {
    query!(r#"select make_access_partition($1) as "made: ()""#, instant(instant_of_month) as _).execute(db.connection()).await?;
    Ok(())
}

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
        "src/audit/list_audit.sql",
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
