//! lock.
