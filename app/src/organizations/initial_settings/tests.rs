//! Tests of the defaults that follow from the initial settings.

use domain::document::InvoiceDocument;

use super::*;
use crate::context::{BoxFuture, Caller};

/// A renderer with or without fonts for Japanese.
struct Fonts {
    japanese: bool,
}

impl DocumentRenderer for Fonts {
    fn invoice(&self, _: &Caller, _: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        Box::pin(async { Err(Error::internal()) })
    }

    fn missing_label_glyphs(&self, language: Locale) -> Vec<char> {
        if language == Locale::Japanese && !self.japanese { vec!['請'] } else { Vec::new() }
    }
}

const ALL: Fonts = Fonts { japanese: true };

/// Category, VAT identifier, tax number and reason.
type Answers = (TaxCategory, Option<String>, Option<String>, Option<String>);

fn read(country: &str, tax_rate: &str, tax_number: &str) -> Result<Answers, Error> {
    let given = |text: &str| Some(text.to_owned());
    let basics =
        InitialSettings { country: given(country), tax_rate: given(tax_rate), tax_number: given(tax_number), ..InitialSettings::default() };
    basics.read(&ALL).map(|defaults| (defaults.tax_category, defaults.vat_id, defaults.tax_number, defaults.tax_reason))
}

#[test]
fn a_number_that_is_given_is_one_that_invoices_state() {
    assert_eq!(read("DE", "19", "DE136695976"), Ok((TaxCategory::S, Some("DE136695976".to_owned()), None, None)));
    assert_eq!(read("DE", "19", "12/345/67890"), Ok((TaxCategory::S, None, Some("12/345/67890".to_owned()), None)));
    assert_eq!(read("DE", "19", " "), Ok((TaxCategory::S, None, None, None)), "many have none at hand");
    let words = "St.-Nr. 12/345/67890";
    assert_eq!(read("DE", "19", words), Ok((TaxCategory::S, None, Some(words.to_owned()), None)), "no VAT identifier");
    for wrong in ["DE1", "-"] {
        assert!(read("DE", "19", wrong).unwrap_err().field("tax_number").is_some(), "{wrong}");
    }
    assert_eq!(read("US", "8.425", ""), Ok((TaxCategory::S, None, None, None)), "there no number has to be on it");
    for (share, percent) in [("0.19", "19"), ("0,2", "20"), ("0.081", "8.1")] {
        let refused = read("DE", share, "12/345/67890").unwrap_err();
        assert!(
            refused.field("tax_rate").is_some_and(
                |told| told.contains(&format!("write {percent} ")) && told.contains(&format!("{} %", share.replace(',', ".")))
            ),
            "{refused:?}"
        );
    }
    assert!(read("US", "0.25 %", "").is_ok() && read("US", "1", "").is_ok(), "somebody may mean it");
}

#[test]
fn a_number_is_a_vat_identifier_of_the_chosen_country_or_a_tax_number_as_it_stands() {
    let read = |country: &str, number: &str| numbers_in(filled(Some(country.to_owned())).as_deref(), number.to_owned());
    for (country, other) in [
        ("FR", "SIRET 73282932000074"),
        ("FR", "SIREN 732829320"),
        ("FR", "Siren 732 829 320"),
        ("DE", "HRB 12345 B"),
        ("DE", "ATU12345675"),
        ("DK", "SE 12345678"),
        ("CH", "CH-020.3.012.345-6"),
        ("CH", "UID CHE-123.456.788"),
        ("LI", "CHE-123.456.788"),
        ("US", "EIN 12-3456789"),
        ("GB", "VAT NO 123456785"),
        ("GB", "123456785 VAT"),
        ("DE", "12/345/67890 Steuernummer"),
        ("ES", "NIF B12345674"),
        ("DK", "CVR 12345607"),
        ("", "SIRET 73282932000074"),
    ] {
        assert_eq!(read(country, other), Ok((None, Some(other.to_owned()))), "{country}");
    }
    for (country, given, vat_id) in [
        ("DE", "USt-IdNr. DE136695976", "DE136695976"),
        ("DE", "VAT ID: de 136 695 976", "DE136695976"),
        ("AT", "UID-Nr.: ATU12345675", "ATU12345675"),
        ("FR", "N° TVA FR 11 123456782", "FR11123456782"),
        ("IT", "P.IVA IT12345670017", "IT12345670017"),
        ("NL", "BTW NL123456789B13", "NL123456789B13"),
        ("ES", "NIF ESB12345674", "ESB12345674"),
        ("GR", "EL123456783", "EL123456783"),
        ("GB", "VAT No GB123456782", "GB123456782"),
        ("GB", "XI123456782", "XI123456782"),
        ("CH", "UID CHE-123.456.788 MWST", "CHE-123.456.788 MWST"),
        ("LI", "CHE-123.456.788 MWST", "CHE-123.456.788 MWST"),
        ("NO", "Org.nr. NO 123456785 MVA", "NO 123456785 MVA"),
        ("", "DE136695976", "DE136695976"),
        ("DE", "DE136695976 USt-IdNr.", "DE136695976"),
        ("DE", "ＤＥ１３６６９５９７６", "DE136695976"),
        ("GB", "123456782 VAT", "GB123456782"),
        ("IM", "VAT No. 123456782", "GB123456782"),
        ("IT", "P.IVA 12345670017", "IT12345670017"),
        ("RE", "FR11123456782", "FR11123456782"),
    ] {
        assert_eq!(read(country, given), Ok((Some(vat_id.to_owned()), None)), "{country} {given}");
    }
    for (country, given, vat_id) in [
        ("DE", "DE 136\u{2011}695\u{2011}976", "DE136695976"),
        ("DE", "DE 136–695–976", "DE136695976"),
        ("IT", "Partita IVA: 12345670017", "IT12345670017"),
        ("NO", "NO 123 456 785 MVA Foretaksregisteret", "NO 123 456 785 MVA Foretaksregisteret"),
        ("NO", "Org.nr. 123 456 785 MVA", "NO 123456785 MVA"),
        ("CH", "CHE\u{2011}123.456.788 MWST", "CHE-123.456.788 MWST"),
        ("CH", "CHE-123.456.788 MWST/TVA", "CHE-123.456.788 MWST/TVA"),
        ("CH", "CHE-123.456.788 MWST/TVA/IVA", "CHE-123.456.788 MWST/TVA/IVA"),
        ("CH", "CHE-123.456.788 HR/MWST", "CHE-123.456.788 MWST"),
        ("CH", "MWST-Nr. CHE-123.456.788", "CHE-123.456.788 MWST"),
    ] {
        assert_eq!(read(country, given), Ok((Some(vat_id.to_owned()), None)), "{country} {given}");
    }
    let both = "USt-IdNr.: DE136695976, St.-Nr. 12/345/67890";
    assert_eq!(read("DE", both), Ok((Some("DE136695976".to_owned()), Some("St.-Nr. 12/345/67890".to_owned()))));
    assert!(read("AT", both).unwrap_err().field("tax_number").is_some_and(|told| told.contains("holds two numbers")));
    let registered = read("CH", "MWST-Nr. CHE-123.456.788, HR-Nr. 020.3.012.345-6");
    assert_eq!(registered, Ok((Some("CHE-123.456.788 MWST".to_owned()), Some("HR-Nr. 020.3.012.345-6".to_owned()))));
    for (country, both) in [
        ("DE", "DE136695976 / ATU12345675"),
        ("AT", "DE136695976 / ATU12345675"),
        ("DE", "DE136695976 / DE123456788"),
        ("DE", "DE136695976, 4711007"),
        ("DE", "DE136695976, Tel. 030 1234567"),
    ] {
        assert!(read(country, both).unwrap_err().field("tax_number").is_some_and(|told| told.contains("holds two")), "{country} {both}");
    }
    assert_eq!(read("DE", "DE136695976 (seit 01.01.2024)"), Ok((Some("DE136695976".to_owned()), None)));
    assert!(read("DE", "DE13669597").unwrap_err().field("tax_number").is_some(), "a slip");
}

#[test]
fn a_number_that_the_first_invoice_would_be_refused_with_is_refused_with_the_one_that_is_wanted() {
    for (country, rate, number, wanted) in [
        ("SE", "25", "556703-7485", "VAT identifier such as SE"),
        ("FR", "20", "SIREN 732829320", "VAT identifier such as FR"),
        ("FR", "20", "SIRET 732 829 320 00074", "VAT identifier such as FR"),
        ("NL", "21", "123456782", "VAT identifier such as NL"),
        ("GB", "20", "UTR 12345 67890", "VAT identifier such as GB"),
        ("SK", "23", "1234567890", "VAT identifier such as SK"),
        ("DE", "19", "123", "Steuernummer 12/345/67890"),
        ("DE", "", "HRB 12345 B", "Steuernummer 12/345/67890"),
        ("PL", "23", "0", "NIP 123-456-78-02"),
    ] {
        let refused = read(country, rate, number).unwrap_err();
        let says = |words: &str| refused.field("tax_number").is_some_and(|told| told.starts_with(number) && told.contains(words));
        assert!(says(wanted) && says("leave it out"), "{country}: {refused:?}");
    }
    assert!(read("FR", "", "SIRET 732 829 320 00074").is_ok(), "without tax it is the right one");
    assert!(read("US", "8", "123").is_ok(), "by other rules it stands as it is");
}

#[test]
fn the_name_of_the_tax_is_written_behind_a_number_that_lacks_nothing_else() {
    for (country, rate, number, vat_id) in [
        ("NO", "25", "923 609 016", "NO 923609016 MVA"),
        ("NO", "25", "Org.nr. 923 609 016", "NO 923609016 MVA"),
        ("CH", "8.1", "CHE-116.281.710", "CHE-116.281.710 MWST"),
        ("LI", "8.1", "UID CHE-116.281.710", "CHE-116.281.710 MWST"),
    ] {
        assert_eq!(read(country, rate, number), Ok((TaxCategory::S, Some(vat_id.to_owned()), None, None)), "{country} {number}");
    }
    for (country, number) in [("NO", "923 609 016"), ("CH", "CHE-116.281.710")] {
        let untaxed = read(country, "", number).map(|read| (read.1, read.2));
        assert_eq!(untaxed, Ok((None, Some(number.to_owned()))), "{country} without tax");
    }
}

/// The number needs its country prefix on the first invoice to another country (Article 226 (3) of Directive 2006/112/EC).
#[test]
fn a_number_that_lacks_the_letters_of_its_country_gets_them_where_tax_is_charged() {
    for (country, rate, number, vat_id) in [
        ("BE", "21", "0403019261", "BE0403019261"),
        ("DK", "25", "13585628", "DK13585628"),
        ("FI", "25.5", "0112038-9", "FI01120389"),
        ("GB", "20", "980780684", "GB980780684"),
        ("IM", "20", "980780684", "GB980780684"),
        ("IT", "22", "00743110157", "IT00743110157"),
        ("NL", "21", "004495445B01", "NL004495445B01"),
        ("PL", "23", "5260001246", "PL5260001246"),
    ] {
        assert_eq!(read(country, rate, number), Ok((TaxCategory::S, Some(vat_id.to_owned()), None, None)), "{country} {number}");
    }
    for (country, rate, number) in [
        ("DE", "19", "12/345/67890"),
        ("PL", "", "5260001246"),
        ("PL", "23", "NIP 526-000-12-46"),
        ("JP", "", "7000012050002"),
        ("JP", "10", "7000012050002"),
    ] {
        let kept = read(country, rate, number).map(|read| (read.1, read.2));
        assert_eq!(kept, Ok((None, Some(number.to_owned()))), "{country} {rate} {number}");
    }
}

#[test]
fn of_a_number_that_was_completed_it_is_kept_how_it_was_given() {
    let kept = |country: &str, number: &str| {
        let given = |text: &str| Some(text.to_owned());
        let basics =
            InitialSettings { country: given(country), tax_rate: given("20"), tax_number: given(number), ..InitialSettings::default() };
        basics.read(&ALL).unwrap().number_given
    };
    assert_eq!(kept("GB", "980 7806 84").as_deref(), Some("980 7806 84"));
    for (country, number) in [("GB", "GB980780684"), ("DE", "12/345/67890"), ("JP", "7000012050002"), ("US", "12-3456789"), ("GB", "")] {
        assert_eq!(kept(country, number), None, "{country} {number}");
    }
}

#[test]
fn a_registration_number_of_japan_is_read_as_its_keyboards_write_it() {
    let number = |country: &str, number: &str| read(country, "10", number).map(|read| read.2);
    for written in ["Ｔ７００００１２０５０００２", "T 7000 0120 50002"] {
        assert_eq!(number("JP", written), Ok(Some("T7000012050002".to_owned())));
        assert_eq!(number("US", written), Ok(Some(written.to_owned())), "elsewhere it is no such number");
    }
}

#[test]
fn currency_and_language_are_those_of_the_country_unless_others_are_given() {
    let given = |text: &str| Some(text.to_owned());
    let read = |country: &str, currency: &str, language: &str| {
        let basics =
            InitialSettings { country: given(country), currency: given(currency), language: given(language), ..InitialSettings::default() };
        basics.read(&ALL).map(|defaults| (defaults.currency.to_string(), defaults.language))
    };
    let is = |currency: &str, language: &str| Ok((currency.to_owned(), language.to_owned()));
    assert_eq!(read("CH", "", ""), is("CHF", "de"));
    assert_eq!(read("us", "", ""), is("USD", "en"));
    assert_eq!(read("JP", "", ""), is("JPY", "ja"));
    let without = InitialSettings { country: given("JP"), ..InitialSettings::default() }.read(&Fonts { japanese: false });
    assert_eq!(without.map(|defaults| defaults.language), Ok("en".to_owned()), "a first invoice that can be printed");
    assert_eq!(read("CH", "EUR", "en"), is("EUR", "en"));
    assert_eq!(read("", "", ""), is("EUR", "en"));
    assert!(read("CH", "", "fr").unwrap_err().field("language").is_some());
}

#[test]
fn whoever_charges_none_says_why_where_the_law_wants_it() {
    let small = read("DE", "", "12/345/67890").unwrap();
    assert_eq!((small.0, small.3.is_some_and(|reason| reason.contains("§ 19 UStG"))), (TaxCategory::E, true));
    assert_eq!(
        read("DE", "0", "").map(|read| (read.0, read.3.is_some())),
        Ok((TaxCategory::E, true)),
        "the number is asked for at the preview"
    );
    assert_eq!(read("US", "", "12-3456789").map(|read| read.0), Ok(TaxCategory::O));
    assert!(read("Atlantis", "", "").unwrap_err().field("country").is_some());
}
