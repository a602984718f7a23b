//! Secrets: passwords are hashed slowly, random ones quickly, and neither is ever stored as it is.

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    common::is_common,
    disguise::{skeleton, words_in},
    hashing::{Requester, in_turn},
};
use crate::{error::Error, text};

/// A hash that no password has, so that an unknown address takes as long to refuse as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3RpbnQtbm9ib2R5LXNhbHQ$6a8EoRbR3AtZcK0bO5n5oV0pW8g7lVRuJ9V1mM1Y1xM";

/// A new random secret: 256 bits, safe in addresses and cookies.
pub fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// How long a random secret is, in characters.
const RANDOM_LENGTH: usize = 43;

/// How many capitals, and how many small letters, a random secret has at least: of millions one has fewer.
const RANDOM_LETTERS: usize = 3;

/// Whether a word, letters, digits and the signs of secrets, is such a secret for all that can be seen, alone or with more before or
/// behind one of those signs.
pub(crate) fn is_random_in(word: &str) -> bool {
    let word = word.as_bytes();
    let is_set_off = |sign: Option<&u8>| sign.is_none_or(|sign| b"-_".contains(sign));
    word.windows(RANDOM_LENGTH).enumerate().any(|(at, part)| {
        let before = at.checked_sub(1).and_then(|before| word.get(before));
        is_set_off(before) && is_set_off(word.get(at + RANDOM_LENGTH)) && is_random(part)
    })
}

fn is_random(word: &[u8]) -> bool {
    let many = |kind: fn(&u8) -> bool| word.iter().filter(|c| kind(c)).count() >= RANDOM_LETTERS;
    many(u8::is_ascii_uppercase) && many(u8::is_ascii_lowercase) && URL_SAFE_NO_PAD.decode(word).is_ok()
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

/// A password that can be accepted: long enough to resist guessing, short enough to hash, none of the commonest and not the address of
/// whose it is, in disguise or not, and of characters that can be typed again.
pub fn acceptable_password(password: &str, email: &str) -> Result<(), Error> {
    match password.chars().count() {
        0..10 => Err(Error::invalid("password", "The password is too short; use at least 10 characters, for instance four random words.")),
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
        10..=200 if !text::can_be_typed(password) => Err(Error::invalid(
            "password",
            "The password holds a control character, or shows nothing at all; choose one that can be typed again.",
        )),
        10..=200 => Ok(()),
        _ => Err(Error::invalid("password", "The password is longer than 200 characters; shorten it.")),
    }
}

/// Whether a password is an address, or what stands before its domain, in disguise or not.
fn is_of_address(password: &str, email: &str) -> bool {
    let name = email.rsplit_once('@').map_or(email, |(name, _)| name);
    let own = [email, name].map(skeleton);
    words_in(password).iter().any(|word| own.contains(word))
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
    fn a_secret_is_known_for_one_alone_and_behind_what_is_written_around_it() {
        let secret = "sat2UTCO-Zdhosat2UTCO-Zdhosat2UTCO-Zdho0124";
        for word in [secret.to_owned(), format!("_{secret}_"), format!("secret-{secret}"), format!("{secret}_--"), format!("a_{secret}-b")]
        {
            assert!(is_random_in(&word), "{word}");
        }
        for other in [
            "0123456789abcdef0123456789abcdef01234567890",
            "stint_pat_0190163d8694739b8ea1000000000007_",
            "relaunch-of-the-website-and-of-the-shop-2026",
            "A-Sentence-with-its-first-letter-as-capital",
            &secret[1..],
            &format!("{secret}A"),
        ] {
            assert!(!is_random_in(other), "{other}");
        }
    }

    #[test]
    fn a_secret_is_kept_only_as_its_fingerprint() {
        let secret = random();
        assert!(matches(&secret, &fingerprint(&secret)));
        assert!(!matches("another", &fingerprint(&secret)));
        assert_eq!(secret.len(), RANDOM_LENGTH);
    }
}
