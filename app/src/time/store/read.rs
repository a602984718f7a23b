//! SQL that reads entries as callers see them.

use jiff::{Timestamp, civil::Date};
use sqlx::{query_as, query_file_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, date, instant},
    error::Error,
    time::filter::TimeFilter,
};

/// An entry with the names of its member, project and client.
#[allow(missing_docs, reason = "the columns are described at TimeEntry")]
pub struct EntryRow {
    pub id: Uuid,
    pub member_id: Uuid,
    pub member_name: String,
    /// The member's own time zone, if they have one.
    pub member_time_zone: Option<String>,
    pub project_id: Uuid,
    pub project_name: String,
    pub project_color: String,
    pub client_id: Uuid,
    pub client_name: String,
    pub currency: String,
    pub description: String,
    pub billable: bool,
    pub day: jiff_sqlx::Date,
    pub started_at: Option<jiff_sqlx::Timestamp>,
    pub ended_at: Option<jiff_sqlx::Timestamp>,
    pub running: bool,
    pub seconds: i32,
    pub rate: Option<i64>,
    pub state: String,
    pub labour: String,
    pub source: String,
    pub invoice_id: Option<Uuid>,
    pub invoice_number: Option<String>,
    pub on_draft: bool,
    pub locked: bool,
    pub version: i32,
    /// Its position within the day.
    pub position: jiff_sqlx::Timestamp,
}

/// The position of the last entry of a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EntryCursor {
    /// Its day.
    pub day: Date,
    /// Its position within the day.
    pub position: Timestamp,
    /// Its id.
    pub id: Uuid,
}

impl EntryCursor {
    /// Before all entries: the first page starts here, so that every page is the same statement on the same index.
    pub const START: Self = Self { day: Date::MAX, position: Timestamp::MAX, id: Uuid::max() };

    /// Limits the cursor to the last requested day, where the index scan begins.
    fn within(self, last: Date) -> Self {
        if self.day <= last { self } else { Self { day: last, ..Self::START } }
    }
}

/// Entries after the cursor, the newest day first.
pub async fn list(db: &mut Db, filter: &TimeFilter, after: EntryCursor, limit: i64) -> Result<Vec<EntryRow>, Error> {
    let after = after.within(filter.to);
    match filter.member {
        Some(member) => list_of_member(db, filter, member, after, limit).await,
        None => list_of_all(db, filter, after, limit).await,
    }
}

async fn list_of_all(db: &mut Db, filter: &TimeFilter, after: EntryCursor, limit: i64) -> Result<Vec<EntryRow>, Error> {
    let organization = db.organization();
    Ok(query_file_as!(
        EntryRow,
        "src/time/list_time_entries.sql",
        organization,
        date(filter.from) as _,
        date(filter.to) as _,
        date(after.day) as _,
        instant(after.position) as _,
        after.id,
        filter.project,
        filter.client,
        filter.billable,
        filter.billed,
        filter.state.map(|state| state.name()),
        filter.labour.map(|labour| labour.name()),
        filter.source.map(|source| source.name()),
        filter.patterns.as_deref(),
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

async fn list_of_member(db: &mut Db, filter: &TimeFilter, member: Uuid, after: EntryCursor, limit: i64) -> Result<Vec<EntryRow>, Error> {
    let organization = db.organization();
    Ok(query_file_as!(
        EntryRow,
        "src/time/list_time_entries_of_member.sql",
        organization,
        date(filter.from) as _,
        date(filter.to) as _,
        date(after.day) as _,
        instant(after.position) as _,
        after.id,
        member,
        filter.project,
        filter.client,
        filter.billable,
        filter.billed,
        filter.state.map(|state| state.name()),
        filter.labour.map(|labour| labour.name()),
        filter.source.map(|source| source.name()),
        filter.patterns.as_deref(),
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// How many entries match.
pub async fn count(db: &mut Db, filter: &TimeFilter) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from time_entry t
           where t.organization_id = $1 and t.day between $2 and $3
               and ($4::uuid is null or t.member_id = $4)
               and ($5::uuid is null or t.project_id = $5)
               and ($6::uuid is null or t.project_id in (select id from project where organization_id = $1 and client_id = $6))
               and ($7::boolean is null or t.billable = $7)
               and ($8::boolean is null or (t.invoice_line_id is not null) = $8)
               and ($9::text is null or t.state = $9)
               and ($10::text is null or t.labour = $10)
               and ($11::text is null or t.source = $11)
               and ($12::text[] is null or lower(t.description) like all (array(select lower(word) from unnest($12::text[]) word)))"#,
        organization,
        date(filter.from) as _,
        date(filter.to) as _,
        filter.member,
        filter.project,
        filter.client,
        filter.billable,
        filter.billed,
        filter.state.map(|state| state.name()),
        filter.labour.map(|labour| labour.name()),
        filter.source.map(|source| source.name()),
        filter.patterns.as_deref()
    )
    .fetch_one(db.connection())
    .await?)
}

/// The entry with this id; with `of`, only if it is that member's.
pub async fn find(db: &mut Db, id: Uuid, of: Option<Uuid>) -> Result<Option<EntryRow>, Error> {
    Ok(find_many(db, &[id], of).await?.pop())
}

/// The entries with these ids, in the order of the ids; with `of`, only that member's.
pub async fn find_many(db: &mut Db, ids: &[Uuid], of: Option<Uuid>) -> Result<Vec<EntryRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        EntryRow,
        r#"select t.id, t.member_id, m.name as member_name, m.time_zone as member_time_zone, t.project_id, p.name as project_name,
               p.color as project_color,
               c.id as client_id, c.name as client_name, c.currency, t.description, t.billable, t.day, t.started_at, t.ended_at,
               t.running, t.seconds, t.rate, t.state, t.labour, t.source, l.invoice_id as "invoice_id?", i.number as "invoice_number?",
               coalesce(i.state = 'draft', false) as "on_draft!", t.version,
               t.position as "position!",
               (t.invoice_line_id is not null or t.state = 'approved'
                   or not t.running and coalesce(t.day <= (select lock_date from organization where id = $1), false)) as "locked!"
           from unnest($2::uuid[]) with ordinality asked (id, place)
           join time_entry t on t.organization_id = $1 and t.id = asked.id
           join member m on m.organization_id = $1 and m.id = t.member_id
           join project p on p.organization_id = $1 and p.id = t.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           left join invoice_line l on l.organization_id = $1 and l.id = t.invoice_line_id
           left join invoice i on i.organization_id = $1 and i.id = l.invoice_id
           where $3::uuid is null or t.member_id = $3
           order by asked.place"#,
        organization,
        ids,
        of
    )
    .fetch_all(db.connection())
    .await?)
}

/// The running timer of a member.
pub async fn running(db: &mut Db, member: Uuid) -> Result<Option<EntryRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        EntryRow,
        r#"select t.id, t.member_id, m.name as member_name, m.time_zone as member_time_zone, t.project_id, p.name as project_name,
               p.color as project_color,
               c.id as client_id, c.name as client_name, c.currency, t.description, t.billable, t.day, t.started_at, t.ended_at,
               t.running, t.seconds, t.rate, t.state, t.labour, t.source, null::uuid as invoice_id, null::text as invoice_number, false as "on_draft!", t.version,
               t.position as "position!", false as "locked!"
           from time_entry t
           join member m on m.organization_id = $1 and m.id = t.member_id
           join project p on p.organization_id = $1 and p.id = t.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           where t.organization_id = $1 and t.member_id = $2 and t.running"#,
        organization,
        member
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Time of the same member that overlaps an entry.
pub struct Overlap {
    /// The entry that it overlaps.
    pub entry: Uuid,
    /// Its client and project.
    pub project: String,
    /// Its day.
    pub day: jiff_sqlx::Date,
    /// Whether it is the running timer.
    pub running: bool,
}

/// For each of these entries with a start and an end, in their order: the newest other entry of its member that overlaps it, among the
/// newest 300 of the days around it; otherwise the running timer, which lasts until now.
pub async fn overlaps(db: &mut Db, entries: &[Uuid], now: Timestamp) -> Result<Vec<Overlap>, Error> {
    let organization = db.organization();
    // One overlapping entry and the running timer are two rows at most; the outer `limit` takes one of them.
    Ok(query_as!(
        Overlap,
        r#"select t.id as entry, c.name || ' / ' || p.name as "project!", o.day as "day!: jiff_sqlx::Date", o.running as "running!"
           from time_entry t
           cross join lateral (
               select first.project_id, first.day, first.running from (
                   (select near.project_id, near.day, near.running from (
                        select o.id, o.project_id, o.day, o.position, o.running, o.started_at, o.ended_at from time_entry o
                        where o.organization_id = $1 and o.member_id = t.member_id and o.day between t.day - 1 and t.day + 1
                        order by o.day desc, o.position desc limit 300
                    ) near
                    where near.id <> t.id and not near.running and near.started_at < t.ended_at and near.ended_at > t.started_at
                    order by near.day desc, near.position desc limit 1)
                   union all
                   (select o.project_id, o.day, o.running from time_entry o
                    where o.organization_id = $1 and o.member_id = t.member_id and o.running and o.id <> t.id
                        and o.started_at < t.ended_at and $3 > t.started_at)
               ) first
               order by first.running limit 1
           ) o
           join project p on p.organization_id = $1 and p.id = o.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           where t.organization_id = $1 and t.id = any($2) and not t.running and t.started_at is not null
           order by array_position($2::uuid[], t.id)"#,
        organization,
        entries,
        instant(now) as _
    )
    .fetch_all(db.connection())
    .await?)
}
