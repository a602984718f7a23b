//! SQL that writes entries.

use domain::{day::zone, money::Currency};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{OnInvoice, StoredEntry};
use crate::{
    database::{Db, date, instant},
    error::Error,
    time::{EntrySource, pricing::Price},
};

/// Who wrote an entry, and through what.
pub struct EntryOrigin {
    /// The source.
    pub source: EntrySource,
    /// The member who made the call.
    pub by: Uuid,
    /// The token, if the call used one.
    pub through: Option<Uuid>,
}

/// Adds an entry or a running timer; false when the member already has a running timer.
pub async fn insert(db: &mut Db, entry: &StoredEntry, origin: &EntryOrigin, now: Timestamp) -> Result<bool, Error> {
    let organization = db.organization();
    let inserted = query!(
        "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, started_at, ended_at, running, seconds,
             rate, rate_overridden, cost_rate, state, source, created_by, created_through, created_at, updated_at, labour)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19, $20)
         on conflict (organization_id, member_id) where running do nothing",
        organization,
        entry.id,
        entry.member,
        entry.project,
        entry.description,
        entry.price.billable,
        date(entry.day) as _,
        entry.started_at.map(instant) as _,
        entry.ended_at.map(instant) as _,
        entry.running,
        entry.seconds as i32,
        entry.price.rate,
        entry.price.own,
        entry.cost_rate,
        entry.state.name(),
        origin.source.name(),
        origin.by,
        origin.through,
        instant(now) as _,
        entry.labour.name()
    )
    .execute(db.connection())
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Adds entries that do not run.
pub async fn insert_all(db: &mut Db, entries: &[StoredEntry], origin: &EntryOrigin, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    let rows: Vec<Value> = entries.iter().map(row).collect();
    query!(
        "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, started_at, ended_at, running, seconds,
             rate, rate_overridden, cost_rate, state, source, created_by, created_through, created_at, updated_at, labour)
         select $1, id, member_id, project_id, description, billable, day, started_at, ended_at, false, seconds, rate, rate_overridden, cost_rate,
             state, $3, $4, $5, $6, $6, labour
         from jsonb_to_recordset($2) t (id uuid, member_id uuid, project_id uuid, description text, billable boolean, day date,
             started_at timestamptz, ended_at timestamptz, seconds integer, rate bigint, rate_overridden boolean, cost_rate bigint, state text,
             labour text)",
        organization,
        Value::from(rows),
        origin.source.name(),
        origin.by,
        origin.through,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// An entry as a JSON row for `jsonb_to_recordset`.
fn row(entry: &StoredEntry) -> Value {
    json!({
        "id": entry.id, "member_id": entry.member, "project_id": entry.project, "description": entry.description,
        "billable": entry.price.billable, "day": entry.day.to_string(), "started_at": entry.started_at.map(|at| at.to_string()),
        "ended_at": entry.ended_at.map(|at| at.to_string()), "seconds": entry.seconds, "rate": entry.price.rate,
        "rate_overridden": entry.price.own, "cost_rate": entry.cost_rate, "state": entry.state.name(), "labour": entry.labour.name(),
    })
}

/// Locks these entries in the order of their ids, as all writers do; with `of`, only that member's.
pub async fn lock_all(db: &mut Db, ids: &[Uuid], of: Option<Uuid>) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "select id from time_entry where organization_id = $1 and id = any($2) and ($3::uuid is null or member_id = $3) order by id for update",
        organization,
        ids,
        of
    )
    .fetch_all(db.connection())
    .await?;
    Ok(())
}

/// Stores an entry and increments its version.
pub async fn update(db: &mut Db, entry: &StoredEntry, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update time_entry set project_id = $3, description = $4, billable = $5, day = $6, started_at = $7, ended_at = $8, running = $9,
             seconds = $10, rate = $11, rate_overridden = $12, cost_rate = $13, state = $14, updated_at = $15, version = version + 1
         where organization_id = $1 and id = $2",
        organization,
        entry.id,
        entry.project,
        entry.description,
        entry.price.billable,
        date(entry.day) as _,
        entry.started_at.map(instant) as _,
        entry.ended_at.map(instant) as _,
        entry.running,
        entry.seconds as i32,
        entry.price.rate,
        entry.price.own,
        entry.cost_rate,
        entry.state.name(),
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Deletes an entry.
pub async fn delete(db: &mut Db, id: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from time_entry where organization_id = $1 and id = $2", organization, id).execute(db.connection()).await?;
    Ok(())
}

/// Locks an entry, by id or the running one of a member, until the transaction ends; with `of`, only if it is that member's.
///
/// The row is locked before it is read. A statement that waited for a row rereads only that row: what is joined to it would be
/// outdated, and an invoice drafted meanwhile would be missing.
pub async fn lock(db: &mut Db, which: LockTarget, of: Option<Uuid>) -> Result<Option<StoredEntry>, Error> {
    let (id, running) = match which {
        LockTarget::Entry(id) => (id, None),
        LockTarget::TimerOf(member) => match running(db, member).await? {
            Some(id) => (id, Some(true)),
            None => return Ok(None),
        },
    };
    hold(db, id, of).await?;
    stored(db, id, of, running).await
}

/// Locks the entry with this id; with `of`, only if it is that member's.
async fn hold(db: &mut Db, id: Uuid, of: Option<Uuid>) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "select id from time_entry where organization_id = $1 and id = $2 and ($3::uuid is null or member_id = $3) for update",
        organization,
        id,
        of
    )
    .fetch_optional(db.connection())
    .await?;
    Ok(())
}

/// Reads the entry with this id; with `of`, only if it is that member's; with `running`, only if it runs or does not.
async fn stored(db: &mut Db, id: Uuid, of: Option<Uuid>, running: Option<bool>) -> Result<Option<StoredEntry>, Error> {
    let organization = db.organization();
    let row = query!(
        r#"select t.id, t.member_id, t.project_id, c.currency, t.description, t.billable, t.day, t.started_at, t.ended_at, t.running,
               t.seconds, t.labour, t.rate, t.rate_overridden, t.cost_rate, t.state, t.version, i.id as "invoice_id?", i.number as "invoice_number?",
               o.lock_date, o.timer_limit_seconds, coalesce(m.time_zone, o.time_zone) as "time_zone!"
           from time_entry t
           join member m on m.organization_id = t.organization_id and m.id = t.member_id
           join project p on p.organization_id = t.organization_id and p.id = t.project_id
           join client c on c.organization_id = t.organization_id and c.id = p.client_id
           join organization o on o.id = t.organization_id
           left join invoice_line l on l.organization_id = t.organization_id and l.id = t.invoice_line_id
           left join invoice i on i.organization_id = t.organization_id and i.id = l.invoice_id
           where t.organization_id = $1 and t.id = $2 and ($3::uuid is null or t.member_id = $3) and ($4::boolean is null or t.running = $4)"#,
        organization,
        id,
        of,
        running
    )
    .fetch_optional(db.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(StoredEntry {
        id: row.id,
        member: row.member_id,
        project: row.project_id,
        currency: Currency::parse(&row.currency)?,
        description: row.description,
        day: row.day.to_jiff(),
        zone: zone::load(&row.time_zone)?,
        started_at: row.started_at.map(|at| at.to_jiff()),
        ended_at: row.ended_at.map(|at| at.to_jiff()),
        running: row.running,
        seconds: i64::from(row.seconds),
        labour: row.labour.parse()?,
        price: Price { billable: row.billable, rate: row.rate, own: row.rate_overridden },
        cost_rate: row.cost_rate,
        state: row.state.parse()?,
        version: row.version,
        invoice: row.invoice_id.map(|id| OnInvoice { id, number: row.invoice_number }),
        lock_date: row.lock_date.map(|day| day.to_jiff()),
        timer_limit: i64::from(row.timer_limit_seconds),
    }))
}

/// The entry to lock.
#[derive(Debug, Clone, Copy)]
pub enum LockTarget {
    /// The one with this id.
    Entry(Uuid),
    /// The running one of this member.
    TimerOf(Uuid),
}

async fn running(db: &mut Db, member: Uuid) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!("select id from time_entry where organization_id = $1 and member_id = $2 and running", organization, member)
        .fetch_optional(db.connection())
        .await?)
}

/// A draft to confirm.
#[allow(missing_docs, reason = "the fields say what they are")]
pub struct DraftRow {
    pub id: Uuid,
    pub project_id: Uuid,
    pub day: jiff_sqlx::Date,
    pub state: String,
    pub running: bool,
    pub seconds: i32,
    pub closed: bool,
}

/// Locks the entries with these ids, or all finished drafts, until the transaction ends; with `of`, only that member's.
pub async fn lock_drafts(db: &mut Db, ids: Option<&[Uuid]>, of: Option<Uuid>, limit: i64) -> Result<Vec<DraftRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        DraftRow,
        r#"select id, project_id, day, state, running, seconds, coalesce(day <= (select lock_date from organization where id = $1), false) as "closed!"
           from time_entry
           where organization_id = $1 and ($2::uuid[] is null or id = any($2)) and ($3::uuid is null or member_id = $3)
               and ($2::uuid[] is not null or (state = 'draft' and not running))
           order by id limit $4 for update"#,
        organization,
        ids,
        of,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// Turns drafts into logged time.
pub async fn confirm(db: &mut Db, ids: &[Uuid], now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update time_entry set state = 'logged', updated_at = $3, version = version + 1 where organization_id = $1 and id = any($2)",
        organization,
        ids,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// How many drafts a member has, running timers among them.
pub async fn count_drafts(db: &mut Db, member: Uuid) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from time_entry where organization_id = $1 and member_id = $2 and state = 'draft'"#,
        organization,
        member
    )
    .fetch_one(db.connection())
    .await?)
}
