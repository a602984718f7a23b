//! Queues of access records that wait to be written: one per organization, with a limit for each and one for all.
//!
//! A call reserves a slot in the queue of its organization before it runs, so that its record always fits when it is
//! answered. The limit of one organization falls as the slots of all are used up (a dynamic threshold, as in switches with
//! shared memory): it may hold as many as are still free, and one in any case, so that no organization is shut out. The
//! size of records in bytes is limited, and so is that of the queues.

use domain::id::OrganizationId;
use std::collections::{HashMap, VecDeque};

use super::AuditRecord;
use crate::error::{Code, Error};

/// The most slots of one organization.
pub const PLACES_MAX: usize = 1_000;

/// The most slots of all organizations together. A record takes up to 4 KiB.
const TOTAL_MAX: usize = 16_000;

/// The most records of a batch.
const BATCH_MAX: usize = 200;

/// After how many consecutive pauses without a written record no more slots are given out.
const PAUSES_MAX: u32 = 5;

/// The queues of all organizations.
#[derive(Default)]
pub struct Queues {
    queues: HashMap<OrganizationId, OrganizationQueue>,
    /// The round-robin order: every organization with waiting records, once.
    turns: VecDeque<OrganizationId>,
    /// Slots in use, by running calls and by records.
    taken: usize,
    /// Records that are not written yet.
    unwritten: usize,
    /// How many consecutive batches failed because the database could not write.
    failed: usize,
    /// How many consecutive pauses there were.
    pauses: u32,
}

struct OrganizationQueue {
    waiting: VecDeque<AuditRecord>,
    taken: usize,
    batch: usize,
    /// Whether it is in `turns`, so that it is not added twice.
    in_turn: bool,
}

impl Default for OrganizationQueue {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), taken: 0, batch: BATCH_MAX, in_turn: false }
    }
}

/// Records of one organization that are written together.
pub struct Batch {
    /// The organization.
    pub organization: OrganizationId,
    /// In the order of arrival; at least one.
    pub records: Vec<AuditRecord>,
}

/// The result of writing a batch.
pub enum WriteOutcome {
    /// It is in the database.
    Committed,
    /// The database cannot write at present.
    Retry,
    /// The database refuses the data of the batch; a retry does not help.
    Rejected(Error),
}

impl Queues {
    /// Reserves a slot for a call of this organization. Refused while too many records of its calls wait, or while no
    /// records can be written.
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

    /// Releases a slot that got no record.
    pub fn release(&mut self, organization: OrganizationId) {
        self.free(organization, 1);
    }

    /// Puts a record into its reserved slot.
    pub fn put(&mut self, organization: OrganizationId, record: AuditRecord) {
        self.queues.entry(organization).or_default().waiting.push_back(record);
        self.unwritten += 1;
        self.line_up(organization);
    }

    /// Adds an organization to `turns` when it has waiting records and is not there yet.
    fn line_up(&mut self, organization: OrganizationId) {
        if let Some(queue) = self.queues.get_mut(&organization).filter(|queue| !queue.in_turn && !queue.waiting.is_empty()) {
            queue.in_turn = true;
            self.turns.push_back(organization);
        }
    }

    /// Records that are not written yet.
    pub fn unwritten(&self) -> usize {
        self.unwritten
    }

    /// The next records to write, of the organization whose turn it is; nothing when none waits. [`Self::complete`] must be
    /// called with the outcome before the next batch is taken.
    pub fn batch(&mut self) -> Option<Batch> {
        while let Some(organization) = self.turns.pop_front() {
            // An organization that has nothing to write any more is skipped.
            let Some(queue) = self.queues.get_mut(&organization) else { continue };
            queue.in_turn = false;
            let size = queue.batch.min(queue.waiting.len());
            if size > 0 {
                return Some(Batch { organization, records: queue.waiting.drain(..size).collect() });
            }
        }
        None
    }

    /// Processes the outcome of a batch; true if the writer should pause before the next.
    ///
    /// A failed batch is retried in its next turn at half the size: one that takes the database too long, or that contains a
    /// record which cannot be written, shrinks to that record, and blocks no other organization.
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

    /// Counts failures; true once every organization with waiting records has failed.
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

    fn free(&mut self, organization: OrganizationId, slots: usize) {
        if let Some(queue) = self.queues.get_mut(&organization) {
            queue.taken -= slots;
            self.taken -= slots;
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
