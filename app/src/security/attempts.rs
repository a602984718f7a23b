//! How often one may try what can be guessed: by the network one comes from, and by the account that is tried.
//!
//! Tries are counted in the database before it is known how they end, so that several processes, and many tries at once, count
//! as one. An account is slowed down and never locked: five tries are free, then the wait doubles up to five minutes, and the
//! browsers in which its owner has signed in before are counted apart.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::store;
use crate::{
    database::{Access, Database, Reach},
    error::Error,
};

/// How much more often than from one network of 2⁶⁴ addresses one may try from the 65,536 of them that a customer may be given.
const SITE_FACTOR: f64 = 10.0;

/// What is tried. Tries of one kind do not count for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// An address and a password.
    SignIn,
    /// A new account.
    SignUp,
    /// A mail with which a password can be set anew.
    Reset,
    /// A mail to somebody who is not signed in, whatever it is about.
    Mail,
    /// The present password of somebody who is signed in.
    Password,
    /// The same, whether it is right or wrong.
    Look,
    /// A token of a program.
    Token,
}

/// One limit that a try counts for.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    pub(super) key: Vec<u8>,
    /// Seconds until one try is paid off.
    pub(super) spacing: f64,
    /// How many seconds too early tries may come together.
    pub(super) tolerance: f64,
    /// Whether the wait grows with each try instead.
    pub(super) growing: bool,
}

impl Limit {
    fn spaced(purpose: Purpose, network: &str, per_minute: f64) -> Self {
        let spacing = 60.0 / per_minute;
        Self { key: key(purpose, "network", network.as_bytes()), spacing, tolerance: spacing * (per_minute - 1.0), growing: false }
    }

    fn growing(purpose: Purpose, kind: &str, about: &[u8]) -> Self {
        Self { key: key(purpose, kind, about), spacing: 0.0, tolerance: 0.0, growing: true }
    }

    /// The limits of the network that an address is of: `per_minute` tries.
    pub fn of_network(purpose: Purpose, address: IpAddr, per_minute: NonZeroU32) -> Vec<Self> {
        let per_minute = f64::from(per_minute.get());
        match address.to_canonical() {
            IpAddr::V4(address) => vec![Self::spaced(purpose, &address.to_string(), per_minute)],
            IpAddr::V6(address) => vec![
                Self::spaced(purpose, &format!("{}/64", upper(address, 64)), per_minute),
                Self::spaced(purpose, &format!("{}/48", upper(address, 48)), per_minute * SITE_FACTOR),
            ],
        }
    }

    /// The limits of the network that an address is of, for mails that strangers ask for: fifty within a day.
    pub fn of_mails(address: IpAddr) -> Vec<Self> {
        const A_DAY: f64 = 50.0;
        let spacing = 86_400.0 / A_DAY;
        let bounded = |network: String, factor: f64| Self {
            key: key(Purpose::Mail, "network", network.as_bytes()),
            spacing: spacing / factor,
            tolerance: spacing * (A_DAY - 1.0 / factor),
            growing: false,
        };
        match address.to_canonical() {
            IpAddr::V4(address) => vec![bounded(address.to_string(), 1.0)],
            IpAddr::V6(address) => {
                vec![bounded(format!("{}/64", upper(address, 64)), 1.0), bounded(format!("{}/48", upper(address, 48)), SITE_FACTOR / 2.0)]
            }
        }
    }

    /// The limit of an account, whether there is one at this address or not.
    pub fn of_account(purpose: Purpose, email: &str) -> Self {
        Self::growing(purpose, "account", email.as_bytes())
    }

    /// The limit of a browser in which the owner of the account has signed in before.
    pub fn of_browser(purpose: Purpose, email: &str, browser_hash: &[u8]) -> Self {
        Self::growing(purpose, "browser", &[email.as_bytes(), b"\0", browser_hash].concat())
    }

    /// How often the password of somebody who is signed in is looked at: ten times at once, then every six seconds.
    pub fn of_looks(person: Uuid) -> Self {
        let spacing = 6.0;
        Self { key: key(Purpose::Look, "person", person.as_bytes()), spacing, tolerance: spacing * 9.0, growing: false }
    }

    /// The limit of somebody who is signed in.
    pub fn of_person(purpose: Purpose, person: Uuid) -> Self {
        Self::growing(purpose, "person", person.as_bytes())
    }
}

/// What is kept of whom a limit is about.
fn key(purpose: Purpose, kind: &str, about: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(format!("{purpose:?}\0{kind}\0")).chain_update(about).finalize().to_vec()
}

fn upper(address: Ipv6Addr, bits: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> bits))
}

/// Counts a try for all these limits.
///
/// # Errors
/// `rate_limited` when it comes too early for one of them; then it counts for none. `what` says what there were too many of.
pub async fn count(database: &Database, limits: &[Limit], what: &str) -> Result<(), Error> {
    let mut db = database.begin(Reach::Nobody, Access::Write).await?;
    let wait = store::count_attempt(&mut db, limits).await?;
    if wait > 0.0 {
        db.roll_back().await;
        return Err(Error::too_often(what, Duration::try_from_secs_f64(wait).unwrap_or_default()));
    }
    db.commit().await
}

/// Forgets the tries of these limits: the last one was right.
pub async fn forget(database: &Database, limits: &[Limit]) -> Result<(), Error> {
    let keys: Vec<_> = limits.iter().map(|limit| limit.key.clone()).collect();
    let mut db = database.begin(Reach::Nobody, Access::Write).await?;
    store::forget_attempts(&mut db, &keys).await?;
    db.commit().await
}
