//! Functions that differ between server and browser, under one name.
//!
//! Pages are rendered on both sides and must not ask where they run; they call these functions.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
pub mod cookies;
#[cfg(feature = "ssr")]
mod server;

#[cfg(not(feature = "ssr"))]
pub use browser::*;
#[cfg(feature = "ssr")]
pub use server::*;

/// The property of a field with the value that the server has accepted.
pub const SENT: &str = "stintSent";
