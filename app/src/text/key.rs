//! The key of a name: what all spellings of it have in common, and nothing else decides whether two names are one.

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use super::invisible_characters::is_invisible;
use crate::error::Error;

/// The longest key in bytes: two hundred characters of three bytes each. An index takes no more than some thousands, and a cursor
/// holds two keys.
const BYTES_MAX: usize = 600;

/// The key of a name, by which names are unique, ordered, gone on after and looked up. It knows no case, no marks on Latin, Greek and
/// Cyrillic letters, no compatibility forms, no invisible characters, and of white space only that there is some.
///
/// Stored with the name that it was made of. Whoever changes what it makes of a name lets a migration empty `search_key_of`, so that
/// all names are folded anew; the test of the keys of all characters says when that is due.
pub fn search_key(name: &str) -> String {
    let folded = folded(name);
    // A name of nothing but marks is what it is.
    let key = if folded.is_empty() { name.trim().to_owned() } else { folded };
    if key.len() <= BYTES_MAX {
        return key;
    }
    let digest: String = Sha256::digest(key.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    let end = (0..=BYTES_MAX - digest.len() - 1).rev().find(|end| key.is_char_boundary(*end)).unwrap_or(0);
    format!("{} {digest}", &key[..end])
}

/// The key of a path such as `Client / Project`, in which space around a slash says nothing.
pub fn path_key(path: &str) -> String {
    let key = folded(path);
    key.split('/').map(str::trim).collect::<Vec<_>>().join("/")
}

/// Case is folded between two decompositions: a capital may have a mark that its small letter has not, and the other way round.
fn folded(text: &str) -> String {
    let plain = plain(text);
    let small: String =
        plain.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase).map(dotted).collect();
    let composed: String = self::plain(&small).nfkc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Decomposed, without marks and without what nobody sees.
fn plain(text: &str) -> String {
    text.nfkd().filter(|c| !is_invisible(*c) && !is_mark(*c)).collect()
}

/// Marks that stand on letters of several scripts. Those of one script alone, such as the vowels of Hindi or the voicing of
/// Japanese, make another word and stay.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// `İ` and `I` are the capitals of `i` and `ı` in Turkish; without a language all four are one letter.
fn dotted(c: char) -> char {
    if c == 'ı' { 'i' } else { c }
}

/// Who has a name already: one with the same key.
pub struct Namesake {
    /// The name as it stands there, which may differ in case and accents.
    pub name: String,
    /// Whether it is hidden from lists.
    pub archived: bool,
}

/// The refusal of a name that is taken. `already` begins the sentence: "There is already a client called".
pub fn name_taken(already: &str, name: &str, namesake: Option<Namesake>) -> Error {
    let Namesake { name: holder, archived } = namesake.unwrap_or_else(|| Namesake { name: name.to_owned(), archived: false });
    let same = if holder == name { "" } else { ", and case and accents make no other name of it" };
    let mend = if archived { "It is archived: restore it, or choose another name." } else { "Choose another name." };
    Error::invalid("name", format!("{already} \"{holder}\"{same}. {mend}"))
}
