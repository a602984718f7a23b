//! The remark on the registration number without which nobody in Japan deducts the tax of an invoice.

use domain::{
    tax::{category::TaxCategory, territory},
    text,
};

use super::remark;
use crate::{
    clients::Client,
    invoices::InvoiceProblem,
    organizations::{Organization, settings::check_digit_warning},
};

/// The remark on the registration number of a seller in Japan, which a qualified invoice bears (Consumption Tax Act, Article 57-4). There
/// is none if no tax is charged, or only to clients abroad.
pub fn of(organization: &Organization, client: &Client, categories: &[TaxCategory]) -> Option<InvoiceProblem> {
    if organization.country.as_deref() != Some("JP") {
        return None;
    }
    let number = organization.tax_number.as_deref();
    if let Some(message) = number.and_then(|number| check_digit_warning(Some("JP"), number)) {
        return Some(remark("organization.tax_number", message));
    }
    let is_registered =
        [number, organization.vat_id.as_deref()].into_iter().flatten().any(|number| text::japanese_registration(number).is_some());
    let there = territory::of_work(client.country.as_deref(), client.vat_id.as_deref());
    let is_abroad = there.is_some_and(|there| there != "JP");
    (!is_registered && !is_abroad && categories.contains(&TaxCategory::S))
        .then(|| remark("organization.tax_number", missing(number, &client.name)))
}

fn missing(number: Option<&str>, client: &str) -> String {
    let told = match number {
        Some(number) => format!("{} is no registration number, which is T and 13 digits", text::excerpt(number)),
        None => "Your organization has no registration number (T and 13 digits)".to_owned(),
    };
    format!(
        "{told}: without one {client} cannot deduct the whole tax (Article 57-4 of the Consumption Tax Act). Write it as your tax number in \
         Settings, or leave it out where you are not registered."
    )
}
