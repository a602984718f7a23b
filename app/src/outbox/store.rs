//! SQL of the worker that sends mails. Every instant is the database's: the clocks of processes may be wrong, and differ.

use jiff::SignedDuration;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{AGE_MAX, PLAN_MAX};
use crate::{database::Db, error::Error, id::MailId};

/// Organization and id of mails that may leave now, one of each organization that has none at work.
pub async fn due(db: &mut Db, at_most: i32, at_work: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let rows = query!(
        r#"select organization_id as "organization_id!", id as "id!"
           from mails_due($1, $2, make_interval(secs => $3), make_interval(secs => $4))"#,
        at_most,
        at_work,
        AGE_MAX.as_secs_f64(),
        PLAN_MAX.as_secs_f64()
    )
    .fetch_all(db.connection())
    .await?;
    Ok(rows.into_iter().map(|row| (row.organization_id, row.id)).collect())
}

/// Holds the person whose own sign-in a mail is about, before anybody holds the mail: whoever changes their password or address
/// keeps such mails from leaving, and goes first.
pub async fn hold_reader(db: &mut Db, mail: MailId) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        r#"select count(*) as "held!" from outgoing_mail m cross join lateral hold_person(m.reference, null)
           where m.organization_id = $1 and m.id = $2"#,
        organization,
        mail.0
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// Locks a mail that is due, if nobody else has: the attempts so far.
pub async fn lock(db: &mut Db, mail: MailId) -> Result<Option<i32>, Error> {
    let organization = db.organization();
    Ok(query_scalar!(
        "select attempts from outgoing_mail
         where organization_id = $1 and id = $2 and state = 'waiting' and queued_at > now() - make_interval(secs => $3)
             and (next_attempt_at <= now() or next_attempt_at > now() + make_interval(secs => $4))
         for update skip locked",
        organization,
        mail.0,
        AGE_MAX.as_secs_f64(),
        PLAN_MAX.as_secs_f64()
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Counts an attempt. Should its outcome never be heard of, the next one follows after this time.
pub async fn count_attempt(db: &mut Db, mail: MailId, lease: SignedDuration) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $3)
         where organization_id = $1 and id = $2",
        organization,
        mail.0,
        lease.as_secs_f64()
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
    /// What it says; none when that is written as it leaves.
    pub body: Option<String>,
    /// The purpose of the secret that it carries then, and the record that it is about.
    pub template: Option<String>,
    pub reference: Option<Uuid>,
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
        r#"select m.recipient, o.email as "reply_to?", m.subject, m.body, m.template, m.reference, m.invoice_id, i.state as "invoice_state?", m.created_at
           from outgoing_mail m
           left join organization o on o.id = m.organization_id
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
pub async fn sent(db: &mut Db, mail: MailId) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set state = 'sent', sent_at = now(), last_error = null where organization_id = $1 and id = $2",
        organization,
        mail.0
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The mail was not taken and is tried again after this time.
pub async fn refused(db: &mut Db, mail: MailId, words: &str, wait: SignedDuration) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set last_error = $3, next_attempt_at = now() + make_interval(secs => $4)
         where organization_id = $1 and id = $2 and state = 'waiting'",
        organization,
        mail.0,
        words,
        wait.as_secs_f64()
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The mail is not tried any more.
pub async fn failed(db: &mut Db, mail: MailId, words: &str) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set last_error = $3, state = 'failed' where organization_id = $1 and id = $2 and state = 'waiting'",
        organization,
        mail.0,
        words
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
