//! Tax in a foreign currency, which the law of many sellers wants in the currency of their country, too.

use super::remark;
use crate::{
    country::customary,
    invoices::{InvoiceProblem, rules::place, totals::TaxCategory},
    money::Currency,
    organizations::Organization,
};

/// What is written beside the foreign tax.
const BOTH: &str = "the amount and the exchange rate";

/// Laws that want the tax in the currency of the country, and what is written for it.
const LAWS: [(&str, &str); 6] = [
    // Article 59 of Cabinet Decision 52 of 2017.
    ("AE", BOTH),
    // Section 9-85 of the GST Act 1999: whoever has the rate can tell the tax.
    ("AU", "the amount or the exchange rate"),
    // Article 57-4 of the Consumption Tax Act: a qualified invoice has it in yen.
    ("JP", BOTH),
    // Article 53 of the VAT Implementing Regulations.
    ("SA", BOTH),
    // Regulation 11 of the GST (General) Regulations.
    ("SG", BOTH),
    // Section 20 (4) of the VAT Act 1991.
    ("ZA", BOTH),
];

/// What is to be said of tax that is stated in another currency than the law of the seller wants. By the VAT directive that is the seller's
/// own (Article 230 of Directive 2006/112/EC, EN 16931 BT-111).
pub fn of(organization: &Organization, taxes: &[TaxCategory], currency: &Currency) -> Option<InvoiceProblem> {
    let country = organization.country.as_deref()?;
    let (wanted, what) = wanted(country, organization.currency.as_str())?;
    if wanted == currency.as_str() || !taxes.contains(&TaxCategory::S) {
        return None;
    }
    let message = format!(
        "The tax is stated in {currency} alone. An invoice from {} states it in {wanted}, too: write {what} into the note.",
        place::name(country)
    );
    Some(remark("notes", message))
}

/// In which currency the tax is stated, and what is written where the invoice has another one; nothing where no law wants it.
fn wanted<'a>(country: &str, own: &'a str) -> Option<(&'a str, &'static str)> {
    if place::has_vat(country) {
        return Some((own, BOTH));
    }
    let (_, what) = LAWS.iter().find(|(of, _)| *of == country)?;
    Some((customary::currency(country)?, *what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tax_is_wanted_in_the_currency_of_the_country_whatever_the_sellers_own_is() {
        let currency = |country| wanted(country, "EUR").map(|(currency, _)| currency);
        for (country, code) in [("AE", "AED"), ("AU", "AUD"), ("JP", "JPY"), ("SA", "SAR"), ("SG", "SGD"), ("ZA", "ZAR"), ("DE", "EUR")] {
            assert_eq!(currency(country), Some(code), "{country}");
        }
        for country in ["US", "NZ", "IN", "CA"] {
            assert_eq!(currency(country), None, "{country}");
        }
    }
}
