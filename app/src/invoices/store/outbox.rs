//! SQL of the outbox.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{query, query_as};
use uuid::Uuid;

use crate::{
    database::{Db, instant},
    error::Error,
    invoices::recipients,
    outbox::{
        MailState,
        limits::{AGE_MAX, IN_HAND_MAX, TOO_OLD, UNHEARD_WAIT},
    },
    page::Cursor,
};

/// Marks the waiting mails of an invoice as sent at this instant without delivering them, for a made-up clock.
pub async fn mark_mails_sent(db: &mut Db, invoice: Uuid, at: Timestamp) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set state = 'sent', attempts = 1, sent_at = $3
         where organization_id = $1 and invoice_id = $2 and state = 'waiting'",
        organization,
        invoice,
        instant(at) as _
    )
    .execute(db.connection())
    .await?;
    Ok(())
}

/// A mail as stored.
pub struct MailRow {
    pub id: Uuid,
    pub recipient: String,
    pub subject: String,
    pub body: Option<String>,
    pub invoice_id: Option<Uuid>,
    pub state: String,
    pub attempts: i32,
    pub last_error: Option<String>,
    /// Whether the mail does not leave by itself any more.
    pub stays: bool,
    pub created_at: jiff_sqlx::Timestamp,
    pub sent_at: Option<jiff_sqlx::Timestamp>,
}

/// Mails, the newest first; with `invoice`, only those that carry it. Mails without an invoice only with `others`.
pub async fn mails(db: &mut Db, invoice: Option<Uuid>, others: bool, after: Option<&Cursor>, limit: i64) -> Result<Vec<MailRow>, Error> {
    let organization = db.organization();
    let (key, id) = after.map(|after| (after.key.clone(), after.id)).unzip();
    let key = key
        .map(|key| key.parse::<Timestamp>())
        .transpose()
        .map_err(|_| Error::invalid("cursor", "The cursor does not belong to this list; start again without it."))?;
    Ok(query_as!(
        MailRow,
        r#"select id, recipient, subject, body, invoice_id, state, attempts, created_at, sent_at,
               case when state = 'waiting' and queued_at <= now() - make_interval(secs => $7) then $8 else last_error end as last_error,
               state = 'failed' or (state = 'waiting' and queued_at <= now() - make_interval(secs => $7)) as "stays!"
           from outgoing_mail
           where organization_id = $1 and ($2::uuid is null or invoice_id = $2)
               and ($3 or invoice_id is not null)
               and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid))
           order by created_at desc, id desc limit $6"#,
        organization,
        invoice,
        others,
        key.map(instant) as _,
        id,
        limit,
        AGE_MAX.as_secs_f64(),
        TOO_OLD
    )
    .fetch_all(db.connection())
    .await?)
}

/// The state of the latest mail of each of these invoices that has one; mails of one sending are combined.
pub async fn latest_mails(db: &mut Db, invoices: &[Uuid]) -> Result<HashMap<Uuid, MailState>, Error> {
    let organization = db.organization();
    let rows = query!(
        r#"select i.id as "invoice!", m.recipient, m.state,
               case when m.too_old then $4 else m.last_error end as last_error, m.state = 'failed' or m.too_old as "stays!"
           from unnest($2::uuid[]) as i (id) cross join lateral (
               select created_at, queued_at from outgoing_mail where organization_id = $1 and invoice_id = i.id
               order by created_at desc, id desc limit 1
           ) newest cross join lateral (
               select id, recipient, state, last_error, state = 'waiting' and queued_at <= now() - make_interval(secs => $3) as too_old
               from outgoing_mail
               where organization_id = $1 and invoice_id = i.id and created_at = newest.created_at and queued_at = newest.queued_at
           ) m
           order by m.id"#,
        organization,
        invoices,
        AGE_MAX.as_secs_f64(),
        TOO_OLD
    )
    .fetch_all(db.connection())
    .await?;
    let mut states: HashMap<Uuid, MailState> = HashMap::new();
    for row in rows {
        let mail = MailState { recipient: row.recipient, state: row.state, last_error: row.last_error, stays: row.stays };
        let state = match states.remove(&row.invoice) {
            Some(known) => recipients::least_delivered(known, mail),
            None => mail,
        };
        states.insert(row.invoice, state);
    }
    Ok(states)
}

/// A waiting mail.
pub struct WaitingMail {
    pub id: Uuid,
    pub recipient: String,
    /// Whether the mail is about to leave by itself.
    pub leaves: bool,
    /// Whether it was handed to the mail server, which has not answered yet.
    pub in_hand: bool,
}

/// The waiting mails of an invoice, locked until the transaction ends, so that none of them is handed over meanwhile.
pub async fn waiting_mails(db: &mut Db, invoice: Uuid) -> Result<Vec<WaitingMail>, Error> {
    let organization = db.organization();
    Ok(query_as!(
        WaitingMail,
        r#"select id, recipient, queued_at > now() - make_interval(secs => $3) as "leaves!",
               unheard > 0 and next_attempt_at > now() + make_interval(secs => $4) as "in_hand!"
           from outgoing_mail where organization_id = $1 and invoice_id = $2 and state = 'waiting' order by id for update"#,
        organization,
        invoice,
        AGE_MAX.as_secs_f64(),
        (UNHEARD_WAIT - IN_HAND_MAX).as_secs_f64()
    )
    .fetch_all(db.connection())
    .await?)
}

/// Marks these mails as failed with a reason, so that they do not leave.
pub async fn stop_mails(db: &mut Db, mails: &[Uuid], why: &str) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "update outgoing_mail set state = 'failed', last_error = $3 where organization_id = $1 and id = any($2) and state = 'waiting'",
        organization,
        mails,
        why
    )
    .execute(db.connection())
    .await?;
    Ok(())
}
