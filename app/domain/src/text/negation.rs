//! Detects denials beside a number: "CHE-123.456.788 (nicht MWST-pflichtig)" is no number of that tax.

use super::{excerpt, search_key};

/// Denials in several languages, as keys.
const WORDS: [&str; 29] = [
    "aucun",
    "befreit",
    "bez",
    "esente",
    "exempt",
    "exempted",
    "exento",
    "exonere",
    "fritatt",
    "geen",
    "ikke",
    "inte",
    "isento",
    "kein",
    "keine",
    "keiner",
    "nao",
    "neplatce",
    "neplatitel",
    "nicht",
    "niet",
    "non",
    "none",
    "not",
    "ohne",
    "pas",
    "sans",
    "unregistered",
    "without",
];

/// The fewest digits of a text that is a number.
const DIGITS_MIN: usize = 4;

/// The error for a number beside a denial: stored alone, it would say the opposite of what was written.
pub fn negation(text: &str) -> Option<String> {
    let is_number = text.chars().filter(char::is_ascii_digit).count() >= DIGITS_MIN;
    let mut words = text.split(|letter: char| !letter.is_alphabetic()).map(search_key);
    (is_number && words.any(|word| WORDS.contains(&word.as_str())))
        .then(|| format!("\"{}\" says that it is no such number. Write a number alone, without words, or leave this empty.", excerpt(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_denied_is_refused() {
        for denied in [
            "CHE-123.456.788 (nicht MWST-pflichtig)",
            "CHE-123.456.788 ohne MWST",
            "UID: CHE-123.456.788 / MWST-Nr.: keine",
            "CHE-123.456.788 (pas assujetti à la TVA)",
            "Org.nr. 123 456 785 (ikke MVA)",
            "123456782 (not VAT registered)",
            "12345679 (neplátce DPH)",
            "2012300004, neplatiteľ DPH",
        ] {
            assert!(negation(denied).is_some(), "{denied}");
        }
        for number in ["CHE-123.456.788 MWST", "USt-IdNr. DE136695976", "SIN 123 456 782", "keine", "Número 12345", "NO 123456785 MVA"] {
            assert_eq!(negation(number), None, "{number}");
        }
    }
}
