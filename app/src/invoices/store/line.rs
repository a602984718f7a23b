//! SQL of invoice lines.

use sqlx::{query, query_as};
use uuid::Uuid;

use crate::{database::Db, error::Error};

/// A line as stored.
#[derive(Clone, PartialEq)]
pub struct LineRow {
    pub id: Uuid,
    pub kind: String,
    pub description: String,
    pub project_id: Option<Uuid>,
    pub seconds: Option<i64>,
    pub billed_seconds: Option<i64>,
    pub quantity: i64,
    pub unit: String,
    pub price: i64,
    pub net: i64,
    pub tax_category: String,
    pub tax_rate: i32,
    pub entries: Vec<Uuid>,
}

/// The lines of an invoice in their order, each with the entries on it.
pub async fn lines(db: &mut Db, invoice: Uuid) -> Result<Vec<LineRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        LineRow,
        r#"select l.id, l.kind, l.description, l.project_id, l.seconds, l.billed_seconds, l.quantity, l.unit, l.price, l.net,
               l.tax_category, l.tax_rate,
               array(select t.id from time_entry t where t.organization_id = l.organization_id and t.invoice_line_id = l.id order by t.day, t.id) as "entries!"
           from invoice_line l where l.organization_id = $1 and l.invoice_id = $2 order by l.position, l.id"#,
        organization,
        invoice
    )
    .fetch_all(db.connection())
    .await?)
}

/// Adds lines in their order, behind the position of the last one that is there.
pub async fn insert_lines(db: &mut Db, invoice: Uuid, last: i32, lines: &[LineRow]) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into invoice_line (organization_id, id, invoice_id, position, kind, description, project_id, seconds, billed_seconds,
             quantity, unit, price, net, tax_category, tax_rate)
         select $1, l.id, $2, $3::integer + l.place::integer, l.kind, l.description, l.project_id, l.seconds, l.billed_seconds,
             l.quantity, l.unit, l.price, l.net, l.tax_category, l.tax_rate
         from unnest($4::uuid[], $5::text[], $6::text[], $7::uuid[], $8::bigint[], $9::bigint[], $10::bigint[], $11::text[],
                 $12::bigint[], $13::bigint[], $14::text[], $15::integer[]) with ordinality
             as l (id, kind, description, project_id, seconds, billed_seconds, quantity, unit, price, net, tax_category, tax_rate, place)",
        organization,
        invoice,
        last,
        &each(lines, |line| line.id),
        &each(lines, |line| line.kind.clone()),
        &each(lines, |line| line.description.clone()),
        &each(lines, |line| line.project_id) as _,
        &each(lines, |line| line.seconds) as _,
        &each(lines, |line| line.billed_seconds) as _,
        &each(lines, |line| line.quantity),
        &each(lines, |line| line.unit.clone()),
        &each(lines, |line| line.price),
        &each(lines, |line| line.net),
        &each(lines, |line| line.tax_category.clone()),
        &each(lines, |line| line.tax_rate)
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// One column of the lines.
fn each<T>(lines: &[LineRow], value: impl Fn(&LineRow) -> T) -> Vec<T> {
    lines.iter().map(value).collect()
}

/// Writes the text and amounts of a line.
pub async fn update_line(db: &mut Db, line: &LineRow) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invoice_line set description = $3, quantity = $4, price = $5, net = $6 where organization_id = $1 and id = $2",
        organization,
        line.id,
        line.description,
        line.quantity,
        line.price,
        line.net
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Deletes a line; its entries must have been released.
pub async fn delete_line(db: &mut Db, line: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from invoice_line where organization_id = $1 and id = $2", organization, line).execute(db.connection()).await?;
    Ok(())
}

/// The position of the last line, 0 when there is none.
pub async fn last_position(db: &mut Db, invoice: Uuid) -> Result<i32, Error> {
    let organization = db.organization();
    Ok(sqlx::query_scalar!(
        r#"select coalesce(max(position), 0) as "last!" from invoice_line where organization_id = $1 and invoice_id = $2"#,
        organization,
        invoice
    )
    .fetch_one(db.connection())
    .await?)
}
