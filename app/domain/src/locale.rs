//! Locales of documents and mails: words, figures and days in the language of the client.
//!
//! Text that is composed here is frozen with the invoice, so it must be right in law and not only in grammar. The labels of a document are
//! not frozen and belong to its template.

mod english;
mod german;
mod japanese;
mod number_format;
pub mod tax_invoice;
#[cfg(test)]
mod tests;

use jiff::civil::{Date, date};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::{
    document::LineKind,
    money::{self, Currency},
    percent::Percent,
    tax::category::TaxCategory,
};

/// The language of a document and of its mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(ascii_case_insensitive)]
pub enum Locale {
    /// English, also the fallback for languages without a translation.
    #[strum(serialize = "en")]
    English,
    /// German.
    #[strum(serialize = "de")]
    German,
    /// Japanese.
    #[strum(serialize = "ja")]
    Japanese,
}

/// The parts of a locale that differ between languages.
trait Translation {
    /// Formats a figure that is given with the decimal point and the commas of English.
    fn figure(&self, english: &str) -> String {
        english.to_owned()
    }

    /// Formats an amount, already a figure of the language, with the code of its currency.
    fn money(&self, figure: &str, currency: &str) -> String {
        format!("{figure} {currency}")
    }

    /// Formats a percentage from plain decimal text.
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

    /// A percentage with the amount that it is taken of.
    fn share_of(&self, share: &str, amount: &str) -> String;

    /// The name of a category that charges no tax.
    fn category(&self, category: TaxCategory) -> &'static str;

    /// The same for the column of a line, in a short word that means no other category in any language.
    fn category_of_line(&self, category: TaxCategory) -> &'static str;

    /// The names of a sum without tax that is no supply: beside the others, and in the column of a line.
    fn without_tax(&self) -> [&'static str; 2];

    /// The name of the tax of a seller in this country.
    fn tax_name(&self, country: Option<&str>) -> &'static str;

    /// The same, if the language has no word that fits every tax.
    fn tax_word(&self, _country: Option<&str>) -> Option<&'static str> {
        None
    }

    fn reason(&self, category: TaxCategory, country: Option<&str>) -> Option<&'static str>;

    /// Names of lines, with the number of further ones.
    fn and_other_lines(&self, names: &str, more: usize) -> String;

    /// The title of an invoice with the title that the seller's law prescribes.
    fn titled(&self, title: &str) -> String;

    /// Payment terms with the due day and the number of days.
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
        primary.parse().unwrap_or(Self::English)
    }

    /// The language as its code (ISO 639-1).
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The English name of the language.
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

    /// An amount without its currency: `1,080.00`, `1.080,00`. The template places the currency.
    pub fn amount(self, amount: i64, currency: &Currency) -> String {
        self.figure(&money::formatted(amount, currency))
    }

    /// An amount in a sentence: `1,080.00 EUR`, `1,080円`.
    pub fn money(self, amount: i64, currency: &Currency) -> String {
        self.words().money(&self.amount(amount, currency), currency.as_str())
    }

    /// Formats a figure that is given with the decimal point and the commas of English.
    pub fn figure(self, english: &str) -> String {
        self.words().figure(english)
    }

    /// The plain decimal text of a document's figure.
    pub fn plain(self, figure: &str) -> String {
        // The German format swaps point and comma, so applying it again restores the English one.
        self.figure(figure).replace(',', "")
    }

    /// A percentage: `7.5%`, `7,5 %`.
    pub fn percent(self, share: Percent) -> String {
        self.words().percent(share)
    }

    /// The unit of a line: `h`, `時間`. A line that was written by hand has none.
    pub fn unit(self, kind: LineKind) -> &'static str {
        match kind {
            LineKind::Time => self.words().hours(),
            LineKind::Custom => "",
        }
    }

    /// The name of a country: `Germany`, `Deutschland`, `ドイツ`.
    pub fn country(self, code: &str) -> Option<&'static str> {
        self.words().country(code)
    }

    /// A day: `21 December 2026`, `21.12.2026`, `2026年12月21日`.
    pub fn day(self, day: Date) -> String {
        self.words().day(day)
    }

    /// The label of a discount on the whole document, with its percentage if it has one.
    pub fn discount(self, share: Option<Percent>) -> String {
        let word = self.words().discount();
        share.map_or_else(|| word.to_owned(), |share| format!("{word} {}", self.percent(share)))
    }

    /// The label of a discount that is a percentage of another amount than the subtotal: `Discount 10% of 100.00`.
    pub fn discount_of(self, share: Percent, amount: &str) -> String {
        self.words().share_of(&self.discount(Some(share)), amount)
    }

    /// The label of the tax of one category and rate, by a seller in this country: not every tax is a value added tax.
    pub fn tax(self, category: TaxCategory, rate: Percent, country: Option<&str>) -> String {
        match category {
            TaxCategory::S => format!("{} {}", self.words().tax_name(named_in(country, rate)), self.percent(rate)),
            other => self.words().category(other).to_owned(),
        }
    }

    /// The tax of a line, for its narrow column: the rate, or in a word why there is none. The codes of the standard are for machines.
    pub fn tax_of_line(self, category: TaxCategory, rate: Percent) -> String {
        match category {
            TaxCategory::S | TaxCategory::Z => self.percent(rate),
            other => self.words().category_of_line(other).to_owned(),
        }
    }

    /// The label in place of a tax for disbursements: they have no tax, and are not exempt from one.
    pub fn without_tax(self) -> &'static str {
        self.words().without_tax()[0]
    }

    /// The same for the narrow column of a line.
    pub fn without_tax_of_line(self) -> &'static str {
        self.words().without_tax()[1]
    }

    /// The name of the tax of a seller in this country, whatever its rate is.
    pub fn tax_called(self, country: Option<&str>) -> &'static str {
        self.words().tax_name(country)
    }

    /// The word that the document uses for the tax of a seller in this country; `None` if the language has a word that fits every tax.
    pub fn tax_word(self, country: Option<&str>) -> Option<&'static str> {
        self.words().tax_word(country)
    }

    /// Why no tax is charged (BT-120) by a seller in this country; nothing where the standard wants no reason (BR-S-10, BR-Z-10).
    pub fn reason(self, category: TaxCategory, country: Option<&str>) -> Option<&'static str> {
        self.words().reason(category, country)
    }

    /// Names of lines, with the number of further ones if there are any: `Fee, Stamp and 3 other lines`.
    pub fn and_other_lines(self, names: &str, more: usize) -> String {
        if more == 0 { names.to_owned() } else { self.words().and_other_lines(names, more) }
    }

    /// The title of a document with the title that the seller's law prescribes.
    pub fn titled(self, title: &str) -> String {
        self.words().titled(title)
    }

    /// Payment terms in words (BT-20).
    pub fn terms(self, due_on: Date, days: i16) -> String {
        self.words().terms(&self.day(due_on), days)
    }

    /// The text in place of the payment terms of a void invoice.
    pub fn void(self) -> &'static str {
        self.words().void()
    }

    /// The text in place of the payment terms if nothing is left to pay.
    pub fn settled(self) -> &'static str {
        self.words().settled()
    }

    /// The subject of the mail with an invoice.
    pub fn subject(self, number: &str, from: &str) -> String {
        self.words().subject(number, from)
    }

    /// The default text of that mail. It names no due day if nothing is left to pay.
    pub fn letter(self, number: &str, total: &str, due_on: Option<Date>, from: &str) -> String {
        self.words().letter(number, total, due_on.map(|day| self.day(day)).as_deref(), from)
    }

    /// All composed text that can be on a document of a seller in this country, for checking glyph coverage. It does not include the names
    /// of countries.
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

/// The country whose name for a tax fits this rate. In Canada the federal tax, alone or harmonized with that of a province, has rates of
/// its own (Excise Tax Act, section 165); any other rate includes the tax of a province, and its name says no more than the American one.
fn named_in(country: Option<&str>, rate: Percent) -> Option<&str> {
    country.map(|country| if country == "CA" && !is_of_canada(rate) { "US" } else { country })
}

/// Whether a rate is one of the goods and services tax or of the harmonized sales tax in Canada.
pub fn is_of_canada(rate: Percent) -> bool {
    [50_000, 130_000, 140_000, 150_000].contains(&rate.ten_thousandths())
}
