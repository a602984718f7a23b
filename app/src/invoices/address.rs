//! Formats postal addresses for documents, with the country where the invoice crosses a border.

use domain::{
    locale::Locale,
    text::{country_names::OTHER_NAMES, search_key},
};

/// The postal address of one party (BG-5, BG-8). Its last line is the country's name if the other party is in another country, unless
/// the address ends with it already.
pub fn printed(address: Option<&str>, country: Option<&str>, other: Option<&str>, locale: Locale) -> Option<String> {
    let abroad = country.filter(|country| other.is_some_and(|other| other != *country));
    let name = abroad.filter(|country| !address.is_some_and(|address| names(address, country))).and_then(|country| locale.country(country));
    match (address.map(str::trim_end).filter(|address| !address.is_empty()), name) {
        (Some(address), Some(name)) => Some(format!("{address}\n{name}")),
        (None, Some(name)) => Some(name.to_owned()),
        (_, None) => address.map(str::to_owned),
    }
}

/// Whether an address ends with its country's name, ignoring case and accents, or has the country code as its last line.
fn names(address: &str, country: &str) -> bool {
    let last = address.lines().map(|line| line.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '.')).rfind(|line| !line.is_empty());
    let key = last.map(search_key).unwrap_or_default();
    let usual = Locale::ALL.into_iter().filter_map(|locale| locale.country(country));
    let others = OTHER_NAMES.iter().filter(|(code, _)| *code == country).flat_map(|(_, names)| names.iter().copied());
    key == country.to_lowercase() || usual.chain(others).any(|name| ends_with(&key, &search_key(name)))
}

/// Whether a line ends with these words at a word boundary.
fn ends_with(line: &str, words: &str) -> bool {
    let line = if words.ends_with('.') { line } else { line.trim_end_matches('.') };
    line.strip_suffix(words).is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german(address: &str, country: &str, other: &str) -> String {
        printed(Some(address), Some(country), Some(other), Locale::German).unwrap_or_default()
    }

    #[test]
    fn an_address_in_another_country_names_it_once() {
        assert_eq!(german("1 Long Acre\nLondon", "GB", "DE"), "1 Long Acre\nLondon\nVereinigtes Königreich");
        assert_eq!(german("1 Long Acre\nLondon\n", "GB", "GB"), "1 Long Acre\nLondon\n", "it is the same country");
        assert_eq!(printed(Some("Weg 1"), Some("DE"), Some("GB"), Locale::English).as_deref(), Some("Weg 1\nGermany"));
        assert_eq!(printed(None, Some("DE"), Some("GB"), Locale::English).as_deref(), Some("Germany"));
        assert_eq!(printed(Some("Weg 1"), Some("DE"), Some("JP"), Locale::Japanese).as_deref(), Some("Weg 1\nドイツ"));
        for unknown in [(None, Some("DE")), (Some("DE"), None), (None, None)] {
            assert_eq!(printed(Some("Weg 1"), unknown.0, unknown.1, Locale::English).as_deref(), Some("Weg 1"));
        }
    }

    #[test]
    fn a_country_that_is_written_there_is_not_written_again() {
        for (address, country) in [
            ("Way 1\nLONDON\nUNITED KINGDOM", "GB"),
            ("Way 1\nLondon, U.K.", "GB"),
            ("Way 1\nLondon\nvereinigtes konigreich.\n\n", "GB"),
            ("Weg 1\n8000 Zürich\nSuisse", "CH"),
            ("Calle 1\nMadrid (España)", "ES"),
            ("Main St\nAustin, TX 78701, USA", "US"),
            ("Rue 1\nParis\nFR", "FR"),
            ("Straat 1, Amsterdam, The Netherlands", "NL"),
            ("大阪市北区1-1\n日本", "JP"),
        ] {
            assert_eq!(german(address, country, "DE"), address);
        }
        for (address, country, name) in [("Way 1\nBedfordwales", "GB", "Vereinigtes Königreich"), ("Via Francia\nRoma", "IT", "Italien")] {
            assert_eq!(german(address, country, "DE"), format!("{address}\n{name}"));
        }
    }
}
