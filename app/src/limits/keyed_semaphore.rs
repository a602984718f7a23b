//! How many at once, for each key.

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

/// How many keys are remembered at least.
const GENERATION: usize = 5_000;

/// So many turns at once for each key. Whoever finds none waits a while, in the order of coming.
pub struct KeyedSemaphore<K> {
    keys: Mutex<LruMap<K, Arc<Semaphore>>>,
    at_once: usize,
    patience: Duration,
}

/// A turn that was given, until it is dropped. A copy is the same turn.
#[derive(Clone)]
pub struct KeyedPermit(#[allow(dead_code, reason = "it is held, never looked at")] Arc<OwnedSemaphorePermit>);

impl<K: Eq + Hash + Copy> KeyedSemaphore<K> {
    /// So many at once, at least one. Who finds none waits for `patience` at most.
    pub fn new(at_once: usize, patience: Duration) -> Self {
        Self { keys: Mutex::new(LruMap::new(GENERATION)), at_once: at_once.max(1), patience }
    }

    /// A turn of this key; nothing when none became free in time.
    pub async fn take(&self, key: K) -> Option<KeyedPermit> {
        timeout(self.patience, self.wait(key)).await.ok()
    }

    /// A turn of this key, however long it takes until one is free.
    pub async fn wait(&self, key: K) -> KeyedPermit {
        match self.of(key).acquire_owned().await {
            Ok(turn) => KeyedPermit(Arc::new(turn)),
            Err(_) => unreachable!("turns are never closed"),
        }
    }

    /// A turn of this key, without waiting; nothing when none is free.
    pub fn try_take(&self, key: K) -> Option<KeyedPermit> {
        self.of(key).try_acquire_owned().ok().map(|turn| KeyedPermit(Arc::new(turn)))
    }

    /// How many turns of this key are free.
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
