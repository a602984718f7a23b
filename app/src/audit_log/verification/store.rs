//! SQL of the verification of the audit chain.

use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// Position and hash of the last row of the chain; nothing before the first call.
pub async fn head(db: &mut Db) -> Result<Option<(i64, Vec<u8>)>, Error> {
    let organization = db.organization();
    let head =
        query!("select position, hash from audit_head where organization_id = $1", organization).fetch_optional(db.connection()).await?;
    Ok(head.map(|head| (head.position, head.hash)))
}

/// Position and hash of the last checkpoint.
pub async fn last_checkpoint(db: &mut Db) -> Result<Option<(i64, Vec<u8>)>, Error> {
    let organization = db.organization();
    let last =
        query!("select position, hash from audit_checkpoint where organization_id = $1 order by position desc limit 1", organization)
            .fetch_optional(db.connection())
            .await?;
    Ok(last.map(|last| (last.position, last.hash)))
}

/// How far a segment of the chain was checked, and the first row in it that does not fit.
#[allow(missing_docs, reason = "described at the function in the migration")]
pub struct ChainSegment {
    pub last_position: Option<i64>,
    pub last_hash: Option<Vec<u8>>,
    pub broken: Option<Uuid>,
    pub broken_position: Option<i64>,
    pub reason: Option<String>,
}

/// Verifies at most `at_most` rows of the chain after `position`, whose row has this hash.
pub async fn verify(db: &mut Db, position: i64, hash: &[u8], at_most: i32) -> Result<Option<ChainSegment>, Error> {
    Ok(query_as!(
        ChainSegment,
        "select last_position, last_hash, broken, broken_position, reason from verify_actions($1, $2, $3)",
        position,
        hash,
        at_most
    )
    .fetch_optional(db.connection())
    .await?)
}

/// A row outside of the chain: before its first row, after its last, or in a log without a chain.
pub async fn outside(db: &mut Db) -> Result<Option<(Uuid, i64)>, Error> {
    let row = query!(r#"select id as "id!", position as "position!" from outside_the_chain()"#).fetch_optional(db.connection()).await?;
    Ok(row.map(|row| (row.id, row.position)))
}

/// Counts the rows after a position up to and including another.
pub async fn count(db: &mut Db, after: i64, until: i64) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from action where organization_id = $1 and position > $2 and position <= $3"#,
        organization,
        after,
        until
    )
    .fetch_one(db.connection())
    .await?)
}

/// The stored state of the check of the whole log.
#[allow(missing_docs, reason = "the columns are described at AuditVerification")]
pub struct VerificationRow {
    pub state: String,
    pub checked: i64,
    pub total: i64,
    pub changes: Option<i64>,
    pub changes_checked: Option<i64>,
    pub started_at: jiff_sqlx::Timestamp,
    pub finished_at: Option<jiff_sqlx::Timestamp>,
    pub broken_action: Option<Uuid>,
    pub broken_position: Option<i64>,
    pub reason: Option<String>,
}

/// The running check, or else the last one.
pub async fn find(db: &mut Db) -> Result<Option<VerificationRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        VerificationRow,
        "select state, checked, total, changes, changes_checked, started_at, finished_at, broken_action, broken_position, reason
         from audit_verification where organization_id = $1",
        organization
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Starts a check, unless one is running.
pub async fn begin(db: &mut Db) -> Result<(), Error> {
    query!(r#"select begin_verification() as "begun: ()""#).execute(db.connection()).await?;
    Ok(())
}

/// Checks at most `at_most` further rows; true if there are more and no other process works on them.
pub async fn step(db: &mut Db, at_most: i32) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select step_verification($1) as "more!""#, at_most).fetch_one(db.connection()).await?)
}

/// Organizations with a running check, the longest-running first.
pub async fn running(db: &mut Db, at_most: i32) -> Result<Vec<Uuid>, Error> {
    Ok(query_scalar!(r#"select organization_id as "organization_id!" from running_verifications($1)"#, at_most)
        .fetch_all(db.connection())
        .await?)
}
