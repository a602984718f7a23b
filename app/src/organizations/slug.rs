//! The URL slug of an organization.

/// A slug made of a name: lower-case letters and digits with hyphens between, at most 40 characters.
pub fn slug_of(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(plain) {
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

/// Transliterates a letter for a slug: `Ä` to `ae`, `é` to `e`.
fn plain(letter: char) -> Vec<char> {
    let lower: String = letter.to_lowercase().collect();
    let text = match lower.as_str() {
        "ä" | "æ" => "ae",
        "ö" | "ø" | "œ" => "oe",
        "ü" => "ue",
        "ß" => "ss",
        "å" | "á" | "à" | "â" | "ã" => "a",
        "é" | "è" | "ê" | "ë" => "e",
        "í" | "ì" | "î" | "ï" => "i",
        "ó" | "ò" | "ô" | "õ" => "o",
        "ú" | "ù" | "û" => "u",
        "ç" => "c",
        "ñ" => "n",
        other => other,
    };
    text.chars().collect()
}

#[cfg(test)]
mod tests {
    use super::slug_of;

    #[test]
    fn a_name_becomes_an_address() {
        assert_eq!(slug_of("Müller & Söhne GmbH"), "mueller-soehne-gmbh");
        assert_eq!(slug_of("Ada Lovelace"), "ada-lovelace");
        assert_eq!(slug_of("東京"), "studio");
        assert_eq!(slug_of("--"), "studio");
        assert!(slug_of(&"x y ".repeat(100)).len() <= 41);
    }
}
