//! Bounded map that remembers the keys used last.

use std::{collections::HashMap, hash::Hash, mem};

/// A map of the keys used last, in two generations. When as many new keys have come as one generation holds, all that were not
/// used since the last time are dropped at once: nothing is searched for that, however many keys there are.
pub struct LruMap<K, V> {
    newer: HashMap<K, V>,
    older: HashMap<K, V>,
    generation: usize,
}

impl<K: Eq + Hash + Clone, V> LruMap<K, V> {
    /// A map of at least the last `generation` keys, and at most twice as many.
    pub fn new(generation: usize) -> Self {
        Self { newer: HashMap::new(), older: HashMap::new(), generation: generation.max(1) }
    }

    /// The value of a key, which counts as used now; made when there is none.
    pub fn of(&mut self, key: K, make: impl FnOnce() -> V) -> &mut V {
        if !self.newer.contains_key(&key) {
            let value = self.older.remove(&key).unwrap_or_else(make);
            self.keep(key.clone(), value);
        }
        match self.newer.get_mut(&key) {
            Some(value) => value,
            None => unreachable!("it was just kept"),
        }
    }

    /// The value of a key, if there is one, which counts as used now.
    pub fn get(&mut self, key: K) -> Option<&mut V> {
        if let Some(value) = self.older.remove(&key) {
            self.keep(key.clone(), value);
        }
        self.newer.get_mut(&key)
    }

    /// Sets the value of a key.
    pub fn keep(&mut self, key: K, value: V) {
        if self.newer.len() >= self.generation && !self.newer.contains_key(&key) {
            self.older = mem::take(&mut self.newer);
        }
        self.newer.insert(key, value);
    }

    /// The number of keys.
    pub fn len(&self) -> usize {
        self.newer.len() + self.older.len()
    }

    /// Whether the map is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_many_keys_come_only_the_last_are_remembered() {
        let mut recent = LruMap::new(1_000);
        for key in 0..100_000_u32 {
            *recent.of(key, || key) += 1;
            recent.of(7, || 0);
            assert!(recent.len() <= 2_000);
        }
        assert_eq!(recent.get(99_999), Some(&mut 100_000));
        assert_eq!(recent.get(7), Some(&mut 1), "what is used is not forgotten");
        assert_eq!(recent.get(50_000), None);
    }
}
