//! SQL of people.

pub mod client_grant;
pub mod invitation;
pub mod member;
pub mod received_invitation;
pub mod unconfirmed_account;
