//! Random secrets: how they are drawn, recognized in texts, and kept as a fingerprint.

use std::ops::Range;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// A new random secret: 256 bits, safe in URLs and cookies.
pub fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// The length of a random secret, in characters.
pub(crate) const RANDOM_LENGTH: usize = 43;

/// The characters of random secrets other than letters and digits.
const RANDOM_SIGNS: [char; 2] = ['-', '_'];

/// The least number of capitals, and of small letters, in a random secret: one in millions has fewer.
const RANDOM_LETTERS: usize = 3;

/// The least number of capitals and digits together in a random secret, with 24 expected: one in 90,000 has fewer, and so do identifiers in
/// code, which have capitals at the beginning of words only.
const RANDOM_NOT_SMALL: usize = 11;

/// The least number of neighbours of different kinds (capital, small letter, digit, sign) in a random secret, with 27 expected: one in
/// 30,000 has fewer. In text made of words most letters follow one of their own kind.
const RANDOM_CHANGES: usize = 14;

/// The most signs in a random secret, with one or two expected: one in 85,000 has more. In names they stand between all words.
const RANDOM_SIGNS_MOST: usize = 8;

/// The least length of a secret behind the name of its page, in characters: a shorter missing rest could be guessed.
const LINKED_LENGTH: usize = 32;

/// The longest word in which a secret is searched, in characters: longer ones are data.
const WORD_MOST: usize = 2 * RANDOM_LENGTH;

/// The most letters that may touch a secret in a word: with more of them it is a longer id of another system.
const TOUCHING_MOST: usize = 4;

/// The least number of capitals, and of small letters, in a secret between other letters, with 17 expected.
const PART_LETTERS: usize = 8;

/// The least number of digits in it, with seven expected.
const PART_DIGITS: usize = 2;

/// The most signs in it, with one or two expected.
const PART_SIGNS_MOST: usize = 5;

/// The least number of neighbours in it that no word has, such as two capitals or a letter and a digit, with 19 expected.
const PART_STRANGE: usize = 10;

/// The range of an apparent secret that makes up a whole word of letters, digits and signs, except signs around it and the id of a token
/// before it.
pub(crate) fn secret_in(word: &str) -> Option<Range<usize>> {
    // No secret ends with a sign: its last letter has fewer bits than the others.
    let end = word.trim_end_matches(RANDOM_SIGNS).len();
    let start = end.checked_sub(RANDOM_LENGTH)?;
    let before = word.get(..start)?.trim_matches(RANDOM_SIGNS);
    let is_alone = before.is_empty() || Uuid::try_parse(before).is_ok();
    let secret = word.get(start..end)?.as_bytes();
    (is_alone && looks_random(secret) && is_decoded(secret)).then_some(start..end)
}

/// Whether a part of a word is a secret, with signs or a few letters around it. As it may begin anywhere, the criteria are stricter
/// ([`is_secret`]) than for a whole word.
pub(crate) fn holds_secret(word: &str) -> bool {
    if word.len() <= RANDOM_LENGTH || word.len() > WORD_MOST || !word.is_ascii() || is_of_a_file(word) {
        return false;
    }
    (0..=word.len() - RANDOM_LENGTH).any(|start| {
        let (before, rest) = word.split_at(start);
        let (part, after) = rest.split_at(RANDOM_LENGTH);
        let is_apart = (before.is_empty() || before.ends_with(RANDOM_SIGNS)) && (after.is_empty() || after.starts_with(RANDOM_SIGNS));
        (is_apart || before.len() + after.len() <= TOUCHING_MOST) && is_secret(part)
    })
}

/// Whether it is a Google file id: one letter more than a secret, beginning with 1.
fn is_of_a_file(word: &str) -> bool {
    word.len() == RANDOM_LENGTH + 1 && word.starts_with('1')
}

/// Whether a part of a word, or of several lines, is a secret; two of a hundred random secrets are not detected.
pub(crate) fn is_secret(part: &str) -> bool {
    let letters = part.as_bytes();
    part.len() == RANDOM_LENGTH && is_no_name(letters) && looks_random(letters) && is_decoded(letters)
}

/// Whether a word in the place of a link's secret is one: by its looks, even if it is cut off or followed by something, or by its length.
pub(crate) fn is_of_link(word: &str) -> bool {
    let word = word.as_bytes();
    let begin = &word[..word.len().min(RANDOM_LENGTH)];
    let by_length = word.len() == RANDOM_LENGTH && has_letters(word, RANDOM_LETTERS) && is_decoded(word);
    begin.len() >= LINKED_LENGTH && (by_length || looks_random(begin))
}

/// Whether a word, or a long prefix of one, looks random.
fn looks_random(word: &[u8]) -> bool {
    let of_all = |least: usize| (least * word.len()).div_ceil(RANDOM_LENGTH);
    let not_small = count(word, |c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let changes = word.windows(2).filter(|pair| kind(pair[0]) != kind(pair[1])).count();
    has_letters(word, RANDOM_LETTERS)
        && not_small >= of_all(RANDOM_NOT_SMALL)
        && changes >= of_all(RANDOM_CHANGES)
        && count(word, is_sign) <= RANDOM_SIGNS_MOST
}

/// Whether a word has features that names made of words and numbers lack.
fn is_no_name(word: &[u8]) -> bool {
    let is_letter = |c: u8| c.is_ascii_alphabetic();
    let in_a_word =
        |before: u8, after: u8| is_letter(before) && after.is_ascii_lowercase() || before.is_ascii_lowercase() && is_letter(after);
    let strange = word.windows(2).filter(|pair| !pair.iter().any(is_sign) && !in_a_word(pair[0], pair[1])).count();
    has_letters(word, PART_LETTERS)
        && count(word, u8::is_ascii_digit) >= PART_DIGITS
        && count(word, is_sign) <= PART_SIGNS_MOST
        && strange >= PART_STRANGE
}

fn count(word: &[u8], is_one: impl Fn(&u8) -> bool) -> usize {
    word.iter().filter(|c| is_one(c)).count()
}

fn is_sign(letter: &u8) -> bool {
    RANDOM_SIGNS.contains(&char::from(*letter))
}

/// Whether a word decodes to whole bytes in the encoding of random secrets.
fn is_decoded(word: &[u8]) -> bool {
    URL_SAFE_NO_PAD.decode(word).is_ok()
}

/// Whether a word has at least this many capitals and this many small letters.
fn has_letters(word: &[u8], least: usize) -> bool {
    count(word, u8::is_ascii_uppercase) >= least && count(word, u8::is_ascii_lowercase) >= least
}

/// The kind of a character: capital, small letter or digit; none of them for a sign.
fn kind(letter: u8) -> [bool; 3] {
    [letter.is_ascii_uppercase(), letter.is_ascii_lowercase(), letter.is_ascii_digit()]
}

/// The stored fingerprint of a random secret. It has too many bits to be guessed from its hash, so a fast hash is enough.
pub fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

/// Whether the secret has the stored fingerprint, in constant time.
pub fn matches(secret: &str, kept: &[u8]) -> bool {
    fingerprint(secret).ct_eq(kept).into()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_secret_is_known_between_other_letters_and_in_a_link_by_its_beginning_too() {
        for drawn in ["_7Bk-2xQf9ZtLw4RnVh8sYc1mDpGu3aJe6KoTi0XbSM", "Q8vN2kXyZr5TfJm1LwHc7DgPb3sEuVq9AoKi4RtYx6U"] {
            for around in [format!("tok-{drawn}"), format!("x{drawn}x"), format!("{drawn}_2026")] {
                assert!(holds_secret(&around), "{around}");
            }
            assert!(!holds_secret(&drawn.repeat(3)), "so long a word is data");
            assert!(!holds_secret(&format!("{drawn}{}", &drawn[1..22])) && !holds_secret(&format!("1{drawn}")), "it is an id of others");
            assert!(is_of_link(drawn) && is_of_link(&drawn[..36]) && is_of_link(&format!("{drawn}Bye")) && !is_of_link(&drawn[..31]));
        }
        let seldom = "Relaunch-of-the-Website-and-of-the-Shop-200";
        assert!(is_of_link(seldom) && !is_of_link(&seldom[1..]), "by its length alone");
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
            assert!(!holds_secret(&format!("{words}-{words}")) && !holds_secret(&format!("{words}2026Q3")), "{words}");
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
