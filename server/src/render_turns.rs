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
    use std::future::{pending, ready};

    use futures::poll;

    use super::*;

    #[tokio::test]
    async fn a_page_of_a_person_is_computed_once_no_other_one_of_theirs_is() {
        let (turns, person) = (RenderTurns::default(), Uuid::from_u128(1));
        let held = turns.of(person).acquire_owned().await.expect("a turn");
        let mut page = pin!(in_turns(turns.of(person), ready("a page")));
        assert!(poll!(page.as_mut()).is_pending(), "another one is computed");
        assert_eq!(in_turns(turns.of(Uuid::from_u128(2)), ready("theirs")).await, "theirs", "others have turns of their own");
        drop(held);
        assert_eq!(page.await, "a page");
    }

    #[tokio::test]
    async fn a_page_that_waits_for_the_database_or_its_reader_holds_no_turn() {
        let (turns, person) = (RenderTurns::default(), Uuid::from_u128(1));
        let mut waiting = pin!(in_turns(turns.of(person), pending::<()>()));
        assert!(poll!(waiting.as_mut()).is_pending());
        assert_eq!(turns.of(person).available_permits(), 1);
        assert_eq!(in_turns(turns.of(person), ready("a page")).await, "a page");
    }
}
