//! Secrets that travel: drawn, found, used once, withdrawn.

use jiff::Timestamp;
use uuid::Uuid;

use super::{LinkPurpose, store};
use crate::{
    account::secret,
    database::Db,
    error::{Code, Error},
    id::OrganizationId,
};

/// What a secret is drawn for.
#[derive(Debug, Clone)]
pub struct NewLinkSecret<'a> {
    /// What it lets its holder do.
    pub purpose: LinkPurpose,
    /// The person or the invitation that it is for.
    pub subject: Uuid,
    /// The organization of the invitation.
    pub within: Option<OrganizationId>,
    /// The mailbox that it is sent to; none when it is handed over.
    pub mailbox: Option<&'a str>,
    /// When it runs out.
    pub expires: Timestamp,
}

/// What is kept of a secret, by which it is found and not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHash(Vec<u8>);

impl SecretHash {
    /// That of this secret.
    pub fn of(secret: &str) -> Self {
        Self(secret::fingerprint(secret))
    }
}

/// A secret as it was drawn.
#[derive(Debug, Clone)]
pub struct LinkSecret {
    /// What it lets its holder do.
    pub purpose: LinkPurpose,
    /// The person or the invitation that it is for.
    pub subject: Uuid,
    /// The organization of the invitation.
    pub within: Option<OrganizationId>,
    /// The mailbox that it was sent to; none when it was handed over.
    pub mailbox: Option<String>,
    /// When it runs out.
    pub expires: Timestamp,
    /// Whether it was used, or withdrawn.
    pub used: bool,
}

impl LinkSecret {
    /// Refuses one that was used or has run out.
    pub fn refuse_unless_fresh(&self, now: Timestamp) -> Result<(), Error> {
        match self.used || self.expires <= now {
            true => Err(spent()),
            false => Ok(()),
        }
    }
}

/// Draws a secret. Whoever holds it can do what it is for; nothing but its hash is kept.
pub async fn issue(db: &mut Db, errand: &NewLinkSecret<'_>, now: Timestamp) -> Result<String, Error> {
    let random = secret::random();
    store::insert_secret(db, &secret::fingerprint(&random), errand, now).await?;
    Ok(random)
}

/// The secret that was drawn as this one, whether or not it can still be used; none when it was never drawn.
pub async fn find(db: &mut Db, given: &str) -> Result<Option<LinkSecret>, Error> {
    store::find(db, &secret::fingerprint(given)).await
}

/// Uses a secret up, with all others of its purpose and subject. Refused when it was used, withdrawn or has run out: of two
/// who use it at once, one is.
pub async fn redeem(db: &mut Db, given: &str, now: Timestamp) -> Result<(), Error> {
    match store::redeem(db, &secret::fingerprint(given), now).await? {
        true => Ok(()),
        false => Err(spent()),
    }
}

/// Uses up every secret of these purposes for a person or an invitation.
pub async fn withdraw(db: &mut Db, purposes: &[LinkPurpose], subject: Uuid, now: Timestamp) -> Result<(), Error> {
    store::withdraw(db, purposes, subject, now).await
}

/// Uses up one secret, whose mail has reached nobody. Others of its purpose and subject stay good: their mails may have arrived.
pub async fn forget(db: &mut Db, secret: &SecretHash, now: Timestamp) -> Result<(), Error> {
    store::forget_secret(db, &secret.0, now).await
}

/// Why a link opens nothing: it was never drawn, or belongs to another page.
pub fn unknown() -> Error {
    Error::new(Code::NotFound, "This link opens nothing. Take the whole link of the latest mail, or ask for a new one.")
}

/// Why a link opens nothing any more.
pub fn spent() -> Error {
    Error::new(Code::Conflict, "This link was used already, or has run out. Take the link of the latest mail, or ask for a new one.")
}
