//! The two ends of a page: what only the server or only the browser can do, under one name.
//!
//! A page is rendered twice, so it must not ask where it runs. It asks here.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
mod server;

#[cfg(not(feature = "ssr"))]
pub use browser::*;
#[cfg(feature = "ssr")]
pub use server::*;
