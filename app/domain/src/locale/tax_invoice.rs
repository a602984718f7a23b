//! The names of a tax invoice and of its seller's number, in countries whose law or custom has its own.
//!
//! In other countries an invoice is called one, and its number a tax number: so it is in the European Union (Article 226 of Directive
//! 2006/112/EC requires no title), in the United Kingdom, in Switzerland and in Norway; in Japan, where the registration number says it;
//! and in the United States. Malaysia has had no tax invoice since its goods and services tax ended in 2018. Thailand and the Philippines
//! require words in a language or a form that no document here has.

use super::number_format::{self, NumberFormat};
use crate::{tax::category::TaxCategory, text};

/// The terms of one country.
#[derive(Debug, PartialEq)]
pub struct TaxInvoice {
    /// The country, as an ISO 3166-1 code.
    country: &'static str,
    /// Whether an invoice with tax has the title of a tax invoice.
    titled: bool,
    /// Whether a zero-rated or exported supply is a taxable supply.
    zero_rated: bool,
    /// The name of the seller's registration number.
    pub number: &'static str,
    /// Its format; `None` if there are several.
    pub form: Option<NumberFormat>,
    /// Why a seller who charges no tax states it, too, and the law that says so.
    untaxed: Option<&'static str>,
    /// Words beside the number, in lower case: each says that its owner is registered for the tax.
    words: &'static [&'static str],
    /// Words beside it that prove no registration, as they stand beside other numbers, too.
    vague: &'static [&'static str],
    /// Letters within the number, followed by four digits, that prove a registration like its words.
    account: Option<&'static str>,
    /// The law that requires title and number on an invoice.
    pub law: &'static str,
}

const fn titled(
    country: &'static str,
    (number, words): (&'static str, &'static [&'static str]),
    form: Option<NumberFormat>,
    law: &'static str,
) -> TaxInvoice {
    TaxInvoice { country, titled: true, zero_rated: true, number, form, untaxed: None, words, vague: &[], account: None, law }
}

/// Words that may stand beside any such number.
const OF_ANY: [&str; 9] = ["id", "identification", "nbr", "no", "nr", "number", "reg", "registration", "regn"];

/// Separators between two numbers in one text, and before a note on a number.
const BETWEEN: [char; 4] = [',', ';', '|', '('];

/// All known countries.
const ALL: [TaxInvoice; 10] = [
    TaxInvoice {
        vague: &["tax"],
        ..titled("AE", ("TRN", &["trn", "vat"]), Some(number_format::TRN), "Article 59 of Cabinet Decision 52 of 2017")
    },
    // A GST-free supply is no taxable supply there (section 9-5 of the GST Act 1999), and has no tax invoice.
    TaxInvoice {
        zero_rated: false,
        untaxed: Some("clients withhold tax from what they pay (section 12-190 of Schedule 1 to the Taxation Administration Act 1953)"),
        ..titled("AU", ("ABN", &["abn", "australian", "business"]), Some(number_format::ABN), "section 29-70 (1) (c) of the GST Act 1999")
    },
    TaxInvoice {
        vague: &["account", "tax"],
        ..titled("BH", ("VAT account number", &["vat"]), None, "Article 55 of the Unified VAT Agreement of the Gulf states")
    },
    // It is called an invoice there. Every business has a BN; the account of the tax adds RT and four digits.
    TaxInvoice {
        titled: false,
        vague: &["bn"],
        account: Some("RT"),
        ..titled("CA", ("GST/HST number", &["gst", "hst", "tps", "tvh"]), None, "the Input Tax Credit Information Regulations")
    },
    titled("IN", ("GSTIN", &["gstin", "gst"]), Some(number_format::GSTIN), "rule 46 of the CGST Rules 2017"),
    // The title is only customary there since 2023, and is what clients look for. Everybody has an IRD number, which is the GST
    // number of a registered business.
    TaxInvoice { vague: &["ird"], ..titled("NZ", ("GST number", &["gst"]), Some(number_format::IRD), "section 19K of the GST Act 1985") },
    titled("OM", ("VATIN", &["vatin", "vat"]), None, "Article 55 of the Unified VAT Agreement of the Gulf states"),
    titled("SA", ("VAT number", &["vat"]), Some(number_format::SAUDI), "Article 53 of the VAT Implementing Regulations"),
    titled("SG", ("GST Reg. No.", &["gst"]), None, "regulation 11 of the GST (General) Regulations"),
    titled("ZA", ("VAT number", &["vat"]), Some(number_format::SOUTH_AFRICAN), "section 20 (4) of the VAT Act 1991"),
];

impl TaxInvoice {
    /// The terms for a seller in this country, who charges tax on the invoice or does not.
    pub fn of(country: Option<&str>, taxed: bool) -> Option<&'static Self> {
        ALL.iter().find(|known| country == Some(known.country) && (taxed || known.untaxed.is_some()))
    }

    /// Whether a supply of this category is taxable by the law of this country, at whatever rate: an invoice for one is a tax invoice where
    /// those exist.
    pub fn is_for(country: Option<&str>, category: TaxCategory) -> bool {
        let zero_rated = || ALL.iter().find(|known| country == Some(known.country)).is_none_or(|known| known.zero_rated);
        category == TaxCategory::S || matches!(category, TaxCategory::Z | TaxCategory::G) && zero_rated()
    }

    /// The title that the law of the seller requires, in its own words whatever the language of the document.
    pub fn title(&self, taxed: bool) -> Option<&'static str> {
        (self.titled && taxed).then_some("Tax invoice")
    }

    /// What an invoice without the number fails to be, or the consequence.
    pub fn without(&self, taxed: bool) -> String {
        match (taxed, self.untaxed) {
            (false, Some(why)) => format!("without one {why}"),
            (_, _) if self.titled => format!("without one it is no tax invoice ({})", self.law),
            (_, _) => format!("an invoice states it ({})", self.law),
        }
    }

    /// The number with its name once, and all that stands beside it; `None` if it is no such number.
    pub fn named(&self, number: &str) -> Option<String> {
        let plain = text::plain(number);
        let mut begin = 0;
        for part in plain.split_inclusive(BETWEEN) {
            let given = part.trim_end_matches(BETWEEN).trim();
            let counts = begin == 0 || self.form.is_some() || self.words_in(given).any(|word| self.is_own(&word));
            if let Some(named) = self.named_alone(given).filter(|_| counts) {
                let at = begin + part.find(given).unwrap_or_default();
                return Some(format!("{}{named}{}", &plain[..at], &plain[at + given.len()..]));
            }
            begin += part.len();
        }
        None
    }

    fn named_alone(&self, number: &str) -> Option<String> {
        let bare = without_words(number)?;
        let compact: String = bare.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let fits = self.form.as_ref().is_none_or(|form| form.fits(&compact));
        (fits && self.is_called_so(number)).then(|| format!("{} {bare}", self.number))
    }

    /// Whether a number says that its owner is registered for the tax, and not merely identified.
    pub fn says_registered(&self, number: &str) -> bool {
        let is_said = || self.words_in(number).any(|word| self.words.contains(&word.as_str())) || self.is_of_account(number);
        self.untaxed.is_none() && self.named(number).is_some() && is_said()
    }

    /// Whether the number is that of a tax account.
    fn is_of_account(&self, number: &str) -> bool {
        let Some(letters) = self.account else { return false };
        let compact: String = text::plain(number).chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect();
        compact.split(letters).skip(1).any(|behind| behind.chars().take_while(char::is_ascii_digit).count() >= 4)
    }

    /// Whether a word is one of those beside the number.
    fn is_own(&self, word: &str) -> bool {
        self.words.contains(&word) || self.vague.contains(&word)
    }

    /// Whether a number stands alone or with words of its own kind: any other word makes it another number.
    fn is_called_so(&self, number: &str) -> bool {
        let is_known = |word: &str| self.is_own(word) || OF_ANY.contains(&word) || word.contains(|letter: char| letter.is_ascii_digit());
        self.words_in(number).all(|word| is_known(&word))
    }

    /// The words of a text that are longer than a letter, in lower case.
    fn words_in(&self, number: &str) -> impl Iterator<Item = String> {
        let joined = number.replace('.', "").to_lowercase();
        let words: Vec<String> = joined.split(|letter: char| !letter.is_alphanumeric()).map(str::to_owned).collect();
        words.into_iter().filter(|word| word.chars().count() > 1)
    }
}

/// The text of a number from the first word with a digit on.
fn without_words(number: &str) -> Option<&str> {
    let first = number.find(|letter: char| letter.is_ascii_digit())?;
    let before = number[..first].char_indices().rfind(|(_, letter)| !letter.is_alphanumeric());
    Some(number[before.map_or(0, |(at, letter)| at + letter.len_utf8())..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(country: &str, number: &str) -> Option<String> {
        TaxInvoice::of(Some(country), true).and_then(|known| known.named(number))
    }

    #[test]
    fn a_number_is_called_as_in_its_country_and_once() {
        for (country, written, said) in [
            ("AU", "51824753556", "ABN 51824753556"),
            ("AU", "ABN 51 824 753 556", "ABN 51 824 753 556"),
            ("AU", "ABN: 51 824 753 556", "ABN 51 824 753 556"),
            ("AU", "A.B.N. 51 824 753 556", "ABN 51 824 753 556"),
            ("SG", "M90367530X", "GST Reg. No. M90367530X"),
            ("SG", "GST Reg. No. M9-0367530-X", "GST Reg. No. M9-0367530-X"),
            ("NZ", "GST No. 123-456-785", "GST number 123-456-785"),
            ("IN", "GSTIN 29ABCDE1234F1Z5", "GSTIN 29ABCDE1234F1Z5"),
            ("AE", "TRN 100123456700003", "TRN 100123456700003"),
            ("ZA", "VAT No. 4123456789", "VAT number 4123456789"),
            ("CA", "123456789 RT0001", "GST/HST number 123456789 RT0001"),
            ("CA", "GST 123456789 RT0001, QST 1234567890 TQ0001", "GST/HST number 123456789 RT0001, QST 1234567890 TQ0001"),
            ("AU", "ABN 51 824 753 556, ACN 004 085 616", "ABN 51 824 753 556, ACN 004 085 616"),
            ("AU", "ACN 004 085 616; 51 824 753 556", "ACN 004 085 616; ABN 51 824 753 556"),
            ("AU", "51 824 753 556 (GST registered)", "ABN 51 824 753 556 (GST registered)"),
        ] {
            assert_eq!(named(country, written).as_deref(), Some(said), "{country} {written}");
        }
    }

    #[test]
    fn what_is_another_number_is_not_called_so() {
        for (country, number) in [
            ("AU", "123 456 782"),
            ("AU", "51 824 753 557"),
            ("AU", "ABN 51 824 753 557"),
            ("SA", "100123456700004"),
            ("IN", "271AAPFU0939F1Z"),
            ("SG", "Bank 12-3456, 789"),
            ("IN", "ABCDE1234F"),
            ("AE", "TRN 12"),
            ("ZA", "none"),
            ("SG", "UEN 201234567A"),
            ("US", "12-3456789"),
            ("CA", "QST 1234567890 TQ0001"),
            ("CA", "SIN 123 456 782"),
            ("ZA", "Income tax ref. 9123456789"),
            ("OM", "TIN 1234567"),
            ("SG", "NRIC S1234567D"),
            ("NZ", "GST 123-456-789"),
            ("NZ", "Bank account 12-3456-0123456-00"),
            ("AU", "BSB 062-000 12345"),
            ("SA", "Unified No. 700123456700003"),
        ] {
            assert_eq!(named(country, number), None, "{country} {number}");
        }
    }

    #[test]
    fn only_an_invoice_with_tax_is_a_tax_invoice() {
        let title = |country: &str, taxed| TaxInvoice::of(Some(country), taxed).and_then(|known| known.title(taxed));
        for country in ["AE", "AU", "BH", "IN", "NZ", "OM", "SA", "SG", "ZA"] {
            assert_eq!((title(country, true), title(country, false)), (Some("Tax invoice"), None), "{country}");
        }
        for country in ["CA", "DE", "GB", "JP", "MY", "US"] {
            assert_eq!(title(country, true), None, "{country}");
        }
        assert!(TaxInvoice::of(Some("AU"), false).is_some_and(|known| known.number == "ABN"), "without tax, too");
    }

    /// Section 29-70 of the GST Act 1999.
    #[test]
    fn what_is_free_of_tax_in_australia_has_no_tax_invoice() {
        use TaxCategory::{E, G, O, S, Z};
        for country in ["AE", "IN", "NZ", "ZA"] {
            assert!([S, Z, G].into_iter().all(|category| TaxInvoice::is_for(Some(country), category)), "{country}");
        }
        assert_eq!([S, Z, G, E, O].map(|category| TaxInvoice::is_for(Some("AU"), category)), [true, false, false, false, false]);
    }

    #[test]
    fn a_number_that_others_have_too_does_not_say_that_its_owner_is_registered() {
        let says = |country: &str, number: &str| TaxInvoice::of(Some(country), true).is_some_and(|known| known.says_registered(number));
        for (country, number) in [
            ("NZ", "GST 123-456-785"),
            ("CA", "GST/HST 123456789"),
            ("CA", "BN 123456789 RT0001"),
            ("CA", "123456789RT0001"),
            ("SG", "GST Reg. No. M90367530X"),
            ("ZA", "VAT No. 4123456789"),
            ("AE", "TRN 100123456700003"),
        ] {
            assert!(says(country, number), "{country} {number}");
        }
        for (country, number) in [
            ("NZ", "IRD 123-456-785"),
            ("NZ", "123-456-785"),
            ("CA", "BN 123456789"),
            ("CA", "123456789 RC0001"),
            ("BH", "Account 123456789"),
            ("AU", "ABN 51 824 753 556"),
        ] {
            assert!(!says(country, number), "{country} {number}");
        }
    }
}
