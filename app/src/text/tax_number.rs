//! What counts as the tax number that an invoice has to state: a number of the country's own form, alone or with a word that says that it is
//! one. Whatever other word stands beside it, nobody can tell what it is.

use super::{
    NumberKind, denial, number_word,
    number_words::{is_filler, words_in},
    plain, search_key,
    tax_forms::{Forms, fits},
    vat_id::example,
    vat_id_by,
};

/// What stands between two numbers in one text.
const BETWEEN: [char; 9] = [',', ';', '|', '·', '•', '(', ')', '\n', '&'];

/// The names of tax offices, which stand beside no other number.
const OFFICES: [&str; 3] = ["fa", "finanzamt", "δου"];

/// Whether a number is one that an invoice from this country states: of an invoice with tax where the law wants no other one, that of the
/// value added tax. Where nobody has said the country, or nothing is known of its numbers, any number is one that no register has given.
pub fn is_tax_number(country: Option<&str>, taxed: bool, text: &str) -> bool {
    let plain = plain(text);
    let Some(forms) = country.and_then(Forms::of) else {
        let is_of_register = number_word(&plain).is_some_and(|word| word.kind == NumberKind::Register);
        return !is_of_register && plain.chars().any(char::is_numeric) && denial(&plain).is_none();
    };
    let whole = Part::of(&plain);
    let counts = |part: &Part<'_>| match forms.vat_alone.as_ref().filter(|_| taxed) {
        Some(vat) => part.is_vat_number(forms.country, vat.forms),
        None => part.is_tax_number(forms),
    };
    denial(&plain).is_none() && (!whole.has_further_words() && counts(&whole) || parts(&plain).any(|part| counts(&part)))
}

/// Whether the numbers of a country are known.
pub fn knows_tax_numbers(country: &str) -> bool {
    Forms::of(country).is_some()
}

/// What an invoice from this country states, and by which law where no other number does; nothing where nothing is known of its numbers.
pub fn wanted(country: &str, taxed: bool) -> Option<String> {
    let forms = Forms::of(country)?;
    let vat_id = example(country).map(|example| format!("a VAT identifier such as {example}"));
    Some(match (forms.vat_alone.as_ref().filter(|_| taxed), vat_id) {
        (Some(vat), Some(vat_id)) => format!("{vat_id} ({})", vat.law),
        (_, Some(vat_id)) if !example(country).is_some_and(|example| forms.example.contains(example)) => {
            format!("a tax number such as {}, or {vat_id}", forms.example)
        }
        _ => format!("a number such as {}", forms.example),
    })
}

/// A part of a text that has one number at most.
struct Part<'a> {
    text: &'a str,
    /// Whether there is a word in it of which nobody knows what it says.
    is_unknown: bool,
}

/// The parts of a text.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let apart = text.split(BETWEEN).flat_map(|part| part.split(" / ")).flat_map(|part| part.split(" - "));
    apart.map(Part::of)
}

impl<'a> Part<'a> {
    fn of(text: &'a str) -> Self {
        let is_word = |word: &&str| !word.contains(char::is_numeric) && !is_filler(word) && (word.chars().count() > 2 || !word.is_ascii());
        Self { text, is_unknown: number_word(text).is_none() && words_in(text).iter().any(is_word) }
    }

    fn is_tax_number(&self, forms: &Forms) -> bool {
        let fits = self.numbers().iter().any(|number| fits(forms.all, forms.country, number));
        match number_word(self.text).map(|word| word.kind) {
            Some(NumberKind::Register) => false,
            Some(_) => fits || self.digits() >= forms.least() && !self.has_further_words(),
            None => fits && (!self.is_unknown || self.names_an_office()),
        }
    }

    fn is_vat_number(&self, country: &str, forms: &str) -> bool {
        match number_word(self.text).map(|word| word.kind) {
            Some(NumberKind::Vat) => self.numbers().iter().any(|number| fits(forms, country, number)),
            Some(_) => false,
            None => !self.is_unknown && vat_id_by(country, self.text).is_some(),
        }
    }

    /// The letters and digits of the number, with the short words beside it, which may belong to it, or without any.
    fn numbers(&self) -> [String; 2] {
        let words = words_in(self.text);
        let with = |keep: fn(&str) -> bool| -> String {
            let kept = words.iter().filter(|word| word.contains(|letter: char| letter.is_ascii_digit()) || keep(word));
            kept.copied().collect::<String>().to_uppercase()
        };
        [with(|word| word.len() <= 2 && word.is_ascii()), with(|_| false)]
    }

    fn digits(&self) -> usize {
        self.text.chars().filter(char::is_ascii_digit).count()
    }

    /// Whether there are words behind the number, such as "applied for", that it is not called by.
    fn has_further_words(&self) -> bool {
        let is_known = |word: &&str| {
            word.contains(char::is_numeric) || is_filler(word) || word.chars().count() <= 2 || number_word(&format!("{word} 1")).is_some()
        };
        !words_in(self.text).iter().all(is_known)
    }

    fn names_an_office(&self) -> bool {
        words_in(self.text).iter().any(|word| OFFICES.contains(&search_key(word).as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_counts_in_the_form_of_its_country_alone_or_with_a_word_of_tax() {
        for (country, number) in [
            ("DE", "12/345/67890"),
            ("DE", "133/8150/8159"),
            ("DE", "St.-Nr. 12/345/67890"),
            ("DE", "12/345/67890 Steuernummer"),
            ("DE", "Finanzamt Köln-Süd, St.-Nr.: 219/5123/4567"),
            ("DE", "Finanzamt Köln 219/5123/4567"),
            ("DE", "219/5123/4567 (Kleinunternehmer)"),
            ("DE", "HRB 12345 B, St.-Nr. 12/345/67890"),
            ("DE", "Steuer-ID 12 345 678 901"),
            ("AT", "12 345/6789"),
            ("AT", "Abgabenkontonummer 12 345/6789"),
            ("BE", "0123.456.749"),
            ("CZ", "DIČ 7801011234"),
            ("ES", "B-12345674"),
            ("ES", "A-12345674"),
            ("ES", "NIF 12345678Z"),
            ("ES", "X1234567L"),
            ("FI", "1234567-1"),
            ("FR", "numéro fiscal 12 34 567 890 123"),
            ("GB", "UTR 12345 67890"),
            ("GB", "1234567890"),
            ("GB", "NINO QQ 12 34 56 C"),
            ("GR", "ΑΦΜ 123456783 ΔΟΥ ΑΘΗΝΩΝ"),
            ("HU", "Adószám 12345676-2-42"),
            ("IE", "1234567TA"),
            ("IT", "C.F. RSSMRA80A01H501U"),
            ("PL", "1234567802 (zwolniony z VAT)"),
            ("PL", "KRS 0000123456, NIP 123-456-78-02"),
            ("PT", "NIF 501234560"),
            ("RO", "CUI 12345, J40/1234/2020"),
            ("SE", "123456-7897"),
        ] {
            assert!(is_tax_number(Some(country), false, number), "{country} {number}");
        }
        for (country, number) in [
            ("DE", "VR1234"),
            ("DE", "IBAN DE89370400440532013000"),
            ("DE", "Tel. 030 1234567"),
            ("DE", "Kundennummer 4711007"),
            ("DE", "USt-IdNr. beantragt 2026"),
            ("DE", "USt-IdNr. beantragt, Tel. 030 1234567"),
            ("DE", "Steuernummer folgt 2026"),
            ("DE", "HRB 12345 B"),
            ("DE", "ATU12345675"),
            ("DE", "keine 1234567890"),
            ("DE", "beantragt"),
            ("DE", "Sozialversicherungsnummer 1234567890"),
            ("AT", "FN123456a"),
            ("AT", "FN123456 a"),
            ("RO", "J40/1234/2020"),
            ("GB", "SC123456"),
            ("GB", "Sort code 12-34-56 1234"),
            ("FR", "SIRET 73282932000074"),
            ("FR", "NAF 6201Z"),
            ("PL", "Faktura 1234567802"),
        ] {
            assert!(!is_tax_number(Some(country), false, number), "{country} {number}");
        }
    }

    #[test]
    fn with_tax_some_laws_want_the_number_of_that_tax() {
        for (country, number) in
            [("GB", "123456782"), ("GB", "VAT No. 123 4567 82"), ("GB", "123456785 VAT"), ("AT", "U12345675"), ("AT", "UID ATU12345675")]
        {
            assert!(is_tax_number(Some(country), true, number), "{country} {number}");
        }
        for (country, number) in [("GB", "UTR 1234567890"), ("GB", "1234567890"), ("AT", "12 345/6789"), ("AT", "Steuernummer 12 345/6789")]
        {
            assert!(!is_tax_number(Some(country), true, number) && is_tax_number(Some(country), false, number), "{country} {number}");
        }
        assert!(is_tax_number(Some("DE"), true, "12/345/67890"), "there the one or the other does (§ 14 (4) no. 2 UStG)");
    }

    #[test]
    fn where_nothing_is_known_of_its_numbers_any_number_counts() {
        for country in [None, Some("US"), Some("BR")] {
            assert!(is_tax_number(country, true, "Foo-Nr. 4711"));
            assert!(!is_tax_number(country, true, "HRB 12345 B") && !is_tax_number(country, true, "applied for"));
        }
    }

    #[test]
    fn what_is_wanted_is_told_with_an_example_that_counts() {
        for (country, example) in [("DE", "Steuernummer 12/345/67890"), ("PL", "NIP 123-456-78-02"), ("CY", "TIC 12345678X")] {
            let told = wanted(country, true).expect("it is known");
            assert!(told.contains(example) && told.contains("a VAT identifier such as") && is_tax_number(Some(country), true, example));
        }
        for (country, law) in [("AT", "§ 11 (1)"), ("GB", "regulation 14")] {
            assert!(wanted(country, true).is_some_and(|told| told.contains(law) && !told.contains("tax number")), "{country}");
        }
    }
}
