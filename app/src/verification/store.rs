//! SQL of secrets that travel and of what they prove: calls of the functions that the owner of the tables lends out.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{query, query_as, query_scalar};
use uuid::Uuid;

use super::{
    LinkPurpose,
    link_secret::{LinkSecret, NewLinkSecret},
};
use crate::{
    database::{Db, NoneIfLocked, OnConstraint, SHARED_LOCK_LIMIT, instant},
    error::{Code, Error},
    id::{InvoiceId, MailId, OrganizationId, TokenId, UserId},
    outbox,
};

/// How many mails are forgotten in one go.
pub const MAILS_FORGOTTEN: i32 = 10_000;

/// Keeps the hash of a secret.
pub async fn insert_secret(db: &mut Db, hash: &[u8], errand: &NewLinkSecret<'_>, now: Timestamp) -> Result<(), Error> {
    query!(
        "select keep_secret($1, $2, $3, $4, $5, $6, $7)",
        hash,
        errand.purpose.name(),
        errand.subject,
        errand.within.map(|organization| organization.0),
        errand.mailbox,
        instant(now) as _,
        instant(errand.expires) as _
    )
    .fetch_one(db.connection())
    .await?;
    Ok(())
}

/// Keeps the hash of a link to the document of an invoice, drawn with a token.
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

/// The invoice whose document the link with this hash opens, and the token that it was drawn with.
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
        purpose: LinkPurpose::named(&row.purpose).ok_or_else(Error::internal)?,
        subject: row.subject,
        within: row.within.map(OrganizationId),
        mailbox: row.mailbox,
        expires: row.expires_at.to_jiff(),
        used: row.used,
    }))
}

/// Uses a secret up; whether it could be used.
pub async fn redeem(db: &mut Db, hash: &[u8], now: Timestamp) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select use_secret($1, $2) as "won!""#, hash, instant(now) as _).fetch_one(db.connection()).await?)
}

/// Uses up the secret with this hash, and no other.
pub async fn forget_secret(db: &mut Db, hash: &[u8], now: Timestamp) -> Result<(), Error> {
    query!("select forget_secret($1, $2)", hash, instant(now) as _).fetch_one(db.connection()).await?;
    Ok(())
}

/// Uses up every secret of these purposes.
pub async fn withdraw(db: &mut Db, purposes: &[LinkPurpose], subject: Uuid, now: Timestamp) -> Result<(), Error> {
    query!("select withdraw_secrets($1, $2, $3)", &names(purposes), subject, instant(now) as _).fetch_one(db.connection()).await?;
    Ok(())
}

/// Forgets secrets that ran out before an instant.
pub async fn forget(db: &mut Db, before: Timestamp) -> Result<i64, Error> {
    Ok(query_scalar!(r#"select forget_secrets($1) as "gone!""#, instant(before) as _).fetch_one(db.connection()).await?)
}

/// Remembers that an address is the one of a person; whether they still sign in with it.
pub async fn confirm_address(db: &mut Db, person: UserId, address: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select confirm_address($1, $2, $3) as "theirs!""#, person.0, address, instant(now) as _)
        .fetch_one(db.connection())
        .await?)
}

/// Somebody with a login.
pub struct PersonRow {
    /// Their id.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Whether it is known to be theirs.
    pub confirmed: bool,
}

/// The person of an id, or else of an address.
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

/// The person of an id, or else of an address, held until the transaction ends: whoever signs them in, draws links for them or
/// changes their password or address waits.
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

/// Whom an address belongs to, who was to be held at once.
pub enum PersonLock {
    /// Nobody.
    Nobody,
    /// Somebody, whom another transaction holds. This one can only be rolled back.
    HeldByOthers,
    /// Somebody, who is held now.
    Held(PersonRow),
}

/// How long somebody is waited for who is to be held at once.
const AT_ONCE: Duration = Duration::from_millis(20);

/// The same for the person of an address, on a connection that everybody shares: nobody who keeps a row of their own keeps it.
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

/// Whether somebody is the first who has signed up here.
pub async fn is_first(db: &mut Db, person: UserId) -> Result<bool, Error> {
    Ok(query_scalar!(r#"select is_first_person($1) as "first!""#, person.0).fetch_one(db.connection()).await?)
}

/// Gives a person another address, which is known to be theirs.
pub async fn change_address(db: &mut Db, person: UserId, address: &str, now: Timestamp) -> Result<(), Error> {
    query!("select change_address($1, $2, $3)", person.0, address, instant(now) as _)
        .fetch_one(db.connection())
        .await
        .on_constraint("app_user_email_unique", || {
            Error::new(Code::Conflict, "Another account has this address by now. Use another one.")
        })?;
    Ok(())
}

/// Remembers the address that a person has asked for, which waits to be confirmed until then; nothing forgets it.
pub async fn set_waiting_address(db: &mut Db, person: UserId, waiting: Option<(&str, Timestamp)>) -> Result<(), Error> {
    let (address, until) = waiting.unzip();
    query!("select set_waiting_address($1, $2, $3)", person.0, address, until.map(instant) as _).fetch_one(db.connection()).await?;
    Ok(())
}

/// The address that a person waits to confirm.
pub async fn waiting_address(db: &mut Db, person: UserId, now: Timestamp) -> Result<Option<String>, Error> {
    Ok(query_scalar!("select waiting_address($1, $2)", person.0, instant(now) as _).fetch_one(db.connection()).await?)
}

/// Somebody who waits to confirm another address.
pub struct WaitingRow {
    /// Their id.
    pub id: Uuid,
    /// The address they sign in with until then.
    pub email: String,
}

/// Who waits to confirm this address; of many, two.
pub async fn who_waits(db: &mut Db, address: &str, now: Timestamp) -> Result<Vec<WaitingRow>, Error> {
    let waiting =
        query_as!(WaitingRow, r#"select id as "id!", email as "email!" from who_waits_for_address($1, $2)"#, address, instant(now) as _);
    Ok(waiting.fetch_all(db.connection()).await?)
}

/// A mail to a person about their own sign-in.
pub struct NewAccountMail<'a> {
    /// Where it goes.
    pub mailbox: &'a str,
    /// Its subject.
    pub subject: &'a str,
    /// Its text; none when it is written as it leaves.
    pub body: Option<&'a str>,
    /// Whom it is for.
    pub person: UserId,
    /// What its link is for.
    pub carries: Option<LinkPurpose>,
}

/// Puts a mail to a person into the outbox; it leaves when the fact that it speaks of is committed.
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

/// What became of a mail.
pub struct MailStatusRow {
    /// Its state.
    pub state: String,
    /// Whether it was refused so far.
    pub refused: bool,
    /// Whether it has waited for so long that it does not leave by itself any more.
    pub too_old: bool,
}

/// What became of the newest mail with a link for these purposes to a person at an address.
pub async fn newest_mail(db: &mut Db, person: UserId, address: &str, purposes: &[LinkPurpose]) -> Result<Option<MailStatusRow>, Error> {
    Ok(query_as!(
        MailStatusRow,
        r#"select state as "state!", refused as "refused!", too_old as "too_old!"
           from newest_mail_to_person($1, $2, $3, make_interval(secs => $4))"#,
        person.0,
        address,
        &names(purposes),
        outbox::AGE_MAX.as_secs_f64()
    )
    .fetch_optional(db.connection())
    .await?)
}

/// Keeps mails with links for these purposes from leaving, since what they are for was done.
pub async fn cancel_mails(db: &mut Db, person: UserId, purposes: &[LinkPurpose], why: &str) -> Result<(), Error> {
    query!("select keep_mails_to_person($1, $2, $3)", person.0, &names(purposes), why).fetch_one(db.connection()).await?;
    Ok(())
}

/// When the mail that only tells a person about this was written to this mailbox that is the `nth`, counted back from the newest.
/// Holds the person, like [`mail_at`].
pub async fn notice_at(db: &mut Db, person: UserId, mailbox: &str, about: &str, nth: i32) -> Result<Option<Timestamp>, Error> {
    let written =
        query_scalar!(r#"select notice_to_person_at($1, $2, $3, $4) as "written: jiff_sqlx::Timestamp""#, person.0, mailbox, about, nth);
    Ok(written.fetch_one(db.connection()).await?.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Forgets mails to people about their own sign-in that were queued before an instant and do not leave any more; how many.
pub async fn forget_mails(db: &mut Db, before: Timestamp) -> Result<i32, Error> {
    let gone = query_scalar!(r#"select forget_mails_to_people($1, $2) as "gone!""#, instant(before) as _, MAILS_FORGOTTEN);
    Ok(gone.fetch_one(db.connection()).await?)
}

/// When the mail with a link for these purposes was written to a person that is the `nth`, counted back from the newest. Holds the
/// person, so that of several who ask at once and then write each finds what the one before has written.
pub async fn mail_at(db: &mut Db, person: UserId, purposes: &[LinkPurpose], nth: i32) -> Result<Option<Timestamp>, Error> {
    let names = names(purposes);
    let written = query_scalar!(r#"select mail_to_person_at($1, $2, $3) as "written: jiff_sqlx::Timestamp""#, person.0, &names, nth);
    Ok(written.fetch_one(db.connection()).await?.map(jiff_sqlx::Timestamp::to_jiff))
}

fn names(purposes: &[LinkPurpose]) -> Vec<String> {
    purposes.iter().map(|purpose| purpose.name().to_owned()).collect()
}
