//! Link secrets: issued, found, redeemed, withdrawn.

use domain::id::OrganizationId;
use jiff::Timestamp;
use uuid::Uuid;

use super::store;
use crate::{
    database::Db,
    error::{Code, Error},
    secrets::{link_purpose::LinkPurpose, random_secret},
};

/// A secret to be issued.
#[derive(Debug, Clone)]
pub struct NewLinkSecret<'a> {
    /// What it permits its holder.
    pub purpose: LinkPurpose,
    /// The id of the person or the invitation that it is for.
    pub subject: Uuid,
    /// The organization of the invitation.
    pub within: Option<OrganizationId>,
    /// The mailbox that it is sent to; none when it is handed over.
    pub mailbox: Option<&'a str>,
    /// When it runs out.
    pub expires: Timestamp,
}

/// The hash of a secret, which is stored instead of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretHash(Vec<u8>);

impl SecretHash {
    /// The hash of this secret.
    pub fn of(secret: &str) -> Self {
        Self(random_secret::fingerprint(secret))
    }
}

/// An issued secret.
#[derive(Debug, Clone)]
pub struct LinkSecret {
    /// What it permits its holder.
    pub purpose: LinkPurpose,
    /// The id of the person or the invitation that it is for.
    pub subject: Uuid,
    /// The organization of the invitation.
    pub within: Option<OrganizationId>,
    /// The mailbox that it was sent to; none when it was handed over.
    pub mailbox: Option<String>,
    /// When it runs out.
    pub expires: Timestamp,
    /// Whether it was redeemed or withdrawn.
    pub used: bool,
}

impl LinkSecret {
    /// Refuses a used or expired secret.
    pub fn refuse_unless_fresh(&self, now: Timestamp) -> Result<(), Error> {
        match self.used || self.expires <= now {
            true => Err(spent()),
            false => Ok(()),
        }
    }
}

/// Issues a secret, which permits any holder its purpose. Only its hash is stored.
pub async fn issue(db: &mut Db, new_secret: &NewLinkSecret<'_>, now: Timestamp) -> Result<String, Error> {
    let random = random_secret::random();
    store::insert_secret(db, &random_secret::fingerprint(&random), new_secret, now).await?;
    Ok(random)
}

/// Finds an issued secret, valid or not; none if it was never issued.
pub async fn find(db: &mut Db, given: &str) -> Result<Option<LinkSecret>, Error> {
    store::find(db, &random_secret::fingerprint(given)).await
}

/// Redeems a secret, and withdraws all others of its purpose and subject. Refuses one that is used, withdrawn or expired; of two concurrent
/// uses one succeeds.
pub async fn redeem(db: &mut Db, given: &str, now: Timestamp) -> Result<(), Error> {
    match store::redeem(db, &random_secret::fingerprint(given), now).await? {
        true => Ok(()),
        false => Err(spent()),
    }
}

/// Withdraws every secret of these purposes for a person or an invitation.
pub async fn withdraw(db: &mut Db, purposes: &[LinkPurpose], subject: Uuid, now: Timestamp) -> Result<(), Error> {
    store::withdraw(db, purposes, subject, now).await
}

/// Withdraws one secret whose mail has reached nobody. Others of its purpose and subject stay valid, as their mails may have arrived.
pub async fn forget(db: &mut Db, secret: &SecretHash, now: Timestamp) -> Result<(), Error> {
    store::forget_secret(db, &secret.0, now).await
}

/// The error for a link that was never issued, or belongs to another page.
pub fn unknown() -> Error {
    Error::new(Code::NotFound, "This link opens nothing. Take the whole link of the latest mail, or ask for a new one.")
}

/// The error for a link that is no longer valid.
pub fn spent() -> Error {
    Error::new(Code::Conflict, "This link was used already, or has run out. Take the link of the latest mail, or ask for a new one.")
}
