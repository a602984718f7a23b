//! SQL of unbilled time.

use domain::day::DateRange;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, date},
    error::Error,
    invoices::compose::UnbilledEntry,
    page::ProjectKeyset,
};

/// Filter of unbilled time.
pub struct BillableFilter<'a> {
    /// The client.
    pub client: Uuid,
    /// The days; all when absent.
    pub period: Option<&'a DateRange>,
    /// The projects; all when empty.
    pub projects: &'a [Uuid],
    /// The entries to leave out.
    pub defer: &'a [Uuid],
}

/// Unbilled time of one project, summed.
pub struct UnbilledRow {
    pub client_id: Uuid,
    pub client_name: String,
    pub currency: String,
    pub project_id: Uuid,
    pub project_name: String,
    pub seconds: i64,
    pub amount: i64,
    pub without_rate: i64,
    pub entries: i64,
    pub oldest: jiff_sqlx::Date,
    pub newest: jiff_sqlx::Date,
    /// The sort keys of the list, from the database.
    pub client_key: String,
    pub project_key: String,
}

/// A page of unbilled time by client and project, after the cursor. Only the time of the projects of the page is summed up.
pub async fn unbilled_by_project(
    db: &mut Db,
    client: Option<Uuid>,
    period: Option<&DateRange>,
    after: Option<ProjectKeyset>,
    limit: i64,
) -> Result<Vec<UnbilledRow>, Error> {
    let (organization, (from, to)) = (db.organization(), days(period));
    let (client_key, project_key, id) = match after {
        Some((client_key, project_key, id)) => (Some(client_key), Some(project_key), Some(id)),
        None => (None, None, None),
    };
    Ok(query_as!(
        UnbilledRow,
        r#"with page as materialized (
               select p.id, p.name, c.id as client_id, c.name as client_name, c.currency, c.search_key as client_key, p.search_key as project_key
               from project p join client c on c.organization_id = p.organization_id and c.id = p.client_id
               where p.organization_id = $1 and ($2::uuid is null or p.client_id = $2)
                   and ($3::text is null or (c.search_key, p.search_key, p.id) > ($3, $4::text, $5::uuid))
                   and exists (
                       select from time_entry t
                       where t.organization_id = $1 and t.project_id = p.id and is_unbilled(t)
                           and ($7::date is null or t.day >= $7) and ($8::date is null or t.day <= $8))
               order by c.search_key, p.search_key, p.id limit $6
           )
           select p.client_id as "client_id!", p.client_name as "client_name!", p.currency as "currency!", p.id as "project_id!",
               p.name as "project_name!", u.seconds as "seconds!", u.amount as "amount!", u.without_rate as "without_rate!",
               u.entries as "entries!", u.oldest as "oldest!", u.newest as "newest!",
               p.client_key as "client_key!", p.project_key as "project_key!"
           from page p
           cross join lateral (
               select sum(t.seconds)::bigint as seconds, coalesce(sum(entry_amount(t.seconds, t.rate)), 0)::bigint as amount,
                   coalesce(sum(t.seconds) filter (where t.rate is null), 0)::bigint as without_rate, count(*) as entries,
                   min(t.day) as oldest, max(t.day) as newest
               from time_entry t
               where t.organization_id = $1 and t.project_id = p.id and is_unbilled(t)
                   and ($7::date is null or t.day >= $7) and ($8::date is null or t.day <= $8)
           ) u
           order by p.client_key, p.project_key, p.id"#,
        organization,
        client,
        client_key,
        project_key,
        id,
        limit,
        from as _,
        to as _
    )
    .fetch_all(db.connection())
    .await?)
}

/// The clients with unbilled time on these days, by name.
pub async fn clients_with_unbilled(db: &mut Db, period: Option<&DateRange>, limit: i64) -> Result<Vec<Uuid>, Error> {
    let (organization, (from, to)) = (db.organization(), days(period));
    Ok(query_scalar!(
        "select c.id from client c
         where c.organization_id = $1 and exists (
             select from time_entry t join project p on p.organization_id = $1 and p.id = t.project_id
             where t.organization_id = $1 and is_unbilled(t) and p.client_id = c.id
                 and ($2::date is null or t.day >= $2) and ($3::date is null or t.day <= $3)
         )
         order by c.search_key, c.id limit $4",
        organization,
        from as _,
        to as _,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// The names of these clients; one that was deleted is left out.
pub async fn client_names(db: &mut Db, clients: &[Uuid]) -> Result<Vec<(Uuid, String)>, Error> {
    let organization = db.organization();
    let rows = query!("select id, name from client where organization_id = $1 and id = any($2)", organization, clients)
        .fetch_all(db.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

/// The first of these clients with more unbilled entries on these days than an invoice bills; `None` without one. No more entries of a
/// client are read than that.
pub async fn client_with_many_unbilled(db: &mut Db, clients: &[Uuid], period: Option<&DateRange>) -> Result<Option<Uuid>, Error> {
    let (organization, (from, to)) = (db.organization(), days(period));
    Ok(query_scalar!(
        r#"select wanted.id as "id!" from unnest($2::uuid[]) with ordinality as wanted (id, place)
           cross join lateral (
               select count(*) as entries from (
                   select t.id from time_entry t
                   join project p on p.organization_id = t.organization_id and p.id = t.project_id
                   where t.organization_id = $1 and is_unbilled(t) and p.client_id = wanted.id
                       and ($3::date is null or t.day >= $3) and ($4::date is null or t.day <= $4)
                   limit $5
               ) counted
           ) of_client
           where of_client.entries = $5 order by wanted.place limit 1"#,
        organization,
        clients,
        from as _,
        to as _,
        ENTRIES_MAX + 1
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Locks the unbilled entries of several clients, in the same order as [`lock_unbilled`], and no more than the invoices of all of them bill.
pub async fn lock_unbilled_of_clients(db: &mut Db, clients: &[Uuid], period: Option<&DateRange>) -> Result<(), Error> {
    let (organization, (from, to)) = (db.organization(), days(period));
    query!(
        "select t.id from time_entry t
         join project p on p.organization_id = t.organization_id and p.id = t.project_id
         where t.organization_id = $1 and is_unbilled(t) and p.client_id = any($2)
             and ($3::date is null or t.day >= $3) and ($4::date is null or t.day <= $4)
         order by t.id limit $5 for update of t",
        organization,
        clients,
        from as _,
        to as _,
        clients.len() as i64 * ENTRIES_MAX
    )
    .fetch_all(db.connection())
    .await?;
    Ok(())
}

/// Maximum number of entries on one invoice; a line holds many entries, so the limit on lines is lower.
pub const ENTRIES_MAX: i64 = 5_000;

/// Locks the unbilled entries that match, so that nobody else bills or changes them until the transaction ends.
///
/// Waits for entries that a concurrent draft has locked, and leaves them out if that draft reserves them.
pub async fn lock_unbilled(db: &mut Db, wanted: &BillableFilter<'_>) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    let (from, to) = days(wanted.period);
    Ok(query_scalar!(
        "select t.id from time_entry t
         join project p on p.organization_id = t.organization_id and p.id = t.project_id
         where t.organization_id = $1 and is_unbilled(t) and p.client_id = $2
             and ($3::date is null or t.day >= $3) and ($4::date is null or t.day <= $4)
             and (cardinality($5::uuid[]) = 0 or t.project_id = any($5)) and t.id <> all($6::uuid[])
         order by t.id limit $7 for update of t",
        organization,
        wanted.client,
        from as _,
        to as _,
        wanted.projects,
        wanted.defer,
        ENTRIES_MAX + 1
    )
    .fetch_all(db.connection())
    .await?)
}

/// The drafts that hold time which matches, the newest first.
pub async fn drafts_with_time(db: &mut Db, wanted: &BillableFilter<'_>, limit: i64) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    let (from, to) = days(wanted.period);
    Ok(query_scalar!(
        "select i.id from invoice i
         where i.organization_id = $1 and i.client_id = $2 and i.state = 'draft' and exists (
             select from invoice_line l join time_entry t on t.organization_id = $1 and t.invoice_line_id = l.id
             where l.organization_id = $1 and l.invoice_id = i.id
                 and ($3::date is null or t.day >= $3) and ($4::date is null or t.day <= $4)
                 and (cardinality($5::uuid[]) = 0 or t.project_id = any($5)) and t.id <> all($6::uuid[])
         )
         order by i.id desc limit $7",
        organization,
        wanted.client,
        from as _,
        to as _,
        wanted.projects,
        wanted.defer,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// Those of the given entries that are time of the client.
pub async fn filter_entries_of_client(db: &mut Db, client: Uuid, entries: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select t.id from time_entry t
         join project p on p.organization_id = t.organization_id and p.id = t.project_id
         where t.organization_id = $1 and p.client_id = $2 and t.id = any($3)",
        organization,
        client,
        entries
    )
    .fetch_all(db.connection())
    .await?)
}

/// The number of entries that match and the size of their descriptions.
pub struct UnbilledSize {
    /// The number of entries, counted up to [`ENTRIES_MAX`] and one more.
    pub entries: i64,
    /// The size of their descriptions in bytes of UTF-8.
    pub bytes: i64,
}

/// How much the unbilled entries that match would load; with `only`, no others than those. A size is read without the text itself.
pub async fn unbilled_size(db: &mut Db, wanted: &BillableFilter<'_>, only: Option<&[Uuid]>) -> Result<UnbilledSize, Error> {
    let organization = db.organization();
    let (from, to) = days(wanted.period);
    Ok(query_as!(
        UnbilledSize,
        r#"select count(*) as "entries!", coalesce(sum(counted.bytes), 0)::bigint as "bytes!" from (
               select octet_length(t.description) as bytes
               from time_entry t
               join project p on p.organization_id = t.organization_id and p.id = t.project_id
               where t.organization_id = $1 and is_unbilled(t) and p.client_id = $2
                   and ($3::date is null or t.day >= $3) and ($4::date is null or t.day <= $4)
                   and (cardinality($5::uuid[]) = 0 or t.project_id = any($5)) and t.id <> all($6::uuid[])
                   and ($7::uuid[] is null or t.id = any($7))
               limit $8
           ) counted"#,
        organization,
        wanted.client,
        from as _,
        to as _,
        wanted.projects,
        wanted.defer,
        only,
        ENTRIES_MAX + 1
    )
    .fetch_one(db.connection())
    .await?)
}

/// The unbilled entries that match, in the order of the work; with `only`, no others than those. Their descriptions are loaded only
/// where they are `described`.
pub async fn unbilled_entries(
    db: &mut Db,
    wanted: &BillableFilter<'_>,
    only: Option<&[Uuid]>,
    described: bool,
) -> Result<Vec<UnbilledEntry>, Error> {
    let organization = db.organization();
    let (from, to) = days(wanted.period);
    let rows = query!(
        r#"select t.id, t.project_id, p.name as project_name, t.member_id, m.name as member_name, t.day, t.seconds, t.rate,
             case when $9 then t.description else '' end as "description!", t.labour = 'agent' as "by_agent!"
         from time_entry t
         join project p on p.organization_id = t.organization_id and p.id = t.project_id
         join member m on m.organization_id = t.organization_id and m.id = t.member_id
         where t.organization_id = $1 and is_unbilled(t) and p.client_id = $2
             and ($3::date is null or t.day >= $3) and ($4::date is null or t.day <= $4)
             and (cardinality($5::uuid[]) = 0 or t.project_id = any($5)) and t.id <> all($6::uuid[])
             and ($7::uuid[] is null or t.id = any($7))
         order by t.day, t.position, t.id limit $8"#,
        organization,
        wanted.client,
        from as _,
        to as _,
        wanted.projects,
        wanted.defer,
        only,
        ENTRIES_MAX + 1,
        described
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| UnbilledEntry {
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
        })
        .collect())
}

/// The first and the last day of the time on an invoice.
pub async fn worked_days(db: &mut Db, invoice: Uuid) -> Result<Option<(jiff_sqlx::Date, jiff_sqlx::Date)>, Error> {
    let organization = db.organization();
    let days = query!(
        r#"select min(t.day) as "first", max(t.day) as "last" from invoice_line l
           join time_entry t on t.organization_id = $1 and t.invoice_line_id = l.id
           where l.organization_id = $1 and l.invoice_id = $2"#,
        organization,
        invoice
    )
    .fetch_one(db.connection())
    .await?;
    Ok(days.first.zip(days.last))
}

/// Reserves entries for their lines.
pub async fn reserve(db: &mut Db, entries: &[Uuid], lines: &[Uuid]) -> Result<u64, Error> {
    let organization = db.organization();
    let reserved = query!(
        "update time_entry t set invoice_line_id = r.line
         from unnest($2::uuid[], $3::uuid[]) as r (entry, line)
         where t.organization_id = $1 and t.id = r.entry and t.invoice_line_id is null",
        organization,
        entries,
        lines
    )
    .execute(db.connection())
    .await?;
    Ok(reserved.rows_affected())
}

/// Releases the entries of lines.
pub async fn release_lines(db: &mut Db, lines: &[Uuid]) -> Result<u64, Error> {
    let organization = db.organization();
    let released = query!(
        "update time_entry set invoice_line_id = null where organization_id = $1 and id = any(array(
             select t.id from time_entry t where t.organization_id = $1 and t.invoice_line_id = any($2) order by t.id for update))",
        organization,
        lines
    )
    .execute(db.connection())
    .await?;
    Ok(released.rows_affected())
}

/// Releases all entries of an invoice. Locks them in the order of their ids, as all writers of time do.
pub async fn release_invoice(db: &mut Db, invoice: Uuid) -> Result<u64, Error> {
    let organization = db.organization();
    let released = query!(
        "update time_entry set invoice_line_id = null where organization_id = $1 and id = any(array(
             select t.id from time_entry t join invoice_line l on l.organization_id = $1 and l.id = t.invoice_line_id
             where t.organization_id = $1 and l.invoice_id = $2 order by t.id for update of t))",
        organization,
        invoice
    )
    .execute(db.connection())
    .await?;
    Ok(released.rows_affected())
}

/// The first and the last day of a period, for SQL.
pub(super) fn days(period: Option<&DateRange>) -> (Option<jiff_sqlx::Date>, Option<jiff_sqlx::Date>) {
    period.map(|span| (date(span.from.date()), date(span.to.date()))).unzip()
}
