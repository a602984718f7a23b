//! SQL of the worker that sends mails. Every instant is the database's: the clocks of processes may be wrong, and differ.

use jiff::SignedDuration;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{AGE_MAX, DueMail, Lane, PLAN_MAX};
use crate::{
    database::{Db, NoneIfLocked},
    error::Error,
    id::{MailId, OrganizationId},
    quotas::MailShare,
};

/// Mails of these shares that may leave now, one of each lane that has none at work; of those used up, what was counted before.
pub async fn due(db: &mut Db, at_most: i32, shares: &[MailShare], used_up: &[MailShare], at_work: &[Lane]) -> Result<Vec<DueMail>, Error> {
    let [shares, used_up] = [shares, used_up].map(|shares| shares.iter().map(|share| share.name().to_owned()).collect::<Vec<_>>());
    let at_work: Vec<_> = at_work.iter().map(|lane| lane.0).collect();
    let rows = query!(
        r#"select organization_id as "organization_id!", id as "id!", share as "share!", lane as "lane!"
           from mails_by_turn($1, $2, $3, $4, make_interval(secs => $5), make_interval(secs => $6))"#,
        at_most,
        &shares,
        &used_up,
        &at_work,
        AGE_MAX.as_secs_f64(),
        PLAN_MAX.as_secs_f64()
    )
    .fetch_all(db.connection())
    .await?;
    rows.into_iter()
        .map(|row| {
            let share = MailShare::named(&row.share).ok_or_else(Error::internal)?;
            Ok(DueMail { organization: OrganizationId(row.organization_id), lane: Lane(row.lane), share, mail: MailId(row.id) })
        })
        .collect()
}

/// Holds the person whose own sign-in a mail is about, before anybody holds the mail: whoever changes their password or address
/// keeps such mails from leaving, and goes first. Whether they could be held at once.
pub async fn hold_reader(db: &mut Db, mail: MailId) -> Result<bool, Error> {
    let organization = db.organization();
    let held = query!(
        r#"select count(*) as "held!" from outgoing_mail m cross join lateral hold_person(m.reference, null)
           where m.organization_id = $1 and m.id = $2"#,
        organization,
        mail.0
    )
    .fetch_one(db.connection())
    .await
    .none_if_locked()?;
    Ok(held.is_some())
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

/// Counts that nothing may be heard of this attempt, and plans the next one for after this time; whether it is still the one that
/// the mail was claimed for, and nobody else holds the mail.
pub async fn hand_over(db: &mut Db, mail: MailId, attempts: i32, wait: SignedDuration) -> Result<bool, Error> {
    let organization = db.organization();
    let counted = query!(
        "update outgoing_mail set unheard = unheard + 1, next_attempt_at = now() + make_interval(secs => $4)
         where organization_id = $1 and id = $2 and attempts = $3 and state = 'waiting'",
        organization,
        mail.0,
        attempts,
        wait.as_secs_f64()
    )
    .execute(db.connection())
    .await
    .none_if_locked()?;
    Ok(counted.is_some_and(|counted| counted.rows_affected() == 1))
}

/// A mail as the worker needs it.
pub struct QueuedMailRow {
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
    /// How often in a row it was handed over and nothing heard of it.
    pub unheard: i32,
    /// Whether the address of whoever wrote it is still to be confirmed.
    pub unproved: bool,
}

/// The mail.
pub async fn read(db: &mut Db, mail: MailId) -> Result<QueuedMailRow, Error> {
    let organization = db.organization();
    Ok(query_as!(
        QueuedMailRow,
        r#"select m.recipient, o.email as "reply_to?", m.subject, m.body, m.template, m.reference, m.invoice_id, i.state as "invoice_state?", m.created_at, m.unheard,
               m.written_by is not null and confirmed_address(m.written_by) is null as "unproved!"
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

/// The mail server said that it has not taken the mail, which is tried again after this time.
pub async fn refused(db: &mut Db, mail: MailId, words: &str, wait: SignedDuration) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set last_error = $3, next_attempt_at = now() + make_interval(secs => $4), unheard = 0
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

/// The mail has not left, though not by a fault of its own; it is tried again after this time.
pub async fn unreachable(db: &mut Db, mail: MailId, words: &str, wait: SignedDuration) -> Result<(), Error> {
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

/// Nothing was heard of the mail after it was handed over: it is tried again as planned then, unless that was so often enough.
pub async fn unheard(db: &mut Db, mail: MailId, words: &str, at_most: i32) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set last_error = $3, state = case when unheard < $4 then 'waiting' else 'failed' end
         where organization_id = $1 and id = $2 and state = 'waiting'",
        organization,
        mail.0,
        words,
        at_most
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

/// Keeps the mails of these invoices and invitations from leaving that have not left, and says why. One of an invitation that no mail
/// server took asks for nothing any more either; one of an invoice may have arrived, and what was said of it stays.
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
