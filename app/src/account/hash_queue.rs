//! A queue for password hashing: few at once, few waiting, and a permit is returned only when its hash has ended.

use std::{
    net::IpAddr,
    sync::{Arc, LazyLock},
    time::Duration,
};

use tokio::{sync::Semaphore, task::spawn_blocking};
use uuid::Uuid;

use crate::{
    context::Caller,
    error::Error,
    limits::{KeyedSemaphore, network},
};

/// Concurrent hashes. One takes 19 MiB and a core for a while; more at once would only slow all of them down.
const AT_ONCE: usize = 2;

/// The most waiting hashes, of signed-in and of anonymous requesters each. A hash takes about 50 ms, so the last one waits for less than
/// two seconds.
const WAITING_MOST: usize = 32;

/// The most hashes of one person, or of one network, that run or wait at once.
const OWN: usize = 2;

/// How long a requester waits for their own earlier hashes.
const OWN_PATIENCE: Duration = Duration::from_secs(2);

/// The `Retry-After` of a requester who finds the queue full.
const COME_AGAIN: Duration = Duration::from_secs(1);

static QUEUE: LazyLock<HashQueue> = LazyLock::new(|| HashQueue::new(AT_ONCE, WAITING_MOST));

/// The requester of a hash; hashes of the same requester wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Requester {
    /// A signed-in person.
    Person(Uuid),
    /// An anonymous caller from a network.
    Network(IpAddr),
    /// The operator of the process.
    Operator,
}

impl Requester {
    /// The requester of a call.
    pub fn of(caller: &Caller) -> Self {
        match &caller.person {
            Some(person) => Self::Person(person.id.0),
            None => caller.address.parse().map_or(Self::Operator, |address| Self::Network(network(address))),
        }
    }
}

/// Runs slow work in the queue.
///
/// # Errors
/// `rate_limited` when too many wait already.
pub(crate) async fn run_queued<T: Send + 'static>(requester: Requester, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    QUEUE.run(requester, work).await
}

/// A queue before work that needs a thread. Places limit waiting and running work, turns only running work. Signed-in and anonymous
/// requesters have separate places: neither keeps the other from signing in.
struct HashQueue {
    own: KeyedSemaphore<Requester>,
    of_persons: Arc<Semaphore>,
    of_strangers: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl HashQueue {
    fn new(at_once: usize, waiting: usize) -> Self {
        let places = || Arc::new(Semaphore::new(at_once + waiting));
        Self {
            own: KeyedSemaphore::new(OWN, OWN_PATIENCE),
            of_persons: places(),
            of_strangers: places(),
            turns: Arc::new(Semaphore::new(at_once)),
        }
    }

    fn places(&self, requester: Requester) -> &Arc<Semaphore> {
        match requester {
            Requester::Person(_) => &self.of_persons,
            Requester::Network(_) | Requester::Operator => &self.of_strangers,
        }
    }

    async fn run<T: Send + 'static>(&self, requester: Requester, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let crowded = || Error::rate_limited("Too many passwords are being checked at this moment.", COME_AGAIN);
        let own = self.own.take(requester).await.ok_or_else(crowded)?;
        let place = self.places(requester).clone().try_acquire_owned().map_err(|_| crowded())?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Error::internal())?;
        // A blocking task cannot be cancelled: when its caller is dropped it continues, so it owns its permits.
        let worked = spawn_blocking(move || {
            let _kept = (own, place, turn);
            work()
        });
        worked.await.map_err(|_| Error::internal())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::{
            Mutex,
            atomic::{AtomicUsize, Ordering},
            mpsc,
        },
    };

    use futures::poll;

    use super::*;
    use crate::error::Code;

    fn person(number: u128) -> Requester {
        Requester::Person(Uuid::from_u128(number))
    }

    #[test]
    fn an_operator_reads_how_many_passwords_are_hashed_and_wait() {
        let row = format!(
            "| {AT_ONCE}; {WAITING_MOST} of those who are signed in and {WAITING_MOST} of others wait for their turn. Of one person or \
             network {OWN} at once, others wait for {} seconds |",
            OWN_PATIENCE.as_secs()
        );
        assert!(include_str!("../../../docs/limits.md").contains(&row), "{row}");
    }

    #[tokio::test]
    async fn hashes_whose_callers_have_gone_still_count() {
        let queue = HashQueue::new(2, 16);
        let (begun, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (open, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        for number in 0..100 {
            let (begun, most, gate) = (begun.clone(), most.clone(), gate.clone());
            let work = move || {
                most.fetch_max(begun.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // The work blocks until the channel is used or closed.
                gate.lock().map(|gate| gate.recv().ok()).ok();
                begun.fetch_sub(1, Ordering::SeqCst);
            };
            // The caller polls once and is dropped.
            let _gone = poll!(pin!(queue.run(person(number), work)));
        }
        drop(open);
        // Both turns are returned only when the work has ended.
        let _all = queue.turns.acquire_many(2).await.expect("turns");
        assert!(most.load(Ordering::SeqCst) <= 2, "{most:?} at once");
        assert_eq!(queue.of_persons.available_permits(), 18, "whoever goes away while waiting gives the place back");
    }

    #[tokio::test]
    async fn whoever_finds_the_queue_full_is_told_when_to_come_again() {
        let queue = HashQueue::new(1, 1);
        let (open, gate) = mpsc::channel::<()>();
        let mut working = pin!(queue.run(person(1), move || gate.recv().ok()));
        let mut waiting = pin!(queue.run(person(2), || ()));
        assert!(poll!(working.as_mut()).is_pending() && poll!(waiting.as_mut()).is_pending());
        let refused = queue.run(person(3), || ()).await.expect_err("no place");
        assert_eq!((refused.code, refused.retry_after().is_some()), (Code::RateLimited, true));
        drop(open);
        assert!(working.await.is_ok() && waiting.await.is_ok());
        assert!(queue.run(person(3), || ()).await.is_ok());
    }

    #[tokio::test]
    async fn many_hashes_of_few_people_keep_nobody_from_signing_in() {
        let queue = HashQueue::new(1, 6);
        let (open, gate) = mpsc::channel::<()>();
        let mut working = pin!(queue.run(person(1), move || gate.recv().ok()));
        assert!(poll!(working.as_mut()).is_pending());
        let mut many: Vec<_> = (0..30).map(|number| Box::pin(queue.run(person(number % 3), || ()))).collect();
        for one in &mut many {
            assert!(poll!(one.as_mut()).is_pending(), "it waits for its own");
        }
        // Three people's waiting hashes leave a place, and anonymous requesters do not use it.
        let mut another = pin!(queue.run(person(4), || ()));
        let mut crowd: Vec<_> = (5..9).map(|number| Box::pin(queue.run(person(number), || ()))).collect();
        let mut signing_in = pin!(queue.run(Requester::Network([192, 0, 2, 1].into()), || ()));
        assert!(poll!(another.as_mut()).is_pending());
        for one in &mut crowd {
            drop(poll!(one.as_mut()));
        }
        assert!(poll!(signing_in.as_mut()).is_pending(), "it has a place and waits for its turn");
        // A dropped request gets no turn.
        drop((open, many));
        let (first, another, signed_in) = tokio::join!(working, another, signing_in);
        assert!(first.is_ok() && another.is_ok() && signed_in.is_ok());
    }
}
