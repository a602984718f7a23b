//! SQL of the mail worker. Every time is the database's: the clocks of processes may be wrong and differ.

use domain::id::{MailId, OrganizationId};
use jiff::SignedDuration;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{DueMail, Lane, PLAN_MAX};
use crate::{
    database::{Db, NoneIfLocked},
    error::Error,
    outbox::limits::AGE_MAX,
    quotas::MailShare,
};

/// Due mails of these shares, one of each lane that has none at work; of used-up shares only those counted before.
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
            let share: MailShare = row.share.parse()?;
            Ok(DueMail { organization: OrganizationId(row.organization_id), lane: Lane(row.lane), share, mail: MailId(row.id) })
        })
        .collect()
}

/// Locks the person of a mail about their own sign-in. Lock order: person before mail, like a change of password or address, which cancels
/// such mails. Whether the lock was available.
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

/// Locks a due mail, if it is not locked; returns the attempts so far.
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

/// Counts an attempt and schedules the next one after the lease, in case its outcome is never recorded.
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

/// Counts the attempt as unheard and schedules the next one after this wait. False if it is no longer the claimed attempt, or another
/// transaction locks the mail.
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

/// A queued mail as the worker reads it.
pub struct QueuedMailRow {
    pub recipient: String,
    pub reply_to: Option<String>,
    pub subject: String,
    /// Its text; none when it is composed as it leaves.
    pub body: Option<String>,
    /// The purpose of its secret, and the record that it is about.
    pub template: Option<String>,
    pub reference: Option<Uuid>,
    pub invoice_id: Option<Uuid>,
    /// The state of the attached invoice.
    pub invoice_state: Option<String>,
    pub created_at: jiff_sqlx::Timestamp,
    /// The number of unheard hand-overs in a row.
    pub unheard: i32,
    /// Whether the address of its author is unconfirmed.
    pub unproved: bool,
}

/// Reads a queued mail.
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

/// The number and the frozen PDF of an invoice.
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

/// Marks the mail as sent.
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

/// Records that the mail server refused the mail for now, and schedules the next attempt after this wait.
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

/// Records an attempt that failed by no fault of the mail, and schedules the next one after this wait.
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

/// Records a hand-over whose outcome was not heard: it is tried again as scheduled, or has failed after `at_most` of them.
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

/// Marks the mail as failed.
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
