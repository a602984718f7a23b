//! Rate limits on attempts at anything that can be guessed, by network and by account.
//!
//! Attempts are counted in the database before their outcome is known, so that several processes and many concurrent attempts share one
//! count. An account is slowed down and never locked: five attempts are free, then the wait doubles up to five minutes; the first attempts
//! from a network do not wait for those of others, and browsers in which the owner has signed in before count separately.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::store;
use crate::{
    database::{AccessMode, Database, Db, RowScope},
    error::Error,
    limits::{network, site},
};

/// How much higher the limit of a /48 site is than that of one /64 network in it: one customer may be given all 65,536 of them.
const SITE_FACTOR: f64 = 10.0;

/// The kind of an attempt; each kind counts separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptKind {
    /// A sign-in with address and password.
    SignIn,
    /// A sign-up.
    SignUp,
    /// A request for a password reset.
    Reset,
    /// A mail to an anonymous reader, about anything.
    Mail,
    /// A password reset mail to a confirmed address.
    ResetMail,
    /// The current password, given by a signed-in person.
    Password,
    /// Each check of such a password, right or wrong.
    PasswordCheck,
    /// An access token.
    Token,
}

/// A limit that an attempt counts for.
#[derive(Debug, Clone, PartialEq)]
pub struct AttemptLimit {
    pub(super) key: Vec<u8>,
    /// Seconds per attempt in the long run.
    pub(super) spacing: f64,
    /// How many seconds ahead of that rate attempts may be, as a burst.
    pub(super) tolerance: f64,
    /// Whether the wait doubles with each attempt instead.
    pub(super) growing: bool,
}

impl AttemptLimit {
    /// A limit of `often` attempts within so many seconds, all of which may come at once.
    fn spaced(key: Vec<u8>, often: f64, within: f64) -> Self {
        let spacing = within / often;
        Self { key, spacing, tolerance: spacing * (often - 1.0), growing: false }
    }

    /// A limit of `often` attempts within so many seconds for the network of an address, and of `factor` times as many for the site that
    /// one customer may be given.
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

    /// The limits of the network of an address: `per_minute` attempts.
    pub fn of_network(purpose: AttemptKind, address: IpAddr, per_minute: NonZeroU32) -> Vec<Self> {
        Self::of_place(purpose, address, (f64::from(per_minute.get()), 60.0), SITE_FACTOR)
    }

    /// The limits of the network of an address for mails that anonymous callers request, per day.
    pub fn of_mails(address: IpAddr, a_day: u32) -> Vec<Self> {
        Self::of_place(AttemptKind::Mail, address, (f64::from(a_day), 86_400.0), SITE_FACTOR / 2.0)
    }

    /// The same for password reset links to confirmed addresses.
    pub fn of_resets(address: IpAddr, a_day: u32) -> Vec<Self> {
        Self::of_place(AttemptKind::ResetMail, address, (f64::from(a_day), 86_400.0), SITE_FACTOR / 2.0)
    }

    /// The limit of the account with this address, whether or not it exists.
    pub fn of_account(purpose: AttemptKind, email: &str) -> Self {
        Self::growing(purpose, "account", email.as_bytes())
    }

    /// The limit of an account for attempts from the site of an address: the largest network that one customer may be given. All texts that
    /// are no address share one.
    pub fn of_account_from(purpose: AttemptKind, email: &str, address: &str) -> Self {
        let place = address.parse().map(|address| site(address).unwrap_or_else(|| network(address)).to_string()).unwrap_or_default();
        Self::growing(purpose, "account from", &[email.as_bytes(), b"\0", place.as_bytes()].concat())
    }

    /// The limit of a known browser of the account.
    pub fn of_browser(purpose: AttemptKind, email: &str, browser_hash: &[u8]) -> Self {
        Self::growing(purpose, "browser", &[email.as_bytes(), b"\0", browser_hash].concat())
    }

    /// The limit on checks of the current password of a person: ten at once, then one in six seconds.
    pub fn of_password_checks(person: Uuid) -> Self {
        Self::spaced(key(AttemptKind::PasswordCheck, "person", person.as_bytes()), 10.0, 60.0)
    }

    /// The limit of a signed-in person.
    pub fn of_person(purpose: AttemptKind, person: Uuid) -> Self {
        Self::growing(purpose, "person", person.as_bytes())
    }
}

/// The hashed key of a limit.
fn key(purpose: AttemptKind, kind: &str, about: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(format!("{purpose:?}\0{kind}\0")).chain_update(about).finalize().to_vec()
}

/// Counts an attempt for all these limits.
///
/// # Errors
/// `rate_limited` when one of them is exceeded; then none is counted. `what` says what there were too many of.
pub async fn count(database: &Database, limits: &[AttemptLimit], what: &str) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    count_with(&mut db, limits, what).await?;
    db.commit().await
}

/// The same within a transaction: if it is rolled back, nothing was counted.
pub async fn count_with(db: &mut Db, limits: &[AttemptLimit], what: &str) -> Result<(), Error> {
    refuse_for(store::count_attempt(db, limits).await?, what)
}

/// Counts an attempt at an account and at the account from this place. The first attempts from a place do not wait for attempts from
/// elsewhere, so that an attacker locks nobody out.
///
/// # Errors
/// `rate_limited` when it comes too early; then it is not counted.
pub async fn count_from(database: &Database, account: &AttemptLimit, place: &AttemptLimit, what: &str) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    refuse_for(store::count_account_attempt(&mut db, account, place).await?, what)?;
    db.commit().await
}

/// The error for an attempt that came too early, with the time to wait.
fn refuse_for(wait: f64, what: &str) -> Result<(), Error> {
    match wait > 0.0 {
        true => Err(Error::rate_limited(what, Duration::try_from_secs_f64(wait).unwrap_or_default())),
        false => Ok(()),
    }
}

/// Deletes the attempts of these limits after a successful one.
pub async fn forget(database: &Database, limits: &[AttemptLimit]) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    forget_with(&mut db, limits).await?;
    db.commit().await
}

/// The same within a transaction.
pub async fn forget_with(db: &mut Db, limits: &[AttemptLimit]) -> Result<(), Error> {
    let keys: Vec<_> = limits.iter().map(|limit| limit.key.clone()).collect();
    store::forget_attempts(db, &keys).await
}
