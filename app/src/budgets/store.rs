//! SQL of budgets. The schema function `budget_days` defines what counts.

pub mod people;
pub mod write;

use jiff::{Timestamp, civil::Date};

use domain::money::Currency;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{
    types::BudgetBasis,
    usage::{Budget, Usage},
};
use crate::{
    database::{Db, date, instant},
    error::Error,
};

/// A budget as stored, with the names of its project and client.
#[allow(missing_docs, reason = "the columns are described at Budget")]
pub struct BudgetRow {
    pub id: Uuid,
    pub project_id: Uuid,
    pub project_name: String,
    pub color: String,
    pub client_id: Uuid,
    pub client_name: String,
    pub currency: String,
    pub seconds: Option<i64>,
    pub amount: Option<i64>,
    pub period: String,
    pub basis: String,
    pub warning_percent: i32,
    pub critical_percent: i32,
    pub hard_stop: bool,
    pub version: i32,
    /// The sort key of the list, as the database orders it.
    pub client_key: String,
    pub project_key: String,
}

impl BudgetRow {
    /// Converts the row to a budget.
    pub fn read(self) -> Result<Budget, Error> {
        Ok(Budget {
            id: self.id,
            project: self.project_id,
            project_name: self.project_name,
            color: self.color,
            client: self.client_id,
            client_name: self.client_name,
            currency: Currency::parse(&self.currency)?,
            seconds: self.seconds,
            amount: self.amount,
            period: self.period.parse()?,
            basis: self.basis.parse()?,
            warning_percent: self.warning_percent,
            critical_percent: self.critical_percent,
            hard_stop: self.hard_stop,
            version: self.version,
        })
    }
}

/// Serializes writes of time on these projects, and returns those of them that have a budget.
///
/// The rows are locked in the order of their projects, so that two writes that touch the same two budgets never deadlock.
pub async fn lock(db: &mut Db, projects: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select project_id from budget where organization_id = $1 and project_id = any($2) order by project_id for no key update",
        organization,
        projects
    )
    .fetch_all(db.connection())
    .await?)
}

/// The budgets of these projects, in no particular order.
pub async fn of_projects(db: &mut Db, projects: &[Uuid]) -> Result<Vec<Budget>, Error> {
    let organization = db.organization();
    let rows = query_as!(
        BudgetRow,
        r#"select b.id, b.project_id, p.name as project_name, p.color, c.id as client_id, c.name as client_name, c.currency,
               b.seconds, b.amount, b.period, b.basis, b.warning_percent, b.critical_percent, b.hard_stop, b.version,
               c.search_key as client_key, p.search_key as project_key
           from budget b
           join project p on p.organization_id = b.organization_id and p.id = b.project_id
           join client c on c.organization_id = p.organization_id and c.id = p.client_id
           where b.organization_id = $1 and b.project_id = any($2)"#,
        organization,
        projects
    )
    .fetch_all(db.connection())
    .await?;
    rows.into_iter().map(BudgetRow::read).collect()
}

/// The filters of a list of budgets.
pub struct BudgetFilter {
    /// The client.
    pub client: Option<Uuid>,
    /// Also those of archived projects.
    pub archived: bool,
    /// Only those of projects that this member is on.
    pub on: Option<Uuid>,
}

/// The position of the last row of a page: the sort keys of client and project, and the project's id.
pub type BudgetKeyset = (String, String, Uuid);

/// Budgets by client and project, after the last page.
pub async fn list(db: &mut Db, filter: &BudgetFilter, after: Option<BudgetKeyset>, limit: i64) -> Result<Vec<BudgetRow>, Error> {
    let organization = db.organization();
    let (client_key, project_key, id) = match after {
        Some((client_key, project_key, id)) => (Some(client_key), Some(project_key), Some(id)),
        None => (None, None, None),
    };
    Ok(query_as!(
        BudgetRow,
        r#"select b.id, b.project_id, p.name as project_name, p.color, c.id as client_id, c.name as client_name, c.currency,
               b.seconds, b.amount, b.period, b.basis, b.warning_percent, b.critical_percent, b.hard_stop, b.version,
               c.search_key as client_key, p.search_key as project_key
           from budget b
           join project p on p.organization_id = b.organization_id and p.id = b.project_id
           join client c on c.organization_id = p.organization_id and c.id = p.client_id
           where b.organization_id = $1 and ($2::uuid is null or p.client_id = $2)
               and ($3 or (p.archived_at is null and c.archived_at is null))
               and ($4::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $4))
               and ($5::text is null or (c.search_key, p.search_key, p.id) > ($5, $6::text, $7::uuid))
           order by c.search_key, p.search_key, p.id limit $8"#,
        organization,
        filter.client,
        filter.archived,
        filter.on,
        client_key,
        project_key,
        id,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// How many budgets match.
pub async fn count(db: &mut Db, filter: &BudgetFilter) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!"
           from budget b
           join project p on p.organization_id = b.organization_id and p.id = b.project_id
           join client c on c.organization_id = p.organization_id and c.id = p.client_id
           where b.organization_id = $1 and ($2::uuid is null or p.client_id = $2)
               and ($3 or (p.archived_at is null and c.archived_at is null))
               and ($4::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $4))"#,
        organization,
        filter.client,
        filter.archived,
        filter.on
    )
    .fetch_one(db.connection())
    .await?)
}

/// A project and the days of which the usage is wanted.
#[derive(Debug, Clone, Copy)]
pub struct UsageQuery {
    /// The project.
    pub project: Uuid,
    /// First and last day.
    pub days: (Date, Date),
    /// Which time the hours count.
    pub basis: BudgetBasis,
}

/// The usage of each query, in the same order: one statement for a whole list.
pub async fn usage(db: &mut Db, asked: &[UsageQuery], now: Timestamp) -> Result<Vec<Usage>, Error> {
    let organization = db.organization();
    let projects: Vec<Uuid> = asked.iter().map(|asked| asked.project).collect();
    let first: Vec<jiff_sqlx::Date> = asked.iter().map(|asked| date(asked.days.0)).collect();
    let last: Vec<jiff_sqlx::Date> = asked.iter().map(|asked| date(asked.days.1)).collect();
    let everything: Vec<bool> = asked.iter().map(|asked| asked.basis == BudgetBasis::All).collect();
    Ok(query_as!(
        Usage,
        r#"select coalesce(sum(d.seconds), 0)::bigint as "seconds!", coalesce(sum(d.amount), 0)::bigint as "amount!",
               coalesce(sum(d.pending_seconds), 0)::bigint as "pending_seconds!", coalesce(sum(d.pending_amount), 0)::bigint as "pending_amount!"
           from unnest($2::uuid[], $3::date[], $4::date[], $5::boolean[]) with ordinality as a (project_id, first, last, everything, place)
           left join lateral budget_days($1, a.project_id, a.first, a.last, a.everything, $6) d on true
           group by a.place order by a.place"#,
        organization,
        &projects,
        &first as _,
        &last as _,
        &everything,
        instant(now) as _
    )
    .fetch_all(db.connection())
    .await?)
}

/// What was used on one day.
#[allow(missing_docs, reason = "the columns are described at Usage")]
pub struct DayUsage {
    pub day: jiff_sqlx::Date,
    pub seconds: i64,
    pub amount: i64,
}

/// The usage per day; days without usage are left out.
pub async fn days(db: &mut Db, asked: UsageQuery, now: Timestamp) -> Result<Vec<DayUsage>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        DayUsage,
        r#"select d.day as "day!: jiff_sqlx::Date", d.seconds as "seconds!", d.amount as "amount!"
           from budget_days($1, $2, $3, $4, $5, $6) d
           where d.seconds > 0 or d.amount > 0 order by d.day"#,
        organization,
        asked.project,
        date(asked.days.0) as _,
        date(asked.days.1) as _,
        asked.basis == BudgetBasis::All,
        instant(now) as _
    )
    .fetch_all(db.connection())
    .await?)
}

/// Locks these projects against deletion until the transaction ends.
pub async fn lock_key_share(db: &mut Db, projects: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!("select id from project where organization_id = $1 and id = any($2) order by id for key share", organization, projects)
        .fetch_all(db.connection())
        .await?;
    Ok(())
}
