//! Recognizes VAT identifiers.

use super::{territory, territory::has_vat};
use crate::text;

/// Whether a number is a VAT identifier of this country, with or without a label before it: the country prefix, a digit after at most two
/// more characters, and no blank after a point, as in "St.-Nr. 12/345/67890" (BR-CO-09). Others that begin like a country prefix, such as
/// SIRET and HRB, are other numbers. Without a country the general form decides.
pub fn is_vat_id(number: &str, country: Option<&str>) -> bool {
    let bare = text::without_words(number);
    let compact: String = bare.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (Some(issuer), Some(rest)) = (territory::issuer(&compact), compact.get(2..)) else { return false };
    let marks = |letter: char| letter.is_alphanumeric() || ".-+*".contains(letter);
    let digits = rest.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '/');
    // A Swiss number without E is one of the commercial register.
    let enterprise = issuer != "CH" || rest.starts_with(['E', 'e']);
    let shaped = enterprise && digits.chars().all(marks) && rest.chars().take(3).any(|letter| letter.is_ascii_digit());
    match country {
        Some("LI") if issuer == "CH" => shaped,
        Some(country) => shaped && has_vat(country) && territory::in_same_territory_for_services(&issuer, country),
        None => shaped && has_vat(&issuer) && text::vat_id("tax_number", &bare).is_ok(),
    }
}

/// The VAT identifier of a number without its country prefix in this country: a "123456782 VAT" of the United Kingdom.
pub fn of_country(number: &str, country: Option<&str>) -> Option<String> {
    text::vat_id_by(territory::home_of_work(country?), number)
}
