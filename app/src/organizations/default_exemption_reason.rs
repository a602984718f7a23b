//! The default exemption reason, which follows the tax category and the country of the organization.

use domain::tax::{category::TaxCategory, exemption};

use super::{Organization, no_tax_hint};
use crate::operation::Call;

/// Gives an organization without a reason the default words of its category, with a warning; none where its country has no such words.
pub fn fill(cx: &mut Call, organization: &mut Organization) {
    organization.tax_reason = exemption::usual(organization.tax_category, organization.country.as_deref()).map(str::to_owned);
    if let Some(words) = &organization.tax_reason {
        cx.warn(format!("Invoices without tax say why: {words}. Write another reason where you are exempt by another law."));
    }
}

/// Adapts the reason after a change of the country: another country's words for small businesses become this country's words, or none where
/// it has none; so does a missing reason that nobody has confirmed, as after creation. The new reason counts as unconfirmed and is reported
/// as a warning. A category that was given along with the country stays.
pub fn follow_country(cx: &mut Call, organization: &mut Organization, is_category_given: bool) {
    let Some(country) = organization.country.as_deref() else { return };
    if !matches!(organization.tax_category, TaxCategory::E | TaxCategory::O) {
        return;
    }
    let words = exemption::usual_words(country);
    let said_before = match &organization.tax_reason {
        Some(former) if exemption::is_of_elsewhere(former, country) => {
            format!("\"{former}\" is said no more, {}. ", exemption::whose_law(former, country))
        }
        None if words.is_some() && !organization.tax_reason_said && !is_category_given => String::new(),
        _ => return,
    };
    let category = if words.is_some() { TaxCategory::E } else { TaxCategory::O };
    if !is_category_given {
        organization.tax_category = category;
    }
    let words = words.filter(|_| organization.tax_category == TaxCategory::E);
    cx.warn(format!("{said_before}{}", told(country, organization.tax_category, words)));
    organization.tax_reason = words.map(str::to_owned);
    organization.tax_reason_said = false;
}

/// The warning that says what invoices state from now on.
fn told(country: &str, category: TaxCategory, words: Option<&str>) -> String {
    match words {
        None if category == TaxCategory::E => {
            "Your invoices are exempt and name no law from now on: write its article in Settings as the reason.".to_owned()
        }
        Some(words) => format!("Your invoices say \"{words}\" from now on. {}", no_tax_hint::WAY),
        None if no_tax_hint::is_untold(country) => format!("Your invoices say nothing of tax from now on, {}", no_tax_hint::WAY_OF_UNTOLD),
        None => "Your invoices say nothing of tax from now on. Where you charge tax, say the rate.".to_owned(),
    }
}

#[cfg(test)]
mod tests;
