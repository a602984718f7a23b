//! The remark on a seller whose legal basis for charging tax or none is unknown.

use domain::tax::{category::TaxCategory, line_tax::LineTax, territory};

use super::remark;
use crate::{
    clients::Client,
    invoices::{InvoiceProblem, omitted_tax},
    organizations::Organization,
};

/// Asks for the seller's country if it is unknown, as the required content follows from it. If it is known and the document says nothing of
/// tax, asks within the European Union for the law by which none is charged. Elsewhere, and where the work goes abroad, such an invoice is
/// complete.
pub fn of(organization: &Organization, client: &Client, taxes: &[LineTax]) -> Option<InvoiceProblem> {
    let says_nothing = |tax: &LineTax| omitted_tax::omits_tax(organization, tax.category) && tax.reason.is_none();
    let silent = taxes.iter().any(says_nothing);
    if organization.country.is_none() {
        return Some(remark("organization.country", of_nowhere(silent).to_owned()));
    }
    let here = territory::of_work(organization.country.as_deref(), organization.vat_id.as_deref()).filter(|_| silent)?;
    let there = territory::of_work(client.country.as_deref(), client.vat_id.as_deref());
    let is_abroad = there.is_some_and(|there| !territory::in_same_territory_for_services(&here, &there));
    (territory::in_eu(&here) && !is_abroad).then(|| remark("organization.tax_category", of_the_union(&here)))
}

fn of_nowhere(silent: bool) -> &'static str {
    if silent {
        "Nobody has said in which country your organization is, so the invoice says nothing of tax. Say your country in Settings, and \
         whether you charge tax."
    } else {
        "Nobody has said in which country your organization is, so nothing of what its law wants on an invoice is looked at, and the tax \
         has the name that is the usual one. Say your country in Settings."
    }
}

fn of_the_union(here: &str) -> String {
    format!(
        "The invoice states no tax and not why. One from {} names the law by which the work is exempt (Article 226 (11) of Directive \
         2006/112/EC), or states the tax. Say in Settings whether you charge tax: the rate, or {} with its reason.",
        territory::name(here),
        TaxCategory::E.named(),
    )
}
