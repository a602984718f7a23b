//! The number without which a tax invoice is none, in countries that have one.

use super::remark;
use crate::{
    invoices::{InvoiceProblem, rules::place, stated, totals::TaxCategory, wording::tax_invoice::TaxInvoice},
    organizations::Organization,
    text,
};

/// What is to be said of the number that the law of the seller wants beside a tax of theirs.
pub fn of(organization: &Organization, categories: &[TaxCategory]) -> Option<InvoiceProblem> {
    let country = organization.country.as_deref()?;
    let known = TaxInvoice::of(Some(country), categories.iter().any(|category| category.is_of_tax_invoice()))?;
    let stated = stated::of_seller(organization);
    let numbers = [stated.vat_id, stated.tax_number, stated.registered];
    if numbers.iter().flatten().any(|number| known.named(number).is_some()) {
        return None;
    }
    let number = known.number;
    let told = match numbers.into_iter().flatten().next() {
        Some(other) => format!("{} is no {number}{}", text::excerpt(&other), length(known)),
        None => format!("Your organization has no {number}{}", length(known)),
    };
    let message =
        format!("{told}: an invoice from {} states it ({}). Write it as your tax number in Settings.", place::name(country), known.law);
    Some(remark("organization.tax_number", message))
}

fn length(known: &TaxInvoice) -> String {
    known.length.map(|length| format!(", which has {length} letters and digits")).unwrap_or_default()
}
