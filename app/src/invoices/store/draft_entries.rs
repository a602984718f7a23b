//! SQL of the time on drafts and its rates.

use jiff::Timestamp;
use sqlx::query;
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
    invoices::{compose::UnbilledEntry, store::LineRow},
};

/// An entry on a draft.
pub struct DraftEntry {
    /// The id of its line.
    pub line: Uuid,
    /// The entry.
    pub entry: UnbilledEntry,
    /// Whether its rate is its own, set on the entry itself.
    pub own: bool,
    /// The rate that such time would get now, in minor units per hour.
    pub holds: Option<i64>,
    /// Whether its day is closed by the lock date.
    pub closed: bool,
}

/// Locks the time on an invoice until the transaction ends.
pub async fn lock_draft_entries(db: &mut Db, invoice: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "select t.id from invoice_line l join time_entry t on t.organization_id = $1 and t.invoice_line_id = l.id
         where l.organization_id = $1 and l.invoice_id = $2 order by t.id for update of t",
        organization,
        invoice
    )
    .fetch_all(db.connection())
    .await?;
    Ok(())
}

/// The time on an invoice in the order of the work, with its present rate: that of the project, else the client, else, for clients in
/// the organization's currency, the member, else the organization. The descriptions are loaded only where it is `described`.
pub async fn draft_entries(db: &mut Db, invoice: Uuid, described: bool) -> Result<Vec<DraftEntry>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select l.id as line, t.id, t.project_id, p.name as project_name, t.member_id, m.name as member_name, t.day,
               case when $3 then t.description else '' end as "description!", t.seconds, t.rate, t.labour = 'agent' as "by_agent!",
               t.rate_overridden, coalesce(t.day <= o.lock_date, false) as "closed!",
               current_rate(p.rate, c.rate, c.currency, m.bill_rate, o.rate, o.currency) as holds
           from invoice_line l
           join time_entry t on t.organization_id = $1 and t.invoice_line_id = l.id
           join project p on p.organization_id = $1 and p.id = t.project_id
           join client c on c.organization_id = $1 and c.id = p.client_id
           join member m on m.organization_id = $1 and m.id = t.member_id
           join organization o on o.id = $1
           where l.organization_id = $1 and l.invoice_id = $2
           order by t.day, t.position, t.id"#,
        organization,
        invoice,
        described
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DraftEntry {
            line: row.line,
            entry: UnbilledEntry {
                id: row.id,
                project: row.project_id,
                project_name: row.project_name,
                member: row.member_id,
                member_name: row.member_name,
                day: row.day.to_jiff(),
                description: row.description,
                seconds: i64::from(row.seconds),
                rate: row.rate,
                by_agent: row.by_agent,
            },
            own: row.rate_overridden,
            holds: row.holds,
            closed: row.closed,
        })
        .collect())
}

/// Stores the rates of entries, and whether each is the entry's own.
pub async fn set_rates(db: &mut Db, entries: &[&DraftEntry], now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    let ids: Vec<Uuid> = entries.iter().map(|time| time.entry.id).collect();
    let rates: Vec<Option<i64>> = entries.iter().map(|time| time.entry.rate).collect();
    let own: Vec<bool> = entries.iter().map(|time| time.own).collect();
    query!(
        "update time_entry t set rate = r.rate, rate_overridden = r.own, updated_at = $5, version = t.version + 1
         from unnest($2::uuid[], $3::bigint[], $4::boolean[]) as r (id, rate, own)
         where t.organization_id = $1 and t.id = r.id",
        organization,
        &ids,
        &rates as _,
        &own,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Moves the entries of these lines of a draft onto them.
pub async fn move_entries(db: &mut Db, lines: &[LineRow]) -> Result<(), Error> {
    let organization = db.organization();
    let (entries, places): (Vec<Uuid>, Vec<Uuid>) =
        lines.iter().flat_map(|line| line.entries.iter().map(|entry| (*entry, line.id))).unzip();
    query!(
        "update time_entry t set invoice_line_id = m.line from unnest($2::uuid[], $3::uuid[]) as m (entry, line)
         where t.organization_id = $1 and t.id = m.entry",
        organization,
        &entries,
        &places
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
