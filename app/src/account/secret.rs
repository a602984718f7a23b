//! Secrets: passwords are hashed slowly, random ones quickly, and neither is ever stored as it is.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    common::is_common,
    hashing::{Requester, in_turn},
};
use crate::{error::Error, text};

/// A hash that no password has, so that an unknown address takes as long to refuse as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RpbnQtbm9ib2R5LXNhbHQ$6a8EoRbR3AtZcK0bO5n5oV0pW8g7lVRuJ9V1mM1Y1xM";

/// A new random secret: 256 bits, safe in addresses and cookies.
pub fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is kept of a random secret. It has too many bits to be guessed from its hash, so a fast one is enough.
pub fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// Whether the secret is the one whose fingerprint was kept, in constant time.
pub fn matches(secret: &str, kept: &[u8]) -> bool {
    fingerprint(secret).ct_eq(kept).into()
}

/// What is kept of a password. Refused when too many passwords are being hashed.
pub async fn hash_password(requester: Requester, password: String) -> Result<String, Error> {
    let hashed = in_turn(requester, move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()));
    hashed.await?.map_err(|problem| {
        tracing::error!(%problem, "a password could not be hashed");
        Error::internal()
    })
}

/// Whether the password is the one that was kept; without one to compare with it takes as long and is wrong. Refused when too
/// many passwords are being hashed.
pub async fn verify_password(requester: Requester, password: String, kept: Option<String>) -> Result<bool, Error> {
    in_turn(requester, move || {
        let known = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.to_owned());
        PasswordHash::new(&kept).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok()) && known
    })
    .await
}

/// A password that can be accepted: long enough to resist guessing, short enough to hash, none of the commonest, not the address of
/// whose it is, and of characters that can be typed again.
pub fn acceptable_password(password: &str, email: &str) -> Result<(), Error> {
    match password.chars().count() {
        0..10 => Err(Error::invalid("password", "The password is too short; use at least 10 characters, for instance four random words.")),
        10..=200 if is_common(password) => Err(Error::invalid(
            "password",
            "This password is one of the commonest, which are guessed first; choose another, for instance four random words.",
        )),
        10..=200 if is_in_address(password, email) => Err(Error::invalid(
            "password",
            "The password is your own address, which is guessed first; choose another, for instance four random words.",
        )),
        10..=200 if !text::can_be_typed(password) => Err(Error::invalid(
            "password",
            "The password holds a control character, or shows nothing at all; choose one that can be typed again.",
        )),
        10..=200 => Ok(()),
        _ => Err(Error::invalid("password", "The password is longer than 200 characters; shorten it.")),
    }
}

/// Whether a password is an address, or what stands before its domain.
fn is_in_address(password: &str, email: &str) -> bool {
    let (password, email) = (password.trim().to_lowercase(), email.to_lowercase());
    password == email || email.rsplit_once('@').is_some_and(|(name, _)| password == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_no_other() {
        let kept = hash_password(Requester::Operator, "correct horse battery".to_owned()).await.expect("hashed");
        assert!(kept.starts_with("$argon2id$"));
        assert_eq!(verify_password(Requester::Operator, "correct horse battery".to_owned(), Some(kept.clone())).await, Ok(true));
        assert_eq!(verify_password(Requester::Operator, "Correct horse battery".to_owned(), Some(kept)).await, Ok(false));
        assert_eq!(verify_password(Requester::Operator, "anything".to_owned(), None).await, Ok(false));
    }

    #[test]
    fn the_hash_of_nobody_can_be_read_so_that_refusing_takes_its_time() {
        assert!(PasswordHash::new(NOBODY).is_ok());
    }

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
        for own in ["ada.lovelace@example.com", "Ada.Lovelace@Example.com ", "ada.lovelace"] {
            let refused = acceptable_password(own, "ada.lovelace@example.com").expect_err("an address");
            assert!(refused.field("password").is_some_and(|words| words.contains("address")), "{refused:?}");
        }
        assert_eq!(acceptable_password("ada.lovelace and the engine", "ada.lovelace@example.com"), Ok(()));
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
    fn a_secret_is_kept_only_as_its_fingerprint() {
        let secret = random();
        assert!(matches(&secret, &fingerprint(&secret)));
        assert!(!matches("another", &fingerprint(&secret)));
        assert_eq!(secret.len(), 43);
    }
}
