//! Which passwords are accepted.

use domain::text;

use super::{common_passwords::is_common, obfuscated_words::is_disguised};
use crate::error::Error;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_that_everybody_guesses_is_refused_and_the_field_named() {
        let refused = acceptable_password("Password123", "ada@example.com").expect_err("a common one");
        assert!(refused.field("password").is_some_and(|words| words.contains("commonest")), "{refused:?}");
        for taken in ["correct horse battery", "żółta łódź podwodna", "مفتاح طويل جدا", "👩\u{200d}🚀 over the moon"]
        {
            assert_eq!(acceptable_password(taken, "ada@example.com"), Ok(()));
        }
    }

    #[test]
    fn a_password_that_is_ones_own_address_is_refused() {
        for own in [
            "ada.lovelace@example.com",
            "Ada.Lovelace@Example.com ",
            "ada.lovelace",
            "ａｄａ．ｌｏｖｅｌａｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "ada..lovelace@example.com",
            "ada.lovelace7",
            "«Ada Lovelace» 1815!",
            "moc.elpmaxe@ecalevol.ada",
            "ecalevol-ada",
        ] {
            let refused = acceptable_password(own, "ada.lovelace@example.com").expect_err("an address");
            assert!(refused.field("password").is_some_and(|words| words.contains("address")), "{refused:?}");
        }
        for other in ["ada.lovelace and the engine", "lovelace ada babbage", "example.com is mine"] {
            assert_eq!(acceptable_password(other, "ada.lovelace@example.com"), Ok(()));
        }
        for (number, address) in [("01728394550", "01728394550@example.com"), ("!#$%&'*+-/=", "!#$%&'*+-/=@example.com")] {
            assert!(acceptable_password(number, address).is_err(), "{number}");
        }
    }

    #[test]
    fn a_password_that_nobody_can_type_again_is_refused() {
        for strange in
            ["correct\0horse\0battery", "correct\u{202e}horse", "correct horse\nbattery", &"\u{200b}".repeat(12), &" ".repeat(12)]
        {
            assert!(acceptable_password(strange, "ada@example.com").expect_err("refused").field("password").is_some(), "{strange:?}");
        }
    }

    #[test]
    fn a_password_is_not_taken_for_a_short_name_that_it_begins_with() {
        for password in ["ada-8364-9173", "ada.1815.12.10!", "adaadaadaada"] {
            assert_eq!(acceptable_password(password, "ada@example.com"), Ok(()), "{password}");
        }
        assert!(acceptable_password("a-18151210", "a-18151210@example.com").is_err(), "it is the whole name");
        assert!(acceptable_password("Ada@Example.com!", "ada@example.com").is_err(), "it is the address");
    }
}
