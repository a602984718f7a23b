//! The gate before all doors: how often and how many at once one credential may call.
//!
//! A request enters once, before anything is asked of the database, and holds its permit to its end: what it calls in turn, a
//! page with eight reads or a slash command of the drawer, uses the same one, and a write that goes on without its request takes
//! it along. Whose a credential is, is remembered from the last time that it was recognized. That is for fairness only: what a
//! caller may do is never decided here. How many connections one organization may have in use is said by the gate to the
//! database (`crate::database`), which nothing goes around.

mod anonymous_rate;
mod shared_rate;
mod store;
#[cfg(test)]
mod tests;

use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{
    database::Database,
    error::Error,
    limits::{Bucket, KeyedPermit, KeyedRateLimiter, KeyedSemaphore, LruMap, Rate, site},
};
use anonymous_rate::{AnonymousKind, AnonymousRateLimiter};
use shared_rate::{SharedRateLimiter, locked};

/// How long a call waits for its turn before it is refused.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// How many more than of one network of 2⁶⁴ addresses may be under way of the 65,536 of them that a customer may be given, and how
/// many times as often they may come.
const SITE_FACTOR: u8 = 4;

/// How many credentials are remembered at least.
const GENERATION: usize = 5_000;

/// How often and how many at once.
#[derive(Debug, Clone, Copy)]
pub struct AdmissionLimits {
    /// How often one person may call from pages; no limit when absent.
    pub person: Option<Rate>,
    /// How often one sign-in of a person may call beside that, so that no sign-in keeps the others from going on, and from ending it.
    pub sign_in: Option<Rate>,
    /// How often one token may call; no limit when absent.
    pub token: Option<Rate>,
    /// How often those of one network may call who bring no credential, and as often those whose credential is not known; four
    /// times as often those of all networks of one site. No limit when absent.
    pub strangers: Option<Rate>,
    /// How many requests of one credential may be under way.
    pub at_once: usize,
    /// How many requests of one person may be under way, whatever credentials they come with.
    pub of_person_at_once: usize,
    /// How many requests of one network may be under way whose credential is not known, or that bring none.
    pub strangers_at_once: usize,
    /// How long a request waits for its turn.
    pub patience: Duration,
}

impl AdmissionLimits {
    /// Those of a process: eight under way of a credential and three times as many of a person; `token` calls per minute with one
    /// token, twice as many at once, and 600 per minute and 200 at once of one person, a tenth and a fifth of which each of their sign-ins has for
    /// itself, or of the strangers of one network; none means no limit on how often.
    pub fn of(token: Option<NonZeroU32>) -> Self {
        let token = token.map(Rate::per_minute);
        let [person, sign_in, strangers] = [Rate::of(540, 160), Rate::of(60, 40), Rate::of(600, 200)].map(|rate| token.and(Some(rate)));
        Self { person, sign_in, token, strangers, at_once: 8, of_person_at_once: 24, strangers_at_once: 32, patience: PATIENCE }
    }
}

/// Whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialOwner {
    /// A person at the pages, with all their sign-ins.
    Person(Uuid),
    /// A token.
    Token(Uuid),
}

/// Who takes turns with themselves.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum AdmissionKey {
    /// One credential, by a hash that only this process knows.
    Credential(u64),
    /// All credentials of a person.
    Person(Uuid),
    /// Whoever is not known, by where they come from.
    Network(IpAddr),
    /// Whoever is not known, by what one customer may be given of addresses.
    Site(IpAddr),
}

/// The gate. A copy is the same gate.
#[derive(Clone)]
pub struct AdmissionControl(Arc<AdmissionInner>);

struct AdmissionInner {
    turns: KeyedSemaphore<AdmissionKey>,
    people: KeyedSemaphore<AdmissionKey>,
    /// Of those with much to read: it takes a core while it is read and checked.
    readers: KeyedSemaphore<AdmissionKey>,
    strangers: KeyedSemaphore<AdmissionKey>,
    sites: KeyedSemaphore<AdmissionKey>,
    owners: Mutex<LruMap<u64, CredentialOwner>>,
    /// What each sign-in has for itself.
    sign_ins: Option<KeyedRateLimiter<u64>>,
    /// What each browser has for itself with which somebody has signed in.
    browsers: Option<(Rate, Mutex<LruMap<u64, Bucket>>)>,
    hash: RandomState,
    quotas: SharedRateLimiter,
    often: Option<AnonymousRateLimiter>,
}

/// The right to call, until the last copy of it is dropped.
#[derive(Clone)]
pub struct Permit {
    #[allow(dead_code, reason = "it is held, never looked at")]
    turn: KeyedPermit,
    /// The turn in the larger crowd that it is counted in as well.
    #[allow(dead_code, reason = "it is held, never looked at")]
    beside: Option<KeyedPermit>,
    owner: Option<CredentialOwner>,
    /// The network that was counted for it, where it came with a credential that had not been seen yet.
    counted: Option<IpAddr>,
}

impl AdmissionControl {
    /// A gate with these rules. Processes with the same database count together through it.
    pub fn new(rules: AdmissionLimits, database: Database) -> Self {
        Self(Arc::new(AdmissionInner {
            turns: KeyedSemaphore::new(rules.at_once, rules.patience),
            people: KeyedSemaphore::new(rules.of_person_at_once, rules.patience),
            readers: KeyedSemaphore::new(1, rules.patience),
            strangers: KeyedSemaphore::new(rules.strangers_at_once, rules.patience),
            sites: KeyedSemaphore::new(rules.strangers_at_once.saturating_mul(SITE_FACTOR.into()), rules.patience),
            owners: Mutex::new(LruMap::new(GENERATION)),
            sign_ins: rules.sign_in.map(|rate| KeyedRateLimiter::new(rate, GENERATION)),
            browsers: rules.sign_in.map(|rate| (rate, Mutex::new(LruMap::new(GENERATION)))),
            hash: RandomState::new(),
            quotas: SharedRateLimiter::new(rules, database),
            often: rules.strangers.map(|rate| AnonymousRateLimiter::new(rate, SITE_FACTOR)),
        }))
    }

    /// Whether it counts how often somebody comes.
    pub fn counts(&self) -> bool {
        self.0.often.is_some()
    }

    /// Lets a request in that came with this credential, or with none, from this network. A known credential is counted and
    /// waits for its own turn, everybody else for a turn among the unknown of their network, who may come only so often: those
    /// without a credential, and those with one that this process has not seen yet, whoever the others are.
    pub async fn enter(&self, credential: Option<&str>, network: IpAddr) -> Result<Permit, Error> {
        self.enter_as(credential, network, AnonymousKind::Nobody).await
    }

    /// The same at the forms with which somebody signs in: who only looks does not keep them out, and whoever guesses in their network
    /// does not where somebody has signed in with this browser before.
    pub async fn enter_to_sign_in(&self, credential: Option<&str>, browser: Option<&str>, network: IpAddr) -> Result<Permit, Error> {
        match browser.is_some_and(|browser| self.of_known_browser(browser)) {
            true => self.stranger(network).await,
            false => self.enter_as(credential, network, AnonymousKind::SigningIn).await,
        }
    }

    /// Remembers that somebody has signed in with the browser of this secret.
    pub fn signed_in_with(&self, browser: &str) {
        if let Some((rate, browsers)) = &self.0.browsers {
            locked(browsers).of(self.0.hash.hash_one(browser), || Bucket::full(*rate, Instant::now()));
        }
    }

    /// Takes a call of those that a browser with which somebody has signed in has for itself; whether there was one.
    fn of_known_browser(&self, browser: &str) -> bool {
        let Some((_, browsers)) = &self.0.browsers else { return false };
        locked(browsers).get(self.0.hash.hash_one(browser)).is_some_and(|left| left.take_local(Instant::now()).is_ok())
    }

    async fn enter_as(&self, credential: Option<&str>, network: IpAddr, nobody: AnonymousKind) -> Result<Permit, Error> {
        let known = credential.map(|credential| self.0.hash.hash_one(credential));
        let owner = known.and_then(|credential| self.owners().get(credential).copied());
        match (known, owner) {
            (Some(credential), Some(owner)) => self.own(credential, owner).await,
            _ => {
                let kind = if credential.is_some() { AnonymousKind::NotSeenYet } else { nobody };
                self.0.often.as_ref().map_or(Ok(()), |often| often.count(kind, network))?;
                let permit = self.stranger(network).await?;
                Ok(Permit { counted: credential.map(|_| network), ..permit })
            }
        }
    }

    /// Lets a stranger go on from this network, whose request was counted when it came.
    pub async fn go_on(&self, network: IpAddr) -> Result<Permit, Error> {
        self.stranger(network).await
    }

    /// The permit of somebody who is not known: among those of their network, and of all networks of its site.
    async fn stranger(&self, network: IpAddr) -> Result<Permit, Error> {
        let turn = self.0.strangers.take(AdmissionKey::Network(network)).await.ok_or_else(crowded)?;
        let beside = match site(network) {
            Some(site) => Some(self.0.sites.take(AdmissionKey::Site(site)).await.ok_or_else(crowded)?),
            None => None,
        };
        Ok(Permit { turn, beside, owner: None, counted: None })
    }

    /// The permit of a known caller, counted from now on among all that this person has under way, whatever credentials it came
    /// with: whoever has many is not let in more often at once than whoever has a few.
    pub async fn of_person(&self, permit: Permit, person: Uuid) -> Result<Permit, Error> {
        let beside = self.0.people.take(AdmissionKey::Person(person)).await.ok_or_else(crowded)?;
        Ok(Permit { beside: Some(beside), ..permit })
    }

    /// The turn of a person of whom much is to be read: one request at a time, whatever credentials they come with.
    pub async fn reader(&self, person: Uuid) -> Result<KeyedPermit, Error> {
        self.0.readers.take(AdmissionKey::Person(person)).await.ok_or_else(crowded)
    }

    /// The permit of a request whose credential turned out to be this owner's. It is remembered for the next time, and does not count as
    /// a guess: many who are new to this process keep nobody else of their network out.
    pub async fn recognized(&self, permit: Permit, credential: &str, owner: CredentialOwner) -> Result<Permit, Error> {
        if permit.owner == Some(owner) {
            return Ok(permit);
        }
        if let (Some(network), Some(often)) = (permit.counted, &self.0.often) {
            often.recognized(network);
        }
        // The place among the unknown is free while it waits for its own.
        drop(permit);
        let credential = self.0.hash.hash_one(credential);
        self.owners().keep(credential, owner);
        self.own(credential, owner).await
    }

    async fn own(&self, credential: u64, owner: CredentialOwner) -> Result<Permit, Error> {
        if !self.of_its_own(credential, owner) {
            self.0.quotas.take(owner).await?;
        }
        let turn = self.0.turns.take(AdmissionKey::Credential(credential)).await.ok_or_else(crowded)?;
        Ok(Permit { turn, beside: None, owner: Some(owner), counted: None })
    }

    /// Takes a call of those that a sign-in has for itself; whether there was one.
    fn of_its_own(&self, credential: u64, owner: CredentialOwner) -> bool {
        let own = self.0.sign_ins.as_ref().filter(|_| matches!(owner, CredentialOwner::Person(_)));
        own.is_some_and(|own| own.take(credential).is_ok())
    }

    fn owners(&self) -> MutexGuard<'_, LruMap<u64, CredentialOwner>> {
        locked(&self.0.owners)
    }
}

fn crowded() -> Error {
    Error::rate_limited("Too many calls at once. Wait for the answers of some before you send more.", Duration::from_secs(1))
}
