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

/// The time of one group in one currency.
#[allow(missing_docs, reason = "the columns are described at TimeTotals")]
pub struct TimeGroupRow {
    pub id: Option<Uuid>,
    pub label: String,
    pub color: Option<String>,
    pub day: Option<jiff_sqlx::Date>,
    pub currency: String,
    pub entries: i64,
    pub worked: i64,
    pub billable: i64,
    pub drafts: i64,
    pub amount: i64,
}

/// The most groups that are read; a period with more is refused.
pub const GROUPS_MAX: i64 = 20_000;

/// Time by group and currency. It is summed up before names are joined to it.
pub async fn groups(db: &mut Db, filter: &TimeFilter, by: TimeGroupBy) -> Result<Vec<TimeGroupRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        TimeGroupRow,
        r#"select case $2 when 'client' then c.id when 'project' then p.id when 'day_and_project' then p.id when 'member' then s.member_id end as id,
               case $2 when 'client' then c.name when 'project' then c.name || ' / ' || p.name when 'day_and_project' then c.name || ' / ' || p.name
                   when 'member' then m.name when 'day' then to_char(s.day, 'YYYY-MM-DD') else '' end as "label!",
               case $2 when 'client' then c.color when 'project' then p.color when 'day_and_project' then p.color end as color, s.day as "day?",
               c.currency, sum(s.entries)::bigint as "entries!", sum(s.worked)::bigint as "worked!", sum(s.billable)::bigint as "billable!",
               sum(s.drafts)::bigint as "drafts!", sum(s.amount)::bigint as "amount!"
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
                   and ($13::text is null or strpos(lower(t.description), lower($13)) > 0)
               group by 1, 2, 3
           ) s
           join project p on p.organization_id = $1 and p.id = s.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           left join member m on m.organization_id = $1 and m.id = s.member_id
           group by 1, 2, 3, 4, 5
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
        filter.query,
        GROUPS_MAX
    )
    .fetch_all(db.connection())
    .await?)
}
