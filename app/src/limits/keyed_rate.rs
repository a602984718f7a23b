//! Rate limiter by key, local to this process.

use std::{
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{Bucket, LruMap, Rate};

/// The token buckets of the keys that were used last.
pub struct KeyedRateLimiter<K> {
    rate: Rate,
    left: Mutex<LruMap<K, Bucket>>,
}

impl<K: Eq + Hash + Clone> KeyedRateLimiter<K> {
    /// A limiter with this rate for each key, of which at least the last `kept` are remembered.
    pub fn new(rate: Rate, kept: usize) -> Self {
        Self { rate, left: Mutex::new(LruMap::new(kept)) }
    }

    /// Takes one for this key, or answers how long it takes until there is one.
    pub fn take(&self, key: K) -> Result<(), Duration> {
        let now = Instant::now();
        self.locked().of(key, || Bucket::full(self.rate, now)).take_local(now)
    }

    /// Puts one back that was not used.
    pub fn put_back(&self, key: K) {
        if let Some(left) = self.locked().get(key) {
            left.put_back();
        }
    }

    /// Locks, also after a panic of another holder: each change is one step, so the map is consistent.
    fn locked(&self) -> MutexGuard<'_, LruMap<K, Bucket>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_and_what_was_taken_for_nothing_can_be_taken_again() {
        let counted = KeyedRateLimiter::new(Rate::of(1, 2), 10);
        let taken = |key| (0..4).filter(|_| counted.take(key).is_ok()).count();
        assert_eq!((taken("one"), taken("other")), (2, 2));
        counted.put_back("one");
        counted.put_back("nobody");
        assert_eq!((taken("one"), taken("other"), taken("nobody")), (1, 0, 2));
    }
}
