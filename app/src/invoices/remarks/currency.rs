//! The remark on tax in a foreign currency, which many laws require in the currency of the seller's country, too.

use super::{RemarkInput, remark, tax_note};
use crate::{
    country::defaults,
    invoices::InvoiceProblem,
    locale::Locale,
    money::Currency,
    tax::{category::TaxCategory, territory},
};

/// What is stated beside the foreign tax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beside {
    /// The amount, with the exchange rate by which it was converted.
    Amount,
    /// The amount or the exchange rate, from which the tax follows.
    AmountOrRate,
}

/// Laws other than those of value added tax that require the tax in the currency of the country, and what they accept.
const LAWS: [(&str, Beside); 6] = [
    // Article 59 of Cabinet Decision 52 of 2017.
    ("AE", Beside::Amount),
    // Section 9-85 of the GST Act 1999.
    ("AU", Beside::AmountOrRate),
    // Article 57-4 of the Consumption Tax Act: a qualified invoice states it in yen.
    ("JP", Beside::Amount),
    // Article 53 of the VAT Implementing Regulations.
    ("SA", Beside::Amount),
    // Regulation 11 of the GST (General) Regulations.
    ("SG", Beside::Amount),
    // Section 20 (4) of the VAT Act 1991.
    ("ZA", Beside::Amount),
];

impl Beside {
    fn words(self) -> &'static str {
        match self {
            Self::Amount => "the amount and the exchange rate",
            Self::AmountOrRate => "the amount or the exchange rate",
        }
    }

    /// Whether a note states it.
    fn is_in(self, note: &str, home: &Currency, foreign: &Currency) -> bool {
        let is_rate_enough = self == Self::AmountOrRate;
        tax_note::names_amount(note, home, foreign) || is_rate_enough && tax_note::names_rate(note, home, foreign)
    }
}

/// The remark on tax that is stated in another currency than that of the seller's country, whatever they mostly bill in, until the note
/// states it (Article 230 of Directive 2006/112/EC, EN 16931 BT-111).
pub fn of(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let country = content.organization.country.as_deref()?;
    let (home, beside) = wanted(country)?;
    let foreign = content.currency;
    let taxed = content.lines.iter().any(|line| line.tax_category == TaxCategory::S.code());
    if home == *foreign || !taxed || beside.is_in(content.notes.unwrap_or_default(), &home, foreign) {
        return None;
    }
    let message = format!(
        "The tax is stated in {foreign} alone. An invoice from {} states it in {home}, too: write {} into the note, such as \"{}: … {home} \
         (1 {foreign} = … {home})\".",
        territory::name(country),
        beside.words(),
        Locale::English.tax_called(Some(country))
    );
    Some(remark("notes", message))
}

/// The currency in which the tax is required, and what to state if the invoice has another one; `None` if no law requires it. Switzerland
/// and Liechtenstein have a conversion rule (Article 45 MWSTV) and require the result on no invoice (Article 26 MWSTG).
fn wanted(country: &str) -> Option<(Currency, Beside)> {
    let of_vat = territory::has_vat(country) && !territory::in_same_territory_for_services(country, "CH");
    let of_law = || LAWS.iter().find(|(of, _)| *of == country).map(|(_, beside)| *beside);
    let beside = of_vat.then_some(Beside::Amount).or_else(of_law)?;
    Some((Currency::parse(defaults::currency(country)?).ok()?, beside))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::country::COUNTRIES;

    #[test]
    fn the_tax_is_wanted_in_the_currency_of_the_country() {
        let currency = |country| wanted(country).map(|(currency, _)| currency.to_string());
        for (country, code) in [
            ("AE", "AED"),
            ("AU", "AUD"),
            ("JP", "JPY"),
            ("SA", "SAR"),
            ("SG", "SGD"),
            ("ZA", "ZAR"),
            ("BG", "EUR"),
            ("DE", "EUR"),
            ("DK", "DKK"),
            ("GB", "GBP"),
            ("IM", "GBP"),
            ("IS", "ISK"),
            ("MC", "EUR"),
            ("NO", "NOK"),
            ("PL", "PLN"),
            ("RE", "EUR"),
        ] {
            assert_eq!(currency(country).as_deref(), Some(code), "{country}");
        }
        for country in ["CH", "LI", "US", "NZ", "IN", "CA"] {
            assert_eq!(currency(country), None, "{country}");
        }
    }

    /// A note that follows the remark ends it.
    #[test]
    fn a_note_in_the_words_of_the_remark_states_the_tax() {
        let foreign = Currency::parse("USD").expect("a currency");
        for (country, _) in COUNTRIES {
            let Some((home, beside)) = wanted(country) else { continue };
            let tax = Locale::English.tax_called(Some(country));
            let note = format!("{tax}: {} {home} (1 {foreign} = 0.8684 {home})", home.example(52));
            assert!(beside.is_in(&note, &home, &foreign), "{country}: {note}");
            let rate = format!("1 {foreign} = 0.8684 {home}");
            assert_eq!(beside.is_in(&rate, &home, &foreign), beside == Beside::AmountOrRate, "{country}: {rate}");
        }
    }
}
