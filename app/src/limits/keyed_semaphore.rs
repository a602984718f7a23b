//! Semaphore by key.

use std::{
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::LruMap;

/// The least number of keys that are remembered.
const GENERATION: usize = 5_000;

/// A semaphore for each key. A caller without a free permit waits for a while, in first-come order.
pub struct KeyedSemaphore<K> {
    keys: Mutex<LruMap<K, Arc<Semaphore>>>,
    at_once: usize,
    patience: Duration,
}

/// A permit, held until its last clone is dropped.
#[derive(Clone)]
pub struct KeyedPermit(#[allow(dead_code, reason = "it is held, never looked at")] Arc<OwnedSemaphorePermit>);

impl<K: Eq + Hash + Copy> KeyedSemaphore<K> {
    /// A semaphore with `at_once` permits for each key, at least one. A caller waits for `patience` at most.
    pub fn new(at_once: usize, patience: Duration) -> Self {
        Self { keys: Mutex::new(LruMap::new(GENERATION)), at_once: at_once.max(1), patience }
    }

    /// Acquires a permit of this key; none when none became free in time.
    pub async fn take(&self, key: K) -> Option<KeyedPermit> {
        timeout(self.patience, self.wait(key)).await.ok()
    }

    /// Acquires a permit of this key, without a limit on the wait.
    pub async fn wait(&self, key: K) -> KeyedPermit {
        match self.of(key).acquire_owned().await {
            Ok(turn) => KeyedPermit(Arc::new(turn)),
            Err(_) => unreachable!("turns are never closed"),
        }
    }

    /// Acquires a permit of this key without waiting; none when none is free.
    pub fn try_take(&self, key: K) -> Option<KeyedPermit> {
        self.of(key).try_acquire_owned().ok().map(|turn| KeyedPermit(Arc::new(turn)))
    }

    /// The number of free permits of this key.
    pub fn free(&self, key: K) -> usize {
        self.of(key).available_permits()
    }

    fn of(&self, key: K) -> Arc<Semaphore> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.of(key, || Arc::new(Semaphore::new(self.at_once))).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_key_is_refused_what_it_has_in_use_and_another_is_not() {
        let turns = KeyedSemaphore::new(2, Duration::ZERO);
        let (first, second) = (turns.take('a').await, turns.take('a').await);
        assert!(first.is_some() && second.is_some() && turns.take('a').await.is_none());
        assert!(turns.take('b').await.is_some());
        drop(first);
        assert!(turns.take('a').await.is_some());
        drop(second);
        assert_eq!(turns.free('a'), 2, "a turn that was dropped is free again");
    }

    #[tokio::test]
    async fn whoever_waits_gets_the_turn_that_becomes_free() {
        let turns = Arc::new(KeyedSemaphore::new(1, Duration::from_secs(600)));
        let held = turns.take('a').await;
        let waiting = tokio::spawn({
            let turns = turns.clone();
            async move { turns.take('a').await.is_some() }
        });
        drop(held);
        assert!(waiting.await.expect("it ends"));
    }
}
