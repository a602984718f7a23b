//! Completes VAT numbers that are written as at home: without the letters before them that make them a VAT identifier.

use super::{
    NumberKind, has_label, number_label,
    number_labels::bare_number,
    tax_number_formats::{TaxNumberFormats, fits},
    vat_id_by,
};

/// Countries where another number may fit as VAT digits: that of the register of a Czech person, whose identifier has other ones, and that
/// of the register of a Lithuanian company, by chance.
const OF_OTHERS: [&str; 2] = ["CZ", "LT"];

/// The VAT identifier of an unlabelled number in this country, an ISO 3166-1 code, by its check digits; `None` if a word makes it another
/// number. A Japanese company number without its T is no registration number: every company has the one, and whoever states the other
/// without being registered is punished (Consumption Tax Act, Article 57-5).
pub fn completed_vat_id(country: &str, number: &str) -> Option<String> {
    let is_other = has_label(number) || OF_OTHERS.contains(&country);
    if is_other { None } else { vat_id_by(country, number) }
}

/// The VAT identifier of an Icelandic VSK-númer: the letters of the country before its five or six digits (EN 16931 BR-CO-09). It has no
/// check digit.
pub fn icelandic_vat_id(number: &str) -> Option<String> {
    let bare = bare_number(number);
    let is_of_tax = number_label(number).map_or_else(|| !has_label(number), |word| word.kind == NumberKind::Vat);
    let forms = TaxNumberFormats::of("IS")?.with_tax.as_ref()?.forms;
    (is_of_tax && fits(forms, "IS", &bare)).then(|| format!("IS{}", bare.strip_prefix("IS").unwrap_or(&bare)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_alone_is_completed_where_its_check_digits_fit() {
        for (country, number, vat_id) in [
            ("BE", "0403019261", "BE0403019261"),
            ("DE", "136695976", "DE136695976"),
            ("DK", "13585628", "DK13585628"),
            ("ES", "B12345674", "ESB12345674"),
            ("FI", "0112038-9", "FI01120389"),
            ("GB", "980 7806 84", "GB980780684"),
            ("GR", "123456783", "EL123456783"),
            ("IT", "00743110157", "IT00743110157"),
            ("NL", "004495445B01", "NL004495445B01"),
            ("PL", "526-000-12-46", "PL5260001246"),
        ] {
            assert_eq!(completed_vat_id(country, number).as_deref(), Some(vat_id), "{country} {number}");
        }
        for (country, other) in [
            ("CZ", "12345679"),
            ("DE", "12/345/67890"),
            ("DK", "CVR-nr. 13585628"),
            ("FR", "SIREN 732829320"),
            ("GB", "12345 67890"),
            ("IT", "00743110158"),
            ("JP", "法人番号 7000012050002"),
            ("JP", "7000012050002"),
            ("JP", "７０００－０１２０－５０００２"),
            ("LT", "123456715"),
            ("PL", "NIP 526-000-12-46"),
            ("US", "12-3456789"),
        ] {
            assert_eq!(completed_vat_id(country, other), None, "{country} {other}");
        }
    }

    #[test]
    fn the_number_of_the_tax_in_iceland_is_an_identifier_with_the_letters_of_the_country() {
        for number in ["VSK-númer 12345", "VSK nr. 12345", "12345", "IS12345", "IS 12345"] {
            assert_eq!(icelandic_vat_id(number).as_deref(), Some("IS12345"), "{number}");
        }
        assert_eq!(icelandic_vat_id("123456").as_deref(), Some("IS123456"));
        for other in ["Kennitala 010130-2989", "010130-2989", "1234", "HRB 12345"] {
            assert_eq!(icelandic_vat_id(other), None, "{other}");
        }
    }
}
