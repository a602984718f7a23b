//! Records on their way: a queue for each organization, with a bound for each and one for all.
//!
//! A call reserves a place in the queue of its organization before it runs, so that its record always has room when it is
//! answered. The bound of one organization falls as the places of all are used up (a dynamic threshold, as in switches
//! that share their memory): it may hold as many as are still free, and one in any case, so that nobody is shut out. Records
//! are bounded in bytes, and so are the queues.

use std::collections::{HashMap, VecDeque};

use super::Record;
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
    queues: HashMap<OrganizationId, Queue>,
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

struct Queue {
    waiting: VecDeque<Record>,
    taken: usize,
    batch: usize,
}

impl Default for Queue {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), taken: 0, batch: BATCH_MAX }
    }
}

/// Records of one organization that are being written down.
pub struct Batch {
    /// Whose.
    pub organization: OrganizationId,
    /// In the order in which they came; at least one.
    pub records: Vec<Record>,
}

/// How the writing of a batch ended.
pub enum Written {
    /// It is in the database.
    Yes,
    /// The database cannot write now.
    NotNow,
    /// It refuses the batch.
    Never(Error),
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
    pub fn put(&mut self, organization: OrganizationId, record: Record) {
        let queue = self.queues.entry(organization).or_default();
        if queue.waiting.is_empty() && !self.turns.contains(&organization) {
            self.turns.push_back(organization);
        }
        queue.waiting.push_back(record);
        self.unwritten += 1;
    }

    /// Records that are not written down yet.
    pub fn unwritten(&self) -> usize {
        self.unwritten
    }

    /// The next records to write, of the organization whose turn it is; nothing when none waits. What came of it is told to
    /// [`Self::settle`] before the next batch is taken.
    pub fn batch(&mut self) -> Option<Batch> {
        let organization = self.turns.pop_front()?;
        let queue = self.queues.get_mut(&organization)?;
        let size = queue.batch.min(queue.waiting.len());
        Some(Batch { organization, records: queue.waiting.drain(..size).collect() })
    }

    /// Takes note of what came of a batch; answers whether to wait for the database before the next.
    ///
    /// A batch that failed is tried again in its turn, half as long: one that takes the database too long, or that holds a
    /// record which cannot be written, comes down to that record, and stops no other organization.
    pub fn settle(&mut self, batch: Batch, written: Written) -> bool {
        let (organization, size) = (batch.organization, batch.records.len());
        let away = matches!(written, Written::NotNow);
        match written {
            Written::Yes => self.done(organization, size),
            Written::Never(error) if size == 1 => {
                let operation = batch.records.first().map(|record| record.operation);
                tracing::error!(%error, operation, organization = %organization, "the database refuses the record of a call");
                self.done(organization, size);
            }
            Written::NotNow | Written::Never(_) => self.put_back(batch),
        }
        if self.queues.get(&organization).is_some_and(|queue| !queue.waiting.is_empty()) {
            self.turns.push_back(organization);
        }
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
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn record(at: u128) -> Record {
        Record {
            id: Uuid::from_u128(at),
            at: "2026-11-26T09:00:00Z".to_owned(),
            member_id: Uuid::nil(),
            token_id: None,
            door: "rest",
            operation: "list_clients",
            arguments: json!({}),
            outcome: "done".to_owned(),
            program: None,
            address: None,
            withheld: Vec::new(),
            duration_ms: 1,
            undoes: None,
        }
    }

    fn organization(at: u128) -> OrganizationId {
        OrganizationId(Uuid::from_u128(at))
    }

    fn filled(queues: &mut Queues, organization: OrganizationId, records: u128) {
        for at in 0..records {
            queues.reserve(organization).expect("a place");
            queues.put(organization, record(at));
        }
    }

    /// Takes places for as long as there are any.
    fn flood(queues: &mut Queues, organization: OrganizationId) -> usize {
        (0..TOTAL_MAX).take_while(|_| queues.reserve(organization).is_ok()).count()
    }

    #[test]
    fn a_full_queue_refuses_its_own_organization_and_no_other() {
        let mut queues = Queues::default();
        assert_eq!(flood(&mut queues, organization(1)), PLACES_MAX);
        assert_eq!(queues.reserve(organization(1)).map_err(|error| error.code), Err(Code::RateLimited));
        assert_eq!(queues.reserve(organization(2)), Ok(()));
        queues.release(organization(1));
        assert_eq!(queues.reserve(organization(1)), Ok(()), "a place that was given back can be taken");
    }

    #[test]
    fn however_many_flood_there_is_a_place_for_who_comes_next() {
        let mut queues = Queues::default();
        let taken: usize = (0..200).map(|at| flood(&mut queues, organization(at))).sum();
        assert!(taken <= TOTAL_MAX + 200, "{taken} places are taken");
        assert_eq!(queues.reserve(organization(1_000)), Ok(()));
        (0..200).for_each(|at| {
            while queues.queues.contains_key(&organization(at)) {
                queues.release(organization(at));
            }
        });
        queues.release(organization(1_000));
        assert_eq!((queues.taken, queues.queues.len()), (0, 0), "nothing is kept of those who have nothing waiting");
    }

    #[test]
    fn the_organizations_take_turns() {
        let mut queues = Queues::default();
        filled(&mut queues, organization(1), 900);
        filled(&mut queues, organization(2), 1);
        let mut order = Vec::new();
        while let Some(batch) = queues.batch() {
            order.push((batch.organization, batch.records.len()));
            queues.settle(batch, Written::Yes);
        }
        let (first, second) = (organization(1), organization(2));
        assert_eq!(order, [(first, 200), (second, 1), (first, 200), (first, 200), (first, 200), (first, 100)]);
        assert_eq!((queues.unwritten(), queues.taken), (0, 0));
    }

    #[test]
    fn a_record_that_cannot_be_written_takes_no_other_with_it() {
        let mut queues = Queues::default();
        filled(&mut queues, organization(1), 200);
        let (mut written, broken) = (Vec::new(), Uuid::from_u128(77));
        while let Some(batch) = queues.batch() {
            let ids: Vec<Uuid> = batch.records.iter().map(|record| record.id).collect();
            if ids.contains(&broken) {
                queues.settle(batch, Written::Never(Error::internal()));
            } else {
                queues.settle(batch, Written::Yes);
                written.extend(ids);
            }
        }
        let expected: Vec<Uuid> = (0..200).filter(|at| *at != 77).map(Uuid::from_u128).collect();
        assert_eq!(written, expected, "each once, in their order");
    }

    #[test]
    fn an_organization_whose_records_take_the_database_too_long_holds_up_no_other() {
        let mut queues = Queues::default();
        filled(&mut queues, organization(1), 10);
        filled(&mut queues, organization(2), 600);
        let mut written = 0;
        while written < 600 {
            let batch = queues.batch().expect("records");
            let stuck = batch.organization == organization(1);
            let size = if stuck { 0 } else { batch.records.len() };
            let waits = queues.settle(batch, if stuck { Written::NotNow } else { Written::Yes });
            assert!(!waits, "it is not waited while another one can be written");
            written += size;
        }
        assert_eq!(queues.unwritten(), 10);
        assert_eq!(queues.reserve(organization(2)), Ok(()));
    }

    #[test]
    fn while_nothing_can_be_written_no_call_is_let_in_and_afterwards_every_one() {
        let mut queues = Queues::default();
        filled(&mut queues, organization(1), 3);
        for _ in 0..PAUSES_MAX {
            assert_eq!(queues.reserve(organization(2)), Ok(()));
            let batch = queues.batch().expect("records");
            assert!(queues.settle(batch, Written::NotNow));
        }
        assert_eq!(queues.reserve(organization(2)).map_err(|error| error.code), Err(Code::Unavailable));
        let batch = queues.batch().expect("what failed waits on");
        assert_eq!(batch.records.len(), 1, "it came down to one");
        queues.settle(batch, Written::Yes);
        assert_eq!(queues.reserve(organization(2)), Ok(()));
        assert_eq!(queues.unwritten(), 2);
    }
}
