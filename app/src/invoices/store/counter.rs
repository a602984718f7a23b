//! SQL of the invoice number counter.

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
    invoices::number_counter::{Counter, NewNumberSkip},
};

/// Reads the counter; `None` before the first number.
pub async fn counter(db: &mut Db) -> Result<Option<Counter>, Error> {
    let organization = db.organization();
    Ok(query_as!(Counter, "select series, last, year from invoice_counter where organization_id = $1", organization)
        .fetch_optional(db.connection())
        .await?)
}

/// Locks the counter until the transaction ends, so that numbers have no gap. `first` is its initial value.
pub async fn lock_counter(db: &mut Db, first: &Counter) -> Result<Counter, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Counter,
        "insert into invoice_counter (organization_id, series, last, year) values ($1, $2, $3, $4)
         on conflict (organization_id) do update set last = invoice_counter.last returning series, last, year",
        organization,
        first.series,
        first.last,
        first.year
    )
    .fetch_one(db.connection())
    .await?)
}

/// Stores the counter.
pub async fn set_counter(db: &mut Db, counter: &Counter) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update invoice_counter set series = $2, last = $3, year = $4 where organization_id = $1",
        organization,
        counter.series,
        counter.last,
        counter.year
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// Records counts that no invoice will have.
pub async fn insert_skip(db: &mut Db, skip: &NewNumberSkip<'_>, member: Uuid, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "insert into invoice_number_skip (organization_id, series, first, last, reason, member_id, at) values ($1, $2, $3, $4, $5, $6, $7)",
        organization,
        skip.series,
        skip.first,
        skip.last,
        skip.reason.name(),
        member,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The highest count of a series, or of all series if `None`, among invoices and skipped counts; 0 when there is none.
pub async fn highest_count(db: &mut Db, series: Option<&str>) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select coalesce(max(last), 0) as "highest!" from (
               select sequence as last from invoice where organization_id = $1 and number is not null and ($2::text is null or series = $2)
               union all
               select last from invoice_number_skip where organization_id = $1 and ($2::text is null or series = $2)
           ) counted"#,
        organization,
        series
    )
    .fetch_one(db.connection())
    .await?)
}

/// Whether an invoice has this number.
pub async fn is_number_taken(db: &mut Db, number: &str) -> Result<bool, Error> {
    let organization = db.organization();
    Ok(query_scalar!(r#"select exists (select from invoice where organization_id = $1 and number = $2) as "taken!""#, organization, number)
        .fetch_one(db.connection())
        .await?)
}
