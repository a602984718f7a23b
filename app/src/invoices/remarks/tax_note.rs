//! Reads tax that a note states in the currency of the seller's country: the code or the symbol of that currency beside an amount, in a
//! line that names the tax.

use std::ops::Range;

use crate::{
    money::{Amount, Currency},
    text::{self, NumberKind},
};

/// Words for tax, beside the names of the value added tax.
const TAX: [&str; 3] = ["gst", "steuer", "tax"];

/// The Japanese character for tax, in a language without spaces between words.
const TAX_IN_JAPANESE: char = '税';

/// Words after an amount that make it a unit price or an exchange rate.
const EACH: [&str; 5] = ["/", "je", "par", "per", "pro"];

/// The numbers of units for which exchange rates are quoted.
const UNITS: [&str; 6] = ["1", "1.00", "1,00", "10", "100", "1000"];

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

/// The amounts of the home currency that a note states as tax. One that may be of the foreign currency does not count.
pub fn amounts(note: &str, home: &Currency, foreign: &Currency) -> Vec<StatedTax> {
    let of_tax = |words: &Vec<String>| words.iter().any(|word| is_tax(word));
    lines(note).iter().filter(|words| of_tax(words)).flat_map(|words| amounts_in(words, home, foreign)).collect()
}

/// Whether a note states the tax as an amount of the home currency.
pub fn names_amount(note: &str, home: &Currency, foreign: &Currency) -> bool {
    !amounts(note, home, foreign).is_empty()
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

/// The words of each line of a note. Numbers are words of their own, with a currency symbol that is attached to them.
pub fn lines(note: &str) -> Vec<Vec<String>> {
    text::plain(note).split(['\n', ';', '。']).map(words_of).collect()
}

fn words_of(line: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(line.len());
    let mut before = ' ';
    for letter in line.chars() {
        match letter {
            '=' | '≈' => spaced.push_str(" = "),
            _ if "()[]:\"„“”、|".contains(letter) => spaced.push(' '),
            _ if letter.is_ascii_digit() && before.is_alphabetic() => spaced.extend([' ', letter]),
            _ => spaced.push(letter),
        }
        before = letter;
    }
    spaced.split_whitespace().map(|word| word.trim_matches(['.', ',']).to_owned()).filter(|word| !word.is_empty()).collect()
}

fn is_tax(word: &str) -> bool {
    let is_of_vat = || text::number_label(&format!("{word} 0")).is_some_and(|named| named.kind == NumberKind::Vat);
    TAX.contains(&text::search_key(word).as_str()) || word.contains(TAX_IN_JAPANESE) || is_of_vat()
}

fn is_fraction(word: &str) -> bool {
    let is_whole = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    word.split_once(['.', ',']).is_some_and(|(whole, decimals)| is_whole(whole) && is_whole(decimals))
}

/// The amounts in the words of a line.
fn amounts_in(words: &[String], home: &Currency, foreign: &Currency) -> Vec<StatedTax> {
    let mut found: Vec<(Range<usize>, StatedTax)> = Vec::new();
    let places = (0..words.len()).flat_map(|start| (start + 1..=words.len().min(start + WORDS_MAX)).map(move |end| start..end));
    for place in places {
        let text = words[place.clone()].join(" ");
        let Some(minor) = minor_of(&text, home).filter(|_| minor_of(&text, foreign).is_none()) else { continue };
        // Behind an amount of its own, a currency begins the next one.
        let follows = found.last().is_some_and(|(before, _)| before.end == place.start);
        if is_rate(words, &place) || !follows && is_of_number_before(words, &place) {
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

/// Whether an amount is a unit price, or a side of an exchange rate such as `1 EUR = 0.87 GBP`.
fn is_rate(words: &[String], place: &Range<usize>) -> bool {
    let is_unit = |word: &String| UNITS.contains(&word.as_str());
    let (before, behind, own) = (without_digits(&words[..place.start]), &words[place.end..], &words[place.clone()]);
    let is_each = behind.first().is_some_and(|word| EACH.contains(&text::search_key(word).as_str()));
    let mut numbers = own.iter().filter(|word| is_number(word));
    let is_unit_alone = numbers.next().is_some_and(is_unit) && numbers.next().is_none();
    let begins = behind.split_first().is_some_and(|(first, rest)| first == "=" && (is_unit_alone || is_one_unit(side(rest))));
    let ends =
        before.split_last().is_some_and(|(last, rest)| last == "=" && (is_one_unit(own.iter()) || rest.iter().rev().take(2).any(is_unit)));
    is_each || begins || ends
}

/// The number at the beginning of the side of an equation, behind its currency where that stands first.
fn side(words: &[String]) -> impl Iterator<Item = &String> {
    let currency = usize::from(words.first().is_some_and(|word| !is_number(word)));
    words.iter().skip(currency).take_while(|word| is_number(word))
}

/// Whether the only number of these words is 1. It may also be the thousands of a longer one.
fn is_one_unit<'a>(words: impl Iterator<Item = &'a String>) -> bool {
    words.filter(|word| is_number(word)).map(String::as_str).eq(["1"])
}

fn is_number(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The words without whole numbers at their end, which may be the thousands of the number behind them.
fn without_digits(words: &[String]) -> &[String] {
    let is_whole = |word: &String| word.bytes().all(|digit| digit.is_ascii_digit());
    let kept = words.iter().rposition(|word| !is_whole(word)).map_or(0, |last| last + 1);
    &words[..kept]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stated_amounts_are_read() {
        let [home, foreign] = ["EUR", "USD"].map(|code| Currency::parse(code).expect("a currency"));
        let read = |note: &str| amounts(note, &home, &foreign).into_iter().map(|stated| stated.readings).collect::<Vec<_>>();
        for (note, expected) in [
            ("VAT: 1.75 EUR (1 USD = 0.92 EUR)", vec![vec![175]]),
            ("USt. 19 %: 1.234,56 EUR", vec![vec![123_456]]),
            ("USt. 1 234,56 €", vec![vec![123_456, 23_456]]),
            ("VAT 19 %: 17.48 EUR, VAT 7 %: 3.00 EUR", vec![vec![1_748], vec![300]]),
            ("VAT EUR 17.48, EUR 3.00", vec![vec![1_748], vec![300]]),
            ("VAT at 1 USD = 1 234,50 EUR", vec![]),
            ("TVA 1 748,00 EUR = 1 900,00 USD (1 USD = 0,92 EUR)", vec![vec![174_800, 74_800]]),
            ("VAT (0.92 EUR = 1 USD) 17.48 EUR", vec![vec![1_748]]),
            ("VAT at 0.92 EUR = 1 USD", vec![]),
        ] {
            assert_eq!(read(note), expected, "{note}");
        }
    }

    /// Whether a note on an invoice in the second currency states tax in the first.
    fn is_stated(note: &str, home: &str, foreign: &str) -> bool {
        let currency = |code| Currency::parse(code).expect("a currency");
        names_amount(note, &currency(home), &currency(foreign))
    }

    #[test]
    fn a_tax_with_an_amount_in_the_currency_of_home_is_stated() {
        for (note, home) in [
            ("VAT 20 %: 52.10 GBP (1 EUR = 0.8684 GBP)", "GBP"),
            ("Thank you.\nVAT 20%: £52.10.", "GBP"),
            ("VAT in GBP: 52.10", "GBP"),
            ("VAT 20% GBP52.10", "GBP"),
            ("VAT 60.00 EUR × 0.8684 = 52.10 GBP", "GBP"),
            ("incl. VAT of 12 345 Ft", "HUF"),
            ("moms 25 %: 250,00 kr.", "DKK"),
            ("MVA 25 %: NOK 250,00", "NOK"),
            ("GST 10%: A$15.00", "AUD"),
            ("BTW R 52.10", "ZAR"),
            ("消費税：1,200円（1 EUR＝162.55円）", "JPY"),
            ("うち消費税1,200円", "JPY"),
        ] {
            assert!(is_stated(note, home, "EUR"), "{note}");
        }
        for note in ["USt. 19 %: 1.234,56 €", "TVA 20 % : 52,10 EUR", "Umsatzsteuer: 12,00 Euro", "Tax 52.10EUR"] {
            assert!(is_stated(note, "EUR", "USD"), "{note}");
        }
    }

    #[test]
    fn an_exchange_rate_and_an_amount_of_something_else_state_no_tax() {
        for note in [
            "",
            "52.10 GBP",
            "1 EUR = 0.8684 GBP",
            "VAT at 1 EUR = 0.87 GBP",
            "VAT: 1 GBP = 1.15 EUR",
            "VAT at 0.8684 GBP (29 November 2026)",
            "VAT at 0.87 GBP per EUR",
            "VAT 20 %: 60.00 EUR",
            "VAT in GBP on request, 20 % of 300.00 EUR",
            "VAT 20 %: 0.00 GBP",
            "We are registered for VAT.\nLate payment costs 40.00 GBP.",
            "Please pay to our account 12345678 in GBP",
            "Questions of tax: +44 20 7946 0000",
        ] {
            assert!(!is_stated(note, "GBP", "EUR"), "{note}");
        }
        let recovery = "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 EUR.";
        assert!(!is_stated(recovery, "EUR", "USD"), "what is said of late payment is no tax");
    }

    #[test]
    fn a_sign_of_both_currencies_says_nothing() {
        assert!(!is_stated("GST $15.00", "AUD", "USD") && is_stated("GST $15.00", "AUD", "EUR"));
        assert!(!is_stated("moms 250,00 kr", "DKK", "SEK") && is_stated("moms 250,00 DKK", "DKK", "SEK"));
    }

    #[test]
    fn an_exchange_rate_is_known_by_both_currencies() {
        let [home, foreign] = ["AUD", "USD"].map(|code| Currency::parse(code).expect("a currency"));
        for note in ["1 USD = 1.5312 AUD", "Exchange rate AUD/USD 0.6531", "Rate of USD to AUD: 1.5312"] {
            assert!(names_rate(note, &home, &foreign), "{note}");
        }
        for note in ["Payable in USD or AUD within 30 days", "1 USD = 0.92 EUR", "100.00 USD now, the rest in AUD", ""] {
            assert!(!names_rate(note, &home, &foreign), "{note}");
        }
    }
}
