//! SQL of sent invoices: number, document, voiding, payments.

use jiff::{Timestamp, civil::Date};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::InvoiceRow;
use crate::{
    database::{Db, date, instant},
    error::Error,
};

/// The values that sending adds to an invoice.
pub struct SentInvoice<'a> {
    /// The draft with its present texts.
    pub row: &'a InvoiceRow,
    pub number: &'a str,
    pub series: &'a str,
    pub sequence: i64,
    pub issued_on: Date,
    pub due_on: Date,
    pub document: serde_json::Value,
    /// The ids of the lines that are disbursements.
    pub laid_out: &'a [Uuid],
    pub now: Timestamp,
}

/// Turns a draft into a sent invoice, with the present text of its note. With a total of zero it is paid.
pub async fn mark_sent(db: &mut Db, sent: &SentInvoice<'_>) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invoice set state = case when $9 then 'paid' else 'sent' end, number = $3, series = $4, sequence = $5, issued_on = $6,
             due_on = $7, document = $8, sent_at = $10, period_from = coalesce(period_from, $6), period_to = coalesce(period_to, $6),
             laid_out = $11, notes = $12, composed_terms = $13, version = version + 1
         where organization_id = $1 and id = $2",
        organization,
        sent.row.id,
        sent.number,
        sent.series,
        sent.sequence,
        date(sent.issued_on) as _,
        date(sent.due_on) as _,
        sent.document,
        sent.row.total == 0,
        instant(sent.now) as _,
        sent.laid_out,
        sent.row.notes,
        sent.row.composed_terms
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Stores the frozen PDF.
pub async fn insert_document(db: &mut Db, invoice: Uuid, bytes: &[u8], sha256: &[u8], now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into invoice_document (organization_id, invoice_id, kind, bytes, sha256, created_at) values ($1, $2, 'pdf', $3, $4, $5)",
        organization,
        invoice,
        bytes,
        sha256,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The frozen content of the document.
pub async fn sent_document(db: &mut Db, invoice: Uuid) -> Result<Option<serde_json::Value>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select document as "document!" from invoice where organization_id = $1 and id = $2 and document is not null"#,
        organization,
        invoice
    )
    .fetch_optional(db.connection())
    .await?)
}

/// The frozen PDF.
pub async fn document(db: &mut Db, invoice: Uuid) -> Result<Option<Vec<u8>>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select bytes from invoice_document where organization_id = $1 and invoice_id = $2 and kind = 'pdf'",
        organization,
        invoice
    )
    .fetch_optional(db.connection())
    .await?)
}

/// The lines and taxes of a document as printed.
pub struct SentDocument {
    /// Its language.
    pub language: String,
    /// The quantities of the lines.
    pub quantities: Vec<String>,
    /// The tax texts of the lines.
    pub taxes: Vec<String>,
    /// The taxable amounts of the taxes.
    pub bases: Vec<String>,
    /// The exemption reasons of the taxes; empty where none is printed beside the label.
    pub reasons: Vec<String>,
}

/// Reads the lines and taxes of the document as printed; `None` for a draft.
pub async fn printed(db: &mut Db, invoice: Uuid) -> Result<Option<SentDocument>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        SentDocument,
        r#"select i.document ->> 'language' as "language!",
               array(select l.line ->> 'quantity' from jsonb_array_elements(i.document -> 'lines') with ordinality l (line, place)
                     order by l.place) as "quantities!",
               array(select coalesce(l.line ->> 'tax', '') from jsonb_array_elements(i.document -> 'lines') with ordinality l (line, place)
                     order by l.place) as "taxes!",
               array(select coalesce(x.tax ->> 'base', '') from jsonb_array_elements(i.document -> 'taxes') with ordinality x (tax, place)
                     order by x.place) as "bases!",
               array(select coalesce(x.tax ->> 'reason', '')
                     from jsonb_array_elements(i.document -> 'taxes') with ordinality x (tax, place) order by x.place) as "reasons!"
           from invoice i where i.organization_id = $1 and i.id = $2 and i.document is not null"#,
        organization,
        invoice
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Marks a sent invoice as void.
pub async fn mark_void(db: &mut Db, invoice: Uuid, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invoice set state = 'void', voided_at = $3, version = version + 1 where organization_id = $1 and id = $2",
        organization,
        invoice,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// A payment as stored.
pub struct PaymentRow {
    pub id: Uuid,
    pub amount: i64,
    pub paid_on: jiff_sqlx::Date,
    pub method: String,
    pub note: Option<String>,
}

/// The payments of an invoice, the oldest first.
pub async fn payments(db: &mut Db, invoice: Uuid) -> Result<Vec<PaymentRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        PaymentRow,
        "select id, amount, paid_on, method, note from payment where organization_id = $1 and invoice_id = $2 order by paid_on, created_at, id",
        organization,
        invoice
    )
    .fetch_all(db.connection())
    .await?)
}

/// Adds a payment.
pub async fn insert_payment(db: &mut Db, invoice: Uuid, payment: &PaymentRow, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into payment (organization_id, id, invoice_id, amount, paid_on, method, note, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        organization,
        payment.id,
        invoice,
        payment.amount,
        payment.paid_on as _,
        payment.method,
        payment.note,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The invoice that a payment was recorded on.
pub async fn invoice_of_payment(db: &mut Db, payment: Uuid) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!("select invoice_id from payment where organization_id = $1 and id = $2", organization, payment)
        .fetch_optional(db.connection())
        .await?)
}

/// Deletes a payment; returns its amount in minor units.
pub async fn delete_payment(db: &mut Db, invoice: Uuid, payment: Uuid) -> Result<Option<i64>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "delete from payment where organization_id = $1 and invoice_id = $2 and id = $3 returning amount",
        organization,
        invoice,
        payment
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Adds an amount, negative for a removed payment, to the amount paid; the invoice is paid when nothing is left.
pub async fn add_paid(db: &mut Db, invoice: Uuid, amount: i64) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invoice set paid = paid + $3, state = case when paid + $3 = total then 'paid' else 'sent' end, version = version + 1
         where organization_id = $1 and id = $2",
        organization,
        invoice,
        amount
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
