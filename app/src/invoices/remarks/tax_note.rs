//! Reads tax that a note states in the currency of the seller's country: the code or the symbol of that currency beside an amount, in a
//! line that names the tax.

mod labels;
mod rates;
#[cfg(test)]
mod tests;
mod words;

use std::ops::Range;

pub use rates::is_equation;
use rates::{Line, is_fraction};
pub use words::lines;

use domain::{
    money::{Amount, Currency},
    text,
};

/// Words that mark an exchange rate, beside a slash between its sides.
const RATE: [&str; 3] = ["=", "kurs", "rate"];

/// The most words of an amount: a number with spaces between its thousands, and the currency.
const WORDS_MAX: usize = 5;

/// An amount of the home currency that a note states as tax.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedTax {
    /// As it is written.
    pub text: String,
    /// What it can be read as, in minor units; `VAT 20 250.00 GBP` is 250.00 or 20,250.00.
    pub readings: Vec<i64>,
}

/// The amounts of the home currency that a note states as tax. One that may be of the foreign currency does not count. `taxes` is the tax of
/// each rate in minor units of the foreign currency, empty if it is not known: where that stands beside an amount, the amount is the tax.
pub fn amounts(note: &str, home: &Currency, foreign: &Currency, taxes: &[i64]) -> Vec<StatedTax> {
    let of_tax = |words: &Vec<String>| words.iter().any(|word| words::is_tax(word));
    lines(note).iter().filter(|words| of_tax(words)).flat_map(|words| amounts_in(&Line { words, home, foreign, taxes })).collect()
}

/// Whether a note states the tax as an amount of the home currency; `taxes` as for [`amounts`].
pub fn names_amount(note: &str, home: &Currency, foreign: &Currency, taxes: &[i64]) -> bool {
    !amounts(note, home, foreign, taxes).is_empty()
}

/// Whether a note states the exchange rate between both currencies.
pub fn names_rate(note: &str, home: &Currency, foreign: &Currency) -> bool {
    let is_there = |words: &[String], currency: &Currency| {
        words.iter().flat_map(|word| word.split('/')).any(|word| word.eq_ignore_ascii_case(currency.as_str()))
    };
    let is_one = |word: &String| word.contains('/') || RATE.contains(&text::search_key(word).as_str());
    lines(note).iter().any(|words| {
        let both = is_there(words, home) && is_there(words, foreign);
        both && words.iter().any(is_one) && words.iter().any(|word| is_fraction(word))
    })
}

/// The amounts in the words of a line.
fn amounts_in(line: &Line<'_>) -> Vec<StatedTax> {
    let (words, home, foreign) = (line.words, line.home, line.foreign);
    let mut found: Vec<(Range<usize>, StatedTax)> = Vec::new();
    let places = (0..words.len()).flat_map(|start| (start + 1..=words.len().min(start + WORDS_MAX)).map(move |end| start..end));
    for place in places {
        let text = words[place.clone()].join(" ");
        let Some(minor) = minor_of(&text, home).filter(|_| minor_of(&text, foreign).is_none()) else { continue };
        // Behind an amount of its own, a currency begins the next one.
        let follows = found.last().is_some_and(|(before, _)| before.end == place.start);
        if line.is_rate(&place) || labels::is_of_other(words, &place) || !follows && is_of_number_before(words, &place) {
            continue;
        }
        match found.last_mut() {
            // The same amount with more or fewer of the digits before it.
            Some((known, stated)) if place.start == known.start || place.end == known.end => {
                known.end = known.end.max(place.end);
                stated.readings.push(minor);
            }
            Some((known, _)) if place.start < known.end => {}
            _ => found.push((place, StatedTax { text, readings: vec![minor] })),
        }
    }
    found.into_iter().map(|(_, stated)| stated).collect()
}

/// The minor units of a text that is an amount above zero with the code or the symbol of its currency, and with no more decimals than that
/// has.
fn minor_of(text: &str, currency: &Currency) -> Option<i64> {
    let amount = Amount::written(text);
    // A sign before digits alone belongs to a telephone number, or to a deduction.
    let is_bare = text.starts_with(['-', '+']) || amount.number(currency).len() == text.len();
    amount.minor("notes", currency).ok().filter(|minor| !is_bare && *minor > 0)
}

/// Whether the currency at the beginning of these words belongs to a number before it: in `60 EUR 20` it belongs to 60.
fn is_of_number_before(words: &[String], place: &Range<usize>) -> bool {
    let is_number = |word: &String| word.ends_with(|last: char| last.is_ascii_digit());
    let begins_with_number = words[place.start].contains(|letter: char| letter.is_ascii_digit());
    !begins_with_number && place.start.checked_sub(1).is_some_and(|before| is_number(&words[before]))
}
