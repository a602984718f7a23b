//! What counts as the tax number that an invoice has to state: a number of the country's own form, alone or with a word that says that it is
//! one. Whatever other word stands beside it, nobody can tell what it is.

use super::{
    NumberKind, denial, number_word,
    number_words::{NumberWord, is_filler, words_in},
    plain, search_key, small_business,
    tax_forms::{Forms, WithTax, fits},
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
    let counts = |part: &Part<'_>| part.counts(forms, taxed);
    denial(&plain).is_none() && (!whole.has_further_words() && counts(&whole) || parts(&plain).any(|part| counts(&part)))
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

    fn counts(&self, forms: &Forms, taxed: bool) -> bool {
        match &forms.with_tax {
            _ if small_business::is_of(forms.country, self.text) => !taxed,
            Some(with_tax) if taxed => self.is_of_tax(forms, with_tax),
            _ => self.is_tax_number(forms),
        }
    }

    /// Whether it is one that an invoice without tax states, or with tax where the law wants no other one.
    fn is_tax_number(&self, forms: &Forms) -> bool {
        match number_word(self.text) {
            None => (self.fits(forms, forms.all) || self.is_vat_number(forms)) && self.stands_alone(),
            Some(word) if word.kind == NumberKind::Vat => self.is_vat_number(forms),
            Some(word) if !word.counts_in(forms.country) => false,
            Some(word) if word.kind == NumberKind::Register => self.fits(forms, forms.of_register),
            Some(_) => self.fits(forms, forms.all) || self.digits() >= forms.least() && !self.has_further_words(),
        }
    }

    /// Whether it is the one of the value added tax, by that name or by another one of the same digits.
    fn is_of_tax(&self, forms: &Forms, with_tax: &WithTax) -> bool {
        let is_called_so =
            |word: &NumberWord| word.kind == NumberKind::Vat || with_tax.called.contains(&word.kind) && word.counts_in(forms.country);
        number_word(self.text).map_or_else(|| self.stands_alone(), |word| is_called_so(&word)) && self.is_vat_number(forms)
    }

    /// Whether its digits are those of a number of the value added tax.
    fn is_vat_number(&self, forms: &Forms) -> bool {
        let unchecked = forms.with_tax.as_ref().map_or("", |with_tax| with_tax.forms);
        vat_id_by(forms.country, self.text).is_some() || self.fits(forms, unchecked)
    }

    fn fits(&self, forms: &Forms, wanted: &str) -> bool {
        self.numbers().iter().any(|number| fits(wanted, forms.country, number))
    }

    /// Whether it has no word of another number, or the name of a tax office.
    fn stands_alone(&self) -> bool {
        !self.is_unknown || self.names_an_office()
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
    use crate::text::vat_examples;

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
            ("DE", "181/815/08155"),
            ("DE", "18181508155"),
            ("DE", "Steuernummer 181/815/08155"),
            ("AT", "12 345/6789"),
            ("AT", "Abgabenkontonummer 12 345/6789"),
            ("BE", "0123.456.749"),
            ("BG", "БУЛСТАТ 123456786"),
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
            ("FR", "SIRET 7328293200007"),
            ("FR", "SIRET applied for 2026"),
            ("FR", "KvK 732829320"),
            ("SE", "Tel. 123456-7897"),
            ("DE", "Steuer-ID 12 345 678 901"),
            ("DE", "IdNr. 12 345 678 901"),
            ("DE", "Finanzamt Köln, Steuer-Identifikationsnummer 12 345 678 901"),
            ("DE", "Identifikationsnummer 12 345 678 901, Finanzamt Köln"),
            ("DE", "W-IdNr. DE123456788-00001"),
            ("DE", "USt-IdNr. 1234567890"),
            ("DE", "USt-IdNr. 123456789"),
            ("FR", "NAF 6201Z"),
            ("PL", "Faktura 1234567802"),
        ] {
            assert!(!is_tax_number(Some(country), false, number), "{country} {number}");
        }
    }

    /// Small businesses that are exempt and have no VAT identifier state what their registers have given them.
    #[test]
    fn without_tax_the_number_of_a_register_counts_where_the_law_has_it_on_invoices() {
        for (country, number, with_tax) in [
            ("BE", "BCE 0123.456.749", true),
            ("BE", "KBO 0123.456.749", true),
            ("BE", "Ondernemingsnummer 0123.456.749", true),
            ("BE", "numéro d'entreprise 0123.456.749", true),
            ("BG", "ЕИК 123456786", false),
            ("BG", "EIK 123456786", false),
            ("BG", "BULSTAT 123456786", false),
            ("CZ", "IČO: 12345679", false),
            ("CZ", "IČ 12345679", false),
            ("DK", "CVR 12345607", true),
            ("DK", "CVR-nr. 12 34 56 07", true),
            ("EE", "Registrikood 12345678", false),
            ("EE", "Reg. nr 12345678", false),
            ("FI", "Y-tunnus 1234567-1", true),
            ("FR", "SIRET 732 829 320 00074", false),
            ("FR", "N° SIREN 732 829 320", false),
            ("FR", "SIREN 732829320 RCS Paris", false),
            ("IS", "kennitala 123456-7890", false),
            ("IS", "Kt. 123456-7890", false),
            ("LT", "Įmonės kodas 123456789", false),
            ("LU", "Matricule 1234567890123", false),
            ("LV", "Reģ. Nr. 41234567891", true),
            ("LV", "Reģistrācijas numurs 41234567891", true),
            ("NL", "KvK 12345678", false),
            ("NO", "Org.nr. 123 456 785", true),
            ("NO", "Foretaksregisteret 123 456 785", true),
            ("PT", "NIPC 501234560", true),
            ("SE", "Org.nr. 123456-7897", false),
            ("SE", "Organisationsnummer 123456-7897", false),
            ("SK", "IČO 12345679", false),
        ] {
            assert!(is_tax_number(Some(country), false, number), "{country} {number}");
            assert_eq!(is_tax_number(Some(country), true, number), with_tax, "{country} {number} with tax");
        }
        for (country, number) in [
            ("PL", "KRS 0000123456"),
            ("IT", "REA 1234567"),
            ("HU", "Cg. 01-09-123456"),
            ("RO", "ORC 123456"),
            ("GB", "Company No. 01234567"),
        ] {
            assert!(!is_tax_number(Some(country), false, number), "{country} {number}");
        }
    }

    /// Article 226 (3) of Directive 2006/112/EC, and the laws that follow it or are like it.
    #[test]
    fn with_tax_the_laws_want_the_number_of_that_tax() {
        for (country, number) in [
            ("AT", "U12345675"),
            ("AT", "UID ATU12345675"),
            ("BG", "ИН по ЗДДС BG123456786"),
            ("CY", "VAT No. 10123450A"),
            ("CZ", "DIČ 12345679"),
            ("EE", "KMKR 101234568"),
            ("ES", "NIF B-12345674"),
            ("FR", "N° TVA 11 123456782"),
            ("GB", "123456782"),
            ("GB", "VAT No. 123 4567 82"),
            ("GR", "ΑΦΜ 123456783 ΔΟΥ ΑΘΗΝΩΝ"),
            ("HR", "OIB 12345678903"),
            ("HU", "Adószám 12345676-2-42"),
            ("IE", "Tax Registration Number 1234567T"),
            ("IS", "VSK-númer 12345"),
            ("IT", "C.F. e P.IVA 12345670017"),
            ("LI", "MWST-Nr. 50123"),
            ("LT", "PVM kodas LT123456715"),
            ("LU", "TVA LU12345613"),
            ("MT", "VAT No. 12345634"),
            ("NL", "btw-id NL123456789B13"),
            ("NO", "Org.nr. 123 456 785 MVA"),
            ("PL", "NIP 123-456-78-02"),
            ("PT", "NIF 501234560"),
            ("RO", "CUI 123456789"),
            ("SE", "Momsreg.nr SE123456789701"),
            ("SI", "davčna številka 12345679"),
            ("SK", "DIČ 2012300004"),
            ("SK", "IČ DPH SK2012300004"),
        ] {
            assert!(is_tax_number(Some(country), true, number), "{country} {number}");
        }
        for (country, number) in [
            ("AT", "12 345/6789"),
            ("AT", "Steuernummer 12 345/6789"),
            ("BG", "ЕГН 1234567890"),
            ("CY", "TIC 12345678X"),
            ("FR", "numéro fiscal 12 34 567 890 123"),
            ("GB", "UTR 1234567890"),
            ("GB", "1234567890"),
            ("HU", "adóazonosító jel 8123456789"),
            ("IT", "C.F. RSSMRA80A01H501U"),
            ("LI", "1234567"),
            ("MT", "tax number 123456789"),
            ("NL", "BSN 123456782"),
            ("SE", "123456-7897"),
        ] {
            assert!(!is_tax_number(Some(country), true, number) && is_tax_number(Some(country), false, number), "{country} {number}");
        }
        assert!(!is_tax_number(Some("GB"), true, "VAT No. 123456785"), "check digits that do not fit");
        assert!(is_tax_number(Some("DE"), true, "12/345/67890"), "there the one or the other does (§ 14 (4) no. 2 UStG)");
    }

    /// Article 284 (3) of Directive 2006/112/EC, § 34a UStDV.
    #[test]
    fn the_number_of_a_small_business_counts_without_tax_alone() {
        for (country, number) in [
            ("DE", "KU-IdNr. DE123456788-EX"),
            ("DE", "DE123456788-EX"),
            ("DE", "St.-Nr. folgt, KU-IdNr. DE123456788-EX"),
            ("AT", "ATU12345675-EX"),
            ("FR", "FR11123456782-EX"),
            ("GR", "EL123456783-EX"),
        ] {
            assert!(is_tax_number(Some(country), false, number) && !is_tax_number(Some(country), true, number), "{country} {number}");
        }
        for (country, number) in [("AT", "DE123456788-EX"), ("DE", "KU-IdNr. DE123456788")] {
            assert!(!is_tax_number(Some(country), false, number), "{country} {number}");
        }
        let of_members = crate::country::COUNTRIES.iter().filter_map(|(code, _)| Some((*code, vat_examples::example(code)?)));
        for (code, example) in of_members.filter(|(code, _)| eu_vat::Country::from_code(code).is_some()) {
            assert!(is_tax_number(Some(code), false, &format!("{example}-EX")), "{code}");
        }
    }

    #[test]
    fn where_nothing_is_known_of_its_numbers_any_number_counts() {
        for country in [None, Some("US"), Some("BR")] {
            assert!(is_tax_number(country, true, "Foo-Nr. 4711"));
            assert!(!is_tax_number(country, true, "HRB 12345 B") && !is_tax_number(country, true, "applied for"));
        }
    }
}
