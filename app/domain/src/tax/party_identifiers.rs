//! Classifies the identifiers of both parties for the invoice. A number that is no VAT identifier is not stated as one, whatever field it
//! was written into.

use super::territory;
use crate::{
    tax::vat_id,
    text::{self, NumberKind},
};

/// The identifiers of a party, each in its proper field.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct PartyIdentifiers {
    /// VAT identifier (BT-31, BT-48), or the registration number of Japan.
    pub vat_id: Option<String>,
    /// Tax number (BT-32).
    pub tax_number: Option<String>,
    /// A number with its own label, from a register (BT-30, BT-47).
    pub registered: Option<String>,
}

impl PartyIdentifiers {
    /// These identifiers as a document prints them for a party in this country: a number that has a label, or a customary one there, is
    /// printed with that in place of the document's label.
    pub fn printed(self, country: Option<&str>) -> PartyIdentifiers {
        let named = |number: String| text::with_country_label(country, &number).unwrap_or(number);
        let tax_number = self.tax_number.map(named);
        let (worded, tax_number) = if tax_number.as_deref().is_some_and(text::has_label) { (tax_number, None) } else { (None, tax_number) };
        let worded: Vec<String> = [worded, self.registered.map(named)].into_iter().flatten().collect();
        PartyIdentifiers { vat_id: self.vat_id, tax_number, registered: (!worded.is_empty()).then(|| worded.join("\n")) }
    }

    /// Whether there is a number that an invoice of a seller must state: a VAT identifier, or one that counts as a tax number.
    pub fn has_one(&self, counts: impl Fn(&str) -> bool) -> bool {
        self.vat_id.is_some() || [&self.tax_number, &self.registered].into_iter().flatten().any(|number| counts(number))
    }
}

/// The identifiers in the fields for VAT identifier and tax number of a seller in this country.
pub fn of_fields(country: Option<&str>, vat_id: Option<&str>, tax_number: Option<&str>) -> PartyIdentifiers {
    let is_moved = tax_number.is_some_and(|number| is_misplaced(number, country));
    let (moved, own) = if is_moved { (tax_number, None) } else { (None, tax_number.map(str::to_owned)) };
    let moved = moved.map(text::without_words);
    let (of_register, own) = if own.as_deref().is_some_and(is_register_number) { (own, None) } else { (None, own) };
    let PartyIdentifiers { vat_id, tax_number, registered } = vat_id.map(of_number).unwrap_or_default();
    let (further, tax_number) = if own.is_some() { (tax_number, own) } else { (None, tax_number) };
    let registered = registered.or(of_register);
    PartyIdentifiers { vat_id: vat_id.or(moved), tax_number, registered: registered.or(further) }
}

/// The VAT identifier of an Icelandic seller's tax number, for an invoice that needs one.
pub fn of_iceland(country: Option<&str>, number: &str) -> Option<String> {
    text::icelandic_vat_id(number).filter(|_| country == Some("IS"))
}

/// Whether a number that was written as a tax number is a VAT identifier of this country.
pub fn is_misplaced(number: &str, country: Option<&str>) -> bool {
    text::japanese_registration(number).is_none() && text::swiss_uid(number).is_none() && vat_id::is_vat_id(number, country)
}

/// Classifies a number that was written as a VAT identifier: one that begins with the letters of a country is one, except the Swiss
/// enterprise number, and some of the others have a label of another kind.
pub fn of_number(number: &str) -> PartyIdentifiers {
    let given = Some(number.to_owned());
    match text::number_label(number).map(|word| word.kind) {
        _ if text::swiss_uid(number).is_some() => PartyIdentifiers { tax_number: given, ..PartyIdentifiers::default() },
        _ if is_vat_id(number) => PartyIdentifiers { vat_id: given, ..PartyIdentifiers::default() },
        None | Some(NumberKind::Vat) if !has_other_label(number) => PartyIdentifiers { tax_number: given, ..PartyIdentifiers::default() },
        _ => PartyIdentifiers { registered: given, ..PartyIdentifiers::default() },
    }
}

/// Whether a number can be stated as a VAT identifier: it is one of some country, or the Japanese number that takes its place.
pub fn is_vat_id(number: &str) -> bool {
    territory::issuer(number).is_some() || text::japanese_registration(number).is_some()
}

/// Whether a number that begins like a VAT identifier has a label of another kind: "HRB 12345", "No. 12/345".
pub fn has_other_label(number: &str) -> bool {
    let begins = || text::plain(number).trim().get(..2).is_some_and(|letters| territory::is_code(&letters.to_uppercase()));
    !is_vat_id(number) && (text::has_label(number) || begins())
}

/// Whether a number that was written as the VAT identifier of a party in this country is another one: it has a label of another kind, or is
/// the Swiss or Norwegian enterprise number without the name of the tax. Where there is no VAT, the number by which authorities know
/// somebody is none, unless it begins with the letters of a country.
pub fn is_no_vat_id(number: &str, country: Option<&str>) -> bool {
    let is_elsewhere = || country.is_some_and(|country| !territory::has_vat(country)) && territory::issuer(number).is_none();
    let is_norwegian = || country == Some("NO") && text::with_mva(&format!("NO {number}")).is_some();
    has_other_label(number) || text::swiss_uid(number).is_some() || is_norwegian() || is_elsewhere()
}

/// Whether a number says that it is from a business register: by a word, or by the letters that Swiss registers have used.
pub fn is_register_number(number: &str) -> bool {
    let is_swiss =
        || text::plain(number).trim().strip_prefix("CH-").is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()));
    text::number_label(number).map_or_else(is_swiss, |word| word.kind == NumberKind::Register)
}

/// The country whose number formats a seller in this one has.
pub fn country_of_numbers(country: Option<&str>) -> Option<&str> {
    // Liechtenstein shares the tax of Switzerland, and has a tax office of its own.
    country.map(|country| if country == "LI" { country } else { territory::home_of_work(country) })
}

/// Whether a number counts as the tax number of a seller in this country on an invoice, with tax on it or without.
pub fn is_tax_number(country: Option<&str>, taxed: bool, number: &str) -> bool {
    text::is_tax_number(country_of_numbers(country), taxed, number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_a_register_is_no_tax_number() {
        for number in
            ["HRB 12345 B", "SIRET 732 829 320 00074", "FN 123456a", "Company No. 01234567", "Org.nr. 123 456 785", "CH-020.3.012.345-6"]
        {
            assert!(is_register_number(number), "{number}");
        }
        for number in ["12/345/67890", "St.-Nr. 12/345/67890", "UTR 1234567890", "Company UTR 12345 67890", "keine"] {
            assert!(!is_register_number(number), "{number}");
        }
    }

    #[test]
    fn a_number_is_stated_as_what_it_is() {
        let is = |number: &str| {
            let PartyIdentifiers { vat_id, tax_number, registered } = of_number(number);
            (vat_id.is_some(), tax_number.is_some(), registered.is_some())
        };
        for vat_id in ["DE136695976", "IE1234567T", "CHE-123.456.788 MWST", "RS123456789", "T7000012050002"] {
            assert_eq!(is(vat_id), (true, false, false), "{vat_id}");
        }
        for other in ["12-3456789", "51 824 753 556", "12/345/67890", "XX123", "CHE-123.456.788", "UID CHE-123.456.788"] {
            assert_eq!(is(other), (false, true, false), "{other}");
        }
        for other in
            ["NIF B12345674", "CVR 12345607", "HRB 12345 B", "GST 123456789", "SIRET 73282932000074", "No. 12/345", "ABN 51 824 753 556"]
        {
            assert_eq!(is(other), (false, false, true), "{other}");
        }
        for other in [
            "Adószám 12345676-2-42",
            "FEIN 12-3456789",
            "法人番号 7000012050002",
            "統一編號 12345675",
            "ЕИК 123456786",
            "SE 12345678",
            "Číslo 123",
        ] {
            assert_eq!(is(other), (false, false, true), "{other}");
        }
    }

    #[test]
    fn a_number_with_a_word_of_its_own_is_printed_without_a_label() {
        let printed = |number: &str| {
            let PartyIdentifiers { tax_number, registered, .. } =
                PartyIdentifiers { tax_number: Some(number.to_owned()), ..PartyIdentifiers::default() }.printed(None);
            (tax_number, registered)
        };
        for worded in [
            "St.-Nr. 12/345/67890",
            "Steuernummer 12 345/6789",
            "EIN 12-3456789",
            "NIP: 123-456-78-02",
            "GSTIN 27AAPFU0939F1ZV",
            "12/345/67890 Steuernummer",
            "Foo-Nr. 123",
            "UID CHE-123.456.788",
        ] {
            assert_eq!(printed(worded), (None, Some(worded.to_owned())), "{worded}");
        }
        for bare in ["12/345/67890", "No. 12/345", "12-3456789", "T7000012050002", "B12345674"] {
            assert_eq!(printed(bare), (Some(bare.to_owned()), None), "{bare}");
        }
        let both =
            PartyIdentifiers { tax_number: Some("St.-Nr. 12/345".to_owned()), registered: Some("HRB 12345 B".to_owned()), vat_id: None };
        assert_eq!(both.printed(Some("DE")).registered.as_deref(), Some("St.-Nr. 12/345\nHRB 12345 B"));
    }

    #[test]
    fn a_number_is_printed_with_the_word_of_its_country_where_no_other_one_has_its_form() {
        let printed = |country: &str, number: &str| {
            let PartyIdentifiers { vat_id, tax_number, registered } = of_number(number).printed(Some(country));
            (vat_id.or(tax_number), registered)
        };
        for (country, number, named) in [
            ("CH", "CHE-123.456.788", "UID CHE-123.456.788"),
            ("LI", "CHE-123.456.788", "UID CHE-123.456.788"),
            ("IS", "010130-2989", "Kennitala 010130-2989"),
            ("IS", "12345", "VSK-númer 12345"),
            ("LI", "50123", "MWST-Nr. 50123"),
        ] {
            assert_eq!(printed(country, number), (None, Some(named.to_owned())), "{country}");
        }
        assert_eq!(printed("CH", "CHE-123.456.788 MWST"), (Some("CHE-123.456.788 MWST".to_owned()), None), "that of the tax");
    }
}
