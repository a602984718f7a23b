//! SQL of mails that are written or cancelled.

use domain::id::{MailId, UserId};
use jiff::Timestamp;
use sqlx::query;
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
    secrets::link_purpose::LinkPurpose,
};

/// Cancels waiting mails of these invoices and invitations, with the reason. A failed mail of an invitation gets the reason as well; one of
/// an invoice keeps its error, because it may have arrived.
pub async fn cancel_mails(db: &mut Db, about: &[Uuid], why: &str) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set state = 'failed', last_error = $3
         where organization_id = $1 and (invoice_id = any($2) and state = 'waiting' or reference = any($2) and state <> 'sent')",
        organization,
        about,
        why
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// The body of a mail.
pub enum MailBody<'a> {
    /// A final text.
    Fixed(&'a str),
    /// A text that is composed when the mail leaves, with a link secret for this purpose and record.
    Template(LinkPurpose, Uuid),
}

/// A mail before it is stored.
#[allow(missing_docs, reason = "the columns of `outgoing_mail`, where they are described")]
pub struct NewOutgoingMail<'a> {
    pub recipient: &'a str,
    pub subject: &'a str,
    pub body: MailBody<'a>,
    pub invoice: Option<Uuid>,
    /// The caller: the mail leaves once their address is confirmed.
    pub written_by: UserId,
    pub now: Timestamp,
}

/// Puts a mail into the outbox; it can leave once the transaction is committed.
pub async fn insert_mail(db: &mut Db, mail: &NewOutgoingMail<'_>) -> Result<(), Error> {
    let organization = db.organization();
    let (body, template, reference) = match mail.body {
        MailBody::Fixed(body) => (Some(body), None, None),
        MailBody::Template(purpose, reference) => (None, Some(purpose.name()), Some(reference)),
    };
    query!(
        "insert into outgoing_mail (organization_id, id, recipient, subject, body, template, reference, invoice_id, next_attempt_at,
             created_at, written_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, now(), $9, $10)",
        organization,
        MailId::new().0,
        mail.recipient,
        mail.subject,
        body,
        template,
        reference,
        mail.invoice,
        instant(mail.now) as _,
        mail.written_by.0
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
