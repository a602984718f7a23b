//! Messages about numbers that are not the kind of number their field asks for.

use super::{party_identifiers, territory};
use crate::text::{self, NumberKind};

/// Whether a number that is meant as a VAT identifier is none of any country.
pub fn is_none(number: &str, country: Option<&str>) -> bool {
    country.is_none_or(territory::has_vat) && !party_identifiers::is_vat_id(number)
}

/// The beginning of the message that a number is no VAT identifier: whose it is, what kind of number it is, and what a VAT identifier
/// looks like.
pub fn said(number: &str, country: Option<&str>, whose: &str) -> String {
    let shown = text::excerpt(number);
    if text::with_mva(number).is_some() {
        return format!("{whose} {shown} is no VAT identifier of Norway, which has MVA behind its digits.");
    }
    let what = match text::number_label(number) {
        Some(word) if word.kind == NumberKind::Register => format!("one of a register ({}) and ", word.text),
        Some(word) if word.kind == NumberKind::Tax => format!("another one of a tax office ({}) and ", word.text),
        _ => String::new(),
    };
    format!("{whose} {shown} is {what}no VAT identifier, which {}.", form(country))
}

/// The form of a VAT identifier, of this country if known.
pub fn form(country: Option<&str>) -> String {
    let example = party_identifiers::country_of_numbers(country).and_then(|country| text::required_numbers(country, true)?.vat_id);
    match (example, country) {
        (Some(example), Some(country)) => format!("looks like {example} in {}", territory::name(country)),
        _ => "begins with the two letters of its country, such as DE".to_owned(),
    }
}

/// A number in the form of a VAT identifier of this country, for a party that is registered for the tax.
pub fn written(number: &str, country: Option<&str>) -> Option<String> {
    super::vat_id::of_country(number, country).or_else(|| text::with_mva(number))
}

/// How to write a number that belongs to a registered party.
pub fn instead(number: &str, country: Option<&str>, who: &str) -> String {
    written(number, country).map(|vat_id| format!(" Where {who} registered for VAT, it is written {vat_id}.")).unwrap_or_default()
}

/// The message that the check digits of a number do not fit.
pub fn doubtful(called: &str, number: &str) -> String {
    let bare = text::without_words(number);
    format!("The check digits of your {called} {bare} do not fit. Compare it with a letter of its owner.")
}

/// The message about the Swiss enterprise number on an invoice with tax: as a VAT number it has the name of the tax after it (Article 26
/// (2) a MWSTG).
pub fn of_enterprise(number: &str, taxed: bool) -> Option<String> {
    let number = text::swiss_uid(number).filter(|_| taxed)?;
    Some(format!(
        "{number} is the number that every enterprise has. An invoice with tax states the one of the value added tax (Article 26 (2) a \
         MWSTG): write {number} MWST as your VAT identifier in Settings."
    ))
}

/// Whether the check digits of a VAT identifier do not fit.
pub fn is_doubtful(vat_id: &str) -> bool {
    text::vat_id("vat_id", vat_id).is_ok_and(|read| read.is_some_and(|read| read.doubtful))
}
