//! Secrets: passwords are hashed slowly, random ones quickly, and neither is ever stored as it is.

use std::ops::Range;

use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::phc::PasswordHash};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    common::is_common,
    disguise::is_disguised,
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

/// The signs in random secrets, beside letters and digits.
const RANDOM_SIGNS: [char; 2] = ['-', '_'];

/// How many capitals, and how many small letters, a random secret has at least: of millions one has fewer.
const RANDOM_LETTERS: usize = 3;

/// How many capitals and digits together a random secret has at least, of 24 that are likely: of 90,000 one has fewer, and in names of
/// code, where they begin words, there are fewer.
const RANDOM_NOT_SMALL: usize = 11;

/// How often a capital, a small letter, a digit or a sign follows one of another kind in a random secret at least, of 27 times that are
/// likely: of 30,000 one has fewer. In what is made of words most letters follow one of their own kind.
const RANDOM_CHANGES: usize = 14;

/// Where in a word, letters, digits and the signs of secrets, such a secret is for all that can be seen: it is the whole word, but for
/// signs around it and the id of a token before it. A name that is longer or shorter is none.
pub(crate) fn secret_in(word: &str) -> Option<Range<usize>> {
    // No secret ends with a sign: its last letter has fewer bits than the others.
    let end = word.trim_end_matches(RANDOM_SIGNS).len();
    let start = end.checked_sub(RANDOM_LENGTH)?;
    let before = word.get(..start)?.trim_matches(RANDOM_SIGNS);
    let is_alone = before.is_empty() || Uuid::try_parse(before).is_ok();
    (is_alone && is_random(word.get(start..end)?.as_bytes())).then_some(start..end)
}

fn is_random(word: &[u8]) -> bool {
    let not_small = word.iter().filter(|c| c.is_ascii_uppercase() || c.is_ascii_digit()).count();
    let changes = word.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    has_both_cases(word) && not_small >= RANDOM_NOT_SMALL && changes >= RANDOM_CHANGES && URL_SAFE_NO_PAD.decode(word).is_ok()
}

/// Whether as many capitals and as many small letters are in a word as in every random secret.
pub(crate) fn has_both_cases(word: &[u8]) -> bool {
    let many = |is_one: fn(&u8) -> bool| word.iter().filter(|c| is_one(c)).count() >= RANDOM_LETTERS;
    many(u8::is_ascii_uppercase) && many(u8::is_ascii_lowercase)
}

/// Whether it is a capital, a small letter or a digit; a sign is none of them.
fn kind(letter: u8) -> [bool; 3] {
    [letter.is_ascii_uppercase(), letter.is_ascii_lowercase(), letter.is_ascii_digit()]
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
    [email, name].iter().any(|own| is_disguised(password, own))
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
    fn a_password_is_not_taken_for_a_short_name_that_it_begins_with() {
        for password in ["ada-8364-9173", "ada.1815.12.10!", "adaadaadaada"] {
            assert_eq!(acceptable_password(password, "ada@example.com"), Ok(()), "{password}");
        }
        assert!(acceptable_password("a-18151210", "a-18151210@example.com").is_err(), "it is the whole name");
        assert!(acceptable_password("Ada@Example.com!", "ada@example.com").is_err(), "it is the address");
    }

    #[test]
    fn a_secret_is_known_for_one_alone_between_signs_and_behind_the_id_of_a_token() {
        let secret = "sat2UTCO-Zdhosat2UTCO-Zdhosat2UTCO-Zdho0124";
        for (before, after) in [("", ""), ("_", "_"), ("", "_--"), ("0190163d8694739b8ea1000000000007_", "")] {
            let word = format!("{before}{secret}{after}");
            assert_eq!(secret_in(&word).map(|place| &word[place]), Some(secret), "{word}");
        }
        for drawn in ["_7Bk-2xQf9ZtLw4RnVh8sYc1mDpGu3aJe6KoTi0XbSM", "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U"] {
            assert_eq!(secret_in(drawn), Some(0..RANDOM_LENGTH), "{drawn}");
        }
        for longer in [secret[1..].to_owned(), format!("{secret}A"), format!("A_{secret}"), format!("{secret}_A")] {
            assert_eq!(secret_in(&longer), None, "{longer}");
        }
    }

    #[test]
    fn what_is_made_of_words_is_no_secret() {
        for words in [
            "0123456789abcdef0123456789abcdef01234567890",
            "stint_pat_0190163d8694739b8ea1000000000007_",
            "relaunch-of-the-website-and-of-the-shop-2026",
            "relaunch-of-the-website-and-of-the-shop-202",
            "A-Sentence-with-its-first-letter-as-capital",
            "src_components_InvoiceEditor_InvoiceLineRow_useInvoiceTotals",
            "InvoiceEditor_InvoiceLineRow_InvoiceTotals_",
            "useInvoiceEditorInvoiceLineRowInvoiceTotals",
            "Some_Long_Name_Of_A_Thing_In_A_Project_Here",
            "THE_LONGEST_NAME_OF_ALL_THAT_ARE_CONSTANT_Q",
        ] {
            assert_eq!(secret_in(words), None, "{words}");
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
