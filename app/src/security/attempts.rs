//! How often one may try what can be guessed: by the network one comes from, and by the account that is tried.
//!
//! Tries are counted in the database before it is known how they end, so that several processes, and many tries at once, count
//! as one. An account is slowed down and never locked: five tries are free, then the wait doubles up to five minutes, the first
//! tries from a network wait for nobody else's, and the browsers in which its owner has signed in before are counted apart.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::store;
use crate::{
    database::{AccessMode, Database, Db, RowScope},
    error::Error,
    limits::{network, site},
};

/// How much more often than from one network of 2⁶⁴ addresses one may try from the 65,536 of them that a customer may be given.
const SITE_FACTOR: f64 = 10.0;

/// What is tried. Tries of one kind do not count for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptKind {
    /// An address and a password.
    SignIn,
    /// A new account.
    SignUp,
    /// A mail with which a password can be set anew.
    Reset,
    /// A mail to somebody who is not signed in, whatever it is about.
    Mail,
    /// A mail with a link for a new password, to an address that is known to be of whom it is for.
    ResetMail,
    /// The current password of somebody who is signed in.
    Password,
    /// The check of such a password, whether it is right or wrong.
    PasswordCheck,
    /// A token of a program.
    Token,
}

/// One limit that a try counts for.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptLimit {
    pub(super) key: Vec<u8>,
    /// Seconds until one try is paid off.
    pub(super) spacing: f64,
    /// How many seconds too early tries may come together.
    pub(super) tolerance: f64,
    /// Whether the wait grows with each try instead.
    pub(super) growing: bool,
}

impl AttemptLimit {
    /// So often at once, and then as often within so many seconds.
    fn spaced(key: Vec<u8>, often: f64, within: f64) -> Self {
        let spacing = within / often;
        Self { key, spacing, tolerance: spacing * (often - 1.0), growing: false }
    }

    /// So often within so many seconds from the network that an address is of, and `factor` times as often from all that a customer
    /// may be given.
    fn of_place(purpose: AttemptKind, address: IpAddr, (often, within): (f64, f64), factor: f64) -> Vec<Self> {
        let key = |network: String| key(purpose, "network", network.as_bytes());
        match site(address) {
            None => vec![Self::spaced(key(network(address).to_string()), often, within)],
            Some(site) => vec![
                Self::spaced(key(format!("{}/64", network(address))), often, within),
                Self::spaced(key(format!("{site}/48")), often * factor, within),
            ],
        }
    }

    fn growing(purpose: AttemptKind, kind: &str, about: &[u8]) -> Self {
        Self { key: key(purpose, kind, about), spacing: 0.0, tolerance: 0.0, growing: true }
    }

    /// The limits of the network that an address is of: `per_minute` tries.
    pub fn of_network(purpose: AttemptKind, address: IpAddr, per_minute: NonZeroU32) -> Vec<Self> {
        Self::of_place(purpose, address, (f64::from(per_minute.get()), 60.0), SITE_FACTOR)
    }

    /// The limits of the network that an address is of, for mails that strangers ask for: so many within a day.
    pub fn of_mails(address: IpAddr, a_day: u32) -> Vec<Self> {
        Self::of_place(AttemptKind::Mail, address, (f64::from(a_day), 86_400.0), SITE_FACTOR / 2.0)
    }

    /// The same for links for a new password to whom they are for.
    pub fn of_resets(address: IpAddr, a_day: u32) -> Vec<Self> {
        Self::of_place(AttemptKind::ResetMail, address, (f64::from(a_day), 86_400.0), SITE_FACTOR / 2.0)
    }

    /// The limit of an account, whether there is one at this address or not.
    pub fn of_account(purpose: AttemptKind, email: &str) -> Self {
        Self::growing(purpose, "account", email.as_bytes())
    }

    /// What was tried at an account from where this address is: in the largest part of the network that one customer may be given.
    /// What is no address is one place with everything else that is none.
    pub fn of_account_from(purpose: AttemptKind, email: &str, address: &str) -> Self {
        let place = address.parse().map(|address| site(address).unwrap_or_else(|| network(address)).to_string()).unwrap_or_default();
        Self::growing(purpose, "account from", &[email.as_bytes(), b"\0", place.as_bytes()].concat())
    }

    /// The limit of a browser in which the owner of the account has signed in before.
    pub fn of_browser(purpose: AttemptKind, email: &str, browser_hash: &[u8]) -> Self {
        Self::growing(purpose, "browser", &[email.as_bytes(), b"\0", browser_hash].concat())
    }

    /// How often the current password of somebody who is signed in is checked: ten times at once, then every six seconds.
    pub fn of_password_checks(person: Uuid) -> Self {
        Self::spaced(key(AttemptKind::PasswordCheck, "person", person.as_bytes()), 10.0, 60.0)
    }

    /// The limit of somebody who is signed in.
    pub fn of_person(purpose: AttemptKind, person: Uuid) -> Self {
        Self::growing(purpose, "person", person.as_bytes())
    }
}

/// What is kept of whom a limit is about.
fn key(purpose: AttemptKind, kind: &str, about: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(format!("{purpose:?}\0{kind}\0")).chain_update(about).finalize().to_vec()
}

/// Counts a try for all these limits.
///
/// # Errors
/// `rate_limited` when it comes too early for one of them; then it counts for none. `what` says what there were too many of.
pub async fn count(database: &Database, limits: &[AttemptLimit], what: &str) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    count_with(&mut db, limits, what).await?;
    db.commit().await
}

/// The same, together with what else is done in a transaction: what is not kept was not counted.
pub async fn count_with(db: &mut Db, limits: &[AttemptLimit], what: &str) -> Result<(), Error> {
    refuse_for(store::count_attempt(db, limits).await?, what)
}

/// Counts a try at an account, and what came of it from this place: the first tries from there do not wait for what is tried
/// elsewhere, so that whoever guesses keeps nobody out.
///
/// # Errors
/// `rate_limited` when it comes too early; then it does not count.
pub async fn count_from(database: &Database, account: &AttemptLimit, place: &AttemptLimit, what: &str) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    refuse_for(store::count_account_attempt(&mut db, account, place).await?, what)?;
    db.commit().await
}

/// Says how long to wait when a try came too early.
fn refuse_for(wait: f64, what: &str) -> Result<(), Error> {
    match wait > 0.0 {
        true => Err(Error::rate_limited(what, Duration::try_from_secs_f64(wait).unwrap_or_default())),
        false => Ok(()),
    }
}

/// Forgets the tries of these limits: the last one was right.
pub async fn forget(database: &Database, limits: &[AttemptLimit]) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    forget_with(&mut db, limits).await?;
    db.commit().await
}

/// The same, together with what else is done in a transaction.
pub async fn forget_with(db: &mut Db, limits: &[AttemptLimit]) -> Result<(), Error> {
    let keys: Vec<_> = limits.iter().map(|limit| limit.key.clone()).collect();
    store::forget_attempts(db, &keys).await
}
