//! Parses lists of mail addresses.

use crate::{invalid_value::InvalidValue, text};

/// Maximum number of recipients of one sending.
pub const RECIPIENTS_MAX: usize = 10;

/// Parses the given addresses, each once and in their order. A text may hold several, separated by commas, semicolons or
/// line ends, as mail programs write them.
pub fn parse_addresses(given: &[String]) -> Result<Vec<String>, InvalidValue> {
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
            Err(InvalidValue::new("to", "There is no address in it; write one such as billing@acme.example."))
        }
        ..=RECIPIENTS_MAX => Ok(addresses),
        many => Err(InvalidValue::new(
            "to",
            format!("These are {many} addresses; at most {RECIPIENTS_MAX} get it at once. Mail it to the others afterwards."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(given: &[&str]) -> Result<Vec<String>, InvalidValue> {
        parse_addresses(&given.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn an_address_counts_once_however_it_is_given() {
        let two = ["ada@acme.example".to_owned(), "billing@acme.example".to_owned()];
        assert_eq!(read(&["ada@acme.example", "Billing@acme.example ", "ADA@acme.example"]).as_deref(), Ok(two.as_slice()));
        assert_eq!(read(&["ada@acme.example, billing@acme.example; ada@acme.example"]).as_deref(), Ok(two.as_slice()));
        for pasted in [
            "ada@acme.example;billing@acme.example;",
            "ada@acme.example\r\nbilling@acme.example\r\n",
            "ada@acme.example\rbilling@acme.example",
        ] {
            assert_eq!(read(&[pasted]).as_deref(), Ok(two.as_slice()), "{pasted:?}");
        }
        assert_eq!(read(&["", " "]), Ok(Vec::new()));
        assert!(read(&[","]).is_err() && read(&["", " ; "]).is_err());
    }

    #[test]
    fn what_is_no_address_and_more_than_ten_are_refused() {
        for wrong in [["ada@acme.example, nobody"].as_slice(), &["ada@acme.example", "Ada <ada@acme.example>"]] {
            assert!(read(wrong).is_err_and(|error| error.field == "to"), "{wrong:?}");
        }
        let ten = (0..10).map(|at| format!("a{at}@acme.example")).collect::<Vec<_>>().join(",");
        assert_eq!(read(&[&ten]).map(|ten| ten.len()), Ok(10));
        assert!(read(&[&ten, "b@acme.example"]).is_err_and(|error| error.message.contains("11 addresses")));
    }
}
