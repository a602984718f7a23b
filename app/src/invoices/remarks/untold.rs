//! A seller who charges no tax, where nobody can tell why.

use super::remark;
use crate::{
    clients::Client,
    invoices::{InvoiceProblem, rules::place, tax::LineTax, totals::TaxCategory, untold},
    organizations::Organization,
};

/// What is to be said where the document says nothing of tax: the country that would tell what has to stand there, or in the European Union
/// the law by which none is charged. Elsewhere such an invoice is complete, and so it is where the work goes abroad.
pub fn of(organization: &Organization, client: &Client, taxes: &[LineTax]) -> Option<InvoiceProblem> {
    let says_nothing = |tax: &LineTax| untold::is_untold(organization, tax.category) && tax.reason.is_none();
    if !taxes.iter().any(says_nothing) {
        return None;
    }
    let Some(here) = place::of_work(organization.country.as_deref(), organization.vat_id.as_deref()) else {
        let message = "Nobody has said in which country your organization is, so the invoice says nothing of tax. Say your country in \
                       Settings, and whether you charge tax.";
        return Some(remark("organization.country", message.to_owned()));
    };
    let there = place::of_work(client.country.as_deref(), client.vat_id.as_deref());
    let is_abroad = there.is_some_and(|there| !place::works_at_home(&here, &there));
    (place::in_union(&here) && !is_abroad).then(|| remark("organization.tax_category", of_the_union(&here)))
}

fn of_the_union(here: &str) -> String {
    format!(
        "The invoice states no tax and not why. One from {} names the law by which the work is exempt (Article 226 (11) of Directive \
         2006/112/EC), or states the tax. Say in Settings whether you charge tax: the rate, or {} with its reason.",
        place::name(here),
        TaxCategory::E.named(),
    )
}
