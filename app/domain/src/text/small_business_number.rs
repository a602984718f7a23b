//! The number of a small business in the scheme of the European Union: the number in its state followed by EX (Article 284 (3) of Directive
//! 2006/112/EC; in Germany the KU-IdNr., § 34a UStDV). It says that its owner charges no tax, and is no VAT identifier.

use eu_vat::Country;

use super::number_labels::bare_number;

/// The fewest letters and digits between the letters of the state and EX.
const LENGTH_MIN: usize = 4;

/// Whether a text is the number of such a business, with or without words before it.
pub(super) fn is_number(text: &str) -> bool {
    issued_by(text).is_some()
}

/// Whether it is a number that this country, an ISO 3166-1 code, has issued.
pub(super) fn is_of(country: &str, text: &str) -> bool {
    issued_by(text).is_some_and(|issuer| Country::from_code(country) == Some(issuer))
}

fn issued_by(text: &str) -> Option<Country> {
    let bare = bare_number(text);
    let number = bare.strip_suffix("EX")?;
    let (letters, number) = number.split_at_checked(2)?;
    let digits = number.chars().filter(char::is_ascii_digit).count();
    Country::from_code(letters).filter(|_| digits >= LENGTH_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_small_business_ends_with_ex() {
        for (country, number) in [
            ("DE", "KU-IdNr. DE123456788-EX"),
            ("DE", "DE123456788-EX"),
            ("DE", "DE 123 456 788 EX"),
            ("AT", "ATU12345675-EX"),
            ("FR", "FR11123456782-EX"),
            ("GR", "EL123456783-EX"),
        ] {
            assert!(is_of(country, number), "{number}");
        }
        for (country, other) in [
            ("AT", "DE123456788-EX"),
            ("DE", "DE123456788"),
            ("DE", "12/345/67890"),
            ("US", "US123456788-EX"),
            ("DE", "DE-EX"),
            ("IE", "IE1234567T"),
        ] {
            assert!(!is_of(country, other), "{other}");
        }
    }
}
