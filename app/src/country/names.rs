//! Countries by the names that people call them.

use super::{COUNTRIES, german, japanese};
use crate::text::search_key;

/// What else countries are called in addresses, beside their names in the languages of documents.
pub const OTHER_NAMES: [(&str, &[&str]); 34] = [
    ("AE", &["UAE", "U.A.E."]),
    ("BE", &["België", "Belgique"]),
    ("BG", &["България", "Balgariya"]),
    ("BR", &["Brasil"]),
    ("BY", &["Weißrussland"]),
    ("CD", &["DR Congo", "D.R. Congo", "DRC", "Democratic Republic of the Congo", "Demokratische Republik Kongo"]),
    ("CH", &["Suisse", "Svizzera", "Svizra"]),
    ("CI", &["Cote d'Ivoire", "Ivory Coast", "Elfenbeinküste"]),
    ("CV", &["Cape Verde", "Kap Verde"]),
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
    ("KR", &["Korea", "Republic of Korea", "Republik Korea"]),
    ("LT", &["Lietuva"]),
    ("LU", &["Luxembourg", "Lëtzebuerg"]),
    ("LV", &["Latvija"]),
    ("NL", &["Nederland", "Holland"]),
    ("NO", &["Norge", "Noreg"]),
    ("PL", &["Polska"]),
    ("RO", &["România"]),
    ("RU", &["Russian Federation", "Russische Föderation"]),
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
    known().find(|(_, name)| is_called(name, key)).map(|(code, _)| code)
}

/// Every name that a country is known by, with its code.
fn known() -> impl Iterator<Item = (&'static str, &'static str)> {
    let others = OTHER_NAMES.into_iter().flat_map(|(code, names)| names.iter().map(move |name| (code, *name)));
    [IN_VAT_IDS].into_iter().chain(others).chain(COUNTRIES).chain(german::NAMES).chain(japanese::NAMES)
}

/// Whether a name has this key. Most names are plain letters, of which only the case says nothing: they need not be folded to be compared.
fn is_called(name: &str, key: &str) -> bool {
    if name.is_ascii() { name.eq_ignore_ascii_case(key) } else { search_key(name) == key }
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
            ("COTE D'IVOIRE", "CI"),
            ("Korea", "KR"),
            ("Republic of Korea", "KR"),
            ("north korea", "KP"),
            ("DR Congo", "CD"),
            ("the Democratic Republic of the Congo", "CD"),
            ("Congo", "CG"),
            ("Brasil", "BR"),
            ("México", "MX"),
            ("WEISSRUSSLAND", "BY"),
        ] {
            assert_eq!(code_of(name), Some(code), "{name}");
        }
        for none in ["", "the", "DEU", "Atlantis"] {
            assert_eq!(code_of(none), None, "{none}");
        }
    }

    #[test]
    fn every_name_means_the_country_that_has_it() {
        for (code, name) in known() {
            assert_eq!(code_of(name), Some(code), "{name}");
            for written in [name.to_uppercase(), name.to_lowercase(), format!(" {} ", name.replace(' ', "  "))] {
                assert_eq!(code_of(&written), Some(code), "{written}");
            }
        }
    }

    #[test]
    fn a_name_is_called_by_its_key_and_by_no_other() {
        for (_, name) in known() {
            let key = search_key(name);
            assert!(is_called(name, &key) && !is_called(name, &format!("{key} x")), "{name}");
        }
    }
}
