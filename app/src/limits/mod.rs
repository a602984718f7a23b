//! Rate and concurrency limiters by key, used by admission control and by the connection pool, and a limiter of log lines. They are
//! independent of callers and of the database.

mod keyed_rate;
mod keyed_semaphore;
mod log_limiter;
mod lru_map;
mod network;
mod token_bucket;

pub use keyed_rate::KeyedRateLimiter;
pub use keyed_semaphore::{KeyedPermit, KeyedSemaphore};
pub use log_limiter::LogLimiter;
pub use lru_map::LruMap;
pub use network::{network, site};
pub use token_bucket::{Bucket, Rate, TakeOutcome};
