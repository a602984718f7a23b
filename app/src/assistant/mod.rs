//! The assistant drawer: a door like the others. What it does, it does by calling operations as the signed-in person.
//!
//! Slash commands need no model. Reads run at once; a write becomes a [`Card`] made from a dry run, and only a person's
//! *Commit* runs it. Text that came from data can never commit anything: a model can only propose.
//!
//! Read in this order: [`user`] (who is at it), [`send_message`] (what is said, and by what it is answered), [`proposal`] and
//! [`card_actions`] (a card from its dry run to its undoing), [`agent_loop`] (a model on the way to an answer), [`drawer`] (all of it on the page).

#[cfg(feature = "ssr")]
pub mod access_watch;
#[cfg(feature = "ssr")]
pub mod agent_loop;
pub mod calls;
#[cfg(feature = "ssr")]
pub mod card_actions;
#[cfg(feature = "ssr")]
mod commands;
pub mod drawer;
#[cfg(feature = "ssr")]
mod effect;
#[cfg(feature = "ssr")]
mod engine;
#[cfg(feature = "ssr")]
mod fingerprint;
#[cfg(feature = "ssr")]
mod history;
#[cfg(feature = "ssr")]
pub mod model;
#[cfg(feature = "ssr")]
mod prompt;
#[cfg(feature = "ssr")]
pub mod proposal;
#[cfg(feature = "ssr")]
mod redaction;
#[cfg(feature = "ssr")]
pub mod run_lease;
#[cfg(feature = "ssr")]
pub mod run_registry;
#[cfg(feature = "ssr")]
pub mod send_message;
pub mod settings;
pub mod slash;
#[cfg(feature = "ssr")]
pub(crate) mod store;
pub mod switch;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
mod tool;
#[cfg(feature = "ssr")]
mod tool_result;
pub mod types;
#[cfg(feature = "ssr")]
pub mod usage;
#[cfg(feature = "ssr")]
pub mod user;

pub use calls::*;
#[cfg(feature = "ssr")]
pub use engine::{Engine, RunLimits};
pub use switch::*;
pub use types::*;
