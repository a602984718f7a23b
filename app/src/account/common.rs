//! The commonest passwords: whoever guesses tries them first.
//!
//! The list holds those of at least ten characters, since shorter ones are refused anyway. It is the union of the 20,000
//! passwords that Django refuses (`django/contrib/auth/common-passwords.txt.gz` of Django 5.2, BSD 3-clause licence) and the
//! 30,000 of zxcvbn (`passwords` of its `frequency_lists.js`, version 4.4.2, MIT licence), in lower case and in order.

use std::{collections::HashSet, sync::LazyLock};

use super::disguise::{skeleton, words_in};
use crate::text;

/// How long the word in one of the commonest is at least that no other password may be in disguise, in characters: with a shorter one
/// what stands around it may be a password by itself.
const WORD_LENGTH: usize = 8;

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// The words in them, without what stands around them.
static WORDS: LazyLock<HashSet<String>> =
    LazyLock::new(|| COMMON.iter().map(|common| skeleton(common)).filter(|word| word.chars().count() >= WORD_LENGTH).collect());

/// Whether a password is one of the commonest, in whatever case and form of its letters it is written, or is nothing but the word in one
/// in disguise. A phrase that such a word is a part of is another one.
pub fn is_common(password: &str) -> bool {
    COMMON.contains(text::plain(password).trim().to_lowercase().as_str()) || words_in(password).iter().any(|word| WORDS.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_guesses_is_common_in_whatever_case() {
        for password in ["1234567890", "password123", "Password123", "QWERTYUIOP", " qwertyuiop ", "1q2w3e4r5t"] {
            assert!(is_common(password), "{password}");
        }
        for spelling in [
            "１２３４５６７８９０",
            "1234567890\u{200b}",
            "pass\u{ad}word123",
            "qwertyuiop\u{fe0f}",
            "\u{2060}ＱＷＥＲＴＹＵＩＯＰ",
            "𝐩𝐚𝐬𝐬𝐰𝐨𝐫𝐝123",
        ] {
            assert!(is_common(spelling), "{spelling:?}");
        }
        for disguised in [
            "P.a.s.s.w.o.r.d.1!",
            "My password",
            "liverpool!!",
            "-Pässword- 2026",
            "drowssap__1",
            "1234 567 890!",
            "P@$$w0rd 2026!",
            "l1v3rp00l-88",
            "$unsh!ne__99",
        ] {
            assert!(is_common(disguised), "{disguised:?}");
        }
        for phrase in [
            "four random words together",
            "password of my liverpool aunt",
            "0172 4459 3815",
            "sunshine & 4 umbrellas",
            "liverpool-8364-9173",
            "8364 liverpool 9173",
        ] {
            assert!(!is_common(phrase), "{phrase:?}");
        }
    }

    #[test]
    fn the_list_holds_only_what_is_long_enough_to_be_chosen() {
        assert!(COMMON.len() > 2_000 && COMMON.iter().all(|password| password.chars().count() >= 10));
    }
}
