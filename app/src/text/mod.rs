//! Text that people write: composed, trimmed, bounded, without what nobody sees. Markup in it is just characters.
//!
//! A field has one rule, for a record that is made and for one that is changed: a change takes it over [`crate::edit::Edit::read`].

mod address;
mod completed;
mod denial;
mod enterprise;
mod iban;
mod key;
mod known_words;
mod letter;
mod notes;
mod number_words;
mod own_word;
mod registration;
mod small_business;
mod tax_forms;
mod tax_number;
#[cfg(test)]
mod tests;
mod two_numbers;
mod vat_examples;
mod vat_id;
mod wanted;

use unicode_normalization::UnicodeNormalization;

pub use crate::count::counted;

use crate::error::Error;

pub use address::{ascii_domain, email, known_email, optional_email};
pub use completed::{completed, with_is};
pub use denial::denial;
pub use enterprise::enterprise_number;
pub use iban::{bic, iban};
pub use key::{Namesake, path_key, search_key, taken};
pub use number_words::{NumberKind, NumberWord, is_worded, number_word};
pub use own_word::with_own_word;
pub use registration::{registration, registration_fits};
pub use tax_number::{is_tax_number, shares_digits};
pub use two_numbers::two_numbers;
pub use vat_id::{VatId, issuing, vat_id, vat_id_by, with_mva, without_words};
pub use wanted::{Wanted, wanted};

/// One line that must say something.
pub fn line(field: &str, given: &str, longest: usize) -> Result<String, Error> {
    let text = clean(field, given, longest, false)?;
    if text.is_empty() {
        return Err(Error::invalid(field, format!("{} is empty; write at least one character.", readable(field))));
    }
    Ok(text)
}

/// Several lines, or nothing.
pub fn lines(field: &str, given: &str, longest: usize) -> Result<String, Error> {
    clean(field, given, longest, true)
}

/// One line or nothing: empty text is no text.
pub fn optional(field: &str, given: Option<&str>, longest: usize) -> Result<Option<String>, Error> {
    let text = given.map(|given| clean(field, given, longest, false)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Several lines or nothing: empty text is no text.
pub fn optional_lines(field: &str, given: Option<&str>, longest: usize) -> Result<Option<String>, Error> {
    let text = given.map(|given| clean(field, given, longest, true)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// What was said: nothing when it shows nothing. Composed and without what nobody sees, as the texts are that it is looked for in.
pub fn said(given: Option<String>) -> Option<String> {
    let given = given.filter(|given| !letter::shows_nothing(given))?;
    Some(letter::seen(given.trim(), false).nfc().collect::<String>().trim().to_owned())
}

/// Whether somebody can see and type a text again: it shows something, and holds no control character or line break, and nothing
/// that turns the text around it.
pub fn can_be_typed(text: &str) -> bool {
    !letter::shows_nothing(text) && !text.chars().any(|c| letter::breaks_a_line(c) || letter::turns_around(c))
}

/// The text as somebody guesses it: with plain letters for compatibility forms, such as fullwidth ones (Unicode NFKC), and without what
/// shows nothing.
pub fn plain(text: &str) -> String {
    text.nfkc().filter(|c| !letter::is_ignorable(*c)).nfkc().collect()
}

/// Whether a character takes no room and shows nothing.
pub fn is_unseen(c: char) -> bool {
    letter::is_ignorable(c)
}

/// The text with the hyphen of ASCII for everything that is taken for one: a document sets another, which is pasted along.
pub fn with_hyphens(text: &str) -> String {
    text.chars().map(|letter| if is_hyphen(letter) { '-' } else { letter }).collect()
}

/// Whether a letter is the hyphen, or is taken for it: the other hyphens, dashes, and the sign of minus.
fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// What a program or a server says about itself, as it can be kept and shown on a line: without control characters, without what turns
/// the text around it and without what nobody sees, so many characters at most.
pub fn told(given: &str, longest: usize) -> String {
    letter::seen(given, false).chars().filter(|c| !letter::breaks_a_line(*c) && !letter::turns_around(*c)).take(longest).collect()
}

/// The beginning of a text, for messages that repeat it.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text as it is kept: composed (Unicode NFC), and without what nobody sees. What shows nothing at all is empty.
fn clean(field: &str, given: &str, longest: usize, breaks: bool) -> Result<String, Error> {
    let given = given.replace("\r\n", "\n");
    if letter::shows_nothing(&given) {
        return Ok(String::new());
    }
    let text: String = letter::seen(given.trim(), breaks).nfc().collect();
    let text = text.trim();
    let length = text.chars().count();
    if length > longest {
        return Err(Error::invalid(field, format!("{} has {length} characters; at most {longest} fit. Shorten it.", readable(field))));
    }
    if text.chars().any(|c| letter::breaks_a_line(c) && !(breaks && (c == '\n' || c == '\t'))) {
        return Err(Error::invalid(field, format!("{} holds a control character or a line break; remove it.", readable(field))));
    }
    if text.chars().any(letter::overrides) {
        let message = format!("{} holds an invisible character that turns the text around it; write it anew.", readable(field));
        return Err(Error::invalid(field, message));
    }
    Ok(text.to_owned())
}

/// `payment_terms_days` as *Payment terms days*.
pub(crate) fn readable(field: &str) -> String {
    let words = field.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
