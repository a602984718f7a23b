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

/// Adds writes to the chain of the organization, in the order given, with what they changed in this transaction.
pub async fn append_writes(db: &mut Db, records: &[Record]) -> Result<(), Error> {
    let records = serde_json::to_value(records).map_err(|_| Error::internal())?;
    query!(r#"select append_actions($1, true) as "appended: ()""#, records).execute(db.connection()).await?;
    Ok(())
}

/// Adds calls that changed nothing to the organization's log of accesses; one that stands there already is left as it is. What
/// the database said is told as it is, for whoever tries again.
pub async fn append_accesses(db: &mut Db, records: &[Record]) -> Result<(), sqlx::Error> {
    let records = serde_json::to_value(records).map_err(|problem| sqlx::Error::Encode(problem.into()))?;
    query!(r#"select append_accesses($1) as "appended: ()""#, records).execute(db.connection()).await?;
    Ok(())
}

/// Drops the months of accesses that ended longer ago than so many days; how many there were.
pub async fn drop_accesses(db: &mut Db, days: i32) -> Result<i32, Error> {
    Ok(query_scalar!(r#"select drop_access_partitions($1) as "dropped!""#, days).fetch_one(db.connection()).await?)
}

/// Makes the place for the accesses of this instant's month, where there is none.
pub async fn make_room_for_accesses(db: &mut Db, instant_of_month: Timestamp) -> Result<(), Error> {
    query!(r#"select make_access_partition($1) as "made: ()""#, instant(instant_of_month) as _).execute(db.connection()).await?;
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
    pub position: Option<i64>,
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

/// A page of calls of both logs, the newest first, from before an instant and an id; one call when its id is given.
pub async fn list(
    db: &mut Db,
    filter: &Filter,
    id: Option<Uuid>,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Row>, Error> {
    let organization = db.organization();
    let (before_at, before_id) = before.unzip();
    Ok(query_as!(
        Row,
        r#"select l.id as "id!", l.position as "position?", l.at as "at!", l.member_id as "member_id!", m.name as member_name,
               t.name as "token?", l.door as "door!", l.program as "program?", l.address as "address?", l.operation as "operation!",
               l.arguments as "arguments!", l.outcome as "outcome!", l.duration_ms as "duration_ms!", l.undoes as "undoes?",
               (select count(*) from change c where c.organization_id = $1 and c.action_id = l.id) as "changed!",
               (select u.id from action u where u.organization_id = $1 and u.undoes = l.id order by u.position desc limit 1) as undone_by
           from (
               (select a.id, a.position, a.at, a.member_id, a.token_id, a.door, a.program, a.address, a.operation, a.arguments,
                    a.outcome, a.duration_ms, a.undoes
                from action a
                where a.organization_id = $1
                    and ($2::timestamptz is null or (a.at, a.id) < ($2, $3::uuid))
                    and ($4::uuid is null or a.id = $4)
                    and ($5::uuid is null or a.member_id = $5)
                    and ($6::text is null or a.door = $6)
                    and ($7::text is null or a.operation = $7)
                    and ($8::text is null or a.outcome = $8)
                    and ($9::boolean is null or (a.changes_hash is not null) = $9)
                    and ($10::timestamptz is null or a.at >= $10)
                    and ($11::timestamptz is null or a.at < $11)
                    and ($12::text[] is null or a.outcome <> 'done' or a.operation <> all($12))
                order by a.at desc, a.id desc limit $13)
               union all
               (select r.id, null::bigint, r.at, r.member_id, r.token_id, r.door, r.program, r.address, r.operation, r.arguments,
                    r.outcome, r.duration_ms, null::uuid
                from access_record r
                where r.organization_id = $1
                    and ($2::timestamptz is null or (r.at, r.id) < ($2, $3::uuid))
                    and ($4::uuid is null or r.id = $4)
                    and ($5::uuid is null or r.member_id = $5)
                    and ($6::text is null or r.door = $6)
                    and ($7::text is null or r.operation = $7)
                    and ($8::text is null or r.outcome = $8)
                    and ($9::boolean is null or not $9)
                    and ($10::timestamptz is null or r.at >= $10)
                    and ($11::timestamptz is null or r.at < $11)
                    and ($12::text[] is null or r.outcome <> 'done' or r.operation <> all($12))
                order by r.at desc, r.id desc limit $13)
           ) l
           join member m on m.organization_id = $1 and m.id = l.member_id
           left join access_token t on t.organization_id = $1 and t.id = l.token_id
           order by l.at desc, l.id desc limit $13"#,
        organization,
        before_at.map(instant) as _,
        before_id,
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
