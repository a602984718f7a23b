//! What is asked of whoever founds an organization, so that its first invoice is right: where it is, in which currency it bills, and
//! whether it charges tax.

use super::{settings::language_of, store};
use crate::{
    context::Documents,
    country::{self, customary},
    database::Db,
    error::Error,
    invoices::{exemption, rules::place::has_vat, totals::TaxCategory, wording::Wording},
    money::Currency,
    percent::Percent,
    text,
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

    /// What follows from the answers. Whoever charges tax has a number to put on their invoices; whoever charges none where
    /// the law of their country has words for small businesses is one: the invoice says so, and a number on it is asked for at the latest
    /// when it is previewed.
    fn read(self, documents: &dyn Documents) -> Result<Defaults, Error> {
        let country = filled(self.country).map(|country| country::parse(&country)).transpose()?;
        let rate = filled(self.tax_rate).map(|rate| Percent::parse("tax_rate", &rate)).transpose()?.unwrap_or_default();
        let number = text::optional("tax_number", self.tax_number.as_deref(), 50)?;
        let number = tax_number_in(country.as_deref(), number);
        if let Some(number) = number.as_deref().filter(|number| !number.chars().any(char::is_numeric)) {
            let message = format!("{number:?} is no number; write it as it stands on a letter of your tax office, or leave it out.");
            return Err(Error::invalid("tax_number", message));
        }
        let taxes = country.as_deref().is_none_or(has_vat);
        let reason = exemption::usual(TaxCategory::E, country.as_deref());
        let (tax_category, tax_reason) = match rate.ten_thousandths() {
            0 if reason.is_some() => (TaxCategory::E, reason),
            0 => (TaxCategory::O, None),
            _ if taxes && number.is_none() => {
                let message =
                    "Whoever charges tax has a number on each invoice: give your VAT identifier, or the number at your tax office.";
                return Err(Error::invalid("tax_number", message));
            }
            _ => (TaxCategory::S, None),
        };
        let (vat_id, tax_number) = match number {
            Some(number) if is_vat_id(&number) => (text::vat_id("tax_number", &number)?.map(|id| id.text), None),
            number => (None, number),
        };
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

/// Whether a number is a VAT identifier: the letters of a country that has them, and what follows without a blank after a point, as
/// "St.-Nr. 12/345/67890" has (BR-CO-09).
fn is_vat_id(number: &str) -> bool {
    let compact: String = number.chars().filter(|letter| !letter.is_whitespace()).collect();
    let country = compact.get(..2).map(str::to_uppercase);
    let rest = compact.get(2..).unwrap_or_default();
    let of_country = country.is_some_and(|country| has_vat(&country));
    of_country
        && rest.bytes().any(|letter| letter.is_ascii_digit())
        && rest.chars().all(|letter| letter.is_alphanumeric() || ".-+*".contains(letter))
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
    fn whoever_charges_tax_has_a_number() {
        assert_eq!(read("DE", "19", "DE136695976"), Ok((TaxCategory::S, Some("DE136695976".to_owned()), None, None)));
        assert_eq!(read("DE", "19", "12/345/67890"), Ok((TaxCategory::S, None, Some("12/345/67890".to_owned()), None)));
        assert!(read("DE", "19", " ").unwrap_err().field("tax_number").is_some());
        let words = "St.-Nr. 12/345/67890";
        assert_eq!(read("DE", "19", words), Ok((TaxCategory::S, None, Some(words.to_owned()), None)), "no VAT identifier");
        for wrong in ["DE1", "-"] {
            assert!(read("DE", "19", wrong).unwrap_err().field("tax_number").is_some(), "{wrong}");
        }
        assert_eq!(read("US", "8.425", ""), Ok((TaxCategory::S, None, None, None)), "there no number has to be on it");
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
