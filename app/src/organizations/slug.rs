//! The URL slug of an organization.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A slug made of a name: lower-case letters and digits with hyphens between, at most 40 characters.
pub fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for letter in plain(name).chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= 40 {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "studio".to_owned() } else { slug.to_owned() }
}

/// A name in small letters without marks; letters of German and of the north as they are written without: `Ä` as `ae`, `é` as `e`. Other
/// scripts stay as they are.
fn plain(name: &str) -> String {
    name.to_lowercase()
        .nfc()
        .map(|letter| match letter {
            'ä' | 'æ' => "ae".to_owned(),
            'ö' | 'ø' | 'œ' => "oe".to_owned(),
            'ü' => "ue".to_owned(),
            'ß' => "ss".to_owned(),
            other => std::iter::once(other).nfkd().filter(|letter| !is_combining_mark(*letter)).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::slug_of;

    #[test]
    fn a_name_becomes_an_address() {
        assert_eq!(slug_of("Müller & Söhne GmbH"), "mueller-soehne-gmbh");
        assert_eq!(slug_of("Mu\u{308}ller"), "mueller", "whichever way the letter was typed");
        assert_eq!(slug_of("Ada Lovelace"), "ada-lovelace");
        assert_eq!(slug_of("Černý Ångström, Peña & Çelik"), "cerny-angstroem-pena-celik");
        assert_eq!(slug_of("ＡＢＣ ﬁne"), "abc-fine");
        assert_eq!(slug_of("東京"), "studio");
        assert_eq!(slug_of("--"), "studio");
        assert!(slug_of(&"x y ".repeat(100)).len() <= 41);
    }
}
