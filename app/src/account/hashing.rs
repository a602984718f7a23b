//! Slow hashes in turn: few at once, few waiting, and no turn given up before its hash has ended.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::error::Error;

/// Hashing a password takes 19 MiB and a core for a while; more at once would only make all of them slower.
const AT_ONCE: usize = 2;

/// How many wait for their turn. A hash takes about 50 ms, so the last of them waits for half a second.
const WAITING_MOST: usize = 16;

/// After how long whoever found the queue full may come again.
const COME_AGAIN: Duration = Duration::from_secs(1);

static QUEUE: LazyLock<Queue> = LazyLock::new(|| Queue::new(AT_ONCE, WAITING_MOST));

/// Does slow work in its turn.
///
/// # Errors
/// `rate_limited` when too many wait already.
pub(super) async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    QUEUE.run(work).await
}

/// A queue before work that needs a thread. Places are for those who wait and those who work, turns for those who work.
struct Queue {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Queue {
    fn new(at_once: usize, waiting: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once + waiting)), turns: Arc::new(Semaphore::new(at_once)) }
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| Error::too_often("Too many passwords are being checked at this moment.", COME_AGAIN))?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Error::internal())?;
        // Work on a thread cannot be broken off: when its caller goes away it goes on, and its turn goes along with it.
        let worked = spawn_blocking(move || {
            let _kept = (place, turn);
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

    #[tokio::test]
    async fn hashes_whose_callers_have_gone_still_count() {
        let queue = Queue::new(2, 16);
        let (begun, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (open, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        for _ in 0..100 {
            let (begun, most, gate) = (begun.clone(), most.clone(), gate.clone());
            let work = move || {
                most.fetch_max(begun.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                // Each goes on until the gate says so, or is gone.
                gate.lock().map(|gate| gate.recv().ok()).ok();
                begun.fetch_sub(1, Ordering::SeqCst);
            };
            // The caller looks once and goes away.
            let _gone = poll!(pin!(queue.run(work)));
        }
        drop(open);
        // Both turns come back only when the work has ended.
        let _all = queue.turns.acquire_many(2).await.expect("turns");
        assert!(most.load(Ordering::SeqCst) <= 2, "{most:?} at once");
        assert_eq!(queue.places.available_permits(), 18, "whoever goes away while waiting gives the place back");
    }

    #[tokio::test]
    async fn whoever_finds_the_queue_full_is_told_when_to_come_again() {
        let queue = Queue::new(1, 1);
        let (open, gate) = mpsc::channel::<()>();
        let mut working = pin!(queue.run(move || gate.recv().ok()));
        let mut waiting = pin!(queue.run(|| ()));
        assert!(poll!(working.as_mut()).is_pending() && poll!(waiting.as_mut()).is_pending());
        let refused = queue.run(|| ()).await.expect_err("no place");
        assert_eq!((refused.code, refused.retry_after().is_some()), (Code::RateLimited, true));
        drop(open);
        assert!(working.await.is_ok() && waiting.await.is_ok());
        assert!(queue.run(|| ()).await.is_ok());
    }
}
