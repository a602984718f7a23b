//! SQL of redrafts: the entries of a void invoice, the former taxes of its client, and the links between void invoice and redraft.

use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// The redraft links of an invoice in both directions.
pub struct RedraftLinks {
    /// The void invoice that this one redrafts.
    pub of_id: Option<Uuid>,
    /// Its number.
    pub of_number: Option<String>,
    /// The redraft of this invoice.
    pub as_id: Option<Uuid>,
    /// Its number, once it was sent.
    pub as_number: Option<String>,
    /// Its state.
    pub as_state: Option<String>,
}

/// Reads the redraft links of an invoice.
pub async fn redrafts(db: &mut Db, invoice: Uuid) -> Result<RedraftLinks, Error> {
    let organization = db.organization();
    Ok(query_as!(
        RedraftLinks,
        r#"select o.id as "of_id?", o.number as "of_number?", n.id as "as_id?", n.number as "as_number?", n.state as "as_state?"
           from invoice i
           left join invoice o on o.organization_id = $1 and o.id = i.redraft_of_id
           left join invoice n on n.organization_id = $1 and n.redraft_of_id = i.id
           where i.organization_id = $1 and i.id = $2"#,
        organization,
        invoice
    )
    .fetch_one(db.connection())
    .await?)
}

/// The tax of an invoice in minor units when its present note was written, read from the log; of a redraft with the note of the void invoice
/// the tax of that one. `None` where the log does not know it, or the invoice has been changed 1,000 times since.
pub async fn tax_at_note(db: &mut Db, invoice: Uuid) -> Result<Option<i64>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select coalesce(
               (select v.tax from invoice i join invoice v on v.organization_id = $1 and v.id = i.redraft_of_id
                where i.organization_id = $1 and i.id = $2 and v.notes = i.notes),
               (select (c.after ->> 'tax')::bigint from change c
                where c.organization_id = $1 and c.kind = 'invoice' and c.record_id = $2 and c.after is not null and c.action_id = (
                    select w.action_id from (
                        select n.action_id, n.position, n.before, n.after from change n
                        where n.organization_id = $1 and n.kind = 'invoice' and n.record_id = $2
                        order by n.position desc limit 1000
                    ) w
                    where w.before ->> 'notes' is distinct from w.after ->> 'notes'
                    order by w.position desc limit 1)
                order by c.position desc limit 1)) as tax"#,
        organization,
        invoice
    )
    .fetch_one(db.connection())
    .await?)
}

/// An entry as it was when the invoice that it was on was voided.
#[allow(missing_docs, reason = "the columns of the table `time_entry`")]
pub struct VoidedEntry {
    pub id: Uuid,
    /// The id of its former line.
    pub line: Uuid,
    pub project: Uuid,
    pub day: jiff_sqlx::Date,
    /// The MD5 of its description, by which a change of it is found without loading it.
    pub description_md5: String,
    pub seconds: i64,
    pub rate: Option<i64>,
}

/// The entries that a void invoice has released, read from the log, since its lines do not refer to them any more.
pub async fn released_by_void(db: &mut Db, invoice: Uuid) -> Result<Vec<VoidedEntry>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        VoidedEntry,
        r#"with voided as materialized (
               select v.action_id from change v
               where v.organization_id = $1 and v.kind = 'invoice' and v.record_id = $2
                   and v.before ->> 'state' <> 'void' and v.after ->> 'state' = 'void'
               order by v.position desc limit 1
           )
           select c.record_id as "id!", l.id as "line!", b.project_id as "project!", b.day as "day!: jiff_sqlx::Date",
               md5(coalesce(b.description, '')) as "description_md5!", b.seconds as "seconds!", b.rate as "rate?"
           from voided v
           join change c on c.organization_id = $1 and c.action_id = v.action_id and c.kind = 'time_entry'
           -- An image is a JSON text, which a description may make long: it is parsed once.
           cross join lateral json_to_record(c.before) as b (
               invoice_line_id uuid, project_id uuid, day date, description text, seconds bigint, rate bigint
           )
           join invoice_line l on l.organization_id = $1 and l.invoice_id = $2 and l.id = b.invoice_line_id
           where c.after ->> 'invoice_line_id' is null
           order by c.record_id"#,
        organization,
        invoice
    )
    .fetch_all(db.connection())
    .await?)
}

/// Those of these entries that are described otherwise by now, compared without loading the descriptions.
pub async fn reworded(db: &mut Db, then: &[VoidedEntry]) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    let ids: Vec<Uuid> = then.iter().map(|entry| entry.id).collect();
    let hashes: Vec<String> = then.iter().map(|entry| entry.description_md5.clone()).collect();
    Ok(query_scalar!(
        "select t.id from unnest($2::uuid[], $3::text[]) as b (id, description_md5)
         join time_entry t on t.organization_id = $1 and t.id = b.id
         where md5(t.description) <> b.description_md5",
        organization,
        &ids,
        &hashes
    )
    .fetch_all(db.connection())
    .await?)
}

/// Locks entries until the transaction ends, in the order of their ids as all writers of time do.
pub async fn lock_entries(db: &mut Db, entries: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!("select id from time_entry where organization_id = $1 and id = any($2) order by id for update", organization, entries)
        .fetch_all(db.connection())
        .await?;
    Ok(())
}

/// The taxes that a client had between the drafting and the sending of an invoice: category, rate in ten-thousandths, reason. Each is
/// the state before a change of the client since the drafting, up to the first change after the sending; without such a change the
/// present tax is included. Of more than 1,000 changes of the client in that time the newest count. Empty where the log does not know
/// when the invoice was drafted.
pub async fn taxes_until_sent(db: &mut Db, invoice: Uuid, client: Uuid) -> Result<Vec<(String, i32, Option<String>)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"with own as materialized (
               -- The images are read only of changes that are older than the column alters_sent_invoice.
               select min(i.position) as drafted,
                   min(i.position) filter (where coalesce(i.alters_sent_invoice, i.after ->> 'state' <> 'draft')) as sent
               from change i where i.organization_id = $1 and i.kind = 'invoice' and i.record_id = $2
           ), later as materialized (
               select min(c.position) as first from own o
               join change c on c.organization_id = $1 and c.kind = 'client' and c.record_id = $3 and c.position > o.sent
           )
           select distinct s.image ->> 'tax_category' as "category!",
               coalesce((s.image ->> 'tax_percent')::integer, (s.image ->> 'tax_rate')::integer * 100) as "percent!",
               s.image ->> 'tax_reason' as reason
           from own o cross join later l
           cross join lateral (
               select n.before::jsonb as image from (
                   select c.before from change c
                   where c.organization_id = $1 and c.kind = 'client' and c.record_id = $3 and c.before is not null
                       and c.position > o.drafted and (l.first is null or c.position <= l.first)
                   order by c.position desc limit 1000
               ) n
               union all
               select to_jsonb(k) from client k where k.organization_id = $1 and k.id = $3 and l.first is null
           ) s
           where o.drafted is not null and s.image ->> 'tax_category' is not null
               and coalesce(s.image ->> 'tax_percent', s.image ->> 'tax_rate') is not null
           limit 100"#,
        organization,
        invoice,
        client
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.category, row.percent, row.reason)).collect())
}
