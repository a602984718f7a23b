//! The most common passwords, which an attacker tries first.
//!
//! Both lists are of the union of the 20,000 passwords that Django refuses (`django/contrib/auth/common-passwords.txt.gz` of Django 5.2,
//! BSD 3-clause licence) and the 30,000 of zxcvbn (`passwords` of its `frequency_lists.js`, version 4.4.2, MIT licence), in lower case and
//! in order. One list has those of at least ten characters, since shorter ones are refused anyway. The other has the words within shorter
//! ones, four to nine ASCII letters, of the 10,000 commonest of each source: with additions they are long enough.

use domain::text;
use std::{collections::HashSet, sync::LazyLock};

use super::{
    obfuscated_words::{skeleton, words_in},
    repeats_and_sequences::collapsed,
};

/// The least length of a common word, in characters, to which any addition is disguise; additions to a shorter word may be a password by
/// themselves.
const WORD_LENGTH: usize = 8;

/// How many characters more than its own length an addition to a shorter word may have, such as a year.
const AROUND_MOST: usize = 4;

/// The least length of a word, in characters; shorter remainders count as empty.
const LEAST: usize = 3;

/// The name of this product, a common word here.
const PRODUCT: &str = "stint";

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// The skeletons of the common passwords, and the words of shorter ones.
static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let long = COMMON.iter().map(|common| skeleton(common)).filter(|word| word.chars().count() >= WORD_LENGTH);
    long.chain(include_str!("common_words.txt").lines().chain([PRODUCT]).map(str::to_owned)).collect()
});

/// Whether a password is a common one in any case and Unicode form, or consists of a common word (or nothing) with disguise, repetition or
/// sequences. A phrase that contains such a word is not common.
pub fn is_common(password: &str) -> bool {
    COMMON.contains(text::plain(password).trim().to_lowercase().as_str())
        || collapsed(&text::search_key(password)).iter().any(|form| is_hardly_more(form))
}

/// Whether a text is a common word in disguise.
fn is_hardly_more(text: &str) -> bool {
    let length = text.chars().count();
    let is_word = |word: &String| {
        let around = length.saturating_sub(word.chars().count());
        collapsed(word).iter().any(|form| is_known(form, around))
    };
    words_in(text).iter().any(is_word)
}

/// Whether the remainder of a word, with this many added characters, is a common password or empty.
fn is_known(left: &str, around: usize) -> bool {
    let word = skeleton(left);
    let length = word.chars().count();
    (left.chars().count() < LEAST || WORDS.contains(&word)) && (length >= WORD_LENGTH || around <= length + AROUND_MOST)
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
        for little in [
            "changeme123",
            "internet2026!",
            "Mercedes2026!",
            "El3phant2026!",
            "asdfghjk2026!",
            "Passwort2026!",
            "love2026!!",
            "password202611",
            "Stint2026!!",
        ] {
            assert!(is_common(little), "{little:?}");
        }
        for phrase in [
            "four random words together",
            "password of my liverpool aunt",
            "0172 4459 3815",
            "sunshine & 4 umbrellas",
            "liverpool-8364-9173",
            "8364 liverpool 9173",
            "love 8364 9173",
            "love-?&%/()=+#_.",
            "stint of my liverpool aunt",
        ] {
            assert!(!is_common(phrase), "{phrase:?}");
        }
    }

    #[test]
    fn what_anybody_continues_is_common() {
        for password in [
            "passwordpassword",
            "iloveyouiloveyou",
            "P4ssw0rd P4ssw0rd",
            "Mountain1!Mountain1!",
            "password12345678",
            "123456789012",
            "11111111111111",
            "abcabcabcabc",
            "abcdefghijklm",
            "12121212121212",
            "         a",
            "aaaaaaaaaa!!",
        ] {
            assert!(is_common(password), "{password:?}");
        }
        for other in ["adaadaadaada", "correct horse correct horse", "0172 4459 3815 0172"] {
            assert!(!is_common(other), "{other:?}");
        }
    }

    #[test]
    fn the_list_of_words_holds_none_that_nothing_is_around() {
        let words: Vec<_> = include_str!("common_words.txt").lines().collect();
        assert!(words.len() > 9_000 && words.is_sorted());
        assert!(words.iter().all(|word| (4..10).contains(&word.len()) && word.chars().all(|c| c.is_ascii_lowercase())));
    }

    #[test]
    fn the_list_holds_only_what_is_long_enough_to_be_chosen() {
        assert!(COMMON.len() > 2_000 && COMMON.iter().all(|password| password.chars().count() >= 10));
    }
}
