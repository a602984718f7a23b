//! The remark on a missing number of the client, where the seller's law requires it on a domestic invoice.

use domain::totals::Totals;

use super::{RemarkInput, remark};
use crate::invoices::{InvoiceProblem, read};

/// A law that requires it.
struct BuyerNumberLaw {
    /// The country of the law, as an ISO 3166-1 code.
    country: &'static str,
    /// Its name, within a sentence.
    name: &'static str,
    /// The sum with tax above which it applies, in whole units of a currency; at any sum where absent.
    above: Option<(i64, &'static str)>,
    /// What it requires for a private person; nothing where absent.
    of_a_person: Option<&'static str>,
}

const LAWS: [BuyerNumberLaw; 5] = [
    BuyerNumberLaw { country: "AT", name: "§ 11 (1) UStG 1994", above: Some((10_000, "EUR")), of_a_person: None },
    BuyerNumberLaw { country: "ES", name: "Article 6.1 d) of Real Decreto 1619/2012", above: None, of_a_person: Some("NIF") },
    BuyerNumberLaw { country: "HU", name: "§ 169 of Act CXXVII of 2007", above: None, of_a_person: None },
    BuyerNumberLaw { country: "IT", name: "Article 21 (2) f) of DPR 633/1972", above: None, of_a_person: Some("codice fiscale") },
    BuyerNumberLaw { country: "PL", name: "Article 106e (1) no. 5 of the VAT Act of 11 March 2004", above: None, of_a_person: None },
];

impl BuyerNumberLaw {
    /// Whether the law applies to this invoice, before any discount.
    fn reaches(&self, content: &RemarkInput<'_>) -> bool {
        let Some((units, currency)) = self.above else { return true };
        let limit = units * 10_i64.pow(content.currency.minor_digits());
        let totals = read::amounts(content.lines).ok().and_then(|amounts| Totals::of(&amounts, None).ok());
        content.currency.as_str() == currency && totals.is_some_and(|totals| totals.total > limit)
    }
}

/// The remark on a domestic client without a number. Whether they are a business is not recorded.
pub fn of(content: &RemarkInput<'_>) -> Option<InvoiceProblem> {
    let (country, client) = (content.organization.country.as_deref()?, content.client);
    let law = LAWS.iter().find(|law| law.country == country)?;
    if client.country.as_deref() != Some(country) || client.vat_id.is_some() || !law.reaches(content) {
        return None;
    }
    let above = law.above.map(|(units, currency)| format!(" of more than {units} {currency}")).unwrap_or_default();
    let name = &client.name;
    let otherwise = match law.of_a_person {
        Some(number) => format!("; of a person it wants the {number}, which can stand in the address."),
        None => format!(", or leave it as it is where {name} is no business."),
    };
    let message = format!(
        "{name} has no VAT identifier, and {} wants the one of a business on an invoice{above}. Add it on the client's page{otherwise}",
        law.name
    );
    Some(remark("client.vat_id", message))
}
