//! Confirmed addresses, and the link secrets that confirm them.
//!
//! A secret is part of a link, either in a mail, which proves that whoever opens it reads the mailbox, or handed over, which proves
//! nothing. It is issued when its mail leaves, stored as a hash, expires, and is used once (`docs/decisions/0013`).

#[cfg(feature = "ssr")]
pub mod address;
pub mod address_section;
#[cfg(feature = "ssr")]
pub mod change_address;
#[cfg(feature = "ssr")]
mod decoded_text;
#[cfg(feature = "ssr")]
pub mod document_link;
#[cfg(feature = "ssr")]
pub mod link_secret;
pub mod links;
#[cfg(feature = "ssr")]
pub mod mail;
#[cfg(feature = "ssr")]
pub mod mail_limits;
#[cfg(feature = "ssr")]
pub mod operator_links;
pub mod page;
#[cfg(feature = "ssr")]
mod purpose;
#[cfg(feature = "ssr")]
mod redaction;
#[cfg(feature = "ssr")]
pub mod require_confirmed;
#[cfg(feature = "ssr")]
pub mod reset_password;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;

#[cfg(feature = "ssr")]
pub use purpose::LinkPurpose;
#[cfg(feature = "ssr")]
pub(crate) use redaction::{hidden_behind, hidden_words};
#[cfg(feature = "ssr")]
pub use redaction::{text_without_secrets, text_without_whole_secrets, without_secret};
