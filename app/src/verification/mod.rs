//! Confirmed addresses, and the link secrets that confirm them.
//!
//! A secret is part of a link, either in a mail, which proves that whoever opens it reads the mailbox, or handed over, which proves
//! nothing. It is issued when its mail leaves, stored as a hash, expires, and is used once (`docs/decisions/0013`).

#[cfg(feature = "ssr")]
pub mod address;
#[cfg(feature = "ssr")]
pub mod link_secret;
pub mod links;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod mail_limits;
#[cfg(feature = "ssr")]
pub mod operator_links;
#[cfg(feature = "ssr")]
pub mod require_confirmed;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;
