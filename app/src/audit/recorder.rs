//! Records of calls that changed nothing, written down beside them.
//!
//! A write is recorded in its own transaction. A read, a refusal or a dry run has none that is kept, and must not wait for
//! one: its record goes into a queue, and whatever has gathered there is added to the chain in one transaction for each
//! organization. A full queue holds callers back; nothing is thrown away while the database is only out of reach, and a record
//! that cannot be written takes no other with it.

use std::{collections::HashMap, time::Duration};

use tokio::sync::{mpsc, oneshot};

use super::{Record, record::Sent, store};
use crate::{
    context::Caller,
    database::{Access, Database, Reach},
    error::{Code, Error},
    id::OrganizationId,
};

/// How many records may wait.
const WAITING_MAX: usize = 2_000;

/// How many are written at once.
const BATCH: usize = 500;

/// How long the recorder waits for a database that is out of reach before it tries again.
const PAUSE: Duration = Duration::from_secs(1);

enum Wish {
    Record(Box<Sent>),
    Flush(oneshot::Sender<()>),
}

/// Takes records and writes them down; a copy sends into the same queue.
#[derive(Clone)]
pub struct Recorder(mpsc::Sender<Wish>);

impl Recorder {
    /// Starts writing. It ends when nobody can send records any more.
    pub fn start(database: Database) -> Self {
        let (sender, queue) = mpsc::channel(WAITING_MAX);
        tokio::spawn(write_down(database, queue));
        Self(sender)
    }

    /// Takes the record of a call that changed nothing.
    pub async fn take(&self, caller: &Caller, record: Option<Record>) {
        if let (Some(membership), Some(record)) = (&caller.membership, record)
            && self.0.send(Wish::Record(Box::new((membership.organization, record)))).await.is_err()
        {
            tracing::error!("a call could not be recorded: the recorder has ended");
        }
    }

    /// Comes back when everything that was taken before is written down.
    pub async fn flush(&self) {
        let (done, written) = oneshot::channel();
        if self.0.send(Wish::Flush(done)).await.is_ok() {
            // It only fails when the recorder has ended, and then nothing is left to wait for.
            written.await.ok();
        }
    }

    /// The same, for whoever cannot wait for a database that is away; whether it was all written down.
    pub async fn flush_within(&self, limit: Duration) -> bool {
        tokio::time::timeout(limit, self.flush()).await.is_ok()
    }
}

async fn write_down(database: Database, mut queue: mpsc::Receiver<Wish>) {
    let mut wishes = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut wishes, BATCH).await > 0 {
        let (mut records, mut waiting): (HashMap<OrganizationId, Vec<Record>>, Vec<oneshot::Sender<()>>) = Default::default();
        for wish in wishes.drain(..) {
            match wish {
                Wish::Record(sent) => records.entry(sent.0).or_default().push(sent.1),
                Wish::Flush(done) => waiting.push(done),
            }
        }
        for (organization, records) in records {
            until_written(&database, organization, &records).await;
        }
        for done in waiting {
            // Whoever asked may have gone meanwhile.
            done.send(()).ok();
        }
    }
}

async fn until_written(database: &Database, organization: OrganizationId, records: &[Record]) {
    let Err(error) = patiently(database, organization, records).await else { return };
    if records.len() == 1 || error.code == Code::Unavailable {
        return lost(&error, records);
    }
    // One of them cannot be written. It is found by writing each for itself.
    for record in records.chunks(1) {
        if let Err(error) = patiently(database, organization, record).await {
            lost(&error, record);
        }
    }
}

fn lost(error: &Error, records: &[Record]) {
    let operation = records.first().map(|record| record.operation);
    tracing::error!(%error, operation, count = records.len(), "calls could not be recorded");
}

/// Writes records down, as often as it takes while the database is only out of reach.
async fn patiently(database: &Database, organization: OrganizationId, records: &[Record]) -> Result<(), Error> {
    loop {
        match written(database, organization, records).await {
            Err(error) if error.code == Code::Unavailable && !database.is_closed() => tokio::time::sleep(PAUSE).await,
            // Their ids are new. So they were written by the try before, whose answer got lost on its way.
            Err(error) if error.code == Code::Conflict => return Ok(()),
            ended => return ended,
        }
    }
}

async fn written(database: &Database, organization: OrganizationId, records: &[Record]) -> Result<(), Error> {
    let mut db = database.begin(Reach::Organization(organization), Access::Write).await?;
    store::append(&mut db, records, false).await?;
    db.commit().await
}
