//! Exemption of small businesses: the words that their invoices must state, by country.

#[cfg(feature = "server")]
use super::{category::TaxCategory, territory};
use crate::country::COUNTRIES;

/// Countries whose law prescribes no words, so that the directive names the exemption.
const BY_DIRECTIVE: [&str; 17] = ["BG", "CY", "CZ", "DK", "EE", "FI", "GR", "HR", "HU", "IE", "LT", "LV", "MT", "RO", "SE", "SI", "SK"];

/// The words that an invoice of a small business in this country must state (BT-120), in the language of the document unless the law
/// prescribes them; `None` where such a business simply charges no tax.
pub fn small_business(country: &str, language: &str) -> Option<&'static str> {
    let german = language.starts_with("de");
    Some(match country {
        // § 34a UStDV.
        "DE" if german => "Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG",
        "DE" => "Exempt from VAT as a small business (§ 19 UStG)",
        "AT" if german => "Umsatzsteuerfrei aufgrund der Kleinunternehmerregelung (§ 6 Abs. 1 Z 27 UStG)",
        "AT" => "Exempt from VAT as a small business (§ 6 (1) no. 27 UStG)",
        "BE" => "Bijzondere vrijstellingsregeling kleine ondernemingen / Régime particulier de franchise des petites entreprises",
        // The overseas departments have the same law. It is part of the CIBS since 1 September 2026 (ordonnance no. 2025-1247), and
        // invoices may name the old article until the end of 2027.
        "FR" | "GP" | "MQ" | "RE" => "TVA non applicable, art. 293 B du CGI",
        "IT" => "Operazione senza applicazione dell’IVA, art. 1, commi 54–89, legge n. 190/2014 (regime forfettario)",
        "LU" => "TVA non applicable, régime de la franchise (art. 57 de la loi TVA)",
        "NL" => "Vrijgesteld van btw op grond van artikel 25 Wet op de omzetbelasting 1968",
        "PL" => "Zwolnienie z VAT na podstawie art. 113 ust. 1 ustawy o VAT",
        "PT" => "IVA – regime de isenção (art. 53.º do CIVA)",
        _ => return by_directive(country, language),
    })
}

/// The words that name the directive. In a language from outside the European Union they also name it in one of its languages.
fn by_directive(country: &str, language: &str) -> Option<&'static str> {
    BY_DIRECTIVE.contains(&country).then(|| match language.get(..2) {
        Some("de") => "Steuerbefreiung für Kleinunternehmen (Artikel 284 der Richtlinie 2006/112/EG)",
        Some("ja") => "小規模企業につき付加価値税免除（指令2006/112/EC第284条、Article 284 of Directive 2006/112/EC）",
        _ => "Exempt from VAT as a small enterprise (Article 284 of Directive 2006/112/EC)",
    })
}

/// The words that a business below the threshold may write where the law makes it not liable at all and prescribes none (Article 10 (2)
/// MWSTG of Switzerland, and the like of Liechtenstein). They are never assumed without being chosen.
fn not_liable(country: &str, language: &str) -> Option<&'static str> {
    matches!(country, "CH" | "LI").then(|| match language.get(..2) {
        Some("de") => "Nicht mehrwertsteuerpflichtig (Art. 10 Abs. 2 MWSTG)",
        _ => "Not liable to VAT (Art. 10 (2) MWSTG)",
    })
}

/// The initial reason of a category for an organization in this country: for the exempt one the words of small businesses, in German where
/// the law is German, since documents in other languages may state them so, too.
#[cfg(feature = "server")]
pub fn usual(category: TaxCategory, country: Option<&str>) -> Option<&'static str> {
    country.filter(|_| category == TaxCategory::E).and_then(usual_words)
}

/// The initial reason of the exempt category in a country.
pub fn usual_words(country: &str) -> Option<&'static str> {
    small_business(country, if matches!(country, "AT" | "DE") { "de" } else { "en" })
}

/// Whether a reason is that of a small business, of whatever country.
#[cfg(feature = "server")]
pub fn is_of_small_business(reason: &str, language: &str) -> bool {
    offered(None, language).iter().any(|(words, _)| *words == reason)
}

/// Whether a reason is that of small businesses elsewhere: neither in this country nor in the one whose law it has.
#[cfg(feature = "server")]
pub fn is_of_elsewhere(reason: &str, country: &str) -> bool {
    let country = territory::member_state(country);
    is_of_small_business(reason, "en") && !offered(Some(country), "en").iter().any(|(words, _)| *words == reason)
}

/// What is wrong with such a reason in this country, as the end of a sentence that quotes it.
#[cfg(feature = "server")]
pub fn whose_law(reason: &str, country: &str) -> String {
    match territory::name(country) {
        name if reason.contains("2006/112") => format!("which are not the words that the law of your country, {name}, has for it"),
        name => format!("which is the law of another country than yours, {name}"),
    }
}

/// The reasons that the law of a country gives businesses without tax, in each language of documents, `language` first; those of every
/// country if none is known. Each comes with the country's name.
pub fn offered(country: Option<&str>, language: &str) -> Vec<(&'static str, &'static str)> {
    let mut languages = ["en", "de", "ja"];
    languages.sort_by_key(|known| !language.starts_with(known));
    let mut words: Vec<(&str, &str)> = Vec::new();
    for (code, name) in COUNTRIES.iter().filter(|(code, _)| country.is_none_or(|country| country == *code)) {
        for text in languages.iter().filter_map(|language| small_business(code, language).or_else(|| not_liable(code, language))) {
            if words.iter().all(|(known, _)| *known != text) {
                words.push((text, name));
            }
        }
    }
    words
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn words_are_of_elsewhere_where_the_country_has_others_or_none() {
        let german = "Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG";
        for (words, country, elsewhere) in [
            (german, "AT", true),
            (german, "US", true),
            (german, "DE", false),
            ("Exempt from VAT as a small business (§ 19 UStG)", "DE", false),
            ("TVA non applicable, art. 293 B du CGI", "RE", false),
            ("Nicht mehrwertsteuerpflichtig (Art. 10 Abs. 2 MWSTG)", "DE", true),
            ("Steuerfrei nach § 4 Nr. 14 UStG", "AT", false),
            ("Exempt from VAT as a small enterprise (Article 284 of Directive 2006/112/EC)", "AX", false),
            ("Exempt from VAT as a small enterprise (Article 284 of Directive 2006/112/EC)", "DE", true),
        ] {
            assert_eq!(is_of_elsewhere(words, country), elsewhere, "{words} in {country}");
        }
    }

    #[test]
    fn words_of_the_directive_are_the_law_of_no_other_country() {
        let told = whose_law("Exempt from VAT as a small enterprise (Article 284 of Directive 2006/112/EC)", "DE");
        assert_eq!(told, "which are not the words that the law of your country, Germany, has for it");
        assert_eq!(whose_law("TVA non applicable, art. 293 B du CGI", "DE"), "which is the law of another country than yours, Germany");
    }
}
