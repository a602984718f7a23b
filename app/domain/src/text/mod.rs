//! Validates and normalizes text input: composed, trimmed, bounded, without invisible characters. Markup in it is plain text.
//!
//! A field has one rule for creating and for changing a record: a change applies it with [`crate::patch::Patch::try_and_then`].

mod address;
pub mod addresses;
mod completed_vat_id;
mod country_label;
pub mod country_names;
mod date_notes;
pub mod file_name;
mod iban;
mod invisible_characters;
mod japanese_registration;
mod key;
mod label_table;
mod negation;
mod number_labels;
mod required_numbers;
pub mod similar;
mod small_business_number;
mod tax_number;
mod tax_number_formats;
#[cfg(test)]
mod tests;
mod two_numbers;
mod uid;
mod vat_examples;
mod vat_id;

use unicode_normalization::UnicodeNormalization;

pub use crate::count::pluralize;

use crate::invalid_value::InvalidValue;

pub use address::{ascii_domain, email, known_email, optional_email, without_display_name};
pub use completed_vat_id::{completed_vat_id, icelandic_vat_id};
pub use country_label::with_country_label;
pub use iban::{bic, iban};
pub use japanese_registration::{japanese_registration, japanese_registration_fits};
pub use key::{path_key, search_key, search_patterns, search_words};
pub use negation::negation;
pub use number_labels::{NumberKind, NumberLabel, has_label, number_label};
pub use required_numbers::{RequiredNumbers, required_numbers};
pub use tax_number::{is_tax_number, shares_digits};
pub use two_numbers::two_numbers;
pub use uid::swiss_uid;
pub use vat_id::{VatId, issuing, vat_id, vat_id_by, with_mva, without_words};

/// Validates one line that must not be empty.
pub fn line(field: &str, given: &str, longest: usize) -> Result<String, InvalidValue> {
    let text = clean(field, given, longest, false)?;
    if text.is_empty() {
        return Err(InvalidValue::new(field, format!("{} is empty; write at least one character.", readable(field))));
    }
    Ok(text)
}

/// Validates several lines, which may be empty.
pub fn lines(field: &str, given: &str, longest: usize) -> Result<String, InvalidValue> {
    clean(field, given, longest, true)
}

/// Validates one optional line: empty text is `None`.
pub fn optional(field: &str, given: Option<&str>, longest: usize) -> Result<Option<String>, InvalidValue> {
    let text = given.map(|given| clean(field, given, longest, false)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Validates several optional lines: empty text is `None`.
pub fn optional_lines(field: &str, given: Option<&str>, longest: usize) -> Result<Option<String>, InvalidValue> {
    let text = given.map(|given| clean(field, given, longest, true)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// The text if it shows anything, composed and without invisible characters, like the texts that a search compares it with.
pub fn non_empty(given: Option<String>) -> Option<String> {
    let given = given.filter(|given| !invisible_characters::shows_nothing(given))?;
    Some(invisible_characters::seen(given.trim(), false).nfc().collect::<String>().trim().to_owned())
}

/// Whether a person can see a text and type it again: it shows something, and holds no control character, line break or directional
/// formatting.
pub fn can_be_typed(text: &str) -> bool {
    !invisible_characters::shows_nothing(text)
        && !text.chars().any(|c| invisible_characters::breaks_a_line(c) || invisible_characters::turns_around(c))
}

/// The text as a guess would spell it: with plain letters for compatibility forms, such as fullwidth ones (Unicode NFKC), and without
/// invisible characters.
pub fn plain(text: &str) -> String {
    text.nfkc().filter(|c| !invisible_characters::is_ignorable(*c)).nfkc().collect()
}

/// Whether a character is invisible and without width.
pub fn is_unseen(c: char) -> bool {
    invisible_characters::is_ignorable(c)
}

/// The text with ASCII hyphens for all characters that look like one: a document prints another hyphen, which people copy.
pub fn with_hyphens(text: &str) -> String {
    text.chars().map(|letter| if is_hyphen(letter) { '-' } else { letter }).collect()
}

/// Whether a character is a hyphen or looks like one: the other hyphens, dashes, and the minus sign.
fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// A self-description of a program or a server in a form that can be stored and shown on one line: without control characters, directional
/// formatting and invisible characters, and with at most `longest` characters.
pub fn printable(given: &str, longest: usize) -> String {
    invisible_characters::seen(given, false)
        .chars()
        .filter(|c| !invisible_characters::breaks_a_line(*c) && !invisible_characters::turns_around(*c))
        .take(longest)
        .collect()
}

/// The beginning of a text, for messages that quote it.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text as stored: composed (Unicode NFC), without invisible characters, and empty if it shows nothing.
fn clean(field: &str, given: &str, longest: usize, breaks: bool) -> Result<String, InvalidValue> {
    let given = given.replace("\r\n", "\n");
    if invisible_characters::shows_nothing(&given) {
        return Ok(String::new());
    }
    let text: String = invisible_characters::seen(given.trim(), breaks).nfc().collect();
    let text = text.trim();
    let length = text.chars().count();
    if length > longest {
        return Err(InvalidValue::new(field, format!("{} has {length} characters; at most {longest} fit. Shorten it.", readable(field))));
    }
    if text.chars().any(|c| invisible_characters::breaks_a_line(c) && !(breaks && (c == '\n' || c == '\t'))) {
        return Err(InvalidValue::new(field, format!("{} holds a control character or a line break; remove it.", readable(field))));
    }
    if text.chars().any(invisible_characters::overrides) {
        let message = format!("{} holds an invisible character that turns the text around it; write it anew.", readable(field));
        return Err(InvalidValue::new(field, message));
    }
    Ok(text.to_owned())
}

/// The name of a field in words: *Payment terms days* for `payment_terms_days`.
pub fn readable(field: &str) -> String {
    let words = field.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
