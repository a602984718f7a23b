//! The Swiss enterprise number, the UID: CHE and nine digits (Article 3 of the UID Act). With the name of the tax after it, it is the VAT
//! number (Article 26 (2) a MWSTG), and without one it says nothing of tax.

use super::without_words;

/// The number of its digits.
const DIGITS: usize = 9;

/// The number alone if a text is a UID, with or without words before it, and without the name of the tax beside it.
pub fn swiss_uid(text: &str) -> Option<String> {
    let bare = without_words(text);
    let compact = bare.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_uppercase();
    let digits = compact.strip_prefix("CHE")?;
    (digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(bare)
}

/// Whether a number is a UID of an enterprise in this country, an ISO 3166-1 code: Liechtenstein has one tax with Switzerland.
pub(super) fn is_of(country: &str, text: &str) -> bool {
    matches!(country, "CH" | "LI") && swiss_uid(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_enterprise_has_no_name_of_a_tax() {
        for text in [
            "CHE-123.456.788",
            "UID CHE-123.456.788",
            "UID-Nr.: CHE-123.456.788",
            "IDE CHE-123.456.788",
            "IDI CHE-123.456.788",
            "CHE-123.456.788 HR",
        ] {
            assert_eq!(swiss_uid(text).as_deref(), Some("CHE-123.456.788"), "{text}");
        }
        assert_eq!(swiss_uid("CHE123456789").as_deref(), Some("CHE123456789"), "whatever its check digit");
        for other in [
            "CHE-123.456.788 MWST",
            "CHE-123.456.788 MWST/TVA",
            "MWST-Nr. CHE-123.456.788",
            "Numéro de TVA CHE-123.456.788",
            "CH-020.3.012.345-6",
            "CHE-123.456.78",
            "123.456.788",
            "DE136695976",
            "",
        ] {
            assert_eq!(swiss_uid(other), None, "{other}");
        }
        assert!(is_of("CH", "UID CHE-123.456.788") && is_of("LI", "CHE-123.456.788") && !is_of("DE", "CHE-123.456.788"));
    }
}
