//! What is asked of whoever founds an organization, so that its first invoice is right: where it is, in which currency it bills, and
//! whether it charges tax.

use super::{number_wanted, settings::language_of, store};
use crate::{
    context::Documents,
    country::{self, customary, zones},
    database::Db,
    day::zone,
    error::Error,
    invoices::{
        exemption,
        rules::place::{self, has_vat},
        stated,
        tax::share,
        totals::TaxCategory,
        wording::Wording,
    },
    money::Currency,
    percent::Percent,
    text::{self, NumberKind},
};

/// The answers, each of which can be left out.
#[derive(Debug, Clone, Default)]
pub struct Basics {
    /// The country, as an ISO 3166-1 code.
    pub country: Option<String>,
    /// The currency, as an ISO 4217 code; that of the country when absent.
    pub currency: Option<String>,
    /// The language of documents; that of the country when absent.
    pub language: Option<String>,
    /// The rate of the tax that is charged, in percent; none is charged when absent.
    pub tax_rate: Option<String>,
    /// The VAT identifier, or the number at the local tax office.
    pub tax_number: Option<String>,
}

/// What new clients and invoices start from.
#[allow(missing_docs, reason = "the columns are described at Organization")]
pub struct Defaults {
    pub country: Option<String>,
    pub currency: Currency,
    pub language: String,
    pub tax_category: TaxCategory,
    pub tax_rate: Percent,
    pub tax_reason: Option<String>,
    pub vat_id: Option<String>,
    pub tax_number: Option<String>,
}

impl Basics {
    /// Writes them into the organization of this transaction, which has just been made.
    pub async fn write(self, db: &mut Db, documents: &dyn Documents) -> Result<(), Error> {
        store::set_defaults(db, &self.read(documents)?).await
    }

    /// The time zone: the one that was told, if there is such a one, or else that of the country. Without scripts no browser tells any,
    /// and whoever is in no known place is in UTC.
    pub fn zone(&self, told: Option<&str>) -> String {
        let of_country = || zones::usual(&country::parse(self.country.as_deref()?).ok()?).map(str::to_owned);
        // A browser that does not know says so.
        let told = told.filter(|zone| *zone != "Etc/Unknown");
        told.and_then(|zone| zone::given(zone).ok()).or_else(of_country).unwrap_or_else(|| "UTC".to_owned())
    }

    /// What follows from the answers. Whoever charges none where the law of their country has words for small businesses is one, and the
    /// invoice says so. Many have no number at hand yet: one that is given is one that invoices state, and one that is not is asked for on
    /// the overview and when the first invoice is previewed.
    fn read(self, documents: &dyn Documents) -> Result<Defaults, Error> {
        let country = filled(self.country).map(|country| country::parse(&country)).transpose()?;
        let rate = filled(self.tax_rate).map(|rate| share::rate_said(&rate)).transpose()?.unwrap_or_default();
        let number = text::optional("tax_number", self.tax_number.as_deref(), 50)?;
        let number = tax_number_in(country.as_deref(), number);
        if let Some(number) = number.as_deref().filter(|number| !number.chars().any(char::is_numeric)) {
            let message = format!("{number:?} is no number; write it as it stands on a letter of your tax office, or leave it out.");
            return Err(Error::invalid("tax_number", message));
        }
        let reason = exemption::usual(TaxCategory::E, country.as_deref());
        let (tax_category, tax_reason) = match rate.ten_thousandths() {
            0 if reason.is_some() => (TaxCategory::E, reason),
            0 => (TaxCategory::O, None),
            _ => (TaxCategory::S, None),
        };
        let numbers = number.map_or(Ok((None, None)), |number| numbers_in(country.as_deref(), number))?;
        let (vat_id, tax_number) = number_wanted::taken(country.as_deref(), tax_category, numbers)?;
        let customary_currency = || country.as_deref().and_then(customary::currency).map(str::to_owned);
        let customary_language = || country.as_deref().map_or("en", |country| language_in(country, documents)).to_owned();
        Ok(Defaults {
            currency: filled(self.currency).or_else(customary_currency).map(|code| Currency::parse(&code)).transpose()?.unwrap_or_default(),
            language: filled(self.language).map_or_else(|| Ok(customary_language()), |language| language_of(&language))?,
            country,
            tax_category,
            tax_rate: rate,
            tax_reason: tax_reason.map(str::to_owned),
            vat_id,
            tax_number,
        })
    }
}

/// The VAT identifier and the tax number that somebody in this country has written into the one field there is for both.
fn numbers_in(country: Option<&str>, number: String) -> Result<(Option<String>, Option<String>), Error> {
    if let Some(told) = text::denial(&number) {
        return Err(Error::invalid("tax_number", told));
    }
    if let Some(numbers) = text::two_numbers(&number) {
        let is_own = is_vat_id(&numbers.vat_id, country);
        // What would be called a tax number and is none is told instead: one of a register is called by its own word.
        let is_told = stated::is_of_register(&numbers.other) || stated::is_tax_number(country, false, &numbers.other);
        return if is_own && is_told && !stated::is_vat_id(&text::without_words(&numbers.other)) {
            Ok((Some(numbers.vat_id), Some(numbers.other)))
        } else {
            Err(Error::invalid("tax_number", numbers.refusal(&number)))
        };
    }
    // The number that every enterprise has is one of the tax by the name of that alone.
    if text::enterprise_number(&number).is_some() {
        return Ok((None, Some(number)));
    }
    if is_vat_id(&number, country) {
        return Ok((text::vat_id("tax_number", &number)?.map(|id| id.text), None));
    }
    match of_country(&number, country).filter(|_| is_called_so(&number)) {
        Some(vat_id) => Ok((Some(vat_id), None)),
        None => Ok((None, Some(number))),
    }
}

/// Whether a number is a VAT identifier of this country, with words before it or without: its letters, a digit after two more at most,
/// and no blank after a point, as "St.-Nr. 12/345/67890" has (BR-CO-09). Whatever else begins with the letters of some country, as SIRET
/// and HRB do, is a number of another kind. Where no country is known it has the form of one.
pub fn is_vat_id(number: &str, country: Option<&str>) -> bool {
    let bare = text::without_words(number);
    let compact: String = bare.chars().filter(|letter| !letter.is_whitespace()).collect();
    let (Some(issuer), Some(rest)) = (place::issuer(&compact), compact.get(2..)) else { return false };
    let marks = |letter: char| letter.is_alphanumeric() || ".-+*".contains(letter);
    let digits = rest.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == '/');
    // A number of Switzerland without E is one of the commercial register.
    let enterprise = issuer != "CH" || rest.starts_with(['E', 'e']);
    let shaped = enterprise && digits.chars().all(marks) && rest.chars().take(3).any(|letter| letter.is_ascii_digit());
    match country {
        Some("LI") if issuer == "CH" => shaped,
        Some(country) => shaped && has_vat(country) && place::works_at_home(&issuer, country),
        None => shaped && has_vat(&issuer) && text::vat_id("tax_number", &bare).is_ok(),
    }
}

/// Whether the words of a number say that it is one of the value added tax.
fn is_called_so(number: &str) -> bool {
    text::number_word(number).is_some_and(|word| word.kind == NumberKind::Vat)
}

/// The VAT identifier that a number without its letters is in this country: a "123456782 VAT" of the United Kingdom.
pub fn of_country(number: &str, country: Option<&str>) -> Option<String> {
    text::vat_id_by(place::home_of_work(country?), number)
}

/// A tax number as it is kept: in Japan the registration number is written plainly, whatever the keyboard made of it.
pub fn tax_number_in(country: Option<&str>, number: Option<String>) -> Option<String> {
    number.map(|number| text::registration(&number).filter(|_| country == Some("JP")).unwrap_or(number))
}

/// The language that documents of a country are written in, where this machine has the letters for it.
fn language_in(country: &str, documents: &dyn Documents) -> &'static str {
    let language = customary::language(country);
    if documents.missing_in_labels(Wording::of(language)).is_empty() { language } else { "en" }
}

fn filled(given: Option<String>) -> Option<String> {
    given.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        context::{Caller, Promise},
        invoices::document::InvoiceDocument,
    };

    /// A machine with fonts for Japanese or without.
    struct Fonts {
        japanese: bool,
    }

    impl Documents for Fonts {
        fn invoice(&self, _: &Caller, _: InvoiceDocument) -> Promise<'static, Result<Vec<u8>, Error>> {
            Box::pin(async { Err(Error::internal()) })
        }

        fn missing_in_labels(&self, language: Wording) -> Vec<char> {
            if language == Wording::Japanese && !self.japanese { vec!['請'] } else { Vec::new() }
        }
    }

    const ALL: Fonts = Fonts { japanese: true };

    /// Category, VAT identifier, tax number and reason.
    type Answers = (TaxCategory, Option<String>, Option<String>, Option<String>);

    fn read(country: &str, tax_rate: &str, tax_number: &str) -> Result<Answers, Error> {
        let given = |text: &str| Some(text.to_owned());
        let basics = Basics { country: given(country), tax_rate: given(tax_rate), tax_number: given(tax_number), ..Basics::default() };
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
            assert!(
                read(country, both).unwrap_err().field("tax_number").is_some_and(|told| told.contains("holds two")),
                "{country} {both}"
            );
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
            let basics = Basics { country: given(country), currency: given(currency), language: given(language), ..Basics::default() };
            basics.read(&ALL).map(|defaults| (defaults.currency.to_string(), defaults.language))
        };
        let is = |currency: &str, language: &str| Ok((currency.to_owned(), language.to_owned()));
        assert_eq!(read("CH", "", ""), is("CHF", "de"));
        assert_eq!(read("us", "", ""), is("USD", "en"));
        assert_eq!(read("JP", "", ""), is("JPY", "ja"));
        let without = Basics { country: given("JP"), ..Basics::default() }.read(&Fonts { japanese: false });
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
        assert!(read("Germany", "", "").unwrap_err().field("country").is_some());
    }
}
