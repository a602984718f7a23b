//! The reason why no tax is charged in the usual words: they follow the category and the country of the organization.

use super::{Organization, untaxed};
use crate::{
    invoices::{exemption, totals::TaxCategory},
    operation::Call,
};

/// Gives an organization without a reason the words that a new one of its category begins with, and tells them; none where its country
/// has no such words.
pub fn fill(cx: &mut Call, organization: &mut Organization) {
    organization.tax_reason = exemption::usual(organization.tax_category, organization.country.as_deref()).map(str::to_owned);
    if let Some(words) = &organization.tax_reason {
        cx.warn(format!("Invoices without tax say why: {words}. Write another reason where you are exempt by another law."));
    }
}

/// After a change of the country: words of small businesses elsewhere become those of this one, or nothing where it has none, as on
/// founding. Nobody has said them yet, and they are told.
pub fn follow_country(cx: &mut Call, organization: &mut Organization) {
    let Some(country) = organization.country.as_deref() else { return };
    if !matches!(organization.tax_category, TaxCategory::E | TaxCategory::O) {
        return;
    }
    let Some(former) = organization.tax_reason.take_if(|reason| exemption::is_of_elsewhere(reason, country)) else { return };
    let words = exemption::usual_words(country);
    cx.warn(format!("\"{former}\" is the law of another country. {}", told(country, words)));
    organization.tax_category = if words.is_some() { TaxCategory::E } else { TaxCategory::O };
    organization.tax_reason = words.map(str::to_owned);
    organization.tax_reason_said = false;
}

/// What the invoices say from now on.
fn told(country: &str, words: Option<&str>) -> String {
    match words {
        Some(words) => format!("Your invoices say \"{words}\" from now on. {}", untaxed::WAY),
        None if untaxed::is_untold(country) => format!("Your invoices say nothing of tax from now on, {}", untaxed::WAY_OF_UNTOLD),
        None => "Your invoices say nothing of tax from now on. Where you charge tax, say the rate.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
