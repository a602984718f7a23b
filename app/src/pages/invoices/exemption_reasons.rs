//! Suggestions for a field with an exemption reason.

use domain::tax::exemption::offered;
use leptos::prelude::*;

use crate::{
    organizations::get_organization,
    ui::{create_resource, when_loaded},
};

/// The id of [`ExemptionReasons`], for the field that takes its suggestions.
pub const EXEMPTION_REASONS_ID: &str = "tax-reasons";

/// Suggestions for a field with an exemption reason, so that nobody has to know the paragraph.
#[component]
pub fn ExemptionReasons(
    /// The country of the seller.
    country: Option<String>,
    /// The language of the document.
    language: String,
) -> impl IntoView {
    let options = offered(country.as_deref(), &language).into_iter().map(|(words, name)| {
        let label = format!("Small business, {name}");
        view! { <option value=words label=label></option> }
    });
    view! { <datalist id=EXEMPTION_REASONS_ID>{options.collect_view()}</datalist> }
}

/// The same for the country of the organization, which is looked up. Without it there are no suggestions.
#[component]
pub fn OrganizationExemptionReasons(
    /// The language of the document.
    language: String,
) -> impl IntoView {
    let organization = create_resource(|| (), |()| async { get_organization().await.map(|organization| organization.country) });
    when_loaded(organization, move |country| view! { <ExemptionReasons country language=language.clone() /> }.into_any())
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use domain::tax::exemption::small_business;

    fn shown(country: Option<&str>, language: &str) -> String {
        let (country, language) = (country.map(str::to_owned), language.to_owned());
        Owner::new().with(|| view! { <ExemptionReasons country language /> }.to_html())
    }

    #[test]
    fn the_words_of_the_country_are_offered_in_the_language_of_the_document_first() {
        let german = shown(Some("DE"), "de");
        assert_eq!(german.matches("<option").count(), 2, "{german}");
        let at = |words| german.find(words).unwrap_or_else(|| panic!("{words} in {german}"));
        assert!(at("gemäß § 19 UStG") < at("Exempt from VAT"));
        assert!(shown(Some("FR"), "en").contains("art. 293 B du CGI"));
        assert_eq!(small_business("DE", "ja"), small_business("DE", "en"), "in a language that the law allows");
        assert!(small_business("IE", "ja").is_some_and(|words| words.contains("付加価値税") && words.contains("Directive 2006/112/EC")));
        assert!(shown(Some("CH"), "de").contains("Nicht mehrwertsteuerpflichtig (Art. 10 Abs. 2 MWSTG)"));
        assert_eq!(shown(Some("US"), "en").matches("<option").count(), 0, "there are no such words");
    }

    #[test]
    fn of_a_country_that_nobody_has_said_all_are_offered_by_name() {
        let all = shown(None, "en");
        for (words, country) in [("gemäß § 19 UStG", "Germany"), ("art. 53.º do CIVA", "Portugal")] {
            assert!(all.contains(words) && all.contains(country), "{country} in {all}");
        }
    }
}
