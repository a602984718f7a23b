//! The remark on the number that a tax invoice requires, in countries that have one.

use domain::{locale::tax_invoice::TaxInvoice, tax::category::TaxCategory, text};

use super::remark;
use crate::{
    invoices::{InvoiceProblem, parties},
    organizations::Organization,
};

/// The remark on the number that the law of the seller requires beside its tax.
pub fn of(organization: &Organization, categories: &[TaxCategory]) -> Option<InvoiceProblem> {
    let country = organization.country.as_deref()?;
    let taxed = categories.iter().any(|category| TaxInvoice::is_for(Some(country), *category));
    let known = TaxInvoice::of(Some(country), taxed)?;
    let stated = parties::of_seller(organization);
    let numbers = [stated.vat_id, stated.tax_number, stated.registered];
    if numbers.iter().flatten().any(|number| known.named(number).is_some()) {
        return None;
    }
    let number = known.number;
    let told = match numbers.into_iter().flatten().next() {
        Some(other) => format!("{} is no {number}{}", text::excerpt(&other), form(known)),
        None => format!("Your organization has no {number}{}", form(known)),
    };
    let message = format!("{told}: {}. Write it as your tax number in Settings.", known.without(taxed));
    Some(remark("organization.tax_number", message))
}

fn form(known: &TaxInvoice) -> String {
    known.form.map(|form| format!(", which has {}", form.told)).unwrap_or_default()
}
