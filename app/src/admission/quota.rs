//! How often each owner may call, over all processes.
//!
//! Each process takes from a bucket of its own, and tells in blocks what it took: a call waits for no answer of the database
//! unless its process has run ahead by two blocks. Without a database a process counts for itself.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::watch, time::timeout};

use super::{Owner, Rules, store};
use crate::{
    database::{Access, Database, Reach},
    error::Error,
    limits::{Bucket, Rate, Recent, Taken},
};

/// How many owners are remembered at least.
const GENERATION: usize = 5_000;

/// How long a call waits to hear what the other processes left, before it goes on without that.
const HEARING: Duration = Duration::from_millis(500);

/// The quotas of all owners.
pub(super) struct Quotas {
    rules: Rules,
    database: Database,
    buckets: Arc<Mutex<Recent<Owner, Shared>>>,
}

/// A bucket, and a bell that rings whenever something was heard of the other processes.
struct Shared {
    bucket: Bucket,
    heard: watch::Sender<()>,
}

impl Quotas {
    pub(super) fn new(rules: Rules, database: Database) -> Self {
        Self { rules, database, buckets: Arc::new(Mutex::new(Recent::new(GENERATION))) }
    }

    /// Counts a call of this owner, or says when the next one may come.
    pub(super) async fn take(&self, owner: Owner) -> Result<(), Error> {
        let Some(rate) = self.rate(owner) else { return Ok(()) };
        let wait = match self.taken(owner, rate, Bucket::take) {
            (Taken::FirstHear, mut heard) => {
                timeout(HEARING, heard.changed()).await.ok();
                match self.taken(owner, rate, Bucket::take_unheard).0 {
                    Taken::NotBefore(wait) => Some(wait),
                    // If nothing was heard the database is slow or away: it is never what keeps somebody out.
                    _ => None,
                }
            }
            (Taken::NotBefore(wait), _) => Some(wait),
            _ => None,
        };
        match wait {
            None => Ok(()),
            Some(wait) => Err(Error::too_often("Too many calls in a short time.", wait)),
        }
    }

    fn rate(&self, owner: Owner) -> Option<Rate> {
        match owner {
            Owner::Person(_) => self.rules.person,
            Owner::Token(_) => self.rules.token,
        }
    }

    /// Takes one, and begins to tell the other processes when it is time.
    fn taken(&self, owner: Owner, rate: Rate, take: fn(&mut Bucket, Instant) -> Taken) -> (Taken, watch::Receiver<()>) {
        let mut buckets = locked(&self.buckets);
        let shared = buckets.of(owner, || Shared { bucket: Bucket::full(rate, Instant::now()), heard: watch::Sender::new(()) });
        let (taken, heard) = (take(&mut shared.bucket, Instant::now()), shared.heard.subscribe());
        if let Taken::AndTell(many) = taken {
            tokio::spawn(tell(self.database.clone(), self.buckets.clone(), owner, rate, many));
        }
        (taken, heard)
    }
}

async fn tell(database: Database, buckets: Arc<Mutex<Recent<Owner, Shared>>>, owner: Owner, rate: Rate, many: u32) {
    let left = told(&database, owner, rate, many).await;
    if let Err(problem) = &left {
        tracing::warn!(%problem, "other processes could not be told how often somebody called");
    }
    if let Some(shared) = locked(&buckets).get(owner) {
        shared.bucket.heard(many, left.ok(), Instant::now());
        shared.heard.send_replace(());
    }
}

async fn told(database: &Database, owner: Owner, rate: Rate, many: u32) -> Result<f64, Error> {
    let mut db = database.begin(Reach::Nobody, Access::Write).await?;
    let left = store::take(&mut db, owner, rate, many).await?;
    db.commit().await?;
    Ok(left)
}

/// A panic while it was held has left it whole: each change of it is one step.
pub(super) fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
