//! SQL of usage counters.

use jiff::civil::Date;
use sqlx::query;

use crate::{database::Db, error::Error};

/// Counts mails of the organization; returns the number of today, and the date of the next day. The first mails of a day delete the
/// counters that are older than a month.
pub async fn count_mails(db: &mut Db, mails: i64) -> Result<(i64, Date), Error> {
    let organization = db.organization();
    let row = query!(
        r#"insert into mail_usage as known (organization_id, day, mails) values ($1, (now() at time zone 'UTC')::date, $2)
           on conflict (organization_id, day) do update set mails = known.mails + excluded.mails
           returning mails, (day + 1) as "free_on!: jiff_sqlx::Date""#,
        organization,
        mails
    )
    .fetch_one(db.connection())
    .await?;
    if row.mails == mails {
        forget_mails(db).await?;
    }
    Ok((row.mails, row.free_on.to_jiff()))
}

async fn forget_mails(db: &mut Db) -> Result<(), Error> {
    let organization = db.organization();
    query!("delete from mail_usage where organization_id = $1 and day < (now() at time zone 'UTC')::date - 31", organization)
        .execute(db.connection())
        .await?;
    Ok(())
}

/// Counts usage of the deployment; whether it was within `most`, and when the next day or month begins.
pub async fn count(db: &mut Db, what: &str, more: i64, most: Option<i64>) -> Result<(bool, Date), Error> {
    let row =
        query!(r#"select counted as "counted!", free_on as "free_on!: jiff_sqlx::Date" from count_usage($1, $2, $3)"#, what, more, most)
            .fetch_one(db.connection())
            .await?;
    Ok((row.counted, row.free_on.to_jiff()))
}

/// Whether the deployment has used less than `most`, and when the next day or month begins.
pub async fn left(db: &mut Db, what: &str, most: i64) -> Result<(bool, Date), Error> {
    let row = query!(r#"select free as "free!", free_on as "free_on!: jiff_sqlx::Date" from usage_left($1, $2)"#, what, most)
        .fetch_one(db.connection())
        .await?;
    Ok((row.free, row.free_on.to_jiff()))
}

/// Counts usage of the organization for its founder; whether it was within `most`, and when the next day or month begins.
pub async fn count_for_founder(db: &mut Db, what: &str, more: i64, most: Option<i64>) -> Result<(bool, Date), Error> {
    let row = query!(
        r#"select counted as "counted!", free_on as "free_on!: jiff_sqlx::Date" from count_founder_usage($1, $2, $3)"#,
        what,
        more,
        most
    )
    .fetch_one(db.connection())
    .await?;
    Ok((row.counted, row.free_on.to_jiff()))
}

/// Whether the organizations of this one's founder have used less than `most`, and when the next day or month begins.
pub async fn left_for_founder(db: &mut Db, what: &str, most: i64) -> Result<(bool, Date), Error> {
    let row = query!(r#"select free as "free!", free_on as "free_on!: jiff_sqlx::Date" from founder_usage_left($1, $2)"#, what, most)
        .fetch_one(db.connection())
        .await?;
    Ok((row.free, row.free_on.to_jiff()))
}
