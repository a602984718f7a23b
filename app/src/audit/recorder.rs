//! Records accesses (calls that changed nothing) asynchronously.
//!
//! A write is recorded in its own transaction. A read, a refusal or a dry run commits none and must not wait for one: its
//! record goes into the queue of its organization, and the queued records are added to the access log in one transaction.
//! No accepted record is dropped: a call that gets no slot is refused before it begins.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use domain::id::OrganizationId;
use futures::FutureExt;
use tokio::sync::{mpsc, watch};

use super::{
    AuditRecord,
    queue::{Batch, Queues, WriteOutcome},
    store,
};
use crate::{
    database::{AccessMode, Database, RowScope, is_data_error},
    error::Error,
};

/// How long the recorder waits before it retries when the database cannot write.
const PAUSE: Duration = Duration::from_secs(1);

/// Accepts records and writes them to the database; a clone uses the same queues.
#[derive(Clone)]
pub struct Recorder(Arc<RecorderInner>);

struct RecorderInner {
    queues: Arc<Mutex<Queues>>,
    /// Wakes the writer after a record was queued; closed when no sender is left.
    bell: mpsc::Sender<()>,
    unwritten: watch::Receiver<usize>,
}

impl Recorder {
    /// Starts the writer task. It ends when no sender is left.
    pub fn start(database: Database) -> Self {
        let queues = Arc::new(Mutex::new(Queues::default()));
        let (bell, rung) = mpsc::channel(1);
        let (count, unwritten) = watch::channel(0);
        tokio::spawn(RecordWriter { database, queues: queues.clone(), rung, count }.write());
        Self(Arc::new(RecorderInner { queues, bell, unwritten }))
    }

    /// Reserves a slot for the record of a call, before it runs. Refused (rate_limited) while the organization has too many
    /// records waiting, and (unavailable) while no records can be written. A call without an organization needs none.
    pub fn reserve(&self, organization: Option<OrganizationId>) -> Result<RecordSlot, Error> {
        let Some(organization) = organization else { return Ok(RecordSlot::none()) };
        locked(&self.0.queues).reserve(organization)?;
        Ok(RecordSlot(Mutex::new(Some(ReservedSlot { inner: self.0.clone(), organization }))))
    }

    /// Whether the writer task runs.
    pub fn is_writing(&self) -> bool {
        !self.0.bell.is_closed()
    }

    /// Waits until all accepted records are written.
    pub async fn flush(&self) {
        let mut unwritten = self.0.unwritten.clone();
        // The writer's count lags behind the queues, which are authoritative.
        while locked(&self.0.queues).unwritten() > 0 {
            if unwritten.changed().await.is_err() {
                return;
            }
        }
    }

    /// The same with a timeout, in case the database is unavailable: returns how many records were not written in time.
    pub async fn flush_within(&self, limit: Duration) -> usize {
        // It returns early when the writer has ended, so the queues are asked.
        tokio::time::timeout(limit, self.flush()).await.ok();
        locked(&self.0.queues).unwritten()
    }
}

/// A slot for the one record of a call. Dropped without a record, it is released.
pub struct RecordSlot(Mutex<Option<ReservedSlot>>);

struct ReservedSlot {
    inner: Arc<RecorderInner>,
    organization: OrganizationId,
}

impl RecordSlot {
    /// No slot: a record put into it is discarded.
    pub fn none() -> Self {
        Self(Mutex::new(None))
    }

    /// Queues the record of the call. A call has one: those after the first are discarded.
    pub fn put(&self, record: Option<AuditRecord>) {
        let Some(record) = record else { return };
        let Some(ReservedSlot { inner, organization }) = locked(&self.0).take() else { return };
        locked(&inner.queues).put(organization, record);
        // One pending wake-up is enough.
        inner.bell.try_send(()).ok();
    }
}

impl Drop for RecordSlot {
    fn drop(&mut self) {
        if let Some(ReservedSlot { inner, organization }) = locked(&self.0).take() {
            locked(&inner.queues).release(organization);
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes the queued records, one batch after the other.
struct RecordWriter {
    database: Database,
    queues: Arc<Mutex<Queues>>,
    rung: mpsc::Receiver<()>,
    count: watch::Sender<usize>,
}

impl RecordWriter {
    async fn write(mut self) {
        while self.rung.recv().await.is_some() {
            while let Some(batch) = self.batch() {
                let written = self.tried(&batch).await;
                let waits = locked(&self.queues).complete(batch, written);
                self.count.send_replace(locked(&self.queues).unwritten());
                if waits && (self.database.is_closed() || self.rung.is_closed()) {
                    let count = locked(&self.queues).unwritten();
                    return tracing::error!(count, "the records of calls could not be written down before the end");
                }
                if waits {
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn batch(&self) -> Option<Batch> {
        locked(&self.queues).batch()
    }

    /// Writes a batch and catches panics: the one writer of all organizations must go on.
    async fn tried(&self, batch: &Batch) -> WriteOutcome {
        let tried = AssertUnwindSafe(self.written(batch)).catch_unwind().await;
        tried.unwrap_or_else(|_| {
            tracing::error!(organization = %batch.organization, "writing down the records of calls panicked; they are tried again");
            WriteOutcome::Retry
        })
    }

    /// Writes a batch. When the result of its commit is unknown, it is retried; rows that exist already are left as they are.
    async fn written(&self, batch: &Batch) -> WriteOutcome {
        let scope = RowScope::Organization(batch.organization);
        let Ok(mut db) = self.database.begin(scope, AccessMode::Write).await else { return WriteOutcome::Retry };
        if let Err(problem) = store::append_accesses(&mut db, &batch.records).await {
            return refused(batch.organization, problem);
        }
        match db.commit().await {
            Ok(()) => WriteOutcome::Committed,
            Err(_) => WriteOutcome::Retry,
        }
    }
}

/// The outcome when the database refused a batch: only an error in the data of a record is a reason to drop it.
fn refused(organization: OrganizationId, problem: sqlx::Error) -> WriteOutcome {
    let of_data = is_data_error(&problem);
    let error = Error::from(problem);
    if of_data {
        return WriteOutcome::Rejected(error);
    }
    tracing::warn!(%error, %organization, "the records of calls could not be written down yet");
    WriteOutcome::Retry
}
