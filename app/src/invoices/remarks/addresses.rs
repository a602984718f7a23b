//! Remarks on missing addresses and payment details.

use domain::tax::{category::TaxCategory, territory};

use super::remark;
use crate::{clients::Client, invoices::InvoiceProblem, organizations::Organization};

/// The remarks on missing details, the addresses first: the law of many countries requires them.
pub fn unsaid(organization: &Organization, client: &Client, categories: &[TaxCategory]) -> Vec<InvoiceProblem> {
    let law = law(organization.country.as_deref(), categories);
    let seller = match &law {
        Some(law) => {
            format!("Your postal address is missing, and {law} wants it on every invoice. Add it in Settings before you send this one.")
        }
        None => "Your organization has no postal address; most clients need one on an invoice. Add it in Settings.".to_owned(),
    };
    let buyer = match &law {
        Some(law) => {
            format!("The postal address of {} is missing, and {law} wants it on an invoice. Add it on the client's page.", client.name)
        }
        None => format!("{} has no postal address; most tax offices want one on an invoice. Add it on the client's page.", client.name),
    };
    let bank = "There are no bank details, so the invoice does not say where to pay. Add them in Settings.".to_owned();
    let unsaid = [
        (organization.address.is_none(), "organization.address", seller),
        (client.address.is_none(), "client.address", buyer),
        (!organization.says_where_to_pay(), "organization.iban", bank),
    ];
    unsaid.into_iter().filter_map(|(missing, field, message)| missing.then(|| remark(field, message))).collect()
}

/// The law that requires the addresses of both parties on an invoice of a seller in this country. In the United Kingdom and in Switzerland
/// it applies to invoices with tax.
fn law(country: Option<&str>, categories: &[TaxCategory]) -> Option<String> {
    let country = country?;
    let taxed = categories.contains(&TaxCategory::S);
    Some(match country {
        "DE" => "§ 14 (4) no. 1 UStG".to_owned(),
        "AT" => "§ 11 (1) no. 3 UStG 1994".to_owned(),
        "GB" | "IM" if taxed => "regulation 14 of the VAT Regulations 1995".to_owned(),
        "CH" | "LI" if taxed => "Article 26 (2) MWSTG".to_owned(),
        _ if territory::in_eu(country) => "Article 226 (5) of Directive 2006/112/EC".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_is_named_that_wants_an_address() {
        let named = |country: &str, category| law(Some(country), &[category]);
        for (country, words) in [("DE", "§ 14 (4)"), ("AT", "§ 11 (1)"), ("FR", "226 (5)"), ("ES", "226 (5)"), ("MC", "226 (5)")] {
            for category in [TaxCategory::S, TaxCategory::E] {
                assert!(named(country, category).is_some_and(|law| law.contains(words)), "{country}");
            }
        }
        for country in ["GB", "CH", "LI"] {
            assert!(named(country, TaxCategory::S).is_some() && named(country, TaxCategory::O).is_none(), "{country}");
        }
        for country in ["US", "JP", "AU", "NO"] {
            assert_eq!(named(country, TaxCategory::S), None, "{country}");
        }
        assert_eq!(law(None, &[TaxCategory::S]), None);
    }
}
