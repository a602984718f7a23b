//! SQL that sums up time. Only logged and approved time counts; a running timer never does.
//!
//! The amount of an entry is `entry_amount`, which is exactly `money::amount_of`.

use domain::id::ClientId;
use jiff::civil::Date;
use sqlx::{query, query_as};
use uuid::Uuid;

use crate::{
    database::{Db, date},
    error::Error,
    time::{filter::TimeFilter, summary::TimeGroupBy},
};

/// The seconds that a member worked on a day, and the unbilled amount of a client.
pub async fn totals(db: &mut Db, member: Uuid, day: Date, unbilled_of: Option<ClientId>) -> Result<(i64, i64), Error> {
    let organization = db.organization();
    let row = query!(
        r#"select
               (select coalesce(sum(seconds), 0) from time_entry t
                where t.organization_id = $1 and t.member_id = $2 and t.day = $3 and is_counted(t)) as "worked!",
               (select coalesce(sum(entry_amount(t.seconds, t.rate)), 0)::bigint
                from time_entry t join project p on p.organization_id = t.organization_id and p.id = t.project_id
                where t.organization_id = $1 and is_unbilled(t) and p.client_id = $4) as "unbilled!""#,
        organization,
        member,
        date(day) as _,
        unbilled_of.map(|client| client.0)
    )
    .fetch_one(db.connection())
    .await?;
    Ok((row.worked, row.unbilled))
}

/// The time of one group in one currency. Its name is read by [`names`], for the groups that are answered.
#[allow(missing_docs, reason = "the columns are described at TimeTotals")]
pub struct TimeGroupRow {
    pub id: Option<Uuid>,
    pub day: Option<jiff_sqlx::Date>,
    pub currency: String,
    pub entries: i64,
    pub worked: i64,
    pub billable: i64,
    pub drafts: i64,
    pub amount: i64,
}

/// The most groups that are summed up; a period with more is refused.
pub const GROUPS_MAX: i64 = 20_000;

/// Time by group and currency, at most one group more than [`GROUPS_MAX`]. Groups are told apart by ids and days alone, since names are
/// long. By day and project a group has one client and thus one currency, so no more are joined to their clients than are returned.
pub async fn groups(db: &mut Db, filter: &TimeFilter, by: TimeGroupBy) -> Result<Vec<TimeGroupRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        TimeGroupRow,
        r#"select case $2 when 'client' then c.id when 'project' then p.id when 'day_and_project' then p.id when 'member' then s.member_id end as id,
               s.day as "day?", c.currency, sum(s.entries)::bigint as "entries!", sum(s.worked)::bigint as "worked!",
               sum(s.billable)::bigint as "billable!", sum(s.drafts)::bigint as "drafts!", sum(s.amount)::bigint as "amount!"
           from (
               select t.project_id, case when $2 = 'member' then t.member_id end as member_id,
                   case when $2 in ('day', 'day_and_project') then t.day end as day,
                   count(*) filter (where is_counted(t)) as entries,
                   coalesce(sum(t.seconds) filter (where is_counted(t)), 0) as worked,
                   coalesce(sum(t.seconds) filter (where is_counted(t) and t.billable), 0) as billable,
                   coalesce(sum(t.seconds) filter (where t.state = 'draft'), 0) as drafts,
                   coalesce(sum(entry_amount(t.seconds, t.rate)) filter (where is_counted(t) and t.billable), 0) as amount
               from time_entry t
               where t.organization_id = $1 and not t.running and t.day between $3 and $4
                   and ($5::uuid is null or t.member_id = $5)
                   and ($6::uuid is null or t.project_id = $6)
                   and ($7::uuid is null or t.project_id in (select id from project where organization_id = $1 and client_id = $7))
                   and ($8::boolean is null or t.billable = $8)
                   and ($9::boolean is null or (t.invoice_line_id is not null) = $9)
                   and ($10::text is null or t.state = $10)
                   and ($11::text is null or t.labour = $11)
                   and ($12::text is null or t.source = $12)
                   and ($13::text[] is null or lower(t.description) like all (array(select lower(word) from unnest($13::text[]) word)))
               group by 1, 2, 3
               limit case when $2 = 'day_and_project' then $14::bigint end
           ) s
           join project p on p.organization_id = $1 and p.id = s.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           group by 1, 2, 3
           limit $14"#,
        organization,
        by.name(),
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
        filter.patterns.as_deref(),
        GROUPS_MAX + 1
    )
    .fetch_all(db.connection())
    .await?)
}

/// The name of a group, and its colour.
pub struct GroupName {
    /// The id of the client, project or member.
    pub id: Uuid,
    /// Its name; a project's with its client.
    pub label: String,
    /// The colour of a client or project.
    pub color: Option<String>,
}

/// The names of these clients, projects or members, whichever time is summed up by.
pub async fn names(db: &mut Db, by: TimeGroupBy, ids: &[Uuid]) -> Result<Vec<GroupName>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        GroupName,
        r#"select n.id as "id!", n.label as "label!", n.color as "color?" from (
               select c.id, c.name as label, c.color from client c
               where $2::text = 'client' and c.organization_id = $1 and c.id = any($3)
               union all
               select p.id, c.name || ' / ' || p.name, p.color
               from project p join client c on c.organization_id = $1 and c.id = p.client_id
               where $2::text in ('project', 'day_and_project') and p.organization_id = $1 and p.id = any($3)
               union all
               select m.id, m.name, null from member m
               where $2::text = 'member' and m.organization_id = $1 and m.id = any($3)
           ) n"#,
        organization,
        by.name(),
        ids
    )
    .fetch_all(db.connection())
    .await?)
}

/// One of several groups with as much time, which stand in the order of their names.
pub struct NameOrder {
    /// The id of the client, project or member.
    pub id: Uuid,
    /// Whether it stands after the name and the id that were asked about; true where none were.
    pub is_after: bool,
}

/// These clients, projects or members in the order of their names, byte by byte as in Rust, and of their ids. The names stay in the
/// database.
pub async fn in_order_of_names(db: &mut Db, by: TimeGroupBy, ids: &[Uuid], after: Option<(&str, Uuid)>) -> Result<Vec<NameOrder>, Error> {
    let (organization, (label, id)) = (db.organization(), after.unzip());
    Ok(query_as!(
        NameOrder,
        r#"select n.id as "id!", ($4::text is null or (n.label collate "C", n.id) > ($4::text, $5::uuid)) as "is_after!" from (
               select c.id, c.name as label from client c
               where $2::text = 'client' and c.organization_id = $1 and c.id = any($3)
               union all
               select p.id, c.name || ' / ' || p.name from project p join client c on c.organization_id = $1 and c.id = p.client_id
               where $2::text in ('project', 'day_and_project') and p.organization_id = $1 and p.id = any($3)
               union all
               select m.id, m.name from member m
               where $2::text = 'member' and m.organization_id = $1 and m.id = any($3)
           ) n
           order by n.label collate "C", n.id"#,
        organization,
        by.name(),
        ids,
        label,
        id
    )
    .fetch_all(db.connection())
    .await?)
}
