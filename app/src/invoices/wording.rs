//! How documents and mails say things in the language of the client: words, figures and days.
//!
//! What is worded here is frozen with the invoice, so it must be right in law and not only in grammar.

use jiff::civil::Date;

use super::totals::TaxCategory;
use crate::{
    country,
    day::Day,
    money::{self, Currency},
    percent::Percent,
};

/// The language of a document and of the mail that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wording {
    /// English, also for a language that has no words of its own.
    English,
    /// German.
    German,
}

impl Wording {
    /// The wording for a language such as `de` or `de-AT`.
    pub fn of(language: &str) -> Self {
        match language.split(['-', '_']).next() {
            Some("de") => Self::German,
            _ => Self::English,
        }
    }

    /// An amount without its currency: `1,080.00`, `1.080,00`. The template knows the place of the currency.
    pub fn amount(self, amount: i64, currency: &Currency) -> String {
        self.figure(&money::formatted(amount, currency))
    }

    /// A figure that is given with the decimal point and the commas of English.
    pub fn figure(self, english: &str) -> String {
        let mark = |letter| match letter {
            '.' => ',',
            ',' => '.',
            other => other,
        };
        match self {
            Self::English => english.to_owned(),
            Self::German => english.chars().map(mark).collect(),
        }
    }

    /// The figure of a document as plain decimal text.
    pub fn plain(self, figure: &str) -> String {
        // What figures of German make of English, they make of their own.
        self.figure(figure).replace(',', "")
    }

    /// A share: `7.5%`, `7,5 %`.
    pub fn percent(self, share: Percent) -> String {
        match self {
            Self::English => format!("{share}%"),
            Self::German => self.figure(&format!("{share} %")),
        }
    }

    /// What a country is called: `Germany`, `Deutschland`.
    pub fn country(self, code: &str) -> Option<&'static str> {
        match self {
            Self::English => country::name(code),
            Self::German => country::german_name(code),
        }
    }

    /// A day: `21 December 2026`, `21.12.2026`.
    pub fn day(self, day: Date) -> String {
        match self {
            Self::English => Day::from(day).in_words(),
            Self::German => format!("{:02}.{:02}.{}", day.day(), day.month(), day.year()),
        }
    }

    /// What a discount on the whole document is called, with its share where it is one.
    pub fn discount(self, share: Option<Percent>) -> String {
        let word = match self {
            Self::English => "Discount",
            Self::German => "Rabatt",
        };
        share.map_or_else(|| word.to_owned(), |share| format!("{word} {}", self.percent(share)))
    }

    /// What the tax of one category and rate is called, by a seller in this country: not every tax is a value added tax.
    pub fn tax(self, category: TaxCategory, rate: Percent, country: Option<&str>) -> String {
        match (self, category) {
            (_, TaxCategory::S) => format!("{} {}", self.tax_name(country), self.percent(rate)),
            (Self::English, other) => other.label().to_owned(),
            (Self::German, other) => german_label(other).to_owned(),
        }
    }

    /// What the document calls the tax of a seller in this country wherever it names it; nothing where the language has a word that
    /// holds for every tax.
    pub fn tax_word(self, country: Option<&str>) -> Option<&'static str> {
        (self == Self::German).then(|| self.tax_name(country))
    }

    fn tax_name(self, country: Option<&str>) -> &'static str {
        match (self, country) {
            (Self::English, Some("US")) => "Sales tax",
            (Self::English, Some("AU" | "CA" | "IN" | "MY" | "NZ" | "SG")) => "GST",
            (Self::English, Some("JP")) => "Consumption tax",
            (Self::English, _) => "VAT",
            (Self::German, Some("AU" | "CA" | "IN" | "JP" | "MY" | "NZ" | "SG" | "US")) => "Steuer",
            (Self::German, Some("CH" | "LI")) => "MwSt.",
            (Self::German, _) => "USt.",
        }
    }

    /// Why no tax is charged (BT-120) by a seller in this country; nothing where the standard wants no reason (BR-S-10, BR-Z-10).
    pub fn reason(self, category: TaxCategory, country: Option<&str>) -> Option<&'static str> {
        match self {
            Self::English => category.reason(),
            Self::German => german_reason(category, self.tax_name(country)),
        }
    }

    /// Payment terms in words (BT-20).
    pub fn terms(self, due_on: Date, days: i16) -> String {
        let day = self.day(due_on);
        match (self, days) {
            (Self::English, 0) => "Payable on receipt.".to_owned(),
            (Self::German, 0) => "Zahlbar sofort nach Erhalt.".to_owned(),
            (Self::English, 1) => format!("Payable within 1 day, by {day}, without deduction."),
            (Self::English, _) => format!("Payable within {days} days, by {day}, without deduction."),
            (Self::German, 1) => format!("Zahlbar innerhalb eines Tages bis zum {day} ohne Abzug."),
            (Self::German, _) => format!("Zahlbar innerhalb von {days} Tagen bis zum {day} ohne Abzug."),
        }
    }

    /// What stands in the place of the payment terms of a void invoice.
    pub fn void(self) -> &'static str {
        match self {
            Self::English => "This invoice was voided. Nothing is to be paid for it.",
            Self::German => "Diese Rechnung wurde storniert. Es ist nichts zu zahlen.",
        }
    }

    /// What stands in the place of the payment terms where nothing is left to pay.
    pub fn settled(self) -> &'static str {
        match self {
            Self::English => "Nothing is to be paid.",
            Self::German => "Es ist nichts zu zahlen.",
        }
    }

    /// The subject of the mail that brings an invoice.
    pub fn subject(self, number: &str, from: &str) -> String {
        match self {
            Self::English => format!("Invoice {number} from {from}"),
            Self::German => format!("Rechnung {number} von {from}"),
        }
    }

    /// The words of that mail when nobody wrote any. It is due on no day when nothing is left to pay.
    pub fn letter(self, number: &str, total: &str, due_on: Option<Date>, from: &str) -> String {
        let due_on = due_on.map(|day| self.day(day));
        match self {
            Self::English => {
                let due = due_on.map_or_else(|| ". Nothing is left to pay.".to_owned(), |day| format!(", due on {day}."));
                format!("Hello,\n\nplease find attached invoice {number} for {total}{due}\n\nKind regards\n{from}")
            }
            Self::German => {
                let due = due_on.map_or_else(|| ". Es ist nichts mehr zu zahlen.".to_owned(), |day| format!(", zahlbar bis zum {day}."));
                format!("Guten Tag,\n\nanbei erhalten Sie die Rechnung {number} über {total}{due}\n\nMit freundlichen Grüßen\n{from}")
            }
        }
    }
}

fn german_label(category: TaxCategory) -> &'static str {
    match category {
        TaxCategory::S => "Regelbesteuerung",
        TaxCategory::Z => "Nullsatz",
        TaxCategory::E => "Steuerbefreit",
        TaxCategory::AE => "Reverse Charge",
        TaxCategory::K => "Innergemeinschaftliche Lieferung",
        TaxCategory::G => "Ausfuhr",
        TaxCategory::O => "Nicht steuerbar",
    }
}

/// Of reverse charge the law wants these very words (§ 14a (5) UStG, Article 226 (11a) of Directive 2006/112/EC).
fn german_reason(category: TaxCategory, tax: &str) -> Option<&'static str> {
    match category {
        TaxCategory::S | TaxCategory::Z => None,
        TaxCategory::E => Some(match tax {
            "Steuer" => "Von der Steuer befreit",
            "MwSt." => "Von der Mehrwertsteuer befreit",
            _ => "Von der Umsatzsteuer befreit",
        }),
        TaxCategory::AE => Some("Steuerschuldnerschaft des Leistungsempfängers"),
        TaxCategory::K => Some("Steuerfreie innergemeinschaftliche Lieferung"),
        TaxCategory::G => Some("Steuerfreie Ausfuhrlieferung"),
        TaxCategory::O => Some(match tax {
            "Steuer" => "Die Leistung unterliegt nicht der Steuer",
            "MwSt." => "Die Leistung unterliegt nicht der Mehrwertsteuer",
            _ => "Die Leistung unterliegt nicht der Umsatzsteuer",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_follow_the_language() {
        let shown = |language: &str, amount, code: &str| Wording::of(language).amount(amount, &Currency::parse(code).expect("a currency"));
        assert_eq!((shown("en", 108_000, "EUR"), shown("de", 108_000, "EUR")), ("1,080.00".to_owned(), "1.080,00".to_owned()));
        assert_eq!((shown("de-AT", -1_234_567, "JPY"), shown("fr", 5, "KWD")), ("-1.234.567".to_owned(), "0.005".to_owned()));
        assert_eq!((Wording::German.figure("0.3333"), Wording::German.percent(Percent(77_000))), ("0,3333".to_owned(), "7,7 %".to_owned()));
        assert_eq!(Wording::English.percent(Percent(84_250)), "8.425%");
        assert_eq!((Wording::German.plain("1.234,5"), Wording::English.plain("1,234.5")), ("1234.5".to_owned(), "1234.5".to_owned()));
        let day = jiff::civil::date(2026, 12, 1);
        assert_eq!((Wording::English.day(day), Wording::German.day(day)), ("1 December 2026".to_owned(), "01.12.2026".to_owned()));
    }

    #[test]
    fn terms_of_one_day_are_of_a_day_and_those_of_none_name_no_day() {
        let terms = |days| [Wording::English, Wording::German].map(|wording| wording.terms(jiff::civil::date(2026, 12, 1), days));
        assert_eq!(terms(0), ["Payable on receipt.", "Zahlbar sofort nach Erhalt."]);
        let one = [
            "Payable within 1 day, by 1 December 2026, without deduction.",
            "Zahlbar innerhalb eines Tages bis zum 01.12.2026 ohne Abzug.",
        ];
        assert_eq!(terms(1), one);
        let two = [
            "Payable within 2 days, by 1 December 2026, without deduction.",
            "Zahlbar innerhalb von 2 Tagen bis zum 01.12.2026 ohne Abzug.",
        ];
        assert_eq!(terms(2), two);
    }

    #[test]
    fn a_reason_stands_where_the_standard_wants_one_in_every_language() {
        for category in TaxCategory::ALL {
            let reasons = [Wording::English, Wording::German].map(|wording| wording.reason(category, Some("DE")));
            assert!(reasons.iter().all(|reason| reason.is_none() == matches!(category, TaxCategory::S | TaxCategory::Z)), "{category:?}");
        }
    }
}
