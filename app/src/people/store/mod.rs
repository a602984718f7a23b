//! SQL of people.

pub mod grant;
pub mod invitation;
pub mod member;
pub mod received;
pub mod unproved;
