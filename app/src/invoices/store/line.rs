//! SQL of invoice lines.

use std::collections::HashMap;

use domain::money::{Currency, millionths_of};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// A line as stored. The stored text of a composed line of a draft may be outdated; `line_texts::lines` composes it again.
#[derive(Clone, PartialEq)]
pub struct LineRow {
    pub id: Uuid,
    pub kind: String,
    pub description: String,
    /// Whether the description is composed and not written by hand; `None` where that is unknown.
    pub composed: Option<bool>,
    pub project_id: Option<Uuid>,
    /// The present name of the project; `None` on a line that is not stored yet.
    pub project_name: Option<String>,
    pub seconds: Option<i64>,
    pub billed_seconds: Option<i64>,
    /// Of a custom line, in hundred-millionths.
    pub invoiced_quantity: Option<i64>,
    pub unit: String,
    /// In millionths of the major unit.
    pub unit_price: i64,
    pub net: i64,
    pub tax_category: String,
    /// In ten-thousandths of a percent.
    pub tax_percent: i32,
    pub tax_reason: Option<String>,
    /// Whether it was sent as a disbursement; `None` on a draft, and where that was not stored.
    pub laid_out: Option<bool>,
    /// Whether time on it has no rate, and is billed at 0; false once that time is released.
    pub without_rate: bool,
    pub entries: Vec<Uuid>,
}

/// The lines of an invoice in their order, each with the entries on it.
pub async fn lines(db: &mut Db, invoice: Uuid) -> Result<Vec<LineRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        LineRow,
        r#"select l.id, l.kind, l.description, l.composed, l.project_id, p.name as "project_name?", l.seconds, l.billed_seconds, l.invoiced_quantity, l.unit,
               l.unit_price, l.net, l.tax_category, l.tax_percent, l.tax_reason, l.id = any (i.laid_out) as "laid_out?",
               exists (select from time_entry t where t.organization_id = l.organization_id and t.invoice_line_id = l.id and t.rate is null) as "without_rate!",
               array(select t.id from time_entry t where t.organization_id = l.organization_id and t.invoice_line_id = l.id order by t.day, t.id) as "entries!"
           from invoice_line l join invoice i on i.organization_id = l.organization_id and i.id = l.invoice_id
           left join project p on p.organization_id = l.organization_id and p.id = l.project_id
           where l.organization_id = $1 and l.invoice_id = $2 order by l.position, l.id"#,
        organization,
        invoice
    )
    .fetch_all(db.connection())
    .await?)
}

/// The names of the projects of lines.
pub async fn project_names(db: &mut Db, lines: &[LineRow]) -> Result<HashMap<Uuid, String>, Error> {
    let (organization, projects) = (db.organization(), lines.iter().filter_map(|line| line.project_id).collect::<Vec<_>>());
    let rows = query!("select id, name from project where organization_id = $1 and id = any ($2)", organization, &projects)
        .fetch_all(db.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.name)).collect())
}

impl LineRow {
    /// Sets the project name from these names.
    pub fn named(self, names: &HashMap<Uuid, String>) -> Self {
        let name = self.project_id.and_then(|project| names.get(&project).cloned());
        Self { project_name: name, ..self }
    }
}

/// Adds lines in their order, behind the position `last`. Earlier versions of the program read `price` in minor units and `quantity` in
/// thousandths, so both are written as well.
pub async fn insert_lines(db: &mut Db, invoice: Uuid, last: i32, lines: &[LineRow], currency: &Currency) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into invoice_line (organization_id, id, invoice_id, position, kind, description, project_id, seconds, billed_seconds,
             invoiced_quantity, unit, unit_price, net, tax_category, tax_percent, tax_reason, composed, price, quantity)
         select $1, l.id, $2, $3::integer + l.place::integer, l.kind, l.description, l.project_id, l.seconds, l.billed_seconds,
             l.invoiced_quantity, l.unit, l.unit_price, l.net, l.tax_category, l.tax_percent, l.tax_reason, l.composed,
             round(l.unit_price::numeric / $16::bigint), coalesce(round(l.invoiced_quantity / 100000.0), (l.billed_seconds * 1000 + 1800) / 3600)
         from unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[],
                 $12::bigint[], $13::bigint[], $14::text[], $15::integer[], $17::text[], $18::boolean[]) with ordinality
             as l (id, kind, description, project_id, seconds, billed_seconds, invoiced_quantity, unit, unit_price, net, tax_category,
                 tax_percent, tax_reason, composed, place)",
        organization,
        invoice,
        last,
        &each(lines, |line| line.id),
        &each(lines, |line| line.kind.clone()),
        &each(lines, |line| line.description.clone()),
        &each(lines, |line| line.project_id) as _,
        &each(lines, |line| line.seconds) as _,
        &each(lines, |line| line.billed_seconds) as _,
        &each(lines, |line| line.invoiced_quantity) as _,
        &each(lines, |line| line.unit.clone()),
        &each(lines, |line| line.unit_price),
        &each(lines, |line| line.net),
        &each(lines, |line| line.tax_category.clone()),
        &each(lines, |line| line.tax_percent),
        millionths_of(currency),
        &each(lines, |line| line.tax_reason.clone()) as _,
        &each(lines, |line| line.composed) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// One column of the lines as a vector.
fn each<T>(lines: &[LineRow], value: impl Fn(&LineRow) -> T) -> Vec<T> {
    lines.iter().map(value).collect()
}

/// Stores text, time, amounts and tax of lines. A composed line keeps its stored text, which is composed again when it is
/// read.
pub async fn update_lines(db: &mut Db, lines: &[LineRow], currency: &Currency) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invoice_line i set description = case when l.composed then i.description else l.description end, composed = l.composed,
             invoiced_quantity = l.invoiced_quantity, unit_price = l.unit_price, net = l.net, tax_category = l.tax_category,
             tax_percent = l.tax_percent, tax_reason = l.tax_reason, seconds = l.seconds, billed_seconds = l.billed_seconds,
             price = round(l.unit_price::numeric / $12::bigint),
             quantity = coalesce(round(l.invoiced_quantity / 100000.0), (l.billed_seconds * 1000 + 1800) / 3600)
         from unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::integer[], $9::text[], $10::bigint[],
                 $11::bigint[], $13::boolean[])
             as l (id, description, invoiced_quantity, unit_price, net, tax_category, tax_percent, tax_reason, seconds, billed_seconds,
                 composed)
         where i.organization_id = $1 and i.id = l.id",
        organization,
        &each(lines, |line| line.id),
        &each(lines, |line| line.description.clone()),
        &each(lines, |line| line.invoiced_quantity) as _,
        &each(lines, |line| line.unit_price),
        &each(lines, |line| line.net),
        &each(lines, |line| line.tax_category.clone()),
        &each(lines, |line| line.tax_percent),
        &each(lines, |line| line.tax_reason.clone()) as _,
        &each(lines, |line| line.seconds) as _,
        &each(lines, |line| line.billed_seconds) as _,
        millionths_of(currency),
        &each(lines, |line| line.composed) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Stores the present texts of composed lines that have changed; returns their ids. Sets `composed` to null until [`mark_composed`] runs,
/// since the trigger `keep_composed` takes a text that changes on a composed line for one written by hand.
pub async fn keep_texts(db: &mut Db, lines: &[Uuid], texts: &[String]) -> Result<Vec<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "update invoice_line l set description = t.words, composed = null from unnest($2::uuid[], $3::text[]) as t (id, words)
         where l.organization_id = $1 and l.id = t.id and l.composed and l.description <> t.words
         returning l.id",
        organization,
        lines,
        texts
    )
    .fetch_all(db.connection())
    .await?)
}

/// Marks the texts of lines as composed.
pub async fn mark_composed(db: &mut Db, lines: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!("update invoice_line set composed = true where organization_id = $1 and id = any($2)", organization, lines)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Sets the positions of lines to this order.
pub async fn order_lines(db: &mut Db, order: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invoice_line l set position = o.position from unnest($2::uuid[]) with ordinality as o (id, position)
         where l.organization_id = $1 and l.id = o.id",
        organization,
        order
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Deletes lines; their entries must have been released.
pub async fn delete_lines(db: &mut Db, lines: &[Uuid]) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from invoice_line where organization_id = $1 and id = any($2)", organization, lines).execute(db.connection()).await?;
    Ok(())
}

/// The position of the last line, 0 when there is none.
pub async fn last_position(db: &mut Db, invoice: Uuid) -> Result<i32, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select coalesce(max(position), 0) as "last!" from invoice_line where organization_id = $1 and invoice_id = $2"#,
        organization,
        invoice
    )
    .fetch_one(db.connection())
    .await?)
}

/// The taxes that a client had before each of its newest 1,000 changes since an invoice was drafted: category, rate in ten-thousandths,
/// reason.
pub async fn taxes_since(db: &mut Db, invoice: Uuid, client: Uuid) -> Result<Vec<(String, i32, Option<String>)>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select distinct c.before ->> 'tax_category' as "category!", (c.before ->> 'tax_percent')::integer as "percent!",
               c.before ->> 'tax_reason' as reason
           from (
               select n.before from change n
               where n.organization_id = $1 and n.kind = 'client' and n.record_id = $3 and n.position > coalesce((
                   select min(i.position) from change i where i.organization_id = $1 and i.kind = 'invoice' and i.record_id = $2), 0)
               order by n.position desc limit 1000
           ) c
           where c.before ->> 'tax_percent' is not null
           limit 100"#,
        organization,
        invoice,
        client
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.category, row.percent, row.reason)).collect())
}
