//! SQL of the audit log.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::Record;
use crate::{
    database::{Db, instant},
    error::Error,
};

/// Adds calls to the chain of the organization, in the order given; `wrote` says whether they changed anything.
pub async fn append(db: &mut Db, records: &[Record], wrote: bool) -> Result<(), Error> {
    let records = serde_json::to_value(records).map_err(|_| Error::internal())?;
    query!(r#"select append_actions($1, $2) as "appended: ()""#, records, wrote).execute(db.connection()).await?;
    Ok(())
}

/// Which calls are asked for.
#[allow(missing_docs, reason = "each is described where it is an argument")]
#[derive(Debug, Default)]
pub struct Filter {
    pub member: Option<Uuid>,
    pub door: Option<String>,
    pub operation: Option<String>,
    pub outcome: Option<String>,
    pub changed: Option<bool>,
    /// The operations whose calls are left out when they were done.
    pub left_out: Option<Vec<String>>,
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
}

/// A call as it is kept.
#[allow(missing_docs, reason = "the columns are described at AuditEntry")]
pub struct Row {
    pub id: Uuid,
    pub position: i64,
    pub at: jiff_sqlx::Timestamp,
    pub member_id: Uuid,
    pub member_name: String,
    pub token: Option<String>,
    pub door: String,
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

/// A page of calls, the newest first, from before a position; one call when its id is given.
pub async fn list(db: &mut Db, filter: &Filter, id: Option<Uuid>, before: i64, limit: i64) -> Result<Vec<Row>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Row,
        r#"select a.id, a.position, a.at, a.member_id, m.name as member_name, t.name as "token?", a.door, a.program, a.address,
               a.operation, a.arguments, a.outcome, a.duration_ms, a.undoes,
               (select count(*) from change c where c.organization_id = $1 and c.action_id = a.id) as "changed!",
               (select u.id from action u where u.organization_id = $1 and u.undoes = a.id order by u.position desc limit 1) as undone_by
           from action a
           join member m on m.organization_id = $1 and m.id = a.member_id
           left join access_token t on t.organization_id = $1 and t.id = a.token_id
           where a.organization_id = $1 and a.position < $2
               and ($3::uuid is null or a.id = $3)
               and ($4::uuid is null or a.member_id = $4)
               and ($5::text is null or a.door = $5)
               and ($6::text is null or a.operation = $6)
               and ($7::text is null or a.outcome = $7)
               and ($8::boolean is null or (a.changes_hash is not null) = $8)
               and ($9::timestamptz is null or a.at >= $9)
               and ($10::timestamptz is null or a.at < $10)
               and ($11::text[] is null or a.outcome <> 'done' or a.operation <> all($11))
           order by a.position desc limit $12"#,
        organization,
        before,
        id,
        filter.member,
        filter.door,
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

/// Where the chain ends: position and hash of its last row; nothing before the first call.
pub async fn head(db: &mut Db) -> Result<Option<(i64, Vec<u8>)>, Error> {
    let organization = db.organization();
    let head =
        query!("select position, hash from audit_head where organization_id = $1", organization).fetch_optional(db.connection()).await?;
    Ok(head.map(|head| (head.position, head.hash)))
}

/// How far a stretch of the chain was checked, and the first row in it that does not fit.
#[allow(missing_docs, reason = "described at the function in the migration")]
pub struct Stretch {
    pub last_position: Option<i64>,
    pub last_hash: Option<Vec<u8>>,
    pub broken: Option<Uuid>,
    pub broken_position: Option<i64>,
    pub reason: Option<String>,
}

/// Checks a stretch of the chain, from after a row.
pub async fn verify(db: &mut Db, position: i64, hash: &[u8], at_most: i32) -> Result<Option<Stretch>, Error> {
    Ok(query_as!(
        Stretch,
        "select last_position, last_hash, broken, broken_position, reason from verify_actions($1, $2, $3)",
        position,
        hash,
        at_most
    )
    .fetch_optional(db.connection())
    .await?)
}

/// How many rows there are up to a position.
pub async fn count(db: &mut Db, until: i64) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(r#"select count(*) as "count!" from action where organization_id = $1 and position <= $2"#, organization, until)
        .fetch_one(db.connection())
        .await?)
}
