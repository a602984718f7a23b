//! How often and how many at once: what both the gate of the doors and the one of the database count with. Nothing here knows
//! who calls or what a database is.

mod keyed_rate;
mod keyed_semaphore;
mod lru_map;
mod network;
mod token_bucket;

pub use keyed_rate::KeyedRateLimiter;
pub use keyed_semaphore::{KeyedPermit, KeyedSemaphore};
pub use lru_map::LruMap;
pub use network::{network, site};
pub use token_bucket::{Bucket, Rate, TakeOutcome};
