//! SQL of rates: the current rates of projects, and the unbilled time at another rate.
//!
//! The current rate is `BillingTerms::rate` in SQL: project, else client, else, for clients in the organization's currency, member, else
//! organization.

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
    page::ProjectKeyset,
};

/// The filters of a list of rates.
pub struct RateFilter {
    /// Of this client's projects.
    pub client: Option<Uuid>,
    /// Of this project.
    pub project: Option<Uuid>,
    /// Only where unbilled time has no rate.
    pub missing: bool,
}

/// A project with its rates, and its unbilled time at another rate or at none.
#[allow(missing_docs, reason = "the fields say what they are")]
pub struct ProjectRateRow {
    pub client_id: Uuid,
    pub client_name: String,
    pub currency: String,
    pub project_id: Uuid,
    pub project_name: String,
    pub rate: Option<i64>,
    pub client_rate: Option<i64>,
    /// Applies only to clients in the organization's currency.
    pub organization_rate: Option<i64>,
    pub entries: i64,
    pub seconds: i64,
    pub without_rate: i64,
    pub before: i64,
    pub after: i64,
    /// The sort key of the list, as the database orders it.
    pub client_key: String,
    pub project_key: String,
}

/// The rates of projects by client and project, after the last page: of projects that are not archived, and of those with unbilled time
/// at another rate or at none. Time without a rate counts whether or not a rate holds for it. Time is summed up for the projects of the
/// page only.
pub async fn list(db: &mut Db, filter: &RateFilter, after: Option<ProjectKeyset>, limit: i64) -> Result<Vec<ProjectRateRow>, Error> {
    let organization = db.organization();
    let (client_key, project_key, id) = match after {
        Some((client_key, project_key, id)) => (Some(client_key), Some(project_key), Some(id)),
        None => (None, None, None),
    };
    Ok(query_as!(
        ProjectRateRow,
        r#"with page as materialized (
               select p.id, p.name, p.rate, c.id as client_id, c.name as client_name, c.currency, c.rate as client_rate, o.rate as own_rate,
                   o.currency as own_currency, o.lock_date, c.search_key as client_key, p.search_key as project_key
               from project p
               join client c on c.organization_id = p.organization_id and c.id = p.client_id
               join organization o on o.id = p.organization_id
               where p.organization_id = $1 and ($2::uuid is null or p.client_id = $2) and ($3::uuid is null or p.id = $3)
                   and ($5::text is null or (c.search_key, p.search_key, p.id) > ($5, $6::text, $7::uuid))
                   and ((not $4 and p.archived_at is null and c.archived_at is null) or exists (
                       select from time_entry t join member m on m.organization_id = $1 and m.id = t.member_id
                       where t.organization_id = $1 and t.project_id = p.id and is_unbilled(t) and not t.rate_overridden
                           and (o.lock_date is null or t.day > o.lock_date)
                           and (t.rate is null or (not $4
                               and t.rate is distinct from current_rate(p.rate, c.rate, c.currency, m.bill_rate, o.rate, o.currency)))))
               order by c.search_key, p.search_key, p.id limit $8
           )
           select p.client_id as "client_id!", p.client_name as "client_name!", p.currency as "currency!", p.id as "project_id!",
               p.name as "project_name!", p.rate as "rate?", p.client_rate as "client_rate?",
               case when p.currency = p.own_currency then p.own_rate end as organization_rate,
               u.entries as "entries!", u.seconds as "seconds!", u.without_rate as "without_rate!", u.before as "before!", u.after as "after!",
               p.client_key as "client_key!", p.project_key as "project_key!"
           from page p
           cross join lateral (
               select count(*) as entries, coalesce(sum(t.seconds), 0)::bigint as seconds,
                   coalesce(sum(t.seconds) filter (where t.rate is null), 0)::bigint as without_rate,
                   coalesce(sum(entry_amount(t.seconds, t.rate)), 0)::bigint as before,
                   coalesce(sum(entry_amount(t.seconds, current_rate(p.rate, p.client_rate, p.currency, m.bill_rate, p.own_rate, p.own_currency))), 0)::bigint as after
               from time_entry t join member m on m.organization_id = $1 and m.id = t.member_id
               where t.organization_id = $1 and t.project_id = p.id and is_unbilled(t) and not t.rate_overridden
                   and (p.lock_date is null or t.day > p.lock_date)
                   and (t.rate is null or (not $4
                       and t.rate is distinct from current_rate(p.rate, p.client_rate, p.currency, m.bill_rate, p.own_rate, p.own_currency)))
           ) u
           order by p.client_key, p.project_key, p.id"#,
        organization,
        filter.client,
        filter.project,
        filter.missing,
        client_key,
        project_key,
        id,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// The level whose rate is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLevel {
    /// A project's.
    Project(Uuid),
    /// A client's: it applies where the project has none.
    Client(Uuid),
    /// The organization's: it applies where neither project, client nor member has one.
    Organization,
}

impl RateLevel {
    fn project(self) -> Option<Uuid> {
        if let Self::Project(id) = self { Some(id) } else { None }
    }

    fn client(self) -> Option<Uuid> {
        if let Self::Client(id) = self { Some(id) } else { None }
    }
}

/// An unbilled entry at another rate than the current one.
#[allow(missing_docs, reason = "the fields say what they are")]
pub struct RepricingCandidate {
    pub id: Uuid,
    pub project_id: Uuid,
    pub day: jiff_sqlx::Date,
    pub seconds: i32,
    /// Whether it counts as unbilled: billable, finished, and no draft.
    pub counts: bool,
    /// Whether it is billable and waits to be confirmed or approved, so that it counts later.
    pub waits: bool,
    pub rate: Option<i64>,
    pub rate_now: Option<i64>,
}

/// The entries on no invoice for which the rate of this level applies and that have another, including drafts and running timers; with
/// ids, only among those.
pub async fn repricing_candidates(
    db: &mut Db,
    level: &RateLevel,
    among: Option<&[Uuid]>,
    limit: i64,
) -> Result<Vec<RepricingCandidate>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        RepricingCandidate,
        r#"select t.id, t.project_id, t.day, t.seconds, is_unbilled(t) as "counts!",
               (t.billable and not t.running and not is_counted(t)) as "waits!", t.rate,
               current_rate(p.rate, c.rate, c.currency, m.bill_rate, o.rate, o.currency) as rate_now
           from time_entry t
           join project p on p.organization_id = $1 and p.id = t.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           join member m on m.organization_id = $1 and m.id = t.member_id
           join organization o on o.id = $1
           where t.organization_id = $1 and t.invoice_line_id is null and not t.rate_overridden
               and (o.lock_date is null or t.day > o.lock_date)
               and ($2::uuid is null or p.id = $2)
               and ($3::uuid is null or (c.id = $3 and p.rate is null))
               and (not $4 or (p.rate is null and c.rate is null and c.currency = o.currency and m.bill_rate is null))
               and t.rate is distinct from current_rate(p.rate, c.rate, c.currency, m.bill_rate, o.rate, o.currency)
           and ($6::uuid[] is null or t.id = any($6))
           order by t.id limit $5"#,
        organization,
        level.project(),
        level.client(),
        *level == RateLevel::Organization,
        limit,
        among
    )
    .fetch_all(db.connection())
    .await?)
}

/// Locks entries until the transaction ends, so that nobody changes or bills them; returns those that are on no invoice.
pub async fn lock_entries(db: &mut Db, ids: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select id from time_entry where organization_id = $1 and id = any($2) and invoice_line_id is null order by id for update",
        organization,
        ids
    )
    .fetch_all(db.connection())
    .await?)
}

/// Sets the rate of a project. No other column is written: an update of key columns would block callers who log time.
pub async fn set_of_project(db: &mut Db, id: Uuid, rate: Option<i64>) -> Result<(), Error> {
    let organization = db.organization();
    query!("update project set rate = $3 where organization_id = $1 and id = $2", organization, id, rate).execute(db.connection()).await?;
    Ok(())
}

/// The same for a client.
pub async fn set_of_client(db: &mut Db, id: Uuid, rate: Option<i64>) -> Result<(), Error> {
    let organization = db.organization();
    query!("update client set rate = $3 where organization_id = $1 and id = $2", organization, id, rate).execute(db.connection()).await?;
    Ok(())
}

/// The seconds of billable time for which the rate of this level applies and that stays without one: on draft invoices, and before the lock
/// date, on drafts or not.
pub async fn without_rate_held(db: &mut Db, level: &RateLevel) -> Result<(i64, i64), Error> {
    let organization = db.organization();
    let held = query!(
        r#"select coalesce(sum(t.seconds) filter (where t.invoice_line_id is not null and (o.lock_date is null or t.day > o.lock_date)), 0)::bigint as "drafted!",
               coalesce(sum(t.seconds) filter (where t.day <= o.lock_date), 0)::bigint as "closed!"
           from time_entry t
           join project p on p.organization_id = $1 and p.id = t.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           join member m on m.organization_id = $1 and m.id = t.member_id
           join organization o on o.id = $1
           left join invoice_line l on l.organization_id = $1 and l.id = t.invoice_line_id
           left join invoice i on i.organization_id = $1 and i.id = l.invoice_id
           where t.organization_id = $1 and t.rate is null and t.billable and (i.id is null or i.state = 'draft')
               and ($2::uuid is null or p.id = $2)
               and ($3::uuid is null or (c.id = $3 and p.rate is null))
               and (not $4 or (p.rate is null and c.rate is null and c.currency = o.currency and m.bill_rate is null))"#,
        organization,
        level.project(),
        level.client(),
        *level == RateLevel::Organization
    )
    .fetch_one(db.connection())
    .await?;
    Ok((held.drafted, held.closed))
}

/// The time on one draft invoice that is billed at another rate than the current one.
#[allow(missing_docs, reason = "the fields say what they are")]
pub struct DraftAtOtherRate {
    pub client_name: String,
    pub currency: String,
    /// The day on which the draft was made, in the organization's time zone.
    pub created_on: jiff_sqlx::Date,
    pub seconds: i64,
    pub difference: i64,
    /// The number of drafts with such time, and the seconds on all of them.
    pub drafts: i64,
    pub seconds_of_all: i64,
}

/// The drafts with time at another rate than the current one of this level, the oldest first. Left out are time without any rate, which
/// has its own warning, rates of single entries, and time before the lock date.
pub async fn drafts_at_other_rate(db: &mut Db, level: &RateLevel, limit: i64) -> Result<Vec<DraftAtOtherRate>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        DraftAtOtherRate,
        r#"with other as (
               select l.invoice_id, t.seconds, t.rate, current_rate(p.rate, c.rate, c.currency, m.bill_rate, o.rate, o.currency) as holds
               from time_entry t
               join invoice_line l on l.organization_id = $1 and l.id = t.invoice_line_id
               join project p on p.organization_id = $1 and p.id = t.project_id
               join client c on c.organization_id = $1 and c.id = p.client_id
               join member m on m.organization_id = $1 and m.id = t.member_id
               join organization o on o.id = $1
               where t.organization_id = $1 and t.rate is not null and not t.rate_overridden and (o.lock_date is null or t.day > o.lock_date)
                   and ($2::uuid is null or p.id = $2)
                   and ($3::uuid is null or (c.id = $3 and p.rate is null))
                   and (not $4 or (p.rate is null and c.rate is null and c.currency = o.currency and m.bill_rate is null))
           )
           select c.name as client_name, c.currency, (i.created_at at time zone o.time_zone)::date as "created_on!",
               sum(d.seconds)::bigint as "seconds!",
               sum(entry_amount(d.seconds, d.holds) - entry_amount(d.seconds, d.rate))::bigint as "difference!",
               count(*) over () as "drafts!", (sum(sum(d.seconds)) over ())::bigint as "seconds_of_all!"
           from other d
           join invoice i on i.organization_id = $1 and i.id = d.invoice_id and i.state = 'draft'
           join client c on c.organization_id = $1 and c.id = i.client_id
           join organization o on o.id = $1
           where d.rate <> d.holds
           group by i.id, i.created_at, c.name, c.currency, o.time_zone
           order by i.created_at, i.id limit $5"#,
        organization,
        level.project(),
        level.client(),
        *level == RateLevel::Organization,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// A project or client whose own rate takes precedence over that of a level.
#[allow(missing_docs, reason = "the fields say what they are")]
pub struct OwnRateRow {
    pub name: String,
    pub rate: i64,
    /// The number of all of them.
    pub all: i64,
}

/// The projects of a client, or the clients in the organization's currency and the projects of those without a rate, whose own rate is
/// another than this one.
pub async fn own_rates(db: &mut Db, level: &RateLevel, rate: i64, limit: i64) -> Result<Vec<OwnRateRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        OwnRateRow,
        r#"with own as (
               select p.name, p.rate, p.search_key as key, p.id from project p
               where p.organization_id = $1 and p.client_id = $2 and p.archived_at is null
               union all
               select c.name, c.rate, c.search_key, c.id from client c
               join organization o on o.id = $1 and o.currency = c.currency
               where c.organization_id = $1 and c.archived_at is null and $3
               union all
               select c.name || ' / ' || p.name, p.rate, c.search_key || ' ' || p.search_key, p.id from project p
               join client c on c.organization_id = $1 and c.id = p.client_id and c.rate is null and c.archived_at is null
               join organization o on o.id = $1 and o.currency = c.currency
               where p.organization_id = $1 and p.archived_at is null and $3
           )
           select name as "name!", rate as "rate!", count(*) over () as "all!" from own
           where rate <> $4 order by key, id limit $5"#,
        organization,
        level.client(),
        *level == RateLevel::Organization,
        rate,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// Writes the current rate to these entries.
pub async fn reprice(db: &mut Db, others: &[RepricingCandidate], now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    let ids: Vec<Uuid> = others.iter().map(|other| other.id).collect();
    let rates: Vec<Option<i64>> = others.iter().map(|other| other.rate_now).collect();
    query!(
        "update time_entry t set rate = r.rate, updated_at = $4, version = t.version + 1
         from unnest($2::uuid[], $3::bigint[]) as r (id, rate)
         where t.organization_id = $1 and t.id = r.id",
        organization,
        &ids,
        &rates as _,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
