//! The words that people write before a number or behind it, as a letterhead has them: they say what kind of number it is.

use super::{plain, search_key};

/// What kind of number a word stands beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberKind {
    /// That of the value added tax.
    Vat,
    /// Another one by which a tax office knows somebody.
    Tax,
    /// One that a register of businesses has given.
    Register,
}

/// The words of each kind, as [`search_key`] folds them; those of several parts, such as "Org.nr." and "R.C.S.", without what is between.
const WORDS: [(NumberKind, &[&str]); 3] = [
    (
        NumberKind::Vat,
        &[
            "afa",
            "alv",
            "btw",
            "btwid",
            "ddv",
            "dph",
            "fpa",
            "icdph",
            "iva",
            "kmkr",
            "moms",
            "mva",
            "mwst",
            "pdv",
            "piva",
            "ptu",
            "pvm",
            "pvn",
            "tva",
            "uid",
            "uidnr",
            "umsatzsteuer",
            "umsatzsteueridentifikationsnummer",
            "ust",
            "ustid",
            "ustidnr",
            "vat",
            "vatid",
            "vatin",
            "vatno",
            "vatreg",
            "vsk",
            "αφμ",
            "φπα",
            "ддс",
        ],
    ),
    (
        NumberKind::Tax,
        &[
            "bn",
            "cf",
            "cif",
            "cnpj",
            "codicefiscale",
            "cpf",
            "cuit",
            "dic",
            "ein",
            "gst",
            "gstin",
            "hst",
            "inn",
            "itin",
            "kra",
            "nie",
            "nif",
            "nip",
            "nit",
            "npwp",
            "oib",
            "pan",
            "pst",
            "qst",
            "rfc",
            "rut",
            "ssn",
            "steuer",
            "steuernr",
            "steuernummer",
            "stnr",
            "tax",
            "tfn",
            "tin",
            "trn",
            "utr",
        ],
    ),
    (
        NumberKind::Register,
        &[
            "abn",
            "acn",
            "arbn",
            "bce",
            "chr",
            "cin",
            "company",
            "cr",
            "crn",
            "cro",
            "cvr",
            "duns",
            "eik",
            "eori",
            "firmenbuch",
            "fn",
            "gln",
            "handelsregister",
            "hra",
            "hrb",
            "ico",
            "kbo",
            "krs",
            "kvk",
            "lei",
            "matricule",
            "mf",
            "nzbn",
            "org",
            "organisasjonsnummer",
            "organisationsnummer",
            "orgnr",
            "rc",
            "rcs",
            "rea",
            "reg",
            "register",
            "registration",
            "registry",
            "regon",
            "siren",
            "siret",
            "uen",
            "vr",
            "ytunnus",
        ],
    ),
];

/// Words that say no more than that a number follows.
const NUMBER: [&str; 8] = ["id", "n", "no", "nr", "num", "number", "numero", "nummer"];

/// A word beside a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberWord {
    /// As it was written.
    pub text: String,
    /// What kind of number it stands beside.
    pub kind: NumberKind,
}

/// What the words before a number, or else behind it, say that it is; nothing where they say nothing.
pub fn number_word(text: &str) -> Option<NumberWord> {
    let plain = plain(text);
    word_before(&plain).or_else(|| named(&parted(&plain).2))
}

/// What the words before a number alone say.
pub fn word_before(text: &str) -> Option<NumberWord> {
    let plain = plain(text);
    let (before, number, _) = parted(&plain);
    let glued: String = number.chars().take_while(|letter| letter.is_alphabetic()).collect();
    named(&before).or_else(|| named(&[Some(glued.as_str()).filter(|glued| glued.chars().count() > 2)?]))
}

/// The number alone: without the words before it and behind it that are known, and without what stands between its digits.
pub fn bare_number(text: &str) -> String {
    let plain = plain(text);
    let (before, number, behind) = parted(&plain);
    let digits = number.chars().filter(|letter| letter.is_alphanumeric()).collect();
    [unknown(&before), digits, unknown(&behind)].concat().to_uppercase()
}

/// Those of these words that say nothing of a number.
fn unknown(words: &[&str]) -> String {
    let Some((word, further)) = words.split_first() else { return String::new() };
    let known = (1..=words.len()).rev().find(|count| kind_of(&words[..*count]).is_some());
    match known {
        Some(count) => unknown(&words[count..]),
        None if is_number(word) => unknown(further),
        None => format!("{word}{}", unknown(further)),
    }
}

/// Whether a word says no more than that a number follows.
pub fn is_number(word: &str) -> bool {
    NUMBER.contains(&search_key(word).as_str())
}

/// The words before the first digit, all from there to the last one, and the words behind it. A word with a digit in it is a number.
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

fn words_in(text: &str) -> Vec<&str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// The first of these words that says what a number is, alone or with those that follow it.
fn named(words: &[&str]) -> Option<NumberWord> {
    let from = |first: usize| {
        let ends = first + 1..=words.len();
        ends.rev().find_map(|end| Some(NumberWord { text: words[first..end].join("."), kind: kind_of(&words[first..end])? }))
    };
    (0..words.len()).find_map(from)
}

/// What kind of number these words together stand beside.
fn kind_of(words: &[&str]) -> Option<NumberKind> {
    let key = search_key(&words.concat());
    WORDS.iter().find(|(_, known)| known.contains(&key.as_str())).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_letterhead_say_what_a_number_is() {
        for (kind, texts) in [
            (
                NumberKind::Vat,
                &["VAT 123456782", "123456782 VAT", "USt-IdNr. 136695976", "P.IVA 12345670017", "N° TVA 11 123456782", "ΑΦΜ 094259216"][..],
            ),
            (
                NumberKind::Tax,
                &[
                    "St.-Nr. 12/345/67890",
                    "12/345/67890 Steuernummer",
                    "NIF B12345674",
                    "CIF: B-12345674",
                    "NIP 5260250274",
                    "C.F. 12345678901",
                    "GST 123456789",
                    "EIN 12-3456789",
                    "BN 123456789",
                    "ＮＩＦ Ｂ１２３４５６７４",
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
                    "IČO 12345679",
                    "Y-tunnus 1234567-8",
                    "Company No. 01234567",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(number_word(text).map(|word| word.kind), Some(kind), "{text}");
            }
        }
        for none in
            ["12/345", "DE136695976", "ATU13585627", "SE556016068001", "ESB12345674", "No. 12/345", "Delaware", "", "CHE-123.456.788"]
        {
            assert_eq!(number_word(none), None, "{none}");
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
        ] {
            assert_eq!(bare_number(text), bare, "{text}");
        }
    }
}
