//! Recognizes the tax number that an invoice must state: a number of the country's own form, unlabelled or labelled as one. With any other
//! label its kind is unknown.

use super::{
    NumberKind, negation, number_label,
    number_labels::{NumberLabel, is_filler, is_number, words_in},
    plain, search_key, small_business_number, swiss_uid,
    tax_number_formats::{TaxNumberFormats, WithTax, fits},
    uid, vat_id_by,
};

/// Separators between two numbers in one text.
const BETWEEN: [char; 9] = [',', ';', '|', '·', '•', '(', ')', '\n', '&'];

/// Names of tax offices, which stand beside no other number.
const OFFICES: [&str; 3] = ["fa", "finanzamt", "δου"];

/// Whether an invoice from this country states this number as the tax number: with tax, only the VAT number where the law accepts no other.
/// If the country or its numbers are unknown, every number counts that no register has given.
pub fn is_tax_number(country: Option<&str>, taxed: bool, text: &str) -> bool {
    let plain = plain(text);
    let Some(forms) = country.and_then(TaxNumberFormats::of) else {
        let is_register_number = number_label(&plain).is_some_and(|word| word.kind == NumberKind::Register);
        return !is_register_number && plain.chars().any(char::is_numeric) && negation(&plain).is_none();
    };
    let whole = NumberPart::of(&plain);
    let counts = |part: &NumberPart<'_>| part.counts(forms, taxed);
    negation(&plain).is_none() && (!whole.has_further_words() && counts(&whole) || parts(&plain).any(|part| counts(&part)))
}

/// Whether the VAT identifier of a country shares its digits with another number, which identifies a seller who charges no tax.
pub fn shares_digits(country: &str) -> bool {
    TaxNumberFormats::of(country).is_some_and(TaxNumberFormats::shares_digits)
}

/// A part of a text with at most one number.
struct NumberPart<'a> {
    text: &'a str,
    /// Whether it has a word of unknown meaning.
    is_unknown: bool,
}

/// Splits a text into its parts.
fn parts(text: &str) -> impl Iterator<Item = NumberPart<'_>> {
    let apart = text.split(BETWEEN).flat_map(|part| part.split(" / ")).flat_map(|part| part.split(" - "));
    apart.map(NumberPart::of)
}

impl<'a> NumberPart<'a> {
    fn of(text: &'a str) -> Self {
        let is_word = |word: &&str| !word.contains(char::is_numeric) && !is_filler(word) && (word.chars().count() > 2 || !word.is_ascii());
        Self { text, is_unknown: number_label(text).is_none() && words_in(text).iter().any(is_word) }
    }

    fn counts(&self, forms: &TaxNumberFormats, taxed: bool) -> bool {
        match &forms.with_tax {
            _ if small_business_number::is_of(forms.country, self.text) || uid::is_of(forms.country, self.text) => !taxed,
            Some(with_tax) if taxed => self.is_of_tax(forms, with_tax),
            _ => self.is_tax_number(forms),
        }
    }

    /// Whether an invoice without tax states it, or one with tax where the law does not require the VAT number.
    fn is_tax_number(&self, forms: &TaxNumberFormats) -> bool {
        match number_label(self.text) {
            None => (self.fits(forms, forms.all) || self.is_vat_number(forms)) && self.stands_alone(),
            Some(word) if word.kind == NumberKind::Vat => self.is_vat_number(forms),
            Some(word) if !word.counts_in(forms.country) => false,
            Some(word) if word.kind == NumberKind::Register => self.fits(forms, forms.of_register),
            Some(_) => self.fits(forms, forms.all) || self.digits() >= forms.least() && !self.has_further_words(),
        }
    }

    /// Whether it is the VAT number, labelled as that or as another number of the same digits.
    fn is_of_tax(&self, forms: &TaxNumberFormats, with_tax: &WithTax) -> bool {
        let is_called_so =
            |word: &NumberLabel| word.kind == NumberKind::Vat || with_tax.called.contains(&word.kind) && word.counts_in(forms.country);
        let is_one = number_label(self.text).map_or_else(|| self.stands_alone(), |word| is_called_so(&word));
        is_one && self.is_vat_number(forms) && self.names_the_tax(forms.country)
    }

    /// Whether the name of the tax stands beside it, where only that makes it the VAT number (Article 26 (2) a MWSTG, § 5-1-2 of the
    /// Bokføringsforskrift).
    fn names_the_tax(&self, country: &str) -> bool {
        match country {
            "CH" => vat_id_by(country, self.text).is_some_and(|number| swiss_uid(&number).is_none()),
            "NO" => words_in(self.text).iter().any(|word| word.to_uppercase().ends_with("MVA")),
            _ => true,
        }
    }

    /// Whether its digits are those of a VAT number.
    fn is_vat_number(&self, forms: &TaxNumberFormats) -> bool {
        let unchecked = forms.with_tax.as_ref().map_or("", |with_tax| with_tax.forms);
        vat_id_by(forms.country, self.text).is_some() || self.fits(forms, unchecked)
    }

    fn fits(&self, forms: &TaxNumberFormats, wanted: &str) -> bool {
        self.numbers().iter().any(|number| fits(wanted, forms.country, number))
    }

    /// Whether it has no label of unknown meaning, or the name of a tax office.
    fn stands_alone(&self) -> bool {
        !self.is_unknown || self.names_an_office()
    }

    /// The letters and digits of the number: with the short words beside it, which may belong to it; with those of them that do not say
    /// that a number follows; and without any.
    fn numbers(&self) -> [String; 3] {
        let words = words_in(self.text);
        let with = |keep: fn(&str) -> bool| -> String {
            let kept = words.iter().filter(|word| word.contains(|letter: char| letter.is_ascii_digit()) || keep(word));
            kept.copied().collect::<String>().to_uppercase()
        };
        [
            with(|word| word.len() <= 2 && word.is_ascii()),
            with(|word| word.len() <= 2 && word.is_ascii() && !is_number(word)),
            with(|_| false),
        ]
    }

    fn digits(&self) -> usize {
        self.text.chars().filter(char::is_ascii_digit).count()
    }

    /// Whether words follow the number that are no label of it, such as "applied for".
    fn has_further_words(&self) -> bool {
        let is_known = |word: &&str| {
            word.contains(char::is_numeric) || is_filler(word) || word.chars().count() <= 2 || number_label(&format!("{word} 1")).is_some()
        };
        !words_in(self.text).iter().all(is_known)
    }

    fn names_an_office(&self) -> bool {
        words_in(self.text).iter().any(|word| OFFICES.contains(&search_key(word).as_str()))
    }
}

#[cfg(test)]
mod tests;
