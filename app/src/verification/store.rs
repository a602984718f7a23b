//! SQL of link secrets and confirmed addresses: calls of functions that belong to the owner of the tables.

use std::time::Duration;

use domain::id::{InvoiceId, MailId, OrganizationId, TokenId, UserId};
use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::link_secret::{LinkSecret, NewLinkSecret};
use crate::{
    database::{Db, NoneIfLocked, OnConstraint, SHARED_LOCK_LIMIT, instant},
    error::{Code, Error},
    outbox::limits::AGE_MAX,
    secrets::link_purpose::LinkPurpose,
};

/// How many mails are deleted in one transaction.
pub const MAILS_FORGOTTEN: i32 = 10_000;

/// Stores the hash of a secret.
pub async fn insert_secret(db: &mut Db, hash: &[u8], new_secret: &NewLinkSecret<'_>, now: Timestamp) -> Result<(), Error> {
    query!(
        "select keep_secret($1, $2, $3, $4, $5, $6, $7)",
        hash,
        new_secret.purpose.name(),
        new_secret.subject,
        new_secret.within.map(|organization| organization.0),
        new_secret.mailbox,
        instant(now) as _,
        instant(new_secret.expires) as _
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// Stores the hash of a document link, issued with a token.
pub async fn keep_document_link(
    db: &mut Db,
    hash: &[u8],
    (invoice, token): (InvoiceId, TokenId),
    now: Timestamp,
    ends: Timestamp,
) -> Result<(), Error> {
    let organization = db.organization();
    query!(
        "select keep_document_secret($1, $2, $3, $4, $5, $6)",
        hash,
        invoice.0,
        organization,
        token.0,
        instant(now) as _,
        instant(ends) as _
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// The invoice whose document the link with this hash opens, and the token that issued it.
pub async fn document_of_link(db: &mut Db, hash: &[u8], now: Timestamp) -> Result<Option<(InvoiceId, TokenId)>, Error> {
    let row = query!(r#"select invoice as "invoice!", token as "token!" from find_document($1, $2)"#, hash, instant(now) as _)
        .fetch_optional(db.connection())
        .await?;
    Ok(row.map(|row| (InvoiceId(row.invoice), TokenId(row.token))))
}

/// The secret with this hash.
pub async fn find(db: &mut Db, hash: &[u8]) -> Result<Option<LinkSecret>, Error> {
    let row = query!(
        r#"select purpose as "purpose!", subject as "subject!", within, mailbox, expires_at as "expires_at!: jiff_sqlx::Timestamp",
               used as "used!"
           from find_secret($1)"#,
        hash
    )
    .fetch_optional(db.connection())
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(LinkSecret {
        purpose: row.purpose.parse()?,
        subject: row.subject,
        within: row.within.map(OrganizationId),
        mailbox: row.mailbox,
        expires: row.expires_at.to_jiff(),
        used: row.used,
    }))
}

/// Redeems a secret; whether it was valid.
pub async fn redeem(db: &mut Db, hash: &[u8], now: Timestamp) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select use_secret($1, $2) as "won!""#, hash, instant(now) as _).fetch_one(db.connection()).await?)
}

/// Withdraws the secret with this hash only.
pub async fn forget_secret(db: &mut Db, hash: &[u8], now: Timestamp) -> Result<(), Error> {
    query!("select forget_secret($1, $2)", hash, instant(now) as _).fetch_one(db.connection()).await?;
    Ok(())
}

/// Withdraws every secret of these purposes.
pub async fn withdraw(db: &mut Db, purposes: &[LinkPurpose], subject: Uuid, now: Timestamp) -> Result<(), Error> {
    query!("select withdraw_secrets($1, $2, $3)", &names(purposes), subject, instant(now) as _).fetch_one(db.connection()).await?;
    Ok(())
}

/// Deletes secrets that expired before an instant.
pub async fn forget(db: &mut Db, before: Timestamp) -> Result<i64, Error> {
    Ok(query_scalar!(r#"select forget_secrets($1) as "gone!""#, instant(before) as _).fetch_one(db.connection()).await?)
}

/// Confirms an address of a person; whether it is still the one that they sign in with.
pub async fn confirm_address(db: &mut Db, person: UserId, address: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select confirm_address($1, $2, $3) as "theirs!""#, person.0, address, instant(now) as _)
        .fetch_one(db.connection())
        .await?)
}

/// A person with a login.
pub struct PersonRow {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Whether the address is confirmed.
    pub confirmed: bool,
}

/// The person with an id, or else with an address.
pub async fn person(db: &mut Db, id: Option<Uuid>, email: Option<&str>) -> Result<Option<PersonRow>, Error> {
    Ok(query_as!(
        PersonRow,
        r#"select id as "id!", name as "name!", email as "email!", confirmed as "confirmed!" from find_person($1, $2)"#,
        id,
        email
    )
    .fetch_optional(db.connection())
    .await?)
}

/// The person with an id, or else with an address, locked until the transaction ends: signing them in, issuing links for them and changing
/// their password or address wait.
pub async fn hold_person(db: &mut Db, id: Option<Uuid>, email: Option<&str>) -> Result<Option<PersonRow>, Error> {
    Ok(query_as!(
        PersonRow,
        r#"select id as "id!", name as "name!", email as "email!", confirmed as "confirmed!" from hold_person($1, $2)"#,
        id,
        email
    )
    .fetch_optional(db.connection())
    .await?)
}

/// The result of locking the person of an address without waiting.
pub enum PersonLock {
    /// Nobody has this address.
    Nobody,
    /// Another transaction holds the lock. This one can only be rolled back.
    HeldByOthers,
    /// The person, locked.
    Held(PersonRow),
}

/// Lock timeout of [`hold_person_at_once`].
const AT_ONCE: Duration = Duration::from_millis(20);

/// Locks the person of an address with a short timeout, on a shared connection: nobody can block it by locking a row of their own.
pub async fn hold_person_at_once(db: &mut Db, email: &str) -> Result<PersonLock, Error> {
    db.set_lock_timeout(AT_ONCE).await?;
    let found = query_as!(
        PersonRow,
        r#"select id as "id!", name as "name!", email as "email!", confirmed as "confirmed!" from hold_person($1, $2)"#,
        None::<Uuid>,
        email
    );
    let Some(found) = found.fetch_optional(db.connection()).await.none_if_locked()? else { return Ok(PersonLock::HeldByOthers) };
    db.set_lock_timeout(SHARED_LOCK_LIMIT).await?;
    Ok(found.map_or(PersonLock::Nobody, PersonLock::Held))
}

/// Whether a person was the first to sign up in this deployment.
pub async fn is_first(db: &mut Db, person: UserId) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select is_first_person($1) as "first!""#, person.0).fetch_one(db.connection()).await?)
}

/// Changes the address of a person to one that is confirmed.
pub async fn change_address(db: &mut Db, person: UserId, address: &str, now: Timestamp) -> Result<(), Error> {
    query!("select change_address($1, $2, $3)", person.0, address, instant(now) as _)
        .fetch_one(db.connection())
        .await
        .on_constraint("app_user_email_unique", || {
            Error::new(Code::Conflict, "Another account has this address by now. Use another one.")
        })?;
    Ok(())
}

/// Stores the pending address of a person, which expires at this time; none deletes it.
pub async fn set_waiting_address(db: &mut Db, person: UserId, waiting: Option<(&str, Timestamp)>) -> Result<(), Error> {
    let (address, until) = waiting.unzip();
    query!("select set_waiting_address($1, $2, $3)", person.0, address, until.map(instant) as _).fetch_one(db.connection()).await?;
    Ok(())
}

/// The pending address of a person.
pub async fn waiting_address(db: &mut Db, person: UserId, now: Timestamp) -> Result<Option<String>, Error> {
    Ok(query_scalar!("select waiting_address($1, $2)", person.0, instant(now) as _).fetch_one(db.connection()).await?)
}

/// A person with a pending address.
pub struct WaitingRow {
    /// Their id.
    pub id: Uuid,
    /// The address they sign in with until then.
    pub email: String,
}

/// The persons with this pending address, two at most.
pub async fn who_waits(db: &mut Db, address: &str, now: Timestamp) -> Result<Vec<WaitingRow>, Error> {
    let waiting =
        query_as!(WaitingRow, r#"select id as "id!", email as "email!" from who_waits_for_address($1, $2)"#, address, instant(now) as _);
    Ok(waiting.fetch_all(db.connection()).await?)
}

/// A mail to a person about their own sign-in.
pub struct NewAccountMail<'a> {
    /// The recipient's address.
    pub mailbox: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// Its text; none when it is composed as it leaves.
    pub body: Option<&'a str>,
    /// Whom it is for.
    pub person: UserId,
    /// The purpose of its link.
    pub carries: Option<LinkPurpose>,
}

/// Puts a mail to a person into the outbox; it leaves once this transaction is committed.
pub async fn mail(db: &mut Db, mail: &NewAccountMail<'_>, now: Timestamp) -> Result<(), Error> {
    query!(
        "select mail_person($1, $2, $3, $4, $5, $6, $7)",
        MailId::new().0,
        mail.mailbox,
        mail.subject,
        mail.body,
        mail.carries.map(LinkPurpose::name),
        mail.person.0,
        instant(now) as _
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// The state of a mail.
pub struct MailStatusRow {
    /// Its state.
    pub state: String,
    /// Whether the mail server has refused it so far.
    pub refused: bool,
    /// Whether it is too old to leave by itself.
    pub too_old: bool,
}

/// The state of the newest mail with a link for these purposes to a person at an address.
pub async fn newest_mail(db: &mut Db, person: UserId, address: &str, purposes: &[LinkPurpose]) -> Result<Option<MailStatusRow>, Error> {
    Ok(query_as!(
        MailStatusRow,
        r#"select state as "state!", refused as "refused!", too_old as "too_old!"
           from newest_mail_to_person($1, $2, $3, make_interval(secs => $4))"#,
        person.0,
        address,
        &names(purposes),
        AGE_MAX.as_secs_f64()
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Cancels mails with links for these purposes that have not left, because their purpose is achieved.
pub async fn cancel_mails(db: &mut Db, person: UserId, purposes: &[LinkPurpose], why: &str) -> Result<(), Error> {
    query!("select keep_mails_to_person($1, $2, $3)", person.0, &names(purposes), why).fetch_one(db.connection()).await?;
    Ok(())
}

/// The time of the `nth` newest notice about this subject to this mailbox. Locks the person, like [`mail_at`].
pub async fn notice_at(db: &mut Db, person: UserId, mailbox: &str, about: &str, nth: i32) -> Result<Option<Timestamp>, Error> {
    let written =
        query_scalar!(r#"select notice_to_person_at($1, $2, $3, $4) as "written: jiff_sqlx::Timestamp""#, person.0, mailbox, about, nth);
    Ok(written.fetch_one(db.connection()).await?.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Deletes mails about sign-ins that were queued before an instant and no longer leave; returns the number.
pub async fn forget_mails(db: &mut Db, before: Timestamp) -> Result<i32, Error> {
    let gone = query_scalar!(r#"select forget_mails_to_people($1, $2) as "gone!""#, instant(before) as _, MAILS_FORGOTTEN);
    Ok(gone.fetch_one(db.connection()).await?)
}

/// The time of the `nth` newest mail with a link for these purposes to a person. Locks the person, so that of concurrent requests each sees
/// the mail of the one before.
pub async fn mail_at(db: &mut Db, person: UserId, purposes: &[LinkPurpose], nth: i32) -> Result<Option<Timestamp>, Error> {
    let names = names(purposes);
    let written = query_scalar!(r#"select mail_to_person_at($1, $2, $3) as "written: jiff_sqlx::Timestamp""#, person.0, &names, nth);
    Ok(written.fetch_one(db.connection()).await?.map(jiff_sqlx::Timestamp::to_jiff))
}

fn names(purposes: &[LinkPurpose]) -> Vec<String> {
    purposes.iter().map(|purpose| purpose.name().to_owned()).collect()
}
