//! Secrets: random ones, passwords that are acceptable, and texts without secrets.

pub mod acceptable_password;
pub mod access_token;
pub mod common_passwords;
pub mod decoded_text;
pub mod link_purpose;
pub mod obfuscated_words;
pub mod random_secret;
pub mod redaction;
pub mod repeats_and_sequences;
