//! Which passwords are accepted.

use super::{common_passwords::is_common, obfuscated_words::is_disguised};
use crate::{error::Error, text};

/// Checks that a new password is acceptable: long enough to resist guessing, short enough to hash, neither common nor the person's address,
/// disguised or not, and of characters that can be typed again.
pub fn acceptable_password(password: &str, email: &str) -> Result<(), Error> {
    match password.chars().count() {
        0..10 => Err(Error::invalid("password", "The password is too short; use at least 10 characters, for instance four random words.")),
        10..=200 if !text::can_be_typed(password) => Err(Error::invalid(
            "password",
            "The password holds a control character, or shows nothing at all; choose one that can be typed again.",
        )),
        10..=200 if is_common(password) => Err(Error::invalid(
            "password",
            "This password is one of the commonest, or hardly more than one, which are guessed first; choose another, for instance four \
             random words.",
        )),
        10..=200 if is_of_address(password, email) => Err(Error::invalid(
            "password",
            "The password is your own address, or hardly more than it, which is guessed first; choose another, for instance four random \
             words.",
        )),
        10..=200 => Ok(()),
        _ => Err(Error::invalid("password", "The password is longer than 200 characters; shorten it.")),
    }
}

/// Whether a password is an address, or its local part, disguised or not.
pub fn is_of_address(password: &str, email: &str) -> bool {
    let name = email.rsplit_once('@').map_or(email, |(name, _)| name);
    [email, name].iter().any(|own| is_disguised(password, own))
}
