//! Admission control before all channels: the rate and the concurrency of calls with one credential (429, RFC 6585).
//!
//! A request is admitted once, before any statement to the database, and holds its permit to its end: the calls that it makes
//! itself, a page with eight reads or a slash command of the drawer, use the same permit, and a write that outlives its request
//! keeps it. The owner of a credential is remembered from the last time that it was recognized. This is for fairness only:
//! authorization never depends on it. How many connections one organization may have in use is bounded by the connection pool
//! (`crate::database`), through which every statement goes.

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

/// How long a call waits for a permit before it is refused.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// By what factor the limits of a site, the 65,536 networks of 2⁶⁴ addresses that one customer may be given, exceed those of one
/// network, in concurrency and in rate.
const SITE_FACTOR: u8 = 4;

/// The least number of credentials that are remembered.
const GENERATION: usize = 5_000;

/// The rate of one person, at the pages and beside them with all of their tokens.
const PERSON: Rate = Rate::of(600, 200);

/// The limits of rate and concurrency.
#[derive(Debug, Clone, Copy)]
pub struct AdmissionLimits {
    /// The rate of one person at the pages; no limit when absent.
    pub person: Option<Rate>,
    /// The additional rate of each sign-in of a person, so that no sign-in blocks the others, which may have to end it.
    pub sign_in: Option<Rate>,
    /// The rate of one token; no limit when absent.
    pub token: Option<Rate>,
    /// The rate of all tokens of one person together; no limit when absent. Calls at the pages are counted apart, so that no agent keeps
    /// its person out.
    pub tokens_of_person: Option<Rate>,
    /// The rate of calls without a credential from one network, and the same again for calls with an unknown one; four times that
    /// for all networks of one site. No limit when absent.
    pub strangers: Option<Rate>,
    /// How many requests of one credential may run at once.
    pub at_once: usize,
    /// How many requests of one person may run at once, with all of their credentials.
    pub of_person_at_once: usize,
    /// How many requests of one network without a credential, or with an unknown one, may run at once.
    pub strangers_at_once: usize,
    /// How long a request waits for a permit.
    pub patience: Duration,
}

impl AdmissionLimits {
    /// The limits of a process. At once: eight requests of a credential, three times as many of a person. One token: `token` calls per
    /// minute, twice as many in a burst. One person at the pages, all of their tokens together, or all unknown callers of one network:
    /// 600 per minute, 200 in a burst; of those at the pages each sign-in has a tenth and a fifth for itself, and the tokens have no less
    /// than one of them. None means no limit of the rate.
    pub fn of(token: Option<NonZeroU32>) -> Self {
        let token = token.map(Rate::per_minute);
        let tokens_of_person =
            token.map(|token| Rate { per_minute: token.per_minute.max(PERSON.per_minute), burst: token.burst.max(PERSON.burst) });
        let [person, sign_in, strangers] = [Rate::of(540, 160), Rate::of(60, 40), PERSON].map(|rate| token.and(Some(rate)));
        let (at_once, of_person_at_once, strangers_at_once) = (8, 24, 32);
        Self { person, sign_in, token, tokens_of_person, strangers, at_once, of_person_at_once, strangers_at_once, patience: PATIENCE }
    }
}

/// The owner of a credential, whose calls are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialOwner {
    /// A person at the pages, with all of their sign-ins.
    Person(Uuid),
    /// A token, and the person it belongs to, whose tokens have a rate together.
    Token {
        /// The id of the token.
        token: Uuid,
        /// The id of the person.
        person: Uuid,
    },
}

/// The key by which concurrent requests are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum AdmissionKey {
    /// One credential, by a hash with a key of this process.
    Credential(u64),
    /// All credentials of a person.
    Person(Uuid),
    /// Unknown callers, by network.
    Network(IpAddr),
    /// Unknown callers, by site: the addresses that one customer may be given.
    Site(IpAddr),
}

/// Admission control. A clone shares the same state.
#[derive(Clone)]
pub struct AdmissionControl(Arc<AdmissionInner>);

struct AdmissionInner {
    turns: KeyedSemaphore<AdmissionKey>,
    people: KeyedSemaphore<AdmissionKey>,
    /// Requests with a large body, which use a core while they are parsed and validated.
    readers: KeyedSemaphore<AdmissionKey>,
    strangers: KeyedSemaphore<AdmissionKey>,
    sites: KeyedSemaphore<AdmissionKey>,
    owners: Mutex<LruMap<u64, CredentialOwner>>,
    /// The additional rate of each sign-in.
    sign_ins: Option<KeyedRateLimiter<u64>>,
    /// The additional rate of each browser with which somebody has signed in.
    browsers: Option<(Rate, Mutex<LruMap<u64, Bucket>>)>,
    hash: RandomState,
    quotas: SharedRateLimiter,
    often: Option<AnonymousRateLimiter>,
}

/// The permit of a request, held until its last clone is dropped.
#[derive(Clone)]
pub struct Permit {
    #[allow(dead_code, reason = "it is held, never looked at")]
    turn: KeyedPermit,
    /// The permit of the larger group in which the request is counted as well.
    #[allow(dead_code, reason = "it is held, never looked at")]
    beside: Option<KeyedPermit>,
    owner: Option<CredentialOwner>,
    /// The network against which the request was counted, where its credential was not known yet.
    counted: Option<IpAddr>,
}

impl AdmissionControl {
    /// Admission control with these limits. Processes with the same database share their rates through it.
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

    /// Whether rates are limited.
    pub fn counts(&self) -> bool {
        self.0.often.is_some()
    }

    /// Admits a request with this credential, or with none, from this network. A known credential is counted by itself and waits for
    /// its own permit. All others share the permits and the rate of the unknown callers of their network, where those without a
    /// credential and those with one that this process has not seen yet are counted apart.
    pub async fn enter(&self, credential: Option<&str>, network: IpAddr) -> Result<Permit, Error> {
        self.enter_as(credential, network, AnonymousKind::Nobody).await
    }

    /// The same for the forms for signing in: callers who only read do not block them, and guesses from the same network do not block a
    /// browser with which somebody has signed in before.
    pub async fn enter_to_sign_in(&self, credential: Option<&str>, browser: Option<&str>, network: IpAddr) -> Result<Permit, Error> {
        match browser.is_some_and(|browser| self.of_known_browser(browser)) {
            true => self.stranger(network).await,
            false => self.enter_as(credential, network, AnonymousKind::SigningIn).await,
        }
    }

    /// Remembers that somebody has signed in with the browser that has this secret.
    pub fn signed_in_with(&self, browser: &str) {
        if let Some((rate, browsers)) = &self.0.browsers {
            locked(browsers).of(self.0.hash.hash_one(browser), || Bucket::full(*rate, Instant::now()));
        }
    }

    /// Takes a call from the additional rate of a known browser; false when none is left.
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

    /// Admits an unknown caller from this network whose request was counted when it came.
    pub async fn go_on(&self, network: IpAddr) -> Result<Permit, Error> {
        self.stranger(network).await
    }

    /// The permit of an unknown caller, among those of their network and of its site.
    async fn stranger(&self, network: IpAddr) -> Result<Permit, Error> {
        let turn = self.0.strangers.take(AdmissionKey::Network(network)).await.ok_or_else(crowded)?;
        let beside = match site(network) {
            Some(site) => Some(self.0.sites.take(AdmissionKey::Site(site)).await.ok_or_else(crowded)?),
            None => None,
        };
        Ok(Permit { turn, beside, owner: None, counted: None })
    }

    /// The permit of a known caller, counted from now on among all requests of this person, whatever their credentials: many
    /// credentials do not permit more requests at once than a few.
    pub async fn of_person(&self, permit: Permit, person: Uuid) -> Result<Permit, Error> {
        let beside = self.0.people.take(AdmissionKey::Person(person)).await.ok_or_else(crowded)?;
        Ok(Permit { beside: Some(beside), ..permit })
    }

    /// The permit to read a large request body: one at a time for each person, whatever their credentials.
    pub async fn reader(&self, person: Uuid) -> Result<KeyedPermit, Error> {
        self.0.readers.take(AdmissionKey::Person(person)).await.ok_or_else(crowded)
    }

    /// The permit of a request whose credential was recognized. Its owner is remembered, and the request no longer counts as a guess:
    /// many callers new to this process do not block the others of their network.
    pub async fn recognized(&self, permit: Permit, credential: &str, owner: CredentialOwner) -> Result<Permit, Error> {
        if permit.owner == Some(owner) {
            return Ok(permit);
        }
        if let (Some(network), Some(often)) = (permit.counted, &self.0.often) {
            often.recognized(network);
        }
        // Frees the permit of an unknown caller while the request waits for its own.
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

    /// Takes a call from the additional rate of a sign-in; false when none is left.
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
