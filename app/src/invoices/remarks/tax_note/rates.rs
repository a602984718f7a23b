//! Knows the amounts in a line that are sides of an exchange rate, such as `1 EUR = 0.87 GBP`.

use domain::{
    money::{self, Amount, Currency},
    text::search_key,
};
use std::ops::Range;

use super::{WORDS_MAX, labels};

/// Words after an amount that make it a unit price or an exchange rate.
const EACH: [&str; 5] = ["/", "je", "par", "per", "pro"];

/// Words of an equation beside the sign. They also link other amounts, so they make a rate only beside a number of units.
const EQUALS: [&str; 9] = [":", "are", "entspricht", "entsprechen", "equals", "is", "ist", "sind", "to"];

/// Endings of words for an exchange rate.
const RATE: [&str; 7] = ["cambio", "change", "koers", "kurs", "kurz", "rate", "taux"];

/// Words before what an amount is a part of, or is computed from: `20 % of 300.00 EUR`.
const OF: [&str; 10] = ["af", "auf", "av", "de", "di", "of", "on", "sur", "van", "von"];

/// The most zeros of a number of units for which an exchange rate is written.
const ZEROS_MAX: usize = 5;

/// A line of a note on an invoice.
pub struct Line<'a> {
    /// Its words.
    pub words: &'a [String],
    /// The currency of the seller's country.
    pub home: &'a Currency,
    /// The currency of the invoice.
    pub foreign: &'a Currency,
    /// The tax of each rate in minor units of the foreign currency; empty if it is not known.
    pub taxes: &'a [i64],
}

/// An amount of the home currency beside one of the foreign currency, with a sign for an equation between them.
struct Equation {
    /// The place of the sign.
    at: usize,
    /// The place of the first word.
    begins: usize,
    home: String,
    foreign: String,
}

/// Whether a word makes an equation of the amounts before and after it.
pub fn is_equation(word: &str) -> bool {
    word == "=" || EQUALS.contains(&search_key(word).as_str())
}

impl Line<'_> {
    /// Whether the amount of the home currency at this place is a unit price or a side of an exchange rate.
    pub fn is_rate(&self, place: &Range<usize>) -> bool {
        let is_each = self.words.get(place.end).is_some_and(|word| EACH.contains(&search_key(word).as_str()));
        is_each || self.follows_rate(place) || self.equations(place).iter().any(|equation| self.is_of_rate(equation))
    }

    /// The equations of which this amount of the home currency is a side.
    fn equations(&self, place: &Range<usize>) -> Vec<Equation> {
        // The digits beside an amount may be further groups of its number.
        let behind = place.end + self.words[place.end..].iter().take_while(|word| is_whole(word) || is_fraction(word)).count();
        let before = without_digits(&self.words[..place.start]).len().checked_sub(1);
        let left = self.equation(behind, true);
        left.into_iter().chain(before.and_then(|at| self.equation(at, false))).collect()
    }

    fn equation(&self, at: usize, home_first: bool) -> Option<Equation> {
        self.words.get(at).filter(|word| is_equation(word))?;
        let (first, second) = if home_first { (self.home, self.foreign) } else { (self.foreign, self.home) };
        let (begins, left) = self.number_until(at, first, second)?;
        let right = self.number_from(at + 1, second, first)?;
        let (home, foreign) = if home_first { (left, right) } else { (right, left) };
        Some(Equation { at, begins, home, foreign })
    }

    /// The longest number with this currency that ends before this word, and where it begins.
    fn number_until(&self, end: usize, currency: &Currency, other: &Currency) -> Option<(usize, String)> {
        (end.saturating_sub(WORDS_MAX)..end).find_map(|begin| Some((begin, self.number(begin..end, currency, other)?)))
    }

    /// The longest number with this currency that begins with this word.
    fn number_from(&self, begin: usize, currency: &Currency, other: &Currency) -> Option<String> {
        let last = self.words.len().min(begin + WORDS_MAX);
        (begin + 1..=last).rev().find_map(|end| self.number(begin..end, currency, other))
    }

    /// The number at a place, if these words are one with this currency, and its symbol is none of the other.
    fn number(&self, place: Range<usize>, currency: &Currency, other: &Currency) -> Option<String> {
        let text = self.words.get(place)?.join(" ");
        let amount = Amount::written(text.as_str());
        let is_of = |currency: &Currency| amount.number(currency).len() < text.len();
        let number = amount.number(currency);
        let is_own = !text.starts_with(['-', '+']) && is_of(currency) && !is_of(other);
        (is_own && money::digits(&number).is_some()).then_some(number)
    }

    /// Whether an equation states an exchange rate. One whose foreign side is the tax states the tax; of others a number of units decides,
    /// or what stands before them.
    fn is_of_rate(&self, equation: &Equation) -> bool {
        if self.is_tax_due(&equation.foreign) {
            return false;
        }
        let before = &self.words[..equation.begins];
        let is_part = is_part_of(before);
        if is_unit(&equation.home) || is_unit(&equation.foreign) {
            return !is_part || is_one(&equation.foreign);
        }
        self.words[equation.at] == "=" && !self.taxes.is_empty() && !is_part && !labels::is_labelled(before)
    }

    /// Whether a number of the foreign currency is the tax of this invoice, or that of one rate.
    fn is_tax_due(&self, number: &str) -> bool {
        let minor = Amount::written(number).minor("notes", self.foreign).ok();
        minor.is_some_and(|minor| self.taxes.contains(&minor) || !self.taxes.is_empty() && minor == self.taxes.iter().sum::<i64>())
    }

    /// Whether the words before an amount introduce it as an exchange rate: `EUR/GBP =`, `rate of`, `at rate`.
    fn follows_rate(&self, place: &Range<usize>) -> bool {
        let before = without_digits(&self.words[..place.start]);
        let is_of = |word: &str| OF.contains(&search_key(word).as_str());
        let is_linked = match before {
            [.., first, last] => is_rate_word(first) && is_of(last) || first.eq_ignore_ascii_case("at") && is_rate_word(last),
            _ => false,
        };
        let mut words = before.iter().rev().skip_while(|word| is_of(word) || is_equation(word) || is_rate_word(word));
        is_linked || words.next().is_some_and(|word| self.is_pair(word))
    }

    /// Whether a word is the codes of both currencies, such as `EUR/GBP`.
    fn is_pair(&self, word: &str) -> bool {
        let is = |code: &str, currency: &Currency| code.eq_ignore_ascii_case(currency.as_str());
        word.split_once('/')
            .is_some_and(|(left, right)| is(left, self.home) && is(right, self.foreign) || is(left, self.foreign) && is(right, self.home))
    }
}

fn is_rate_word(word: &str) -> bool {
    let key = search_key(word);
    RATE.iter().any(|ending| key.ends_with(ending))
}

/// Whether these words end before what an amount is a part of, as `20 % of` does. `Rate of` introduces a rate.
fn is_part_of(before: &[String]) -> bool {
    let is_of = |word: &String| OF.contains(&search_key(word).as_str());
    before.split_last().is_some_and(|(last, rest)| is_of(last) && !rest.last().is_some_and(|word| is_rate_word(word)))
}

/// Whether exchange rates are written for this number: for 1, 10, 100 and so on. Larger ones than 1 have no decimals.
fn is_unit(number: &str) -> bool {
    let is_power = |(whole, decimals): (String, String)| {
        decimals.is_empty()
            && whole.strip_prefix('1').is_some_and(|zeros| zeros.len() <= ZEROS_MAX && zeros.bytes().all(|zero| zero == b'0'))
    };
    is_one(number) || money::digits(number).is_some_and(is_power)
}

fn is_one(number: &str) -> bool {
    money::digits(number).is_some_and(|(whole, decimals)| whole == "1" && decimals.bytes().all(|zero| zero == b'0'))
}

fn is_whole(word: &str) -> bool {
    word.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether a word is a number with decimals and nothing else.
pub fn is_fraction(word: &str) -> bool {
    word.split_once(['.', ',']).is_some_and(|(whole, decimals)| [whole, decimals].iter().all(|part| !part.is_empty() && is_whole(part)))
}

/// The words without whole numbers at their end, which may be the thousands of the number behind them.
pub fn without_digits(words: &[String]) -> &[String] {
    let kept = words.iter().rposition(|word| !is_whole(word)).map_or(0, |last| last + 1);
    &words[..kept]
}
