//! Numbers of bank accounts (IBAN) and of banks (BIC).

use ::iban::{Iban, IbanLike, ParseIbanError};

use super::{clean, excerpt, plain, with_hyphens};
use crate::invalid_value::InvalidValue;

/// Parses an optional IBAN and strips its spaces: its check digits (ISO 13616), and the length and the form of its country must be right. A
/// country without a registered form accepts any.
pub fn iban(field: &str, given: &str) -> Result<Option<String>, InvalidValue> {
    let shown = clean(field, given, 60, false)?;
    if shown.is_empty() {
        return Ok(None);
    }
    let number = compact(&shown, "IBAN");
    let why = match number.parse::<Iban>() {
        Ok(_) | Err(ParseIbanError::UnknownCountry(_)) => return Ok(Some(number)),
        Err(ParseIbanError::InvalidBaseIban { .. }) => "its check digits do not fit".to_owned(),
        Err(ParseIbanError::InvalidBban(base)) => format!("one that begins with {} has another length or form", base.country_code()),
    };
    let way = match begins_as_iban(&number) {
        true => "Compare it with your bank statement.",
        false => "If the account has no IBAN, write its number into Account number.",
    };
    Err(InvalidValue::new(field, format!("\"{}\" is not an IBAN: {why}. {way}", excerpt(&shown))))
}

/// A number in capitals, without the word before it and its separators, and with ASCII letters for fullwidth ones.
fn compact(shown: &str, word: &str) -> String {
    let plain = with_hyphens(&plain(shown)).to_uppercase();
    let number = plain.trim().strip_prefix(word).map_or(plain.trim(), |rest| rest.trim_start_matches([':', ' ']));
    number.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.')).collect()
}

/// Whether a number begins with two letters and two digits, so that a mistyped IBAN is likely.
fn begins_as_iban(number: &str) -> bool {
    let first = number.as_bytes().first_chunk::<4>();
    first.is_some_and(|[one, two, three, four]| {
        [one, two].iter().all(|c| c.is_ascii_alphabetic()) && [three, four].iter().all(|c| c.is_ascii_digit())
    })
}

/// Parses an optional BIC, in capitals: bank, country and place, with or without a branch (ISO 9362).
pub fn bic(field: &str, given: &str) -> Result<Option<String>, InvalidValue> {
    let shown = clean(field, given, 60, false)?;
    let bic = compact(&shown, "BIC");
    let is_form =
        matches!(bic.len(), 8 | 11) && bic.char_indices().all(|(at, c)| c.is_ascii_uppercase() || at != 4 && at != 5 && c.is_ascii_digit());
    match (bic.is_empty(), is_form) {
        (true, _) => Ok(None),
        (false, true) => Ok(Some(bic)),
        (false, false) => {
            let message =
                format!("\"{}\" is not a BIC, which has 8 or 11 letters and digits. Compare it with your bank statement.", excerpt(&shown));
            Err(InvalidValue::new(field, message))
        }
    }
}
