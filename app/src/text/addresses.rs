//! Parses lists of mail addresses.

use crate::{error::Error, text};

/// Maximum number of recipients of one sending.
pub const RECIPIENTS_MAX: usize = 10;

/// Parses the given addresses, each once and in their order. A text may hold several, separated by commas, semicolons or
/// line ends, as mail programs write them.
pub fn parse_addresses(given: &[String]) -> Result<Vec<String>, Error> {
    let mut addresses = Vec::new();
    for text in given.iter().flat_map(|text| text.split([',', ';', '\n', '\r'])) {
        if let Some(address) = text::optional_email("to", text)?
            && !addresses.contains(&address)
        {
            addresses.push(address);
        }
    }
    match addresses.len() {
        // An empty form field means absent; separators alone are a mistake.
        0 if given.iter().any(|text| !text.trim().is_empty()) => {
            Err(Error::invalid("to", "There is no address in it; write one such as billing@acme.example."))
        }
        ..=RECIPIENTS_MAX => Ok(addresses),
        many => Err(Error::invalid(
            "to",
            format!("These are {many} addresses; at most {RECIPIENTS_MAX} get it at once. Mail it to the others afterwards."),
        )),
    }
}
