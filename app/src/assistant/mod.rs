//! The assistant drawer: a door like the others. What it does, it does by calling operations as the signed-in person.
//!
//! Slash commands need no model. Reads run at once; a write becomes a [`Card`] made from a dry run, and only a person's
//! *Commit* runs it. Text that came from data can never commit anything: a model can only propose.
//!
//! Read in this order: [`door`] (who is at it), [`saying`] (what is said, and by what it is answered), [`proposal`] and
//! [`deed`] (a card from its dry run to its undoing), [`run`] (a model on the way to an answer), [`drawer`] (all of it on the page).

pub mod calls;
#[cfg(feature = "ssr")]
mod commands;
#[cfg(feature = "ssr")]
mod data;
#[cfg(feature = "ssr")]
pub mod deed;
#[cfg(feature = "ssr")]
pub mod door;
pub mod drawer;
#[cfg(feature = "ssr")]
mod effect;
#[cfg(feature = "ssr")]
pub mod elsewhere;
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
pub mod rights;
#[cfg(feature = "ssr")]
pub mod run;
#[cfg(feature = "ssr")]
pub mod runs;
#[cfg(feature = "ssr")]
pub mod saying;
pub mod settings;
#[cfg(feature = "ssr")]
mod sight;
pub mod slash;
#[cfg(feature = "ssr")]
pub(crate) mod store;
pub mod switch;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
mod tool;
pub mod types;
#[cfg(feature = "ssr")]
pub mod usage;

pub use calls::*;
#[cfg(feature = "ssr")]
pub use engine::{Engine, Limits};
pub use switch::*;
pub use types::*;
