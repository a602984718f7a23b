//! Countries by the names that people call them.

use super::{COUNTRIES, german, japanese};
use crate::text::search_key;

/// What else countries are called in addresses, beside their names in the languages of documents.
pub const OTHER_NAMES: [(&str, &[&str]); 26] = [
    ("BE", &["België", "Belgique"]),
    ("BG", &["България", "Balgariya"]),
    ("CH", &["Suisse", "Svizzera", "Svizra"]),
    ("CZ", &["Czech Republic", "Česko", "Česká republika", "Tschechische Republik"]),
    ("DK", &["Danmark"]),
    ("EE", &["Eesti"]),
    ("ES", &["España"]),
    ("FI", &["Suomi"]),
    ("GB", &["UK", "U.K.", "Great Britain", "Großbritannien", "England", "Scotland", "Wales", "Northern Ireland", "イギリス"]),
    ("GR", &["Ελλάδα", "Hellas"]),
    ("HR", &["Hrvatska"]),
    ("HU", &["Magyarország"]),
    ("IE", &["Éire"]),
    ("IT", &["Italia"]),
    ("LT", &["Lietuva"]),
    ("LU", &["Luxembourg", "Lëtzebuerg"]),
    ("LV", &["Latvija"]),
    ("NL", &["Nederland", "Holland"]),
    ("NO", &["Norge", "Noreg"]),
    ("PL", &["Polska"]),
    ("RO", &["România"]),
    ("SE", &["Sverige"]),
    ("SI", &["Slovenija"]),
    ("SK", &["Slovensko", "Slovak Republic"]),
    ("TR", &["Turkey", "Türkiye"]),
    ("US", &["USA", "U.S.A.", "US", "U.S.", "United States of America", "Vereinigte Staaten von Amerika", "アメリカ", "米国"]),
];

/// What stands for Greece in VAT identifiers, in place of its code.
const IN_VAT_IDS: (&str, &str) = ("GR", "EL");

/// The code of the country of a name: in a language of documents, in its own, or as it stands in addresses.
pub fn code_of(name: &str) -> Option<&'static str> {
    let key = search_key(name);
    let key = key.strip_prefix("the ").unwrap_or(&key);
    let others = OTHER_NAMES.into_iter().flat_map(|(code, names)| names.iter().map(move |name| (code, *name)));
    let mut known = COUNTRIES.into_iter().chain(german::NAMES).chain(japanese::NAMES).chain(others).chain([IN_VAT_IDS]);
    known.find(|(_, name)| search_key(name) == key).map(|(code, _)| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_the_names_that_people_call_it() {
        for (name, code) in [
            ("Germany", "DE"),
            ("deutschland", "DE"),
            ("ドイツ", "DE"),
            ("The Netherlands", "NL"),
            (" united  kingdom ", "GB"),
            ("UK", "GB"),
            ("EL", "GR"),
            ("USA", "US"),
            ("Polska", "PL"),
            ("Cote d’Ivoire", "CI"),
        ] {
            assert_eq!(code_of(name), Some(code), "{name}");
        }
        for none in ["", "the", "DEU", "Atlantis"] {
            assert_eq!(code_of(none), None, "{none}");
        }
    }

    #[test]
    fn every_name_means_the_country_that_has_it() {
        for (code, name) in COUNTRIES.into_iter().chain(german::NAMES).chain(japanese::NAMES) {
            assert_eq!(code_of(name), Some(code), "{name}");
        }
    }
}
