//! Records on their way: a queue for each organization, with a bound for each and one for all.
//!
//! A call reserves a place in the queue of its organization before it runs, so that its record always has room when it is
//! answered. The bound of one organization falls as the places of all are used up (a dynamic threshold, as in switches
//! that share their memory): it may hold as many as are still free, and one in any case, so that nobody is shut out. Records
//! are bounded in bytes, and so are the queues.

use std::collections::{HashMap, VecDeque};

use super::AuditRecord;
use crate::{
    error::{Code, Error},
    id::OrganizationId,
};

/// How many places there are for one organization.
pub const PLACES_MAX: usize = 1_000;

/// How many places there are for all organizations together. A record takes up to 4 KiB.
const TOTAL_MAX: usize = 16_000;

/// How many records are written at once.
const BATCH_MAX: usize = 200;

/// After how many pauses in a row without a record written down no more places are given out.
const PAUSES_MAX: u32 = 5;

/// The queues of all organizations.
#[derive(Default)]
pub struct Queues {
    queues: HashMap<OrganizationId, OrganizationQueue>,
    /// Whose turn it is: every organization with records that wait, once.
    turns: VecDeque<OrganizationId>,
    /// Places given out, of calls under way and of records.
    taken: usize,
    /// Records that are not written down yet.
    unwritten: usize,
    /// How many batches failed in a row because the database could not write.
    failed: usize,
    /// How often it was waited for the database in a row.
    pauses: u32,
}

struct OrganizationQueue {
    waiting: VecDeque<AuditRecord>,
    taken: usize,
    batch: usize,
    /// Whether it has a turn, so that it gets no second one.
    in_turn: bool,
}

impl Default for OrganizationQueue {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), taken: 0, batch: BATCH_MAX, in_turn: false }
    }
}

/// Records of one organization that are being written down.
pub struct Batch {
    /// Whose.
    pub organization: OrganizationId,
    /// In the order in which they came; at least one.
    pub records: Vec<AuditRecord>,
}

/// How the writing of a batch ended.
pub enum WriteOutcome {
    /// It is in the database.
    Committed,
    /// The database cannot write now.
    Retry,
    /// It refuses what the batch says, whenever it is tried.
    Rejected(Error),
}

impl Queues {
    /// Takes a place for a call of this organization. Refused while it has too many calls whose records wait, or while
    /// nothing can be written down.
    pub fn reserve(&mut self, organization: OrganizationId) -> Result<(), Error> {
        if self.pauses >= PAUSES_MAX {
            return Err(Error::unavailable("Calls cannot be written down right now, so none is answered."));
        }
        let free = TOTAL_MAX.saturating_sub(self.taken);
        let queue = self.queues.entry(organization).or_default();
        if queue.taken >= PLACES_MAX.min(free).max(1) {
            self.forget_if_idle(organization);
            return Err(Error::new(
                Code::RateLimited,
                "The organization has called more than can be written down at once. Nothing was done; try again in a second.",
            ));
        }
        queue.taken += 1;
        self.taken += 1;
        Ok(())
    }

    /// Gives a place back that no record came for.
    pub fn release(&mut self, organization: OrganizationId) {
        self.free(organization, 1);
    }

    /// Puts a record into the place that was reserved for it.
    pub fn put(&mut self, organization: OrganizationId, record: AuditRecord) {
        self.queues.entry(organization).or_default().waiting.push_back(record);
        self.unwritten += 1;
        self.line_up(organization);
    }

    /// Gives an organization a turn when it has records that wait and no turn yet.
    fn line_up(&mut self, organization: OrganizationId) {
        if let Some(queue) = self.queues.get_mut(&organization).filter(|queue| !queue.in_turn && !queue.waiting.is_empty()) {
            queue.in_turn = true;
            self.turns.push_back(organization);
        }
    }

    /// Records that are not written down yet.
    pub fn unwritten(&self) -> usize {
        self.unwritten
    }

    /// The next records to write, of the organization whose turn it is; nothing when none waits. What came of it is told to
    /// [`Self::complete`] before the next batch is taken.
    pub fn batch(&mut self) -> Option<Batch> {
        while let Some(organization) = self.turns.pop_front() {
            // A turn of somebody who has nothing to write stops nobody behind it.
            let Some(queue) = self.queues.get_mut(&organization) else { continue };
            queue.in_turn = false;
            let size = queue.batch.min(queue.waiting.len());
            if size > 0 {
                return Some(Batch { organization, records: queue.waiting.drain(..size).collect() });
            }
        }
        None
    }

    /// Takes note of what came of a batch; answers whether to wait for the database before the next.
    ///
    /// A batch that failed is tried again in its turn, half as long: one that takes the database too long, or that holds a
    /// record which cannot be written, comes down to that record, and stops no other organization.
    pub fn complete(&mut self, batch: Batch, written: WriteOutcome) -> bool {
        let (organization, size) = (batch.organization, batch.records.len());
        let away = matches!(written, WriteOutcome::Retry);
        match written {
            WriteOutcome::Committed => self.done(organization, size),
            WriteOutcome::Rejected(error) if size == 1 => {
                let operation = batch.records.first().map(|record| record.operation);
                tracing::error!(%error, operation, organization = %organization, "the database refuses the record of a call");
                self.done(organization, size);
            }
            WriteOutcome::Retry | WriteOutcome::Rejected(_) => self.put_back(batch),
        }
        self.line_up(organization);
        self.count(away)
    }

    fn done(&mut self, organization: OrganizationId, size: usize) {
        self.unwritten -= size;
        if let Some(queue) = self.queues.get_mut(&organization) {
            queue.batch = (queue.batch * 2).min(BATCH_MAX);
        }
        self.free(organization, size);
    }

    fn put_back(&mut self, batch: Batch) {
        let Some(queue) = self.queues.get_mut(&batch.organization) else { return };
        queue.batch = (batch.records.len() / 2).max(1);
        for record in batch.records.into_iter().rev() {
            queue.waiting.push_front(record);
        }
    }

    /// Counts failures. It is time to wait once every organization that has something to write has failed.
    fn count(&mut self, away: bool) -> bool {
        if !away {
            (self.failed, self.pauses) = (0, 0);
            return false;
        }
        self.failed += 1;
        if self.failed < self.turns.len() {
            return false;
        }
        (self.failed, self.pauses) = (0, self.pauses.saturating_add(1));
        true
    }

    fn free(&mut self, organization: OrganizationId, places: usize) {
        if let Some(queue) = self.queues.get_mut(&organization) {
            queue.taken -= places;
            self.taken -= places;
        }
        self.forget_if_idle(organization);
    }

    fn forget_if_idle(&mut self, organization: OrganizationId) {
        if self.queues.get(&organization).is_some_and(|queue| queue.taken == 0) {
            self.queues.remove(&organization);
        }
    }
}

#[cfg(test)]
mod tests;
