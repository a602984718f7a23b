//! Budgets: caps on the hours or the amount of a project, their usage, and the forecast of when they are used up.

#[cfg(feature = "ssr")]
pub mod alerts;
#[cfg(feature = "ssr")]
pub mod errors;
#[cfg(feature = "ssr")]
pub mod guard;
pub mod hours_argument;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;
pub mod types;
#[cfg(feature = "ssr")]
pub mod usage;

pub use hours_argument::Hours;
pub use types::*;
