//! The assistant drawer: a door like the others. What it does, it does by calling operations as the signed-in person.
//!
//! Slash commands need no model. Reads run at once; a write becomes a [`Card`] made from a dry run, and only a person's
//! *Commit* runs it. Text that came from data can never commit anything: a model can only propose.

pub mod calls;
pub mod drawer;
pub mod slash;
pub mod types;

pub use calls::*;
pub use types::*;
