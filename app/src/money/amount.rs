//! Amounts as a caller gives them: minor units from a program, words from a form.

use super::{AMOUNT_MAX, Currency, separator::may_part_thousands};
use crate::error::Error;

/// Longer than any amount that is accepted; what is longer was not meant as one.
const TEXT_MAX: usize = 40;

/// An amount in the arguments of an operation, before its currency is known.
///
/// Programs give a JSON number: whole minor units. Browser forms give text: an amount in major
/// units as people write it. A form is text throughout, so a number sent through one comes back as
/// *written*: in the browser always build `Amount::Written(money::written(..))`, never
/// `Amount::Minor`.
#[derive(Clone, Debug, PartialEq)]
pub enum Amount {
    /// Whole minor units, such as 12050 for 120.50 EUR.
    Minor(i64),
    /// Major units as written: `120`, `120.50`, `1,200.50`, `1.200,50`, `1 200`, `120.50 EUR`.
    Written(String),
}

impl Amount {
    /// The amount in minor units of `currency`; `field` is what a refusal names. Amounts below zero
    /// are read, and it is for the caller to say whether they make sense.
    pub fn minor(&self, field: &'static str, currency: &Currency) -> Result<i64, Error> {
        let minor = match self {
            Amount::Minor(minor) => i128::from(*minor),
            Amount::Written(text) => parse(field, text, currency)?,
        };
        i64::try_from(minor).ok().filter(|minor| (-AMOUNT_MAX..=AMOUNT_MAX).contains(minor)).ok_or_else(|| too_large(field, self, currency))
    }
}

fn too_large(field: &'static str, amount: &Amount, currency: &Currency) -> Error {
    let (shown, limit) = match amount {
        Amount::Minor(minor) => (minor.to_string(), format!("{AMOUNT_MAX} minor units")),
        Amount::Written(text) => (shown(text), format!("{} {currency}", super::formatted(AMOUNT_MAX, currency))),
    };
    Error::invalid(field, format!("{shown} is more than {limit}, the largest amount there is room for; give a smaller one."))
}

/// What was given, in quotes and cut short, for a message.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(TEXT_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

fn parse(field: &'static str, text: &str, currency: &Currency) -> Result<i128, Error> {
    if text.trim().is_empty() {
        return Err(Error::invalid(field, "The amount is empty; write one such as 120.50."));
    }
    if text.len() > TEXT_MAX * 2 {
        return Err(unreadable(field, text, currency));
    }
    let (negative, number) = without_sign(without_code(text.trim(), currency));
    let Number { whole, decimals } = Number::read(number, currency).ok_or_else(|| unreadable(field, text, currency))?;
    let digits = currency.minor_digits() as usize;
    if decimals.len() > digits {
        return Err(too_precise(field, text, currency));
    }
    // Eighty digits may be too many even here; then it is no amount either.
    let minor: i128 = format!("{whole}{decimals:0<digits$}").parse().map_err(|_| unreadable(field, text, currency))?;
    Ok(if negative { -minor } else { minor })
}

fn unreadable(field: &'static str, text: &str, currency: &Currency) -> Error {
    let example = if currency.minor_digits() == 0 { "1,200" } else { "1,200.50" };
    let shown = shown(text);
    let message = format!("{shown} is not an amount of {currency}; write one such as {example}.");
    Error::invalid(field, message)
}

fn too_precise(field: &'static str, text: &str, currency: &Currency) -> Error {
    let allowed = match currency.minor_digits() {
        0 => "no decimals".to_owned(),
        digits => format!("{digits} decimals"),
    };
    let shown = shown(text);
    Error::invalid(field, format!("{shown} is finer than {currency}, which has {allowed}; round it first."))
}

/// The text without the code of its own currency, before or after it. Another code stays and makes
/// the text unreadable.
fn without_code<'a>(text: &'a str, currency: &Currency) -> &'a str {
    let code = currency.as_str();
    let is_code = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case(code));
    if is_code(text.get(..code.len())) {
        return text[code.len()..].trim_start();
    }
    let start = text.len().saturating_sub(code.len());
    if is_code(text.get(start..)) { text[..start].trim_end() } else { text }
}

fn without_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits of a written number, before and behind its decimal separator.
struct Number {
    whole: String,
    decimals: String,
}

impl Number {
    fn read(text: &str, currency: &Currency) -> Option<Number> {
        let point = decimal_separator(text, currency);
        let (whole, decimals) = match point {
            Some(at) => (&text[..at], &text[at + 1..]),
            None => (text, ""),
        };
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(decimals) || (point.is_some() && decimals.is_empty()) {
            return None;
        }
        // ".50" is written without the zero by some; a lone separator is not a number.
        let whole = if whole.is_empty() && point.is_some() { "0".to_owned() } else { ungrouped(whole)? };
        Some(Number { whole, decimals: decimals.to_owned() })
    }
}

/// Where the decimals begin: at the last dot or comma, unless it separates thousands.
///
/// A lone separator before exactly three digits (`1,200`) is taken for thousands, as nobody writes
/// tenths of a cent; in a currency with three decimals it is taken for the decimals, as everybody
/// writes those.
fn decimal_separator(text: &str, currency: &Currency) -> Option<usize> {
    let at = text.rfind(['.', ','])?;
    let (before, separator, after) = (&text[..at], &text[at..=at], &text[at + 1..]);
    if before.contains(separator) {
        return None;
    }
    let thousands = may_part_thousands(before, after) && currency.minor_digits() != 3;
    (!thousands).then_some(at)
}

/// The digits of a whole number whose groups of three may be separated by one and the same mark.
fn ungrouped(text: &str) -> Option<String> {
    let marks = |c: char| matches!(c, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{2009}');
    let mut used = text.chars().filter(|c| marks(*c));
    let mark = used.next();
    if used.any(|other| Some(other) != mark) {
        return None;
    }
    let groups: Vec<&str> = text.split(marks).collect();
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let sizes = mark.is_none() || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    (digits && sizes).then(|| groups.concat())
}
