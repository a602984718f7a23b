//! The assistant's drawer, and its section of the settings.

pub mod drawer;
pub mod settings;
