//! The hint about leaving the tax rate empty: in most countries of the European Union the invoices then claim the small business exemption,
//! which does not apply to everybody who charges no tax.

use domain::tax::{category::TaxCategory, exemption};

use super::Organization;

/// When the words of a small business are right. It continues a sentence that has quoted them.
pub const RIGHT_WHERE: &str = "which is right where you are a small business";

/// How to set another reason, or tax.
pub const WAY: &str = "Where another law exempts you, write its words in Settings as the reason; where you charge tax, say the rate.";

/// The same where the law has no words for small businesses and still requires the article (Article 226 (11) of Directive 2006/112/EC). It
/// continues a sentence after a comma.
pub const WAY_OF_UNTOLD: &str = "which is right only where a law exempts you: then write its article in Settings as the reason, with \u{201c}exempt\u{201d} as the tax. Where you charge tax, say the rate.";

/// The same while no country is chosen, or without scripts that follow it.
const WITHOUT_COUNTRY: &str = "Empty, you charge none: where the law of your country has words for a small business your invoices then say them, in Germany \u{201c}Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG\u{201d}; elsewhere they say nothing of tax. Where another law exempts you, change the reason in Settings.";

/// Countries that require a reason on documents without tax and have no words for small businesses.
const UNTOLD: [&str; 2] = ["ES", "MC"];

/// The hint for this country, an ISO 3166-1 code; a general one if it is empty.
pub fn in_country(country: &str) -> String {
    if country.is_empty() {
        return WITHOUT_COUNTRY.to_owned();
    }
    match exemption::usual_words(country) {
        Some(words) => format!("Empty: your invoices say \u{201c}{words}\u{201d}, {RIGHT_WHERE}. {WAY}"),
        None if is_untold(country) => format!("Empty: your invoices say nothing of tax, {WAY_OF_UNTOLD}"),
        None => "Empty: your invoices say nothing of tax.".to_owned(),
    }
}

/// Whether invoices without a rate state no reason although the law of this country requires one.
pub fn is_untold(country: &str) -> bool {
    UNTOLD.contains(&country)
}

/// Whether the reason is the default, which nobody may have chosen.
fn is_usual(organization: &Organization) -> bool {
    let usual = organization.country.as_deref().and_then(exemption::usual_words);
    organization.tax_category == TaxCategory::E && usual.is_some() && organization.tax_reason.as_deref() == usual
}

/// Whether the settings ask to confirm the reason.
pub fn is_asked(organization: &Organization) -> bool {
    is_usual(organization) && !organization.tax_reason_said
}

/// The hint about the reason in the settings.
pub fn in_settings(organization: &Organization) -> Option<String> {
    let words = organization.country.as_deref().and_then(exemption::usual_words)?;
    Some(match is_usual(organization) {
        true => format!(
            "Your invoices say \u{201c}{words}\u{201d}: you are a small business. Where another law exempts you, such as one for doctors \
             or teachers, write its words here; where you charge tax, choose the standard rate."
        ),
        false => format!("Without a reason, exempt (E) means a small business: \u{201c}{words}\u{201d}."),
    })
}

/// The label of the checkbox that confirms it.
pub const SAID: &str = "We are a small business, and our invoices say so";

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use domain::{country::COUNTRIES, tax::territory};

    #[test]
    fn an_empty_rate_is_told_in_the_words_that_the_invoice_will_carry() {
        for (country, _) in COUNTRIES {
            let told = in_country(country);
            match exemption::usual(TaxCategory::E, Some(country)) {
                Some(words) => assert!(told.contains(words) && told.contains("in Settings"), "{country}: {told}"),
                None => {
                    assert!(told.contains("nothing of tax"), "{country}: {told}");
                    let wants_why = territory::in_eu(country);
                    assert_eq!((is_untold(country), told.contains("write its article")), (wants_why, wants_why), "{country}: {told}");
                }
            }
        }
        assert_eq!(in_country(""), WITHOUT_COUNTRY);
        let german = exemption::usual(TaxCategory::E, Some("DE")).unwrap_or("no words");
        assert!(WITHOUT_COUNTRY.contains(german) && WITHOUT_COUNTRY.contains("in Settings"), "without scripts: {WITHOUT_COUNTRY}");
    }
}
