//! Links that an operator issues and hands over, where no mail leaves or none arrives.

use domain::{id::UserId, text};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    link_secret::{self, NewLinkSecret},
    links::WITH_THE_PROOF,
    store,
};
use crate::{
    context::Services,
    database::{AccessMode, Db, RowScope},
    error::{Code, Error},
    secrets::link_purpose::LinkPurpose,
    security::{
        EventKind,
        event::{RequestOrigin, record_event},
    },
};

/// Issues the link that confirms an address: the current one of an account, or one that was asked for. If several accounts have asked for
/// it, `account` is the current address of the one that is meant.
pub async fn confirmation(services: &Services, email: &str, account: Option<&str>) -> Result<String, Error> {
    let (email, now) = (text::known_email("email", email)?, services.clock.now());
    let mut db = services.database.begin(RowScope::Nobody, AccessMode::Write).await?;
    let (person, purpose) = match store::hold_person(&mut db, None, Some(&email)).await? {
        Some(person) if person.confirmed => return Err(confirmed(&mut db, &email, UserId(person.id), now).await?),
        Some(person) => (person.id, LinkPurpose::ConfirmAddress),
        None => (who_waits(&mut db, &email, account, now).await?, LinkPurpose::ChangeAddress),
    };
    drawn(services, db, (person, purpose), &email, now).await
}

/// A link to reset a password.
pub struct ResetLink {
    /// The link.
    pub link: String,
    /// The notice to pass on, if the link confirms an unconfirmed address.
    pub notice: Option<&'static str>,
}

/// Issues a link to reset the password of an account; records the request as a security event.
pub async fn password_reset(services: &Services, email: &str) -> Result<ResetLink, Error> {
    let (email, now) = (text::known_email("email", email)?, services.clock.now());
    let mut db = services.database.begin(RowScope::Nobody, AccessMode::Write).await?;
    let person = store::hold_person(&mut db, None, Some(&email)).await?.ok_or_else(|| nobody(&email))?;
    record_event(&mut db, UserId(person.id), EventKind::PasswordResetAsked, now, &RequestOrigin::operator(), "").await?;
    let notice = (!person.confirmed).then_some(WITH_THE_PROOF);
    let link = drawn(services, db, (person.id, LinkPurpose::ResetPassword), &email, now).await?;
    Ok(ResetLink { link, notice })
}

async fn drawn(services: &Services, mut db: Db, to: (Uuid, LinkPurpose), mailbox: &str, now: Timestamp) -> Result<String, Error> {
    let (subject, purpose) = to;
    let new_secret = NewLinkSecret { purpose, subject, within: None, mailbox: Some(mailbox), expires: now + purpose.lifetime() };
    let secret = link_secret::issue(&mut db, &new_secret, now).await?;
    db.commit().await?;
    Ok(format!("{}{}", services.public_url, purpose.path(&secret)))
}

fn nobody(email: &str) -> Error {
    Error::invalid("email", format!("Nobody signs in with {}.", text::excerpt(email)))
}

/// The person who has asked for this address: the one of `account`, or the only one.
async fn who_waits(db: &mut Db, email: &str, account: Option<&str>, now: Timestamp) -> Result<Uuid, Error> {
    if let Some(account) = account {
        let account = text::known_email("account", account)?;
        let person = store::person(db, None, Some(&account)).await?.ok_or_else(|| nobody(&account))?.id;
        return match store::waiting_address(db, UserId(person), now).await? {
            Some(waiting) if waiting == email => Ok(person),
            _ => Err(Error::invalid("account", format!("{account} has not asked for {}.", text::excerpt(email)))),
        };
    }
    match store::who_waits(db, email, now).await?.as_slice() {
        [] => Err(Error::invalid("email", format!("Nobody signs in with {0}, or has asked for {0}.", text::excerpt(email)))),
        [waits] => Ok(waits.id),
        [one, other, ..] => Err(Error::new(
            Code::Conflict,
            format!("Several have asked for {email}, {} and {} among them. Say whose it is to be with --account.", one.email, other.email),
        )),
    }
}

/// The error for an address that is confirmed already, naming the one that is pending, if any.
async fn confirmed(db: &mut Db, email: &str, person: UserId, now: Timestamp) -> Result<Error, Error> {
    let error = Error::new(Code::Conflict, format!("{email} is confirmed already."));
    Ok(match store::waiting_address(db, person, now).await? {
        Some(waiting) => error.hint(format!("It waits to become {waiting}: name that address for the link that confirms it.")),
        None => error,
    })
}
