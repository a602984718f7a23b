//! The settings asked for when an organization is created, so that its first invoice is correct: country, currency and tax.

use domain::{
    country::{defaults, zones},
    day::zone,
    locale::Locale,
    money::Currency,
    percent::Percent,
    tax::{
        category::TaxCategory,
        exemption, party_identifiers, rate,
        vat_id::{is_vat_id, of_country},
    },
    text::{self, NumberKind, country_names},
};

use super::{required_tax_number, settings::parse_language, store};
use crate::{context::DocumentRenderer, database::Db, error::Error};

/// The answers, each of which is optional.
#[derive(Debug, Clone, Default)]
pub struct InitialSettings {
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

/// The defaults for new clients and invoices.
#[allow(missing_docs, reason = "the columns are described at Organization")]
pub struct OrganizationDefaults {
    pub country: Option<String>,
    pub currency: Currency,
    pub language: String,
    pub tax_category: TaxCategory,
    pub tax_rate: Percent,
    pub tax_reason: Option<String>,
    pub vat_id: Option<String>,
    pub tax_number: Option<String>,
    /// The number as entered, if it was completed to the one that is stored.
    pub number_given: Option<String>,
}

impl InitialSettings {
    /// Stores the defaults in the organization of this transaction, which was just inserted.
    pub async fn write(self, db: &mut Db, documents: &dyn DocumentRenderer) -> Result<(), Error> {
        store::set_defaults(db, &self.read(documents)?).await
    }

    /// The time zone: the given one if it exists, or else that of the country, or else UTC. Without scripts no browser reports a zone.
    pub fn zone(&self, browser_zone: Option<&str>) -> String {
        let of_country = || zones::usual(&country_names::parse(self.country.as_deref()?).ok()?).map(str::to_owned);
        // A browser that does not know its zone reports this name.
        let browser_zone = browser_zone.filter(|zone| *zone != "Etc/Unknown");
        browser_zone.and_then(|zone| zone::parse_name(zone).ok()).or_else(of_country).unwrap_or_else(|| "UTC".to_owned())
    }

    /// Derives the defaults from the answers. Without a tax rate, an organization is a small business if its country's law has words for
    /// one, and its invoices state them. A given number has to be one that invoices state; a missing one is asked for on the overview and
    /// in the preview of the first invoice.
    fn read(self, documents: &dyn DocumentRenderer) -> Result<OrganizationDefaults, Error> {
        let country = filled(self.country).map(|country| country_names::parse(&country)).transpose()?;
        let rate = filled(self.tax_rate).map(|rate| rate::parse_rate(&rate)).transpose()?.unwrap_or_default();
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
        let given = numbers.1.clone();
        let (vat_id, tax_number) = required_tax_number::taken(country.as_deref(), tax_category, numbers)?;
        let number_given = given.filter(|given| tax_number.as_ref() != Some(given));
        let customary_currency = || country.as_deref().and_then(defaults::currency).map(str::to_owned);
        let customary_language = || country.as_deref().map_or("en", |country| language_in(country, documents)).to_owned();
        Ok(OrganizationDefaults {
            currency: filled(self.currency).or_else(customary_currency).map(|code| Currency::parse(&code)).transpose()?.unwrap_or_default(),
            language: filled(self.language).map_or_else(|| Ok(customary_language()), |language| parse_language(&language))?,
            country,
            tax_category,
            tax_rate: rate,
            tax_reason: tax_reason.map(str::to_owned),
            vat_id,
            tax_number,
            number_given,
        })
    }
}

/// Splits the one field for both into the VAT identifier and the tax number, by the rules of this country.
fn numbers_in(country: Option<&str>, number: String) -> Result<(Option<String>, Option<String>), Error> {
    if let Some(message) = text::negation(&number) {
        return Err(Error::invalid("tax_number", message));
    }
    if let Some(numbers) = text::two_numbers(&number) {
        let is_own = is_vat_id(&numbers.vat_id, country);
        // A number that is no tax number is refused, except a register number, which has its own label.
        let is_told =
            party_identifiers::is_register_number(&numbers.other) || party_identifiers::is_tax_number(country, false, &numbers.other);
        return if is_own && is_told && !party_identifiers::is_vat_id(&text::without_words(&numbers.other)) {
            Ok((Some(numbers.vat_id), Some(numbers.other)))
        } else {
            Err(Error::invalid("tax_number", numbers.refusal(&number)))
        };
    }
    // The Swiss number of an enterprise is its VAT number only with the name of the tax, so it is kept as a tax number.
    if text::swiss_uid(&number).is_some() {
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

/// Whether the label of a number says that it is a VAT number.
fn is_called_so(number: &str) -> bool {
    text::number_label(number).is_some_and(|word| word.kind == NumberKind::Vat)
}

/// A VAT identifier as stored: in Iceland the VSK-númer gets the country prefix.
pub fn vat_id_in(country: Option<&str>, number: String) -> String {
    party_identifiers::of_iceland(country, &number).unwrap_or(number)
}

/// A tax number as stored: a Japanese registration number in its plain form, whatever the input method produced.
pub fn tax_number_in(country: Option<&str>, number: Option<String>) -> Option<String> {
    number.map(|number| text::japanese_registration(&number).filter(|_| country == Some("JP")).unwrap_or(number))
}

/// The language of documents in a country, if fonts for it are installed, or else English.
fn language_in(country: &str, documents: &dyn DocumentRenderer) -> &'static str {
    let language = defaults::language(country);
    if documents.missing_label_glyphs(Locale::of(language)).is_empty() { language } else { "en" }
}

fn filled(given: Option<String>) -> Option<String> {
    given.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests;
