//! Search keys: the common form of all spellings of a name, which alone decides whether two names are the same.

use std::cmp::Reverse;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::invisible_characters::is_invisible;

/// The most bytes of a key: two hundred characters of three bytes each. An index entry holds a few thousand, and a cursor holds two keys.
const BYTES_MAX: usize = 600;

/// The search key of a name, by which names are unique, sorted, paged and looked up. It ignores case, marks on Latin, Greek and Cyrillic
/// letters, compatibility forms, invisible characters, and the amount of white space.
///
/// It is stored with the name. A change of this function needs a migration that empties `search_key_of`, so that all keys are computed
/// anew; the test of the keys of all characters fails when that is due.
pub fn search_key(name: &str) -> String {
    let folded = folded(name);
    // A name of nothing but marks is kept as it is.
    let key = if folded.is_empty() { name.trim().to_owned() } else { folded };
    if key.len() <= BYTES_MAX {
        return key;
    }
    let digest: String = Sha256::digest(key.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let end = (0..=BYTES_MAX - digest.len() - 1).rev().find(|end| key.is_char_boundary(*end)).unwrap_or(0);
    format!("{} {digest}", &key[..end])
}

/// The most words of a search that are looked for.
const SEARCH_WORDS_MAX: usize = 8;

/// The words of a search in names: those of its key, the longest first. A word that another one contains is left out, since every name
/// with the longer one has it, and so are all words after the first eight: each is compared with every name.
pub fn search_words(query: &str) -> Vec<String> {
    longest_words(&search_key(query)).into_iter().map(str::to_owned).collect()
}

/// The patterns of SQL's `like` for a search in longer texts: one for each of the words, chosen as by [`search_words`]. Case is not folded.
pub fn search_patterns(query: &str) -> Vec<String> {
    let escaped = |word: &str| word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    longest_words(query).into_iter().map(|word| format!("%{}%", escaped(word))).collect()
}

fn longest_words(text: &str) -> Vec<&str> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.sort_by_key(|word| Reverse(word.len()));
    let mut kept: Vec<&str> = Vec::new();
    for word in words {
        if kept.len() < SEARCH_WORDS_MAX && !kept.iter().any(|longer| longer.contains(word)) {
            kept.push(word);
        }
    }
    kept
}

/// The key of a path such as `Client / Project`, which ignores space around a slash.
pub fn path_key(path: &str) -> String {
    let key = folded(path);
    key.split('/').map(str::trim).collect::<Vec<_>>().join("/")
}

/// Folds case between two decompositions: a capital may have a mark that its small letter lacks, and the other way round.
fn folded(text: &str) -> String {
    let plain = plain(text);
    let small: String =
        plain.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase).map(dotted).collect();
    let composed: String = self::plain(&small).nfkc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Decomposes a text, and strips marks and invisible characters.
fn plain(text: &str) -> String {
    text.nfkd().filter(|c| !is_invisible(*c) && !is_mark(*c)).collect()
}

/// Marks that are used with several scripts. Those of one script alone, such as the vowels of Hindi or the voicing of Japanese, make
/// another word and stay.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// `İ` and `I` are the capitals of `i` and `ı` in Turkish; without a language all four are one letter.
fn dotted(c: char) -> char {
    if c == 'ı' { 'i' } else { c }
}
