//! SQL of people.

pub mod invitation;
pub mod member;
pub mod received;
