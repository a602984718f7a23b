//! SQL of the worker that sends mails.

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
    id::MailId,
};

/// Organization and id of mails that may leave now.
pub async fn due(db: &mut Db, now: Timestamp, at_most: i32) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let rows = query!(r#"select organization_id as "organization_id!", id as "id!" from due_mails($1, $2)"#, instant(now) as _, at_most)
        .fetch_all(db.connection())
        .await?;
    Ok(rows.into_iter().map(|row| (row.organization_id, row.id)).collect())
}

/// Locks a mail that is due, if nobody else has: the attempts so far.
pub async fn lock(db: &mut Db, mail: MailId, now: Timestamp) -> Result<Option<i32>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select attempts from outgoing_mail
         where organization_id = $1 and id = $2 and state = 'waiting' and next_attempt_at <= $3 for update skip locked",
        organization,
        mail.0,
        instant(now) as _
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Counts an attempt and plans the next.
pub async fn count_attempt(db: &mut Db, mail: MailId, next: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set attempts = attempts + 1, next_attempt_at = $3 where organization_id = $1 and id = $2",
        organization,
        mail.0,
        instant(next) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// A mail as the worker needs it.
pub struct Row {
    pub recipient: String,
    pub reply_to: Option<String>,
    pub subject: String,
    pub body: String,
    pub invoice_id: Option<Uuid>,
    /// How the invoice stands that it carries.
    pub invoice_state: Option<String>,
    pub created_at: jiff_sqlx::Timestamp,
}

/// The mail.
pub async fn read(db: &mut Db, mail: MailId) -> Result<Row, Error> {
    let organization = db.organization();
    Ok(query_as!(
        Row,
        r#"select m.recipient, o.email as reply_to, m.subject, m.body, m.invoice_id, i.state as "invoice_state?", m.created_at
           from outgoing_mail m
           join organization o on o.id = m.organization_id
           left join invoice i on i.organization_id = m.organization_id and i.id = m.invoice_id
           where m.organization_id = $1 and m.id = $2"#,
        organization,
        mail.0
    )
    .fetch_one(db.connection())
    .await?)
}

/// Number and frozen PDF of an invoice.
pub async fn document(db: &mut Db, invoice: Uuid) -> Result<Option<(String, Vec<u8>)>, Error> {
    let organization = db.organization();
    let row = query!(
        r#"select coalesce(i.number, 'invoice') as "number!", d.bytes
           from invoice_document d join invoice i on i.organization_id = d.organization_id and i.id = d.invoice_id
           where d.organization_id = $1 and d.invoice_id = $2 and d.kind = 'pdf'"#,
        organization,
        invoice
    )
    .fetch_optional(db.connection())
    .await?;
    Ok(row.map(|row| (row.number, row.bytes)))
}

/// The mail has left.
pub async fn sent(db: &mut Db, mail: MailId, now: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set state = 'sent', sent_at = $3, last_error = null where organization_id = $1 and id = $2",
        organization,
        mail.0,
        instant(now) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The mail was not taken; for good after the last attempt.
pub async fn refused(db: &mut Db, mail: MailId, words: &str, for_good: bool) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set last_error = $3, state = case when $4 then 'failed' else state end
         where organization_id = $1 and id = $2 and state = 'waiting'",
        organization,
        mail.0,
        words,
        for_good
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
