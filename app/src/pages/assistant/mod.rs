//! TODO

pub mod drawer;
pub mod settings;
