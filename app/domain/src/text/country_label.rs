//! Labels of numbers in countries where the form alone says which number it is.

use super::{has_label, number_labels::bare_number, plain, swiss_uid, tax_number_formats::fits};

/// Countries with the forms of their numbers, as [`super::tax_number_formats`] writes them, and the label of such a number.
const WORDS: [(&str, &str, &str); 4] = [
    ("IS", "##########", "Kennitala"),
    ("IS", "##### ######", "VSK-númer"),
    ("LI", "##### ######", "MWST-Nr."),
    ("NO", "#########", "Org.nr."),
];

/// An unlabelled number with its label before it; `None` if it has a word already, or no label is known. The number of an enterprise in
/// Switzerland is recognized by its letters in every country.
pub fn with_country_label(country: Option<&str>, number: &str) -> Option<String> {
    let alone = plain(number).trim().to_owned();
    if let Some(of_enterprise) = swiss_uid(number) {
        let is_alone = alone.get(..3).is_some_and(|letters| letters.eq_ignore_ascii_case("CHE"));
        return is_alone.then(|| format!("UID {of_enterprise}"));
    }
    let bare = bare_number(number);
    let (_, _, word) = WORDS.iter().find(|(of, forms, _)| country == Some(*of) && fits(forms, "", &bare)).filter(|_| !has_label(number))?;
    Some(format!("{word} {alone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_called_by_the_word_of_its_country_once() {
        for (country, number, named) in [
            ("CH", "CHE-123.456.788", "UID CHE-123.456.788"),
            ("DE", "CHE-123.456.788", "UID CHE-123.456.788"),
            ("IS", "010130-2989", "Kennitala 010130-2989"),
            ("IS", "12345", "VSK-númer 12345"),
            ("LI", "50123", "MWST-Nr. 50123"),
            ("NO", "123 456 785", "Org.nr. 123 456 785"),
        ] {
            assert_eq!(with_country_label(Some(country), number).as_deref(), Some(named), "{country}");
        }
        for (country, number) in [
            ("CH", "UID CHE-123.456.788"),
            ("CH", "CHE-123.456.788 MWST"),
            ("IS", "kennitala 010130-2989"),
            ("LI", "PEID 1234567"),
            ("LI", "1234567"),
            ("NO", "123 456 785 MVA"),
            ("DE", "12345"),
        ] {
            assert_eq!(with_country_label(Some(country), number), None, "{country} {number}");
        }
        assert_eq!(with_country_label(None, "12345"), None);
    }
}
