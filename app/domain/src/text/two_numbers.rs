//! Detects two numbers in the field of one.

use super::{
    date_notes::without_days,
    excerpt, plain,
    vat_id::{is_right, without_words},
    with_hyphens,
};

/// The fewest digits of a number that people write beside a VAT identifier.
const DIGITS_MIN: usize = 4;

/// Separators between two numbers.
const BETWEEN: [char; 10] = [' ', ',', ';', '/', '|', '·', '•', '&', '+', '-'];

/// Separators between two numbers that occur within neither.
const APART: [char; 7] = [',', ';', '/', '|', '·', '•', '&'];

/// A VAT identifier, and another number beside it.
#[derive(Debug, PartialEq, Eq)]
pub struct TwoNumbers {
    /// The VAT identifier alone.
    pub vat_id: String,
    /// The other number with its labels.
    pub other: String,
}

impl TwoNumbers {
    /// The error for both in one field.
    pub fn refusal(&self, text: &str) -> String {
        let Self { vat_id, other } = self;
        if is_right(&without_words(other)) {
            return format!(
                "\"{}\" holds two VAT identifiers, {vat_id} and {other}. Write the one of your own country alone, and the other under the postal \
                 address.",
                excerpt(text)
            );
        }
        format!(
            "\"{}\" holds two numbers. {vat_id} alone is the VAT identifier; {other} is written as the tax number where there is a field for it, or \
             under the postal address.",
            excerpt(text)
        )
    }
}

/// Splits a text such as "USt-IdNr.: DE136695976, St.-Nr. 12/345/67890" into a VAT identifier and another number; `None` if it holds one
/// number, or others.
pub fn two_numbers(text: &str) -> Option<TwoNumbers> {
    let plain = without_days(&with_hyphens(&plain(text)));
    if is_right(&without_words(&plain)) {
        return None;
    }
    let ends = |at: &usize| plain.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric)) && parts(&plain[*at..]);
    let begins = |at: &usize| plain.get(*at..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric)) && parts_behind(&plain[..*at]);
    let spans = (0..plain.len()).filter(begins).flat_map(|start| (start + 1..=plain.len()).rev().filter(ends).map(move |end| (start, end)));
    spans.filter(|(start, end)| is_right(&plain[*start..*end])).find_map(|(start, end)| {
        let (before, own) = before(&plain[..start]);
        let (name, behind) = behind(&plain[end..]);
        let others: Vec<&str> = [before, behind].into_iter().filter(|rest| digits_in(rest) >= DIGITS_MIN).collect();
        let vat_id = without_words(&format!("{own}{}{name}", &plain[start..end]));
        let other = others.into_iter().map(|other| other.trim_matches(BETWEEN)).collect::<Vec<_>>().join(", ");
        (!other.is_empty()).then_some(TwoNumbers { vat_id, other })
    })
}

/// Splits the text before an identifier into the other numbers and its own label.
fn before(text: &str) -> (&str, &str) {
    let digits = text.rfind(|letter: char| letter.is_ascii_digit()).map_or(0, |last| last + 1);
    let apart = text[digits..].rfind(APART).map_or(digits, |at| digits + at + text[digits + at..].chars().next().map_or(1, char::len_utf8));
    text.split_at(apart)
}

/// Splits the text after an identifier into its own label and the other numbers.
fn behind(text: &str) -> (&str, &str) {
    let digits = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len());
    text.split_at(text[..digits].find(APART).unwrap_or_default())
}

/// Whether a number can have ended before this text: a hyphen with more after it is within one, as in a German "DE123456788-00001".
fn parts(rest: &str) -> bool {
    !rest.starts_with(char::is_alphanumeric) && !rest.strip_prefix(['-', '.']).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
}

/// The same for the text before a number.
fn parts_behind(before: &str) -> bool {
    !before.ends_with(char::is_alphanumeric) && !before.strip_suffix('-').is_some_and(|before| before.ends_with(char::is_alphanumeric))
}

fn digits_in(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vat_identifier_and_another_number_are_two() {
        for (text, vat_id, other) in [
            ("USt-IdNr.: DE136695976, St.-Nr. 12/345/67890", "DE136695976", "St.-Nr. 12/345/67890"),
            ("St.-Nr. 12/345/67890 / DE 136 695 976", "DE136695976", "St.-Nr. 12/345/67890"),
            ("ATU12345675 | FN 123456a", "ATU12345675", "FN 123456a"),
            ("SIRET 732 829 320 00074 - FR11123456782", "FR11123456782", "SIRET 732 829 320 00074"),
            ("DE136695976 / ATU12345675", "DE136695976", "ATU12345675"),
            ("MWST-Nr. CHE-123.456.788, HR-Nr. 020.3.012.345-6", "CHE-123.456.788MWST", "HR-Nr. 020.3.012.345-6"),
            ("HR-Nr. 020.3.012.345-6, MWST-Nr. CHE-123.456.788", "CHE-123.456.788MWST", "HR-Nr. 020.3.012.345-6"),
            ("CHE-123.456.788 (MWST), HR-Nr. 020.3.012.345-6", "CHE-123.456.788MWST", "HR-Nr. 020.3.012.345-6"),
            ("St.-Nr. 12/345/67890, DE136695976, HRB 12345 B", "DE136695976", "St.-Nr. 12/345/67890, HRB 12345 B"),
        ] {
            let found = two_numbers(text).map(|numbers| (numbers.vat_id.replace(' ', ""), numbers.other));
            assert_eq!(found, Some((vat_id.to_owned(), other.to_owned())), "{text}");
        }
        for one in [
            "DE136695976",
            "DE 136 695 976 (VAT)",
            "USt-IdNr. DE136695976",
            "DE136695976 (Finanzamt Berlin)",
            "12/345/67890, HRB 12345 B",
            "GB 123 4567 82",
            "CHE-123.456.788 MWST/TVA/IVA",
            "NO 123 456 785 MVA Foretaksregisteret",
            "W-IdNr. DE123456788-00001",
            "DE136695976 (seit 01.01.2024)",
            "keine",
            "",
        ] {
            assert_eq!(two_numbers(one), None, "{one}");
        }
    }
}
