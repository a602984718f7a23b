//! Pages of a person's own account: sign-in and sign-up, their settings, tokens and sign-ins.

pub mod address_section;
pub mod landing;
pub mod profile;
pub mod security;
pub mod settings;
pub mod sign_in;
pub mod tokens;
pub mod verification;
