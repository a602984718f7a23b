//! VAT identifiers.

use eu_vat::{Country, Error as Flaw, Vat};

use super::{clean, excerpt};
use crate::error::Error;

/// A VAT identifier, or the number by which a tax authority elsewhere knows somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VatId {
    /// As it is kept: one of the European Union without spaces and marks between its digits.
    pub text: String,
    /// Whether its check digits do not fit, which only a slip explains.
    pub doubtful: bool,
}

/// A VAT identifier, or nothing. One that begins as those of the European Union do has the form of its country. Others have forms of
/// their own, so any line will do.
pub fn vat_id(field: &str, given: &str) -> Result<Option<VatId>, Error> {
    let text = clean(field, given, 50, false)?;
    if text.is_empty() {
        return Ok(None);
    }
    let Some(country) = country_of(&text) else { return Ok(Some(VatId { text, doubtful: false })) };
    match Vat::parse(&text) {
        Ok(vat) => Ok(Some(VatId { text: vat.to_string(), doubtful: false })),
        Err(Flaw::BadChecksum) => Ok(Some(VatId { text: compact(&text), doubtful: true })),
        Err(flaw) => {
            let message =
                format!("\"{}\" is no VAT identifier of {}: {flaw}. Compare it with a letter of theirs.", excerpt(&text), country.name());
            Err(Error::invalid(field, message))
        }
    }
}

/// The country of the European Union whose letters a number begins with.
fn country_of(text: &str) -> Option<Country> {
    let compact = compact(text);
    let (letters, number) = compact.split_at_checked(2)?;
    number.bytes().any(|c| c.is_ascii_digit()).then(|| Country::from_code(letters)).flatten()
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
}
