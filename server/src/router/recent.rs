//! What was seen lately, in bounded room.

use std::{
    collections::HashMap,
    hash::Hash,
    mem,
    sync::{Mutex, PoisonError},
};

/// A map of at most twice `most` entries. When the newer half is full it becomes the older one, and what nobody asked for in
/// the meantime is forgotten: no entry is ever looked for to be thrown out.
pub struct Recent<K, V> {
    most: usize,
    halves: Mutex<(HashMap<K, V>, HashMap<K, V>)>,
}

impl<K: Hash + Eq + Clone, V: Clone> Recent<K, V> {
    /// An empty map for `most` entries, twice as many at most.
    pub fn new(most: usize) -> Self {
        Self { most, halves: Mutex::new((HashMap::new(), HashMap::new())) }
    }

    /// What was put there for a key, if it was not forgotten.
    pub fn get(&self, key: &K) -> Option<V> {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = halves.0.get(key) {
            return Some(value.clone());
        }
        let value = halves.1.remove(key)?;
        self.insert(&mut halves, key.clone(), value.clone());
        Some(value)
    }

    /// Puts a value there.
    pub fn put(&self, key: K, value: V) {
        let mut halves = self.halves.lock().unwrap_or_else(PoisonError::into_inner);
        self.insert(&mut halves, key, value);
    }

    fn insert(&self, (newer, older): &mut (HashMap<K, V>, HashMap<K, V>), key: K, value: V) {
        if newer.len() >= self.most {
            *older = mem::take(newer);
        }
        newer.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_room_is_bounded() {
        let recent = Recent::new(10);
        recent.put(0, "kept");
        for key in 1..10_000 {
            recent.put(key, "passing");
            assert_eq!(recent.get(&0), Some("kept"), "after {key}");
        }
        assert_eq!(recent.get(&5), None);
        let halves = recent.halves.lock().expect("not poisoned");
        assert!(halves.0.len() + halves.1.len() <= 20);
    }
}
