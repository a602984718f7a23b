//! Reads exchange rates such as `1 USD = 0.92 EUR` in a note, in either direction, and converts tax by them.

use domain::money::{self, Amount, Currency, rounded_quotient};
use std::ops::Range;

use super::tax_note;

/// The most words of one side of a rate: a number with spaces between its thousands, and the currency.
const WORDS_MAX: usize = 4;

/// The most digits of one side of a rate; no rate that is published has more.
const DIGITS_MAX: usize = 9;

/// The numbers of units for which exchange rates are quoted.
const UNITS: [i128; 4] = [1, 10, 100, 1000];

/// An exchange rate between the currency of the seller's country and a foreign one.
#[derive(Debug, Clone, PartialEq)]
pub struct ExchangeRate {
    /// As it is written.
    pub text: String,
    home: Decimal,
    foreign: Decimal,
}

/// A number above zero: `digits` divided by ten to the power of `decimals`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Decimal {
    digits: i128,
    decimals: u32,
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (whole, decimals) = money::digits(text)?;
        let digits = Some(format!("{whole}{decimals}")).filter(|digits| digits.len() <= DIGITS_MAX)?;
        let digits: i128 = digits.parse().ok()?;
        (digits > 0).then_some(Self { digits, decimals: decimals.len() as u32 })
    }

    fn is_unit(self) -> bool {
        UNITS.iter().any(|unit| unit * power_of_ten(self.decimals) == self.digits)
    }
}

impl ExchangeRate {
    /// Converts minor units of the foreign currency to minor units of the home currency, rounded half up; `None` for an amount that is too
    /// large to compute with.
    pub fn converted(&self, minor: i64, home: &Currency, foreign: &Currency) -> Option<i64> {
        let dividend = self.home.digits * power_of_ten(self.foreign.decimals) * power_of_ten(home.minor_digits());
        let divisor = self.foreign.digits * power_of_ten(self.home.decimals) * power_of_ten(foreign.minor_digits());
        i64::try_from(rounded_quotient(i128::from(minor).checked_mul(dividend)?, divisor)).ok()
    }
}

/// Ten to this power, which is that of a number of decimals.
fn power_of_ten(decimals: u32) -> i128 {
    10_i128.pow(decimals)
}

/// The exchange rates in a note. A number that can be read in two ways (`1.087`) makes a rate of each.
pub fn all(note: &str, home: &Currency, foreign: &Currency) -> Vec<ExchangeRate> {
    let mut rates = Vec::new();
    for words in tax_note::lines(note) {
        for at in (0..words.len()).filter(|at| tax_note::is_equation(&words[*at])) {
            rates.extend(around(&words, at, home, foreign));
        }
    }
    rates
}

/// The rates whose sides are before and behind this sign of an equation.
fn around(words: &[String], at: usize, home: &Currency, foreign: &Currency) -> Vec<ExchangeRate> {
    let begins = at.saturating_sub(WORDS_MAX)..at;
    let ends = at + 2..(at + 2 + WORDS_MAX).min(words.len() + 1);
    let mut rates = Vec::new();
    for (from, to) in begins.flat_map(|from| ends.clone().map(move |to| (from, to))) {
        let side = |place: Range<usize>, currency: &Currency, other: &Currency| numbers_of(&words[place].join(" "), currency, other);
        let text = || words[from..to].join(" ");
        for (foreign, home) in pairs(side(from..at, foreign, home), side(at + 1..to, home, foreign)) {
            rates.push(ExchangeRate { text: text(), home, foreign });
        }
        for (home, foreign) in pairs(side(from..at, home, foreign), side(at + 1..to, foreign, home)) {
            rates.push(ExchangeRate { text: text(), home, foreign });
        }
    }
    rates
}

/// Each number of the left side with each of the right one, where one of both is a number of units.
fn pairs(left: Vec<Decimal>, right: Vec<Decimal>) -> Vec<(Decimal, Decimal)> {
    let each = left.into_iter().flat_map(|left| right.iter().map(move |right| (left, *right)));
    each.filter(|(left, right)| left.is_unit() || right.is_unit()).collect()
}

/// What a text can be read as that is a number with the code or the symbol of this currency; nothing if its symbol may be of the other.
fn numbers_of(text: &str, currency: &Currency, other: &Currency) -> Vec<Decimal> {
    let amount = Amount::written(text);
    let is_of = |currency: &Currency| amount.number(currency).len() < text.len();
    if text.starts_with(['-', '+']) || !is_of(currency) || is_of(other) {
        return Vec::new();
    }
    let number = amount.number(currency);
    let readings = money::readings(&number).map_or_else(|| vec![number], |(thousands, decimal)| vec![decimal, thousands]);
    readings.iter().filter_map(|reading| Decimal::read(reading)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an amount in minor units of the foreign currency is at the first rate of a note.
    fn converted(note: &str, minor: i64, home: &str, foreign: &str) -> Option<i64> {
        let [home, foreign] = [home, foreign].map(|code| Currency::parse(code).expect("a currency"));
        all(note, &home, &foreign).first().and_then(|rate| rate.converted(minor, &home, &foreign))
    }

    #[test]
    fn a_rate_is_read_in_either_direction() {
        for (note, home) in [
            ("VAT: 176.55 EUR (1 USD = 0.92 EUR)", 17_655),
            ("1 EUR = 1.25 USD", 15_352),
            ("1 EUR = 1,25 USD", 15_352),
            ("Kurs: 100 USD = 92,00 €", 17_655),
            ("EUR 1.00 = USD 1.25", 15_352),
            ("1 USD ≈ 0,92 EUR", 17_655),
            ("1 EUR = 1.087 USD", 17_654),
        ] {
            assert_eq!(converted(note, 19_190, "EUR", "USD"), Some(home), "{note}");
        }
        assert_eq!(converted("1 EUR＝162.55円", 1_900, "JPY", "EUR"), Some(3_088), "yen have no decimals");
        assert_eq!(converted("100 JPY = 0.61 EUR", 3_089, "EUR", "JPY"), Some(1_884));
        assert_eq!(converted("1 EUR = 1 234,5 HUF", 100, "HUF", "EUR"), Some(123_450), "a space parts the thousands");
    }

    #[test]
    fn other_equations_are_no_rates() {
        for note in ["", "60.00 EUR = 52.10 GBP", "1 EUR = 0.92 CHF", "a = b", "=", "1 EUR =", "VAT 20 % = 12.00 GBP"] {
            assert_eq!(converted(note, 100, "GBP", "EUR"), None, "{note}");
        }
        assert_eq!(converted("1 $ = 1.50 $", 100, "AUD", "USD"), None, "a symbol of both");
    }
}
