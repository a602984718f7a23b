//! Remarks on likely mistakes in the numbers of both parties.

use domain::tax::{category::TaxCategory, number_remarks::of_enterprise, party_identifiers};

use super::remark;
use crate::{
    clients::{
        Client,
        identifier_remarks::{doubtful_of_client, none_of_client},
    },
    invoices::InvoiceProblem,
    organizations::{
        Organization,
        identifier_remarks::{doubtful_of_seller, no_tax_number, no_vat_id_of_seller},
    },
};

/// The remarks on the numbers that an invoice with lines of these categories states.
pub fn of(organization: &Organization, client: &Client, categories: &[TaxCategory]) -> Vec<InvoiceProblem> {
    // The rules report any other number that is no VAT identifier, unless none is stated (BR-O-02).
    let counts = |number: &Option<String>| {
        number.as_deref().is_some_and(party_identifiers::has_other_label) || categories.iter().all(|category| *category == TaxCategory::O)
    };
    let seller = no_vat_id_of_seller(organization).filter(|_| counts(&organization.vat_id));
    let is_stated = || client.vat_id.as_deref().is_some_and(|number| party_identifiers::is_no_vat_id(number, client.country.as_deref()));
    let is_needed = categories.contains(&TaxCategory::K);
    let buyer = none_of_client(client, is_needed).filter(|_| is_stated() || counts(&client.vat_id));
    let taxed = categories.contains(&TaxCategory::S);
    let enterprise = || organization.vat_id.as_deref().and_then(|number| of_enterprise(number, taxed));
    let same = client.vat_id.is_some() && client.vat_id == organization.vat_id;
    let same = same.then(|| format!("The VAT identifier of {} is your own. Correct it in the client.", client.name));
    let remarks = [
        ("organization.vat_id", seller.or_else(|| doubtful_of_seller(organization)).or_else(enterprise)),
        ("organization.tax_number", no_tax_number(organization, taxed)),
        ("client.vat_id", buyer.or_else(|| doubtful_of_client(client))),
        ("client.vat_id", same),
    ];
    remarks.into_iter().filter_map(|(field, message)| Some(remark(field, message?))).collect()
}
