//! SQL of what a write of time depends on: members, billing terms, and the end of earlier time.

use domain::{day::zone, id::ClientId, money::Currency};
use jiff::{SignedDuration, Timestamp, civil::Date};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, date, instant},
    error::Error,
    time::pricing::BillingTerms,
};

/// Serializes the writes of a member's timer. Rows that only refer to the member are not blocked.
pub async fn lock_member(db: &mut Db, member: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("select id from member where organization_id = $1 and id = $2 for no key update", organization, member)
        .fetch_one(db.connection())
        .await?;
    Ok(())
}

/// A member for whom time may be logged, unless they have left.
pub struct Worker {
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: String,
    /// Whether they have left.
    pub left: bool,
}

/// The member with this id.
pub async fn worker(db: &mut Db, member: Uuid) -> Result<Worker, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Worker,
        r#"select name, role, removed_at is not null as "left!" from member where organization_id = $1 and id = $2"#,
        organization,
        member
    )
    .fetch_one(db.connection())
    .await?)
}

/// The terms of the time of a member on a project; with `on`, only if that member is on the project.
pub async fn terms(db: &mut Db, project: Uuid, member: Uuid, on: Option<Uuid>) -> Result<Option<BillingTerms>, Error> {
    let organization = db.organization();
    let row = query!(
        r#"select p.id, p.name, p.billing, p.bill_agent_time, p.archived_at is not null as "archived!",
               c.archived_at is not null as "client_archived!", p.rate,
               c.id as client_id, c.name as client_name, c.currency, c.rate as client_rate, m.bill_rate, m.cost_rate,
               o.rate as organization_rate, o.currency as organization_currency, o.lock_date, o.timer_limit_seconds,
               coalesce(m.time_zone, o.time_zone) as "time_zone!"
           from project p
           join client c on c.organization_id = p.organization_id and c.id = p.client_id
           join member m on m.organization_id = p.organization_id and m.id = $3
           join organization o on o.id = p.organization_id
           where p.organization_id = $1 and p.id = $2
               and ($4::uuid is null or exists (select from project_member pm where pm.organization_id = $1 and pm.project_id = p.id and pm.member_id = $4))"#,
        organization,
        project,
        member,
        on
    )
    .fetch_optional(db.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(BillingTerms {
        member,
        project: row.id,
        project_name: format!("{} / {}", row.client_name, row.name),
        client: ClientId(row.client_id),
        client_name: row.client_name,
        billing: row.billing.parse()?,
        bill_agent_time: row.bill_agent_time,
        archived: row.archived,
        client_archived: row.client_archived,
        currency: Currency::parse(&row.currency)?,
        project_rate: row.rate,
        client_rate: row.client_rate,
        member_rate: row.bill_rate,
        organization_rate: row.organization_rate,
        organization_currency: Currency::parse(&row.organization_currency)?,
        cost_rate: row.cost_rate,
        zone: zone::load(&row.time_zone)?,
        lock_date: row.lock_date.map(|day| day.to_jiff()),
        timer_limit: i64::from(row.timer_limit_seconds),
    }))
}

/// The end of the member's latest entry that began before `now`, if it is after `start`.
///
/// No entry is longer than a day, so three days back are enough, whatever time zones the two days are in.
pub async fn busy_until(db: &mut Db, member: Uuid, start: Timestamp, day: Date, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let organization = db.organization();
    let since = day.saturating_sub(SignedDuration::from_hours(72));
    let end = query_scalar!(
        "select max(ended_at) from time_entry
         where organization_id = $1 and member_id = $2 and day >= $3 and ended_at > $4 and started_at <= $5",
        organization,
        member,
        date(since) as _,
        instant(start) as _,
        instant(now) as _
    )
    .fetch_one(db.connection())
    .await?;
    Ok(end.map(|end| end.to_jiff()))
}
