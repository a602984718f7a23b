//! The remark on a seller who charges no tax and states a number that only registered sellers have.

use domain::{
    locale::tax_invoice::TaxInvoice,
    tax::{line_tax::LineTax, territory},
    text::{self, NumberKind},
};

use super::remark;
use crate::{
    clients::Client,
    invoices::{InvoiceProblem, omitted_tax, parties},
    organizations::Organization,
};

/// The remark on an invoice that says nothing of tax on domestic work and states such a number. Within the European Union a seller can be
/// registered and exempt.
pub fn of(organization: &Organization, client: &Client, taxes: &[LineTax]) -> Option<InvoiceProblem> {
    let here = territory::of_work(organization.country.as_deref(), organization.vat_id.as_deref())?;
    let there = territory::of_work(client.country.as_deref(), client.vat_id.as_deref());
    let is_abroad = there.is_some_and(|there| !territory::in_same_territory_for_services(&here, &there));
    if is_abroad || territory::in_eu(&here) || !taxes.iter().any(|tax| omitted_tax::omits_tax(organization, tax.category)) {
        return None;
    }
    let identifiers = parties::of_seller(organization);
    let numbers = [identifiers.vat_id, identifiers.tax_number, identifiers.registered];
    let number = numbers.into_iter().flatten().find(|number| is_of_registered(&here, number))?;
    let message = format!(
        "The invoice states no tax, and {}, which says that you are registered for it: whoever is charges it{}. Say in Settings that you charge \
         tax, or take the number away where you are not registered.",
        text::excerpt(&number),
        law(territory::home_of_work(&here)),
    );
    Some(remark("organization.tax_category", message))
}

/// Whether a number says that its owner is registered for the tax of this country.
fn is_of_registered(here: &str, number: &str) -> bool {
    let plain = text::plain(number).to_uppercase();
    let ends = |names: &[&str]| names.iter().any(|name| plain.trim_end_matches(|letter: char| !letter.is_alphanumeric()).ends_with(name));
    let is_called_so = || text::number_label(number).is_some_and(|word| word.kind == NumberKind::Vat);
    // UID is also a word for another number there.
    let names = |known: &[&str]| plain.split(|letter: char| !letter.is_alphanumeric()).any(|word| known.contains(&word));
    let swiss = ["MWST", "TVA", "IVA", "VAT"];
    match territory::home_of_work(here) {
        "CH" => ends(&swiss) || names(&swiss),
        "GB" => is_called_so() || territory::issuer(number).is_some_and(|issuer| territory::in_same_territory_for_services(&issuer, here)),
        "JP" => text::japanese_registration(number).is_some(),
        "NO" => ends(&["MVA"]),
        home => is_called_so() || TaxInvoice::of(Some(home), true).is_some_and(|known| known.says_registered(number)),
    }
}

/// The law that requires registered sellers to charge it.
fn law(home: &str) -> &'static str {
    match home {
        "AU" => " (section 9-40 of the GST Act 1999)",
        "CH" => " (Article 10 MWSTG), and nobody else may refer to the tax (Article 27 MWSTG)",
        "GB" => " (sections 3 and 4 of the Value Added Tax Act 1994)",
        "JP" => ", as no registered issuer is exempt (Articles 9 and 57-2 of the Consumption Tax Act)",
        "NO" => " (merverdiavgiftsloven § 2-1 and § 11-1)",
        _ => "",
    }
}
