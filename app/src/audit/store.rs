//! SQL that writes the audit log.

use jiff::Timestamp;
use sqlx::{query, query_scalar};

use super::AuditRecord;
use crate::{
    database::{Db, instant},
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
