//! How documents and mails say things in the language of the client: words, figures and days.
//!
//! What is worded here is frozen with the invoice, so it must be right in law and not only in grammar. The labels of a document, which
//! are not frozen, are words of its template.

mod english;
mod german;
mod japanese;
mod number_format;
pub(crate) mod tax_invoice;
#[cfg(test)]
mod tests;

use jiff::civil::{Date, date};

use super::{LineKind, totals::TaxCategory};
use crate::{
    money::{self, Currency},
    percent::Percent,
};

/// The language of a document and of the mail that brings it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// English, also for a language that has no words of its own.
    English,
    /// German.
    German,
    /// Japanese.
    Japanese,
}

/// What each language says in its own way.
trait Translation {
    /// A figure that is given with the decimal point and the commas of English.
    fn figure(&self, english: &str) -> String {
        english.to_owned()
    }

    /// An amount, already as a figure of the language, with the code of its currency.
    fn money(&self, figure: &str, currency: &str) -> String {
        format!("{figure} {currency}")
    }

    /// A share, as plain decimal text.
    fn percent(&self, share: Percent) -> String {
        format!("{share}%")
    }

    /// The unit of a line that bills time.
    fn hours(&self) -> &'static str {
        "h"
    }

    fn country(&self, code: &str) -> Option<&'static str>;
    fn day(&self, day: Date) -> String;
    fn discount(&self) -> &'static str;

    /// A share with the amount that it is a share of.
    fn share_of(&self, share: &str, amount: &str) -> String;

    /// What a category is called, where its tax is not.
    fn category(&self, category: TaxCategory) -> &'static str;

    /// The same in the column of a line, in words of a few letters that are another category's in no language.
    fn category_of_line(&self, category: TaxCategory) -> &'static str;

    /// How a sum without tax is called that is no supply, beside the others and in the column of a line.
    fn without_tax(&self) -> [&'static str; 2];

    /// What the tax of a seller in this country is called.
    fn tax_name(&self, country: Option<&str>) -> &'static str;

    /// The same, where the language has no word that holds for every tax.
    fn tax_word(&self, _country: Option<&str>) -> Option<&'static str> {
        None
    }

    fn reason(&self, category: TaxCategory, country: Option<&str>) -> Option<&'static str>;

    /// Names of lines, with how many others there are.
    fn and_other_lines(&self, names: &str, more: usize) -> String;

    /// The title of an invoice that another language has a title for, too.
    fn titled(&self, title: &str) -> String;

    /// Payment terms of so many days, until this one.
    fn terms(&self, day: &str, days: i16) -> String;

    fn void(&self) -> &'static str;
    fn settled(&self) -> &'static str;
    fn subject(&self, number: &str, from: &str) -> String;
    fn letter(&self, number: &str, total: &str, due_on: Option<&str>, from: &str) -> String;
}

impl Locale {
    /// Every language of documents.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::Japanese];

    /// The locale for a language such as `de` or `de-AT`.
    pub fn of(language: &str) -> Self {
        let primary = language.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|locale| locale.code().eq_ignore_ascii_case(primary)).unwrap_or(Self::English)
    }

    /// The language as its code (ISO 639-1).
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Japanese => "ja",
        }
    }

    /// The language as it is called in English.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "German",
            Self::Japanese => "Japanese",
        }
    }

    fn words(self) -> &'static dyn Translation {
        match self {
            Self::English => &english::English,
            Self::German => &german::German,
            Self::Japanese => &japanese::Japanese,
        }
    }

    /// An amount without its currency: `1,080.00`, `1.080,00`. The template knows the place of the currency.
    pub fn amount(self, amount: i64, currency: &Currency) -> String {
        self.figure(&money::formatted(amount, currency))
    }

    /// An amount in a sentence: `1,080.00 EUR`, `1,080円`.
    pub fn money(self, amount: i64, currency: &Currency) -> String {
        self.words().money(&self.amount(amount, currency), currency.as_str())
    }

    /// A figure that is given with the decimal point and the commas of English.
    pub fn figure(self, english: &str) -> String {
        self.words().figure(english)
    }

    /// The figure of a document as plain decimal text.
    pub fn plain(self, figure: &str) -> String {
        // What figures of German make of English, they make of their own.
        self.figure(figure).replace(',', "")
    }

    /// A share: `7.5%`, `7,5 %`.
    pub fn percent(self, share: Percent) -> String {
        self.words().percent(share)
    }

    /// The unit of a line: `h`, `時間`. One that was written by hand has none.
    pub fn unit(self, kind: LineKind) -> &'static str {
        match kind {
            LineKind::Time => self.words().hours(),
            LineKind::Custom => "",
        }
    }

    /// What a country is called: `Germany`, `Deutschland`, `ドイツ`.
    pub fn country(self, code: &str) -> Option<&'static str> {
        self.words().country(code)
    }

    /// A day: `21 December 2026`, `21.12.2026`, `2026年12月21日`.
    pub fn day(self, day: Date) -> String {
        self.words().day(day)
    }

    /// What a discount on the whole document is called, with its share where it is one.
    pub fn discount(self, share: Option<Percent>) -> String {
        let word = self.words().discount();
        share.map_or_else(|| word.to_owned(), |share| format!("{word} {}", self.percent(share)))
    }

    /// What a discount is called that is a share of another amount than the subtotal: `Discount 10% of 100.00`.
    pub fn discount_of(self, share: Percent, amount: &str) -> String {
        self.words().share_of(&self.discount(Some(share)), amount)
    }

    /// What the tax of one category and rate is called, by a seller in this country: not every tax is a value added tax.
    pub fn tax(self, category: TaxCategory, rate: Percent, country: Option<&str>) -> String {
        match category {
            TaxCategory::S => format!("{} {}", self.words().tax_name(named_in(country, rate)), self.percent(rate)),
            other => self.words().category(other).to_owned(),
        }
    }

    /// How a line is taxed, for its narrow column: the rate, or in a word why there is none. The codes of the standard are for machines.
    pub fn tax_of_line(self, category: TaxCategory, rate: Percent) -> String {
        match category {
            TaxCategory::S | TaxCategory::Z => self.percent(rate),
            other => self.words().category_of_line(other).to_owned(),
        }
    }

    /// What the tax of what was laid out for the client is called: there is none, and nothing was exempt from it.
    pub fn without_tax(self) -> &'static str {
        self.words().without_tax()[0]
    }

    /// The same for the narrow column of a line.
    pub fn without_tax_of_line(self) -> &'static str {
        self.words().without_tax()[1]
    }

    /// What the tax of a seller in this country is called, whatever its rate is.
    pub fn tax_called(self, country: Option<&str>) -> &'static str {
        self.words().tax_name(country)
    }

    /// What the document calls the tax of a seller in this country wherever it names it; nothing where the language has a word that
    /// holds for every tax.
    pub fn tax_word(self, country: Option<&str>) -> Option<&'static str> {
        self.words().tax_word(country)
    }

    /// Why no tax is charged (BT-120) by a seller in this country; nothing where the standard wants no reason (BR-S-10, BR-Z-10).
    pub fn reason(self, category: TaxCategory, country: Option<&str>) -> Option<&'static str> {
        self.words().reason(category, country)
    }

    /// Names of lines, and how many others there are where there are more: `Fee, Stamp and 3 other lines`.
    pub fn and_other_lines(self, names: &str, more: usize) -> String {
        if more == 0 { names.to_owned() } else { self.words().and_other_lines(names, more) }
    }

    /// The title of a document that the law of the seller calls so.
    pub fn titled(self, title: &str) -> String {
        self.words().titled(title)
    }

    /// Payment terms in words (BT-20).
    pub fn terms(self, due_on: Date, days: i16) -> String {
        self.words().terms(&self.day(due_on), days)
    }

    /// What stands in the place of the payment terms of a void invoice.
    pub fn void(self) -> &'static str {
        self.words().void()
    }

    /// What stands in the place of the payment terms where nothing is left to pay.
    pub fn settled(self) -> &'static str {
        self.words().settled()
    }

    /// The subject of the mail that brings an invoice.
    pub fn subject(self, number: &str, from: &str) -> String {
        self.words().subject(number, from)
    }

    /// The words of that mail when nobody wrote any. It is due on no day when nothing is left to pay.
    pub fn letter(self, number: &str, total: &str, due_on: Option<Date>, from: &str) -> String {
        self.words().letter(number, total, due_on.map(|day| self.day(day)).as_deref(), from)
    }

    /// Everything that is worded here and can stand on a document of a seller in this country, for whoever asks whether there are
    /// letters for it. The names of countries are not among it.
    pub fn on_documents(self, country: Option<&str>) -> String {
        let day = date(2026, 12, 21);
        let of_tax = TaxCategory::ALL.map(|category| {
            let reason = self.reason(category, country).unwrap_or_default();
            format!("{}{}{reason}", self.tax(category, Percent(0), country), self.tax_of_line(category, Percent(0)))
        });
        let terms = [0, 1, 2].map(|days| self.terms(day, days));
        let others = [
            self.without_tax().to_owned(),
            self.without_tax_of_line().to_owned(),
            self.discount_of(Percent(0), ""),
            self.and_other_lines("", 1),
            self.and_other_lines("", 2),
            self.day(day),
            self.unit(LineKind::Time).to_owned(),
        ];
        let notes = [self.void(), self.settled()];
        [of_tax.concat(), terms.concat(), others.concat(), notes.concat()].concat()
    }
}

/// The country whose name for a tax holds for this rate. In Canada the tax of the federation, alone or harmonized with that of a province,
/// has rates of its own (Excise Tax Act, section 165); in another one there is the tax of a province, and its name says no more than the
/// American one does.
fn named_in(country: Option<&str>, rate: Percent) -> Option<&str> {
    country.map(|country| if country == "CA" && !is_of_canada(rate) { "US" } else { country })
}

/// Whether a rate is one of the goods and services tax or of the harmonized sales tax in Canada.
pub fn is_of_canada(rate: Percent) -> bool {
    [50_000, 130_000, 140_000, 150_000].contains(&rate.ten_thousandths())
}
