//! Rate limits of the owners of credentials, shared by all processes.
//!
//! Each process takes from a token bucket of its own, and reports in blocks what it took: a call waits for no answer of the
//! database unless its process is two blocks ahead. Without a database a process counts for itself.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::watch, time::timeout};
use uuid::Uuid;

use super::{AdmissionLimits, CredentialOwner, store};
use crate::{
    database::{AccessMode, Database, RowScope},
    error::Error,
    limits::{Bucket, LogLimiter, LruMap, Rate, TakeOutcome},
};

/// The least number of buckets that are remembered.
const GENERATION: usize = 5_000;

/// How long a call waits for the synchronization with the other processes before it goes on without it.
const HEARING: Duration = Duration::from_millis(500);

/// The log lines about counts that could not be shared: without a database there is one for each block of calls.
static NOT_SHARED: LogLimiter = LogLimiter::new();

/// What calls are counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum RateKey {
    /// A person at the pages, with all of their sign-ins.
    Person(Uuid),
    /// One token.
    Token(Uuid),
    /// All tokens of a person together.
    TokensOf(Uuid),
}

/// The rate limits of all owners.
pub(super) struct SharedRateLimiter {
    rules: AdmissionLimits,
    database: Database,
    buckets: Arc<Mutex<LruMap<RateKey, SharedBucket>>>,
}

/// A bucket, and the notification that it was synchronized with the other processes.
struct SharedBucket {
    bucket: Bucket,
    heard: watch::Sender<()>,
}

impl SharedRateLimiter {
    pub(super) fn new(rules: AdmissionLimits, database: Database) -> Self {
        Self { rules, database, buckets: Arc::new(Mutex::new(LruMap::new(GENERATION))) }
    }

    /// Counts a call of this owner, or says when the next one may come. A call with a token counts for all tokens of its person as well;
    /// one that is refused for the rate of its token does not, so that a token that calls too often takes nothing from the others.
    pub(super) async fn take(&self, owner: CredentialOwner) -> Result<(), Error> {
        match owner {
            CredentialOwner::Person(person) => self.count(RateKey::Person(person)).await,
            CredentialOwner::Token { token, person } => {
                let own = RateKey::Token(token);
                self.count(own).await?;
                self.count(RateKey::TokensOf(person)).await.inspect_err(|_| self.put_back(own))
            }
        }
    }

    async fn count(&self, key: RateKey) -> Result<(), Error> {
        let Some(rate) = self.rate(key) else { return Ok(()) };
        let wait = match self.taken(key, rate, Bucket::take) {
            (TakeOutcome::SyncFirst, mut heard) => {
                timeout(HEARING, heard.changed()).await.ok();
                match self.taken(key, rate, Bucket::take_without_sync).0 {
                    TakeOutcome::RetryAfter(wait) => Some(wait),
                    // Without an answer the database is slow or away, which must not block anybody.
                    _ => None,
                }
            }
            (TakeOutcome::RetryAfter(wait), _) => Some(wait),
            _ => None,
        };
        match wait {
            None => Ok(()),
            Some(wait) => Err(too_often(key, rate, wait)),
        }
    }

    fn rate(&self, key: RateKey) -> Option<Rate> {
        match key {
            RateKey::Person(_) => self.rules.person,
            RateKey::Token(_) => self.rules.token,
            RateKey::TokensOf(_) => self.rules.tokens_of_person,
        }
    }

    /// Uncounts a call that was refused for another reason.
    fn put_back(&self, key: RateKey) {
        if let Some(shared) = locked(&self.buckets).get(key) {
            shared.bucket.put_back();
        }
    }

    /// Takes a call, and starts the synchronization with the other processes when it is due.
    fn taken(&self, key: RateKey, rate: Rate, take: fn(&mut Bucket, Instant) -> TakeOutcome) -> (TakeOutcome, watch::Receiver<()>) {
        let mut buckets = locked(&self.buckets);
        let shared = buckets.of(key, || SharedBucket { bucket: Bucket::full(rate, Instant::now()), heard: watch::Sender::new(()) });
        let (taken, heard) = (take(&mut shared.bucket, Instant::now()), shared.heard.subscribe());
        if let TakeOutcome::GrantedAndSync(many) = taken {
            tokio::spawn(tell(self.database.clone(), self.buckets.clone(), key, rate, many));
        }
        (taken, heard)
    }
}

async fn tell(database: Database, buckets: Arc<Mutex<LruMap<RateKey, SharedBucket>>>, key: RateKey, rate: Rate, many: u32) {
    let left = told(&database, key, rate, many).await;
    if let Err(problem) = &left
        && let Some(left_out) = NOT_SHARED.due()
    {
        tracing::warn!(%problem, left_out, "other processes could not be told how often somebody called");
    }
    if let Some(shared) = locked(&buckets).get(key) {
        shared.bucket.heard(many, left.ok(), Instant::now());
        shared.heard.send_replace(());
    }
}

async fn told(database: &Database, key: RateKey, rate: Rate, many: u32) -> Result<f64, Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    let left = store::take(&mut db, key, rate, many).await?;
    db.commit().await?;
    Ok(left)
}

/// The refusal of a call, which says of what there were too many.
fn too_often(key: RateKey, rate: Rate, wait: Duration) -> Error {
    let often = rate.per_minute;
    let what = match key {
        RateKey::Person(_) => "You asked for too much in a short time, in all places where you are signed in together.".to_owned(),
        RateKey::Token(_) => format!("Too many calls with this token in a short time: it may make {often} in a minute."),
        RateKey::TokensOf(_) => {
            format!("Too many calls with your tokens in a short time: all of them together may make {often} in a minute.")
        }
    };
    Error::rate_limited(&what, wait)
}

/// Locks, also after a panic of another holder: each change is one step, so the value is consistent.
pub(super) fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
