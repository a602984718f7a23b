//! Looks up countries by the names that people use for them.

use crate::{
    country::{COUNTRIES, german, japanese},
    invalid_value::InvalidValue,
    money,
    text::search_key,
};

/// Further names of countries in addresses, beside their names in the languages of documents.
pub const OTHER_NAMES: [(&str, &[&str]); 36] = [
    ("AE", &["UAE", "U.A.E."]),
    ("BE", &["België", "Belgique"]),
    ("BG", &["България", "Balgariya"]),
    ("BR", &["Brasil"]),
    ("BY", &["Weißrussland"]),
    (
        "CD",
        &[
            "DR Congo",
            "D.R. Congo",
            "DRC",
            "Democratic Republic of the Congo",
            "Democratic Republic of Congo",
            "Demokratische Republik Kongo",
            "République démocratique du Congo",
        ],
    ),
    ("CG", &["Republic of the Congo", "Republic of Congo", "Congo Republic", "République du Congo", "Congo-Brazzaville", "Republik Kongo"]),
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
    ("VI", &["US Virgin Islands", "U.S. Virgin Islands"]),
];

/// Two countries by their codes, with names that distinguish them.
type Two = [(&'static str, &'static str); 2];

/// Names that two countries share, in the languages of documents.
const SHARED_NAMES: [(&[&str], Two); 2] = [
    (&["Congo", "Kongo", "コンゴ"], [("CG", "Republic of the Congo"), ("CD", "Democratic Republic of the Congo")]),
    (
        &["Virgin Islands", "Jungferninseln", "ヴァージン諸島", "バージン諸島"],
        [("VG", "British Virgin Islands"), ("VI", "United States Virgin Islands")],
    ),
];

/// The prefix of Greek VAT identifiers, which is not the country's code.
const IN_VAT_IDS: (&str, &str) = ("GR", "EL");

/// The code of the country with this name: in a language of documents, in the country's own, or as addresses write it. `None` for a name
/// that two countries share.
pub fn code_of(name: &str) -> Option<&'static str> {
    let key = key_of(name);
    known().find(|(_, name)| is_called(name, &key)).map(|(code, _)| code).filter(|_| sharing(name).is_none())
}

/// The two countries that share this ambiguous name.
pub fn sharing(name: &str) -> Option<Two> {
    let key = key_of(name);
    SHARED_NAMES.into_iter().find(|(names, _)| names.iter().any(|name| is_called(name, &key))).map(|(_, two)| two)
}

/// The search key of a name without its article.
fn key_of(name: &str) -> String {
    let key = search_key(name);
    key.strip_prefix("the ").map(str::to_owned).unwrap_or(key)
}

/// All known names of countries, each with its code.
fn known() -> impl Iterator<Item = (&'static str, &'static str)> {
    let others = OTHER_NAMES.into_iter().flat_map(|(code, names)| names.iter().map(move |name| (code, *name)));
    [IN_VAT_IDS].into_iter().chain(others).chain(COUNTRIES).chain(german::NAMES).chain(japanese::NAMES)
}

/// Whether a name has this key. Most names are ASCII, where ignoring case is enough and saves computing a key.
fn is_called(name: &str, key: &str) -> bool {
    if name.is_ascii() { name.eq_ignore_ascii_case(key) } else { search_key(name) == key }
}

/// Parses a country from a code such as `DE`, in any case, or from a name that no other country shares; an error names `country`.
#[cfg(feature = "server")]
pub fn parse(given: &str) -> Result<String, InvalidValue> {
    let code = given.trim().to_uppercase();
    if COUNTRIES.iter().any(|(known, _)| *known == code) {
        return Ok(code);
    }
    let shown = money::shown(given);
    if let Some([(one, its_name), (other, others_name)]) = sharing(given) {
        let way = format!("give {one} for the {its_name}, or {other} for the {others_name}.");
        return Err(InvalidValue::new("country", format!("{shown} may be either of two countries; {way}")));
    }
    let unknown =
        || InvalidValue::new("country", format!("No country is known as {shown}; give its two letters (ISO 3166-1), such as DE or US."));
    code_of(given).map(str::to_owned).ok_or_else(unknown)
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
            ("Republic of the Congo", "CG"),
            ("Kongo-Kinshasa", "CD"),
            ("U.S. Virgin Islands", "VI"),
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
    fn a_name_of_two_countries_means_neither_and_each_has_one_of_its_own() {
        for name in ["Congo", "the congo", "KONGO", "コンゴ", "Virgin Islands", "The Virgin Islands", "Jungferninseln"] {
            assert_eq!((code_of(name), sharing(name).is_some()), (None, true), "{name}");
        }
        for (code, name) in SHARED_NAMES.into_iter().flat_map(|(_, two)| two) {
            assert_eq!((code_of(name), sharing(name)), (Some(code), None), "{name}");
        }
    }

    #[test]
    fn every_name_means_the_country_that_has_it() {
        for (code, name) in known().filter(|(_, name)| sharing(name).is_none()) {
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

    #[test]
    fn a_country_is_its_code_or_its_name() {
        assert_eq!(parse(" de ").as_deref(), Ok("DE"));
        assert_eq!(parse("Germany").as_deref(), Ok("DE"));
        for wrong in ["", "D", "DEU", "XX"] {
            let refused = parse(wrong).expect_err(wrong);
            assert!(refused.message.contains("two letters"), "{wrong}: {refused:?}");
        }
    }

    #[test]
    fn a_name_of_two_countries_is_refused_with_both() {
        for (name, codes) in [("Congo", ["CG for the", "CD for the"]), ("virgin islands", ["VG for the", "VI for the"])] {
            let refused = parse(name).expect_err(name);
            assert!(codes.iter().all(|code| refused.message.contains(code)), "{name}: {refused:?}");
        }
    }
}
