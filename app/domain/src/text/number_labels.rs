//! Labels before or after a number, as on a letterhead: they say what kind of number it is.

use super::{
    label_table::{LabelMeaning, Weight, said},
    plain, search_key,
};
use crate::country::COUNTRIES;

/// The kind of a number, by its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// A number of the value added tax.
    Vat,
    /// Another number from a tax office.
    Tax,
    /// A number from a business register.
    Register,
}

/// Words that only say that a number follows.
const NUMBER: [&str; 8] = ["id", "n", "no", "nr", "num", "number", "numero", "nummer"];

/// Words that link others within a label.
const LINKS: [&str; 9] = ["a", "d", "de", "e", "et", "o", "of", "og", "y"];

/// The label of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberLabel {
    /// The label as written.
    pub text: String,
    /// The kind of its number.
    pub kind: NumberKind,
    says: LabelMeaning,
}

impl NumberLabel {
    /// Whether an invoice from this country states such a number of its seller: few state register numbers.
    pub fn counts_in(&self, country: &str) -> bool {
        self.says.counts_in(country)
    }
}

/// The label before a number, or else after it; `None` if there is none. A vague label, such as "company", counts only if no other one is
/// more specific.
pub fn number_label(text: &str) -> Option<NumberLabel> {
    let plain = plain(text);
    let (_, number, behind) = parted(&plain);
    let glued = number
        .rfind(|letter: char| !letter.is_alphabetic())
        .map_or("", |last| number[last..].trim_start_matches(|letter: char| !letter.is_alphabetic()));
    let words = [before(&plain), named(&plain, &behind), glued_word(glued)];
    words.into_iter().flatten().min_by_key(|(weight, _)| *weight).map(|(_, word)| word)
}

/// The label before a number.
pub fn label_before(text: &str) -> Option<NumberLabel> {
    before(&plain(text)).map(|(_, word)| word)
}

fn before(plain: &str) -> Option<(Weight, NumberLabel)> {
    let (before, number, _) = parted(plain);
    let glued: String = number.chars().take_while(|letter| letter.is_alphabetic()).collect();
    named(plain, &before).or_else(|| glued_word(&glued))
}

/// The label in letters that are attached to the digits. Two letters may belong to the number, unless registers put them before theirs and
/// they are no country's: "FN123456a", "VR1234".
fn glued_word(letters: &str) -> Option<(Weight, NumberLabel)> {
    let is_country = || COUNTRIES.iter().any(|(code, _)| code.eq_ignore_ascii_case(letters));
    match letters.chars().count() {
        0 | 1 => None,
        2 => named(letters, &[letters]).filter(|(_, word)| word.kind == NumberKind::Register && !is_country()),
        _ => named(letters, &[letters]),
    }
}

/// Whether a number has a label, known or not: a word of three letters or more, or of another script.
pub fn has_label(text: &str) -> bool {
    let plain = plain(text);
    let (before, _, behind) = parted(&plain);
    let says = |word: &&str| (word.chars().count() > 2 || !word.is_ascii()) && !is_number(word);
    number_label(text).is_some() || before.iter().chain(&behind).any(says)
}

/// The number alone, without its labels and separators. Two letters may belong to it.
pub fn bare_number(text: &str) -> String {
    let plain = plain(text);
    let (before, number, behind) = parted(&plain);
    let digits = number.chars().filter(|letter| letter.is_alphanumeric()).collect();
    [unknown(&before), digits, unknown(&behind)].concat().to_uppercase()
}

/// The words that may be letters of a number: those of at most two Latin letters.
fn unknown(words: &[&str]) -> String {
    let Some((word, further)) = words.split_first() else { return String::new() };
    let known = (1..=words.len()).rev().find(|count| said(&words[..*count]).is_some());
    match known {
        Some(count) => unknown(&words[count..]),
        None if is_number(word) || LINKS.contains(word) || word.len() > 2 => unknown(further),
        None => format!("{word}{}", unknown(further)),
    }
}

/// Whether a word only says that a number follows.
pub fn is_number(word: &str) -> bool {
    NUMBER.contains(&search_key(word).as_str())
}

/// Whether a word says nothing of a number, not even its kind.
pub(super) fn is_filler(word: &str) -> bool {
    is_number(word) || LINKS.contains(&search_key(word).as_str())
}

/// Splits a text into the words before the first digit, all up to the last one, and the words after it. A word with a digit is a number.
fn parted(text: &str) -> (Vec<&str>, &str, Vec<&str>) {
    let is_word = |letter: char| letter.is_alphanumeric();
    let digits = || text.char_indices().filter(|(_, letter)| letter.is_numeric());
    let (Some((first, _)), Some((last, _))) = (digits().next(), digits().next_back()) else {
        return (words_in(text), "", Vec::new());
    };
    let begin = text[..first].rfind(|letter| !is_word(letter)).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let end = text[last..].find(|letter| !is_word(letter)).map_or(text.len(), |at| last + at);
    (words_in(&text[..begin]), &text[begin..end], words_in(&text[end..]))
}

/// The words of a text: runs of letters and digits.
pub fn words_in(text: &str) -> Vec<&str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// The first most specific label among these words of a text, alone or with those that follow it.
fn named(text: &str, words: &[&str]) -> Option<(Weight, NumberLabel)> {
    let from = |first: usize| {
        let ends = first + 1..=words.len();
        ends.rev().find_map(|end| {
            let (weight, says) = said(&words[first..end])?;
            Some((weight, NumberLabel { text: written(text, &words[first..end]), kind: says.kind, says }))
        })
    };
    (0..words.len()).filter_map(from).min_by_key(|(weight, _)| *weight)
}

/// Words of a text with their separators there, and with the point of an abbreviation after them: "St.-Nr.", "Y-tunnus".
fn written(text: &str, words: &[&str]) -> String {
    let is_between = |letter: char| !letter.is_alphanumeric();
    let begins = text.char_indices().filter(|(_, letter)| letter.is_alphanumeric());
    let mut spans = begins.filter_map(|(at, _)| {
        let behind = words.iter().try_fold(&text[at..], |rest, word| rest.trim_start_matches(is_between).strip_prefix(*word))?;
        let behind = behind.strip_prefix('.').unwrap_or(behind);
        Some(&text[at..text.len() - behind.len()])
    });
    spans.next().map_or_else(|| words.join(" "), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_letterhead_say_what_a_number_is() {
        for (kind, texts) in [
            (
                NumberKind::Vat,
                &[
                    "VAT 123456782",
                    "123456782 VAT",
                    "USt-IdNr. 136695976",
                    "P.IVA 12345670017",
                    "N° TVA 11 123456782",
                    "Partita IVA: 12345670017",
                    "N° TVA intracommunautaire 11 123456782",
                    "Company VAT number 123456782",
                    "Org.nr. 123 456 785 MVA",
                    "Momsregistreringsnummer 556016068001",
                    "SE-nr. 12345607",
                    "BTW-nummer 123456789B13",
                    "Közösségi adószám 12345676",
                    "ИН по ЗДДС 123456786",
                    "ALV-nro 12345671",
                    "MwStNr 123456788",
                    "123456785MVA",
                ][..],
            ),
            (
                NumberKind::Tax,
                &[
                    "St.-Nr. 12/345/67890",
                    "12/345/67890 Steuernummer",
                    "NIF B12345674",
                    "CIF: B-12345674",
                    "NIP 5260250274",
                    "ΑΦΜ 094259216",
                    "ΑΦΜ: 094259216, ΔΟΥ ΑΘΗΝΩΝ",
                    "C.F. 12345678901",
                    "GST 123456789",
                    "EIN 12-3456789",
                    "BN 123456789",
                    "ＮＩＦ Ｂ１２３４５６７４",
                    "Company UTR 12345 67890",
                    "Company Tax ID 12345",
                    "Tax Registration Number 100123456700003",
                    "Steueridentifikationsnummer 12345678901",
                    "W-IdNr. DE123456788-00001",
                    "KU-IdNr. DE123456788-EX",
                    "Adószám 12345676-2-42",
                    "Daňové identifikační číslo 12345679",
                    "Código fiscal: CUI 12345674",
                    "FEIN 12-3456789",
                    "Federal Tax ID 12-3456789",
                    "GST/HST 123456789 RT0001",
                    "GST Reg. No. 201234567A",
                    "IRD number 12-345-678",
                    "登録番号 T12345",
                    "税号 91310000",
                ],
            ),
            (
                NumberKind::Register,
                &[
                    "SIRET 732 829 320 00074",
                    "N° de SIRET : 73282932000074",
                    "SIREN732829320",
                    "KvK 12345678",
                    "CVR 12345607",
                    "CVR-nr. 12345607",
                    "Org.nr. 556016-0680",
                    "HRB 12345 B",
                    "HRB12345",
                    "12345 HRB",
                    "R.C.S. Paris 732829320",
                    "ABN 51 824 753 556",
                    "FN 123456a",
                    "FN123456a",
                    "VR1234",
                    "IČO 12345679",
                    "Y-tunnus 1234567-8",
                    "Company No. 01234567",
                    "Company registration number 01234567",
                    "Amtsgericht Charlottenburg 12345",
                    "Identifikační číslo 12345679",
                    "ЕИК 123456786",
                    "Matična številka 1234567000",
                    "Cégjegyzékszám 01-09-123456",
                    "Nr. Reg. Com. J40/1234/2020",
                    "Foretaksregisteret 123456785",
                    "Γ.Ε.ΜΗ. 123456789000",
                    "法人番号 7000012050002",
                    "統一編號 12345675",
                    "사업자등록번호 123-45-67891",
                    "UEN 201234567A",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(number_label(text).map(|word| word.kind), Some(kind), "{text}");
            }
        }
        for none in [
            "12/345",
            "HR 12345678903",
            "SE 556016068001",
            "DE136695976",
            "ATU13585627",
            "SE556016068001",
            "ESB12345674",
            "No. 12/345",
            "Delaware",
            "",
            "CHE-123.456.788",
        ] {
            assert_eq!(number_label(none), None, "{none}");
        }
    }

    #[test]
    fn a_word_is_told_as_it_stands_there() {
        for (text, word) in [
            ("St.-Nr. 12/345/67890", "St.-Nr."),
            ("Verslo liudijimas Nr. AB1234567-1", "Verslo liudijimas Nr."),
            ("Y-tunnus 1234567-1", "Y-tunnus"),
            ("C.F. 12345678901", "C.F."),
            ("Org.nr. 556016-0680", "Org.nr."),
            ("SIRET: 732 829 320 00074", "SIRET"),
            ("12/345/67890 (Steuernummer)", "Steuernummer"),
            ("HRB12345", "HRB"),
        ] {
            assert_eq!(number_label(text).map(|word| word.text).as_deref(), Some(word), "{text}");
        }
    }

    #[test]
    fn a_word_beside_a_number_says_what_it_is_also_where_it_is_not_known() {
        for worded in ["Foo-Nr. 123", "Číslo 123", "番号 123", "123 Finanzamt", "NIF B12345674", "keine"] {
            assert!(has_label(worded), "{worded}");
        }
        for bare in ["12/345/67890", "No. 123", "Numéro 123", "B12345674", "SE 12345678", "12 345/6789", ""] {
            assert!(!has_label(bare), "{bare}");
        }
    }

    #[test]
    fn a_number_is_left_where_its_words_are_taken_away() {
        for (text, bare) in [
            ("NIF B-12345674", "B12345674"),
            ("CIF: B-12345674", "B12345674"),
            ("123456782 VAT No.", "123456782"),
            ("Org.nr. 556016-0680", "5560160680"),
            ("P.IVA 12345670017", "12345670017"),
            ("12/345/67890", "1234567890"),
            ("Partita IVA e Codice Fiscale 12345670017", "12345670017"),
            ("BTW BE 0123.456.749 RPR Brussel", "BE0123456749"),
            ("USt-ID-Nr DE136695976 (Finanzamt Berlin)", "DE136695976"),
            ("N° d'entreprise : 0123.456.749", "0123456749"),
            ("NIF B 12345674", "B12345674"),
            ("ИН по ЗДДС BG123456786", "BG123456786"),
        ] {
            assert_eq!(bare_number(text), bare, "{text}");
        }
    }
}
