//! How often and how many at once: what both the gate of the doors and the one of the database count with. Nothing here knows
//! who calls or what a database is.

mod counted;
mod network;
mod rate;
mod recent;
mod turns;

pub use counted::Counted;
pub use network::{network, site};
pub use rate::{Bucket, Rate, Taken};
pub use recent::Recent;
pub use turns::{Turn, Turns};
