//! SQL of invoices and payments.

use domain::{time_rounding::Rounding, totals::Totals};
use jiff::{Timestamp, civil::Date};
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, OnConstraint, date, instant},
    error::{Code, Error},
    page::Cursor,
};

/// An invoice as stored, with the name of its client; once it is sent, the name at that time.
pub struct InvoiceRow {
    pub id: Uuid,
    pub number: Option<String>,
    pub state: String,
    pub client_id: Uuid,
    pub client_name: String,
    pub client_email: Option<String>,
    pub currency: String,
    pub period_from: Option<jiff_sqlx::Date>,
    pub period_to: Option<jiff_sqlx::Date>,
    /// Whether the period was given by hand; otherwise it is that of the time.
    pub period_given: bool,
    pub group_by: String,
    pub rounding_step: i16,
    pub rounding_mode: String,
    pub rounding_basis: String,
    pub discount_amount: Option<i64>,
    pub discount_rate: Option<i32>,
    pub notes: Option<String>,
    /// The composed end of the note; `None` where all of it was written by hand, or that is unknown.
    pub composed_terms: Option<String>,
    pub payment_terms_days: i16,
    /// The void invoice that this one redrafts.
    pub redraft_of_id: Option<Uuid>,
    pub total: i64,
    pub paid: i64,
    pub issued_on: Option<jiff_sqlx::Date>,
    pub due_on: Option<jiff_sqlx::Date>,
    pub version: i32,
    pub created_at: jiff_sqlx::Timestamp,
    pub sent_at: Option<jiff_sqlx::Timestamp>,
}

/// Finds an invoice by id or number.
pub async fn find(db: &mut Db, id: Uuid, number: &str) -> Result<Option<InvoiceRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        InvoiceRow,
        r#"select i.id, i.number, i.state, i.client_id,
             coalesce(i.sent_client_name, c.name) as "client_name!", c.email as client_email, i.currency, i.period_from, i.period_to,
             i.period_given, i.group_by, i.rounding_step, i.rounding_mode, i.rounding_basis, i.discount_amount, i.discount_rate, i.notes,
             i.composed_terms, i.payment_terms_days, i.redraft_of_id, i.total, i.paid, i.issued_on, i.due_on, i.version, i.created_at, i.sent_at
         from invoice i join client c on c.organization_id = i.organization_id and c.id = i.client_id
         where i.organization_id = $1 and (i.id = $2 or i.number = $3) order by i.id = $2 desc limit 1"#,
        organization,
        id,
        number
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Locks an invoice until the transaction ends, so that only one caller at a time sends, pays or changes it.
pub async fn lock(db: &mut Db, id: Uuid, number: &str) -> Result<Option<Uuid>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select id from invoice where organization_id = $1 and (id = $2 or number = $3) limit 1 for update",
        organization,
        id,
        number
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Maximum number of invoice numbers that are searched for a similar one.
const NUMBERS_MAX: i64 = 500;

/// The numbers of the newest invoices, the newest first.
pub async fn newest_numbers(db: &mut Db) -> Result<Vec<String>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select number as "number!" from invoice where organization_id = $1 and number is not null order by created_at desc, id desc limit $2"#,
        organization,
        NUMBERS_MAX
    )
    .fetch_all(db.connection())
    .await?)
}

/// Filter of the list of invoices.
pub struct InvoiceFilter<'a> {
    pub client: Option<Uuid>,
    pub status: Option<&'a str>,
    pub today: Date,
    pub after: Option<&'a Cursor>,
    pub limit: i64,
}

/// Invoices, the newest first.
pub async fn list(db: &mut Db, filter: &InvoiceFilter<'_>) -> Result<Vec<InvoiceRow>, Error> {
    let organization = db.organization();
    let (key, id) = filter.after.map(|after| (after.key.clone(), after.id)).unzip();
    let key = key
        .map(|key| key.parse::<Timestamp>())
        .transpose()
        .map_err(|_| Error::invalid("cursor", "The cursor does not belong to this list; start again without it."))?;
    Ok(query_as!(
        InvoiceRow,
        r#"select i.id, i.number, i.state, i.client_id,
             coalesce(i.sent_client_name, c.name) as "client_name!", c.email as client_email, i.currency, i.period_from, i.period_to,
             i.period_given, i.group_by, i.rounding_step, i.rounding_mode, i.rounding_basis, i.discount_amount, i.discount_rate, i.notes,
             i.composed_terms, i.payment_terms_days, i.redraft_of_id, i.total, i.paid, i.issued_on, i.due_on, i.version, i.created_at, i.sent_at
         from invoice i join client c on c.organization_id = i.organization_id and c.id = i.client_id
         where i.organization_id = $1
             and ($2::uuid is null or i.client_id = $2)
             and case coalesce($3, '')
                 when '' then true
                 when 'overdue' then i.state = 'sent' and i.due_on < $4
                 when 'partly_paid' then i.state = 'sent' and i.paid > 0 and i.due_on >= $4
                 else i.state = $3 end
             and ($5::timestamptz is null or (i.created_at, i.id) < ($5, $6::uuid))
         order by i.created_at desc, i.id desc limit $7"#,
        organization,
        filter.client,
        filter.status,
        date(filter.today) as _,
        key.map(instant) as _,
        id,
        filter.limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// Counts the invoices that match.
pub async fn count(db: &mut Db, filter: &InvoiceFilter<'_>) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from invoice i
           where i.organization_id = $1 and ($2::uuid is null or i.client_id = $2)
               and case coalesce($3, '')
                   when '' then true
                   when 'overdue' then i.state = 'sent' and i.due_on < $4
                   when 'partly_paid' then i.state = 'sent' and i.paid > 0 and i.due_on >= $4
                   else i.state = $3 end"#,
        organization,
        filter.client,
        filter.status,
        date(filter.today) as _
    )
    .fetch_one(db.connection())
    .await?)
}

/// A draft before it is stored.
pub struct NewDraft<'a> {
    pub id: Uuid,
    pub client: Uuid,
    pub currency: &'a str,
    pub period: Option<(Date, Date)>,
    /// Whether the period was given by hand.
    pub period_given: bool,
    pub group_by: &'a str,
    pub rounding: Rounding,
    pub discount_amount: Option<i64>,
    pub discount_rate: Option<i32>,
    pub notes: Option<&'a str>,
    pub payment_terms_days: u16,
    /// The void invoice that the draft repeats, and whose note it takes over.
    pub redraft_of: Option<&'a InvoiceRow>,
    pub created_by: Uuid,
    pub now: Timestamp,
}

/// Adds a draft without lines. A void invoice has one redraft at most.
pub async fn insert(db: &mut Db, draft: &NewDraft<'_>) -> Result<(), Error> {
    let organization = db.organization();
    let (from, to) = draft.period.map(|(from, to)| (date(from), date(to))).unzip();
    query!(
        "insert into invoice (organization_id, id, client_id, currency, period_from, period_to, group_by, rounding_step, rounding_mode,
             rounding_basis, discount_amount, discount_rate, notes, payment_terms_days, created_by, created_at, period_given, redraft_of_id,
             composed_terms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        organization,
        draft.id,
        draft.client,
        draft.currency,
        from as _,
        to as _,
        draft.group_by,
        draft.rounding.step_minutes as i16,
        draft.rounding.mode.name(),
        draft.rounding.basis.name(),
        draft.discount_amount,
        draft.discount_rate,
        draft.notes,
        draft.payment_terms_days as i16,
        draft.created_by,
        instant(draft.now) as _,
        draft.period_given,
        draft.redraft_of.map(|void| void.id),
        draft.redraft_of.and_then(|void| void.composed_terms.as_deref())
    )
    .execute(db.connection())
    .await
    .on_constraint("invoice_redraft_of_unique", || {
        Error::new(Code::Conflict, "Somebody else has drafted this invoice again at this moment. Look at it again.")
    })?;
    Ok(())
}

/// Stores the fields and sums of a draft, without its lines; increments and returns the version.
pub async fn update_draft(db: &mut Db, row: &InvoiceRow, totals: &Totals) -> Result<i32, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "update invoice set discount_amount = $3, discount_rate = $4, notes = $5, payment_terms_days = $6, subtotal = $7, discount = $8,
             net = $9, tax = $10, total = $11, period_from = $12, period_to = $13, period_given = $14, composed_terms = $15, version = version + 1
         where organization_id = $1 and id = $2 returning version",
        organization,
        row.id,
        row.discount_amount,
        row.discount_rate,
        row.notes,
        row.payment_terms_days,
        totals.subtotal,
        totals.discount,
        totals.net,
        totals.tax,
        totals.total,
        row.period_from as _,
        row.period_to as _,
        row.period_given,
        row.composed_terms
    )
    .fetch_one(db.connection())
    .await?)
}

/// Deletes a draft with its lines; its entries must have been released.
pub async fn delete(db: &mut Db, invoice: Uuid) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from invoice where organization_id = $1 and id = $2", organization, invoice).execute(db.connection()).await?;
    Ok(())
}
