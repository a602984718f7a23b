//! Rate limits of the owners of credentials, shared by all processes.
//!
//! Each process takes from a token bucket of its own, and reports in blocks what it took: a call waits for no answer of the
//! database unless its process is two blocks ahead. Without a database a process counts for itself.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::watch, time::timeout};

use super::{AdmissionLimits, CredentialOwner, store};
use crate::{
    database::{AccessMode, Database, RowScope},
    error::Error,
    limits::{Bucket, LruMap, Rate, TakeOutcome},
};

/// The least number of owners that are remembered.
const GENERATION: usize = 5_000;

/// How long a call waits for the synchronization with the other processes before it goes on without it.
const HEARING: Duration = Duration::from_millis(500);

/// The rate limits of all owners.
pub(super) struct SharedRateLimiter {
    rules: AdmissionLimits,
    database: Database,
    buckets: Arc<Mutex<LruMap<CredentialOwner, SharedBucket>>>,
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

    /// Counts a call of this owner, or says when the next one may come.
    pub(super) async fn take(&self, owner: CredentialOwner) -> Result<(), Error> {
        let Some(rate) = self.rate(owner) else { return Ok(()) };
        let wait = match self.taken(owner, rate, Bucket::take) {
            (TakeOutcome::SyncFirst, mut heard) => {
                timeout(HEARING, heard.changed()).await.ok();
                match self.taken(owner, rate, Bucket::take_without_sync).0 {
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
            Some(wait) => Err(Error::rate_limited("Too many calls in a short time.", wait)),
        }
    }

    fn rate(&self, owner: CredentialOwner) -> Option<Rate> {
        match owner {
            CredentialOwner::Person(_) => self.rules.person,
            CredentialOwner::Token(_) => self.rules.token,
        }
    }

    /// Takes a call, and starts the synchronization with the other processes when it is due.
    fn taken(
        &self,
        owner: CredentialOwner,
        rate: Rate,
        take: fn(&mut Bucket, Instant) -> TakeOutcome,
    ) -> (TakeOutcome, watch::Receiver<()>) {
        let mut buckets = locked(&self.buckets);
        let shared = buckets.of(owner, || SharedBucket { bucket: Bucket::full(rate, Instant::now()), heard: watch::Sender::new(()) });
        let (taken, heard) = (take(&mut shared.bucket, Instant::now()), shared.heard.subscribe());
        if let TakeOutcome::GrantedAndSync(many) = taken {
            tokio::spawn(tell(self.database.clone(), self.buckets.clone(), owner, rate, many));
        }
        (taken, heard)
    }
}

async fn tell(
    database: Database,
    buckets: Arc<Mutex<LruMap<CredentialOwner, SharedBucket>>>,
    owner: CredentialOwner,
    rate: Rate,
    many: u32,
) {
    let left = told(&database, owner, rate, many).await;
    if let Err(problem) = &left {
        tracing::warn!(%problem, "other processes could not be told how often somebody called");
    }
    if let Some(shared) = locked(&buckets).get(owner) {
        shared.bucket.heard(many, left.ok(), Instant::now());
        shared.heard.send_replace(());
    }
}

async fn told(database: &Database, owner: CredentialOwner, rate: Rate, many: u32) -> Result<f64, Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    let left = store::take(&mut db, owner, rate, many).await?;
    db.commit().await?;
    Ok(left)
}

/// Locks, also after a panic of another holder: each change is one step, so the value is consistent.
pub(super) fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
