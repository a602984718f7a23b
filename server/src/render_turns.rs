//! Turns of renders: the pages of one person are rendered one at a time, so that a page that is slow to render costs one core and not all.
//! A turn is held while a render computes, and not while it waits for the database or for its reader.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::ready,
};

use app::limits::LruMap;
use tokio::sync::Semaphore;
use tokio_util::sync::PollSemaphore;
use uuid::Uuid;

/// The number of persons whose turns are kept.
const PERSONS_KEPT: usize = 10_000;

/// The turns of each person.
pub struct RenderTurns(Mutex<LruMap<Uuid, Arc<Semaphore>>>);

impl Default for RenderTurns {
    fn default() -> Self {
        Self(Mutex::new(LruMap::new(PERSONS_KEPT)))
    }
}

impl RenderTurns {
    /// The turns of a person.
    pub fn of(&self, person: Uuid) -> Arc<Semaphore> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.of(person, || Arc::new(Semaphore::new(1))).clone()
    }
}

/// Runs `work`, each step of it in a turn of its own.
pub async fn in_turns<T>(turns: Arc<Semaphore>, work: impl Future<Output = T>) -> T {
    let (mut turns, mut work) = (PollSemaphore::new(turns), pin!(work));
    poll_fn(move |context| {
        // None once the semaphore is closed, which nobody does.
        let _turn = ready!(turns.poll_acquire(context));
        work.as_mut().poll(context)
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        thread,
        time::Duration,
    };

    use super::*;

    /// Computes for a while, and returns how many computed at the same time.
    fn compute(at_once: &AtomicUsize) -> usize {
        let others = at_once.fetch_add(1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(20));
        at_once.fetch_sub(1, Ordering::SeqCst);
        others + 1
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn pages_of_one_person_are_computed_one_at_a_time_and_wait_together() {
        let (turns, person) = (RenderTurns::default(), Uuid::from_u128(1));
        let (at_once, waiting) = (Arc::new(AtomicUsize::new(0)), Arc::new(tokio::sync::Barrier::new(4)));
        let renders: Vec<_> = (0..4)
            .map(|_| {
                let (at_once, waiting) = (at_once.clone(), waiting.clone());
                tokio::spawn(in_turns(turns.of(person), async move {
                    let before = compute(&at_once);
                    // What waits for the others holds no turn: with one, they would never all be here.
                    waiting.wait().await;
                    before.max(compute(&at_once))
                }))
            })
            .collect();
        for render in renders {
            assert_eq!(render.await.expect("a page"), 1);
        }
        let held = turns.of(person).acquire_owned().await.expect("a turn");
        assert_eq!(in_turns(turns.of(Uuid::from_u128(2)), async { compute(&at_once) }).await, 1, "others have turns of their own");
        drop(held);
    }
}
