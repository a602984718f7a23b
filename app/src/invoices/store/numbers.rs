//! SQL of the report on invoice numbers.

use sqlx::{query_as, query_scalar};
use uuid::Uuid;

use crate::{database::Db, error::Error, page::Cursor};

/// A series with its counts.
pub struct SeriesRow {
    pub series: String,
    pub first: i64,
    pub last: i64,
    pub given: i64,
    pub from: jiff_sqlx::Date,
    pub to: jiff_sqlx::Date,
}

/// The series that invoices were numbered in, the oldest first.
pub async fn series(db: &mut Db, at_most: i64) -> Result<Vec<SeriesRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        SeriesRow,
        r#"select series as "series!", min(sequence) as "first!", max(sequence) as "last!", count(*) as "given!",
               min(issued_on) as "from!: jiff_sqlx::Date", max(issued_on) as "to!: jiff_sqlx::Date"
           from invoice where organization_id = $1 and number is not null
           group by series order by min(issued_on), series limit $2"#,
        organization,
        at_most
    )
    .fetch_all(db.connection())
    .await?)
}

/// Counts that were skipped on record.
pub struct SkipRow {
    pub series: String,
    pub first: i64,
    pub last: i64,
    pub reason: String,
    pub member: String,
    pub at: jiff_sqlx::Timestamp,
}

/// The skipped counts, the latest first.
pub async fn skips(db: &mut Db, at_most: i64) -> Result<Vec<SkipRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        SkipRow,
        "select s.series, s.first, s.last, s.reason, m.name as member, s.at
         from invoice_number_skip s join member m on m.organization_id = s.organization_id and m.id = s.member_id
         where s.organization_id = $1 order by s.at desc, s.series, s.first desc limit $2",
        organization,
        at_most
    )
    .fetch_all(db.connection())
    .await?)
}

/// Counts that are neither on an invoice nor skipped on record.
pub struct MissingRow {
    pub series: String,
    pub first: i64,
    pub last: i64,
}

/// The counts up to the counter that are neither on an invoice nor skipped on record.
pub async fn missing(db: &mut Db, at_most: i64) -> Result<Vec<MissingRow>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        MissingRow,
        r#"with counted as (
               select series, sequence as first, sequence as last from invoice where organization_id = $1 and number is not null
               union all
               select series, first, last from invoice_number_skip where organization_id = $1
               union all
               select series, last + 1, last + 1 from invoice_counter where organization_id = $1
           ), steps as (
               select series, first, coalesce(max(last) over (partition by series order by first rows between unbounded preceding and 1 preceding), 0) as before
               from counted
           )
           select series as "series!", before + 1 as "first!", first - 1 as "last!" from steps where first > before + 1
           order by series, first limit $2"#,
        organization,
        at_most
    )
    .fetch_all(db.connection())
    .await?)
}

/// An invoice in the report.
pub struct NumberRow {
    pub id: Uuid,
    pub number: String,
    pub series: String,
    pub sequence: i64,
    pub state: String,
    pub client: String,
    pub issued_on: jiff_sqlx::Date,
    pub due_on: Option<jiff_sqlx::Date>,
    pub total: i64,
    pub paid: i64,
    pub currency: String,
    pub sent_at: jiff_sqlx::Timestamp,
}

/// Numbered invoices, the latest first, of a year when one is given.
pub async fn numbers(
    db: &mut Db,
    year: Option<i16>,
    after: Option<(jiff_sqlx::Timestamp, &Cursor)>,
    limit: i64,
) -> Result<Vec<NumberRow>, Error> {
    let organization = db.organization();
    let (at, id) = after.map(|(at, cursor)| (at, cursor.id)).unzip();
    Ok(query_as!(
        NumberRow,
        r#"select i.id, i.number as "number!", i.series as "series!", i.sequence as "sequence!", i.state,
               coalesce(i.sent_client_name, c.name) as "client!",
               i.issued_on as "issued_on!: jiff_sqlx::Date", i.due_on, i.total, i.paid, i.currency, i.sent_at as "sent_at!: jiff_sqlx::Timestamp"
           from invoice i join client c on c.organization_id = i.organization_id and c.id = i.client_id
           where i.organization_id = $1 and i.number is not null
               and ($2::smallint is null or extract(year from i.issued_on) = $2)
               and ($3::timestamptz is null or (i.sent_at, i.id) < ($3, $4::uuid))
           order by i.sent_at desc, i.id desc limit $5"#,
        organization,
        year,
        at as _,
        id,
        limit
    )
    .fetch_all(db.connection())
    .await?)
}

/// Counts the numbered invoices, of a year when one is given.
pub async fn count_numbers(db: &mut Db, year: Option<i16>) -> Result<i64, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        r#"select count(*) as "count!" from invoice
           where organization_id = $1 and number is not null and ($2::smallint is null or extract(year from issued_on) = $2)"#,
        organization,
        year
    )
    .fetch_one(db.connection())
    .await?)
}
