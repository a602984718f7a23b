//! Validates and normalizes VAT identifiers.

use eu_vat::{Country, Error as Flaw, Vat};

use super::{
    NumberKind, clean,
    date_notes::without_days,
    excerpt, japanese_registration, japanese_registration_fits, negation,
    number_labels::{bare_number, is_number, label_before, number_label, words_in},
    plain, small_business_number,
    two_numbers::two_numbers,
    vat_examples::EXAMPLES,
    with_hyphens,
};
use crate::invalid_value::InvalidValue;

/// A VAT identifier, or the number of a party at a tax authority elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VatId {
    /// The identifier as stored: one of the European Union without spaces and separators.
    pub text: String,
    /// Whether its check digits do not fit the others, which is mostly a mistake.
    pub doubtful: bool,
}

/// The result of checking an identifier of a country with a known form.
enum VatIdCheck {
    /// Of that form; the identifier as stored.
    Right(String),
    /// Of that form, with check digits that do not fit the others.
    Doubtful,
    /// Of another length or form.
    Wrong,
}

/// Parses an optional VAT identifier. With the letters of a country whose form is known it must have that form. Any other line is accepted,
/// as further forms are unknown; a Japanese registration number is stored here for want of a field of its own.
pub fn vat_id(field: &str, given: &str) -> Result<Option<VatId>, InvalidValue> {
    let text = clean(field, given, 50, false)?;
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(number) = japanese_registration(&text) {
        return Ok(Some(VatId { doubtful: !japanese_registration_fits(&number), text: number }));
    }
    if let Some(told) = negation(&text) {
        return Err(InvalidValue::new(field, told));
    }
    if is_of_another_kind(&text) {
        return Ok(Some(VatId { text, doubtful: false }));
    }
    if let Some(numbers) = two_numbers(&text) {
        return Err(InvalidValue::new(field, numbers.refusal(&text)));
    }
    let bare = without_words(&text);
    let compact = compact(&bare);
    let Some((letters, read)) = read(&bare, &compact) else {
        return Ok(Some(VatId { text, doubtful: false }));
    };
    let union = Country::from_code(letters).is_some();
    let nothing = !compact.bytes().any(|c| (b'1'..=b'9').contains(&c));
    match read {
        VatIdCheck::Right(canonical) => Ok(Some(VatId { text: if union { canonical } else { bare }, doubtful: false })),
        VatIdCheck::Doubtful if !nothing => Ok(Some(VatId { text: if union { compact } else { bare }, doubtful: true })),
        VatIdCheck::Wrong if begins_otherwise(&bare) => Ok(Some(VatId { text, doubtful: false })),
        VatIdCheck::Doubtful | VatIdCheck::Wrong => Err(InvalidValue::new(field, refusal(&text, letters))),
    }
}

/// The identifier without words around it, as on a letterhead: "USt-IdNr. DE136695976". A number of no known form is left as it is, and so
/// is a "VAT NO 123456785" of elsewhere, which is Norwegian only with the name of its tax. The name of the Swiss tax stays, as it makes a
/// VAT number of the number that every enterprise has (Article 26 (2) a of the Swiss VAT Act).
pub fn without_words(text: &str) -> String {
    let plain = without_days(&with_hyphens(&plain(text)));
    let Some(alone) = alone(plain.trim()).filter(|_| !is_of_another_kind(&plain)) else { return plain.trim().to_owned() };
    if compact(alone).starts_with("CH") { with_swiss_tax(alone, &plain) } else { alone.to_owned() }
}

/// Whether a number that begins like a VAT identifier is of another kind: that of customs (EORI), the German one of a business (W-IdNr., §
/// 139c AO) by the words before it, or that of a small business.
fn is_of_another_kind(text: &str) -> bool {
    let before = text.split(|letter: char| letter.is_ascii_digit()).next().unwrap_or_default();
    let letters: String = before.chars().filter(|letter| letter.is_alphabetic()).flat_map(char::to_lowercase).collect();
    let is_called_so = ["eori", "kleinunternehmerid", "kuid", "widnr", "wirtschaftsid"].iter().any(|kind| letters.starts_with(kind));
    is_called_so || small_business_number::is_number(text)
}

/// The identifier within a text: no digit stands before it, and only words of the tax stand after it.
fn alone(text: &str) -> Option<&str> {
    let begins = |(at, letter): (usize, char)| letter.is_alphabetic() && !text[..at].ends_with(char::is_alphanumeric);
    let starts = text.char_indices().take_while(|(_, letter)| !letter.is_ascii_digit()).filter(|start| begins(*start));
    starts.map(|(at, _)| &text[at..]).find_map(|rest| ends(rest).map(|end| &rest[..end]).find(|rest| fits(rest)))
}

/// The positions where an identifier may end, the furthest first: at the end of the text, and before words of the tax: "DE136695976 (VAT)".
/// A letter that belongs to the digits stays.
fn ends(text: &str) -> impl Iterator<Item = usize> {
    let last = text.rfind(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len());
    let is_end = |at: &usize| {
        text.get(..*at).is_some_and(|before| before.ends_with(char::is_alphanumeric)) && !text[*at..].starts_with(char::is_alphanumeric)
    };
    let is_vat = |at: &usize| number_label(&format!("0 {}", &text[*at..])).is_some_and(|word| word.kind == NumberKind::Vat);
    std::iter::once(text.len()).chain((last + 1..text.len()).rev().filter(is_end).filter(is_vat))
}

/// The enterprise number with the names of its tax in the rest of the text, those after it or else those before it.
fn with_swiss_tax(number: &str, text: &str) -> String {
    let Some(last) = text.rfind(|letter: char| letter.is_ascii_digit()) else { return number.to_owned() };
    let names = |text: &str| words_in(text).into_iter().filter_map(swiss_tax).collect::<Vec<_>>();
    let (before, behind) = (names(&text[..=last]), names(&text[last + 1..]));
    let digits = number.rfind(|letter: char| letter.is_ascii_digit()).map_or(number, |last| &number[..=last]);
    match (before.first(), behind.is_empty()) {
        (None, true) => digits.to_owned(),
        (Some(name), true) => format!("{digits} {name}"),
        _ => format!("{digits} {}", behind.join("/")),
    }
}

/// The name of the Swiss tax that a word stands for; documents there have no English one.
fn swiss_tax(word: &str) -> Option<String> {
    let name = word.to_uppercase();
    match name.as_str() {
        "VAT" => Some("MWST".to_owned()),
        name if name.starts_with("MEHRWERTSTEUER") => Some("MWST".to_owned()),
        _ => SWISS_TAX.contains(&name.as_str()).then_some(name),
    }
}

/// Whether a text is an identifier of a known form and nothing else.
fn fits(text: &str) -> bool {
    let compact = compact(text);
    let known = read(text, &compact).filter(|(letters, _)| *letters != "NO" || compact.contains("MVA"));
    known.is_some_and(|(_, read)| !matches!(read, VatIdCheck::Wrong))
}

/// Whether a text is an identifier of a known form with check digits that fit, and nothing else.
pub(super) fn is_right(text: &str) -> bool {
    fits(text) && read(text, &compact(text)).is_some_and(|(_, read)| matches!(read, VatIdCheck::Right(_)))
}

/// The first two letters of an identifier, whether they are those of a country or not; `None` if it begins with a digit or with a word, as
/// "SIRET 732829320" and "No. 12" do.
pub fn issuing(text: &str) -> Option<String> {
    let bare = without_words(text);
    let letters = compact(&bare).get(..2).map(str::to_owned)?;
    let is_one = fits(&bare) || !begins_otherwise(&bare) && !is_number(&letters) && !small_business_number::is_number(&bare);
    is_one.then_some(letters)
}

/// Whether a text begins with something other than the letters of an identifier: a word for the kind of number, an abbreviation, or more
/// letters than an identifier has. "SE" before eight digits is the Danish word for the number of a unit that is registered for VAT.
fn begins_otherwise(text: &str) -> bool {
    let compact = compact(text);
    let run = compact.find(|letter: char| !letter.is_alphabetic()).unwrap_or(compact.len());
    if !compact[..run].is_ascii() {
        return true;
    }
    let Some((letters, more)) = compact[..run].split_at_checked(2) else { return true };
    let belongs = match letters {
        "AT" => ["", "U"].contains(&more),
        "CH" => more == "E",
        "ES" => more.len() <= 1,
        "FR" => more.len() <= 2,
        "GB" | "XI" => ["", "GD", "HA"].contains(&more),
        "SE" => more.is_empty() && !is_danish(&compact),
        _ => more.is_empty(),
    };
    let abbreviated = text.get(2..).is_some_and(|rest| rest.starts_with(['.', ':', '°']));
    run == compact.len() || !belongs || abbreviated || label_before(text).is_some()
}

/// The identifier of a number, with other words or with none, in the country of these letters, if its check digits fit.
pub fn vat_id_by(country: &str, number: &str) -> Option<String> {
    let bare = bare_number(number);
    let letters = if country == "GR" { "EL" } else { country };
    let digits = bare.strip_prefix(letters).unwrap_or(&bare);
    let candidate = match country {
        "DK" => format!("DK{}", digits.trim_start_matches("SE")),
        "NO" => format!("NO {} MVA", digits.trim_end_matches("MVA")),
        "CH" | "LI" => with_swiss_tax(&format!("CHE{}", bare.trim_start_matches("CHE")), &plain(number)),
        _ => format!("{letters}{digits}"),
    };
    let compact = compact(&candidate);
    match read(&candidate, &compact)? {
        (letters, VatIdCheck::Right(canonical)) => Some(if Country::from_code(letters).is_some() { canonical } else { candidate }),
        _ => None,
    }
}

/// A Norwegian number that begins like a VAT identifier and lacks the name of the tax after it, with that added (Bokføringsforskriften §
/// 5-1-2).
pub fn with_mva(number: &str) -> Option<String> {
    let plain = plain(number);
    let digits = plain.trim().strip_prefix("NO")?.trim_start();
    let bare = digits.chars().all(|letter| letter.is_ascii_digit() || letter == ' ');
    bare.then(|| vat_id_by("NO", digits)).flatten()
}

/// Checks an identifier of a known form, and returns its letters with the result.
fn read<'a>(text: &str, compact: &'a str) -> Option<(&'a str, VatIdCheck)> {
    let (letters, number) = compact.split_at_checked(2).filter(|(_, rest)| rest.bytes().any(|c| c.is_ascii_digit()))?;
    let read = match letters {
        "GB" => of_union(&format!("XI{number}")),
        "CH" if number.starts_with('E') => swiss(&number[1..]),
        "SE" if is_danish(compact) => return None,
        "NO" if text.starts_with("NO") => norwegian(number),
        _ if Country::from_code(letters).is_some() => of_union(text),
        _ => return None,
    };
    Some((letters, read))
}

/// Checks an identifier of the European Union or of Northern Ireland.
fn of_union(text: &str) -> VatIdCheck {
    match Vat::parse(text) {
        Ok(vat) => VatIdCheck::Right(vat.to_string()),
        Err(Flaw::BadChecksum) => VatIdCheck::Doubtful,
        Err(_) => VatIdCheck::Wrong,
    }
}

/// The names of the tax in Switzerland, in its languages and in English.
const SWISS_TAX: [&str; 4] = ["MWST", "TVA", "IVA", "VAT"];

/// Checks an enterprise number of Switzerland or Liechtenstein: nine digits (eCH-0108), with the name of the tax in one or more languages,
/// and with that of the commercial register (HR), or without them.
fn swiss(number: &str) -> VatIdCheck {
    let digits = number.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let mut names = &number[digits.len()..];
    while let Some(rest) = SWISS_TAX.iter().chain(&["HR"]).find_map(|name| names.strip_prefix(name)) {
        names = rest;
    }
    if names.is_empty() { modulus_11(digits, [5, 4, 3, 2, 7, 6, 5, 4]) } else { VatIdCheck::Wrong }
}

/// Checks a Norwegian organization number: nine digits, with or without the name of the tax, and with that of the register that a company
/// names beside it (Foretaksregisterloven § 10-2).
fn norwegian(number: &str) -> VatIdCheck {
    let number = number.replacen("FORETAKSREGISTERET", "", 1);
    modulus_11(number.strip_suffix("MVA").unwrap_or(&number), [3, 2, 7, 6, 5, 4, 3, 2])
}

/// Whether it is the number of a Danish unit: SE and eight digits, where a Swedish identifier has twelve.
fn is_danish(compact: &str) -> bool {
    compact.strip_prefix("SE").is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Checks nine digits, the last of which is the check digit of the weighted others by modulus 11.
fn modulus_11(number: &str, weights: [u32; 8]) -> VatIdCheck {
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != 9 || number.len() != 9 {
        return VatIdCheck::Wrong;
    }
    let sum: u32 = weights.iter().zip(&digits).map(|(weight, digit)| weight * digit).sum();
    if (11 - sum % 11) % 11 == digits[8] { VatIdCheck::Right(number.to_owned()) } else { VatIdCheck::Doubtful }
}

fn refusal(text: &str, letters: &str) -> String {
    let letters = if letters == "GR" { "EL" } else { letters };
    let (country, example) =
        EXAMPLES.iter().find(|(known, ..)| *known == letters).map_or((letters, ""), |(_, country, example)| (country, example));
    format!("\"{}\" is no VAT identifier of {country}; one looks like {example}. Compare it with a letter of its owner.", excerpt(text))
}

fn compact(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registration_number_of_japan_is_kept_plain() {
        let read = |given: &str| vat_id("vat_id", given).ok().flatten().map(|read| (read.text, read.doubtful));
        assert_eq!(read("Ｔ７０００ ０１２０ ５０００２"), Some(("T7000012050002".to_owned(), false)));
        assert_eq!(read("T7000012050003"), Some(("T7000012050003".to_owned(), true)));
    }

    #[test]
    fn an_identifier_begins_with_the_letters_of_its_issuer_and_a_word_with_others() {
        for (text, letters) in [
            ("DE123456789", "DE"),
            ("ＤＥ１３６６９５９７６", "DE"),
            ("USt-IdNr. DE136695976", "DE"),
            ("DE136695976 (VAT)", "DE"),
            ("ATU 13585627", "AT"),
            ("FRXX123456789", "FR"),
            ("ESB12345674", "ES"),
            ("GBGD001", "GB"),
            ("NO 123 456 785 MVA", "NO"),
            ("CHE-123.456.788", "CH"),
            ("US123", "US"),
            ("XX123", "XX"),
        ] {
            assert_eq!(issuing(text).as_deref(), Some(letters), "{text}");
        }
        for other in [
            "NIF B12345674",
            "CVR 12345607",
            "GST 123456789",
            "HRB 12345 B",
            "HRB12345",
            "SIRET 73282932000074",
            "CF 12345678901",
            "BN 123456789",
            "No. 12/345",
            "Nr. 12345",
            "ID 12345",
            "CH-020.3.020.910-6",
            "Delaware 5",
            "Adószám 12345676-2-42",
            "ESŠ 123456789",
            "SE 12345678",
            "VAT NO 123456785",
            "123456782 VAT",
            "DE",
            "",
        ] {
            assert_eq!(issuing(other), None, "{other}");
        }
    }

    #[test]
    fn a_number_is_made_the_identifier_of_its_country_where_it_fits() {
        for (country, number, vat_id) in [
            ("GB", "123456782 VAT", "GB123456782"),
            ("ES", "NIF B-12345674", "ESB12345674"),
            ("DK", "CVR 12345607", "DK12345607"),
            ("GR", "ΑΦΜ 123456783", "EL123456783"),
            ("IT", "P.IVA 12345670017", "IT12345670017"),
            ("LI", "UID 123456788", "CHE123456788"),
            ("LI", "123.456.788 MWST", "CHE123456788 MWST"),
            ("NO", "Org.nr. 123 456 785", "NO 123456785 MVA"),
            ("NO", "NO123456785", "NO 123456785 MVA"),
            ("NO", "123456785MVA", "NO 123456785 MVA"),
            ("BE", "BTW BE 0123.456.749 RPR Brussel", "BE0123456749"),
            ("GR", "ΑΦΜ 123456783 ΔΟΥ ΑΘΗΝΩΝ", "EL123456783"),
            ("DK", "SE-nr. 12345607", "DK12345607"),
            ("DK", "SE 12345607", "DK12345607"),
            ("IT", "Partita IVA: 12345670017", "IT12345670017"),
            ("FR", "11 123456782", "FR11123456782"),
            ("AT", "U12345675", "ATU12345675"),
        ] {
            assert_eq!(vat_id_by(country, number).as_deref(), Some(vat_id), "{number}");
        }
        for (country, other) in [("GB", "VAT NO 123456785"), ("FR", "SIRET 73282932000074"), ("DE", "12/345/67890"), ("US", "12-3456789")] {
            assert_eq!(vat_id_by(country, other), None, "{other}");
        }
    }

    #[test]
    fn each_form_has_an_example_that_is_right() {
        for (letters, country, example) in EXAMPLES {
            assert!(example.starts_with(letters), "{example} of {country}");
            assert_eq!(vat_id("vat_id", example), Ok(Some(VatId { text: example.to_owned(), doubtful: false })));
            assert!(vat_id("vat_id", &format!("{letters}0")).is_err() || letters == "CH", "{country}");
        }
        let known = |country: &Country| EXAMPLES.iter().any(|(letters, ..)| *letters == country.code());
        let members = crate::country::COUNTRIES.iter().filter_map(|(code, _)| Country::from_code(code));
        assert_eq!(members.filter(known).count(), 27);
    }
}
