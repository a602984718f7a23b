//! The assistant: a channel in the app's drawer that calls operations with the rights of the signed-in person.
//!
//! Slash commands need no model. Reads run at once; a write becomes a [`Card`] made from a dry run, and only a person's *Commit* runs it.
//! Text from records can never commit anything: a model can only propose.
//!
//! Read in this order: [`user`] (who uses the assistant), [`send_message`] (a message and its answer), [`proposal`] and [`card_actions`] (a
//! card from dry run to undo), [`agent_loop`] (the loop of model and tool calls), `pages::assistant::drawer` (the user interface).

#[cfg(feature = "ssr")]
pub mod access_watch;
#[cfg(feature = "ssr")]
pub mod agent_loop;
#[cfg(feature = "ssr")]
mod answer_lines;
pub mod calls;
#[cfg(feature = "ssr")]
pub mod card_actions;
#[cfg(feature = "ssr")]
mod commands;
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
#[cfg(feature = "ssr")]
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
pub use engine::{AssistantServices, Engine, RunLimits};
pub use switch::*;
pub use types::*;
