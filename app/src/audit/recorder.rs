//! Records of calls that changed nothing, written down beside them.
//!
//! A write is recorded in its own transaction. A read, a refusal or a dry run has none that is kept, and must not wait for
//! one: its record goes into the queue of its organization, and whatever has gathered there is added to the log of accesses
//! in one transaction. Nothing that was taken is thrown away: who cannot be given a place is refused before the call begins.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use tokio::sync::{mpsc, watch};

use super::{
    AuditRecord,
    queue::{Batch, Queues, WriteOutcome},
    store,
};
use crate::{
    context::Caller,
    database::{AccessMode, Database, RowScope, is_data_error},
    error::Error,
    id::OrganizationId,
};

/// How long the recorder waits for a database that cannot write before it tries again.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes records and writes them down; a copy puts into the same queues.
#[derive(Clone)]
pub struct Recorder(Arc<RecorderInner>);

struct RecorderInner {
    queues: Arc<Mutex<Queues>>,
    /// Rung when a record was put; closed when nobody can put any more.
    bell: mpsc::Sender<()>,
    unwritten: watch::Receiver<usize>,
}

impl Recorder {
    /// Starts writing. It ends when nobody can put records any more.
    pub fn start(database: Database) -> Self {
        let queues = Arc::new(Mutex::new(Queues::default()));
        let (bell, rung) = mpsc::channel(1);
        let (count, unwritten) = watch::channel(0);
        tokio::spawn(RecordWriter { database, queues: queues.clone(), rung, count }.write());
        Self(Arc::new(RecorderInner { queues, bell, unwritten }))
    }

    /// Reserves a place for the record of a call, before it runs. Refused (rate_limited) while the organization has too many
    /// records waiting, and (unavailable) while nothing can be written down. A caller without an organization needs none.
    pub fn reserve(&self, caller: &Caller) -> Result<RecordSlot, Error> {
        let Some(membership) = &caller.membership else { return Ok(RecordSlot::none()) };
        let organization = membership.organization;
        locked(&self.0.queues).reserve(organization)?;
        Ok(RecordSlot(Mutex::new(Some(ReservedSlot { inner: self.0.clone(), organization }))))
    }

    /// Whether somebody writes down what is taken.
    pub fn is_writing(&self) -> bool {
        !self.0.bell.is_closed()
    }

    /// Comes back when everything that was taken is written down.
    pub async fn flush(&self) {
        let mut unwritten = self.0.unwritten.clone();
        // The writer's count lags behind the queues, which know.
        while locked(&self.0.queues).unwritten() > 0 {
            if unwritten.changed().await.is_err() {
                return;
            }
        }
    }

    /// The same, for whoever cannot wait for a database that is away: how many records could not be written down in time.
    pub async fn flush_within(&self, limit: Duration) -> usize {
        // It may come back early, when nobody writes any more: the queues know.
        tokio::time::timeout(limit, self.flush()).await.ok();
        locked(&self.0.queues).unwritten()
    }
}

/// A place for the one record of a call. Dropped without one, it is given back.
pub struct RecordSlot(Mutex<Option<ReservedSlot>>);

struct ReservedSlot {
    inner: Arc<RecorderInner>,
    organization: OrganizationId,
}

impl RecordSlot {
    /// No place: what is put into it is not written down.
    pub fn none() -> Self {
        Self(Mutex::new(None))
    }

    /// Puts the record of the call. A call has one: what is put after the first is let go.
    pub fn put(&self, record: Option<AuditRecord>) {
        let Some(record) = record else { return };
        let Some(ReservedSlot { inner, organization }) = locked(&self.0).take() else { return };
        locked(&inner.queues).put(organization, record);
        // One ring that was not heard yet is enough.
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

/// Writes down what waits in the queues, one batch after the other.
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

    /// Writes a batch down, also where that panics: whoever writes is one for all, and goes on.
    async fn tried(&self, batch: &Batch) -> WriteOutcome {
        let tried = AssertUnwindSafe(self.written(batch)).catch_unwind().await;
        tried.unwrap_or_else(|_| {
            tracing::error!(organization = %batch.organization, "writing down the records of calls panicked; they are tried again");
            WriteOutcome::Retry
        })
    }

    /// Writes a batch down. One whose commit was not heard is tried again: what of it stands there already is left as it is.
    async fn written(&self, batch: &Batch) -> WriteOutcome {
        let reach = RowScope::Organization(batch.organization);
        let Ok(mut db) = self.database.begin(reach, AccessMode::Write).await else { return WriteOutcome::Retry };
        if let Err(problem) = store::append_accesses(&mut db, &batch.records).await {
            return refused(batch.organization, problem);
        }
        match db.commit().await {
            Ok(()) => WriteOutcome::Committed,
            Err(_) => WriteOutcome::Retry,
        }
    }
}

/// What it means that the database refused a batch: only what a record itself says is ever a reason to let it go.
fn refused(organization: OrganizationId, problem: sqlx::Error) -> WriteOutcome {
    let of_data = is_data_error(&problem);
    let error = Error::from(problem);
    if of_data {
        return WriteOutcome::Rejected(error);
    }
    tracing::warn!(%error, %organization, "the records of calls could not be written down yet");
    WriteOutcome::Retry
}
