//! Parses amounts: decimal text in major units, as programs and people write it.

use super::{
    Currency, amount_max, separator,
    symbol::{is_shortened, other_symbol, without_symbol},
};
use crate::{invalid_value::InvalidValue, width::half_width};

/// The longest text that is parsed; no accepted amount is longer.
pub(super) const TEXT_MAX: usize = 80;

/// The most characters of the input that an error message repeats.
const SHOWN_MAX: usize = 40;

/// An amount in the arguments of an operation, before its currency is known: major units as written, such as `120`, `120.50`,
/// `1,200.50`, `1.200,50`, `1 200`, `120.50 EUR`, `$120` or `1200:-`.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount(String);

impl Amount {
    /// Wraps the text of an amount.
    pub fn written(text: impl Into<String>) -> Amount {
        Amount(text.into())
    }

    /// The text as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number alone: without sign, and without the code or the symbol of its currency.
    pub fn number(&self, currency: &Currency) -> String {
        parts(&half_width(&self.0), currency).1.to_owned()
    }

    /// Whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The amount in minor units of `currency`; an error names `field`. Negative amounts are accepted, and the caller decides whether they
    /// make sense.
    pub fn minor(&self, field: &'static str, currency: &Currency) -> Result<i64, InvalidValue> {
        let (minor, most) = (parse(field, &self.0, currency, currency.minor_digits() as usize)?, amount_max(currency));
        i64::try_from(minor).ok().filter(|minor| (-most..=most).contains(minor)).ok_or_else(|| too_large(field, &self.0, currency))
    }
}

/// The minor units of an amount in an answer: plain decimal text without a limit. Pages parse nothing else.
pub(super) fn minor_of(text: &str, currency: &Currency) -> Option<i64> {
    scaled(text, currency.minor_digits() as usize)
}

/// Parses plain decimal text as an integer scaled by `digits` decimals; `None` if it has more decimals, or is no number.
pub(super) fn scaled(text: &str, digits: usize) -> Option<i64> {
    let (sign, size) = text.strip_prefix('-').map_or((1, text), |size| (-1, size));
    let (whole, decimals) = size.split_once('.').unwrap_or((size, ""));
    let (kept, finer) = decimals.split_at_checked(digits).unwrap_or((decimals, ""));
    if whole.is_empty() || finer.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let shown = whole.bytes().chain(kept.bytes().chain(std::iter::repeat(b'0')).take(digits));
    shown.into_iter().try_fold(0_i64, |parts, digit| {
        let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
        parts.checked_mul(10)?.checked_add(sign * digit)
    })
}

fn too_large(field: &'static str, text: &str, currency: &Currency) -> InvalidValue {
    let (shown, limit) = (shown(text), super::formatted(amount_max(currency), currency));
    InvalidValue::new(field, format!("{shown} is more than {limit} {currency}, the largest amount there is room for; give a smaller one."))
}

/// Quotes and truncates the input for an error message.
pub fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_MAX).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// Parses written text as an integer scaled by `digits` decimals.
pub(super) fn parse(field: &'static str, text: &str, currency: &Currency, digits: usize) -> Result<i128, InvalidValue> {
    if text.trim().is_empty() {
        return Err(InvalidValue::new(field, "The amount is empty; write one such as 120.50."));
    }
    if text.len() > TEXT_MAX {
        return Err(unreadable(field, text, currency));
    }
    let text = &*half_width(text);
    let (negative, number) = parts(text, currency);
    let of_sign = |number: String| if negative { format!("-{number}") } else { number };
    if let Some((parted, decimal)) = readings(number, digits).or_else(|| by_ten_thousands(number, currency, digits)) {
        return Err(separator::ambiguous(field, text, (of_sign(parted), of_sign(decimal))));
    }
    let Number { whole, decimals } = Number::read(number).ok_or_else(|| unreadable(field, text, currency))?;
    // Zeros beyond the smallest unit have no value.
    let decimals = match decimals.get(..digits) {
        Some(kept) if decimals[digits..].bytes().all(|digit| digit == b'0') => kept,
        Some(_) => return Err(too_precise(field, text, currency, digits)),
        None => decimals.as_str(),
    };
    // Eighty digits may overflow even here; such text is no amount.
    let minor: i128 = format!("{whole}{decimals:0<digits$}").parse().map_err(|_| unreadable(field, text, currency))?;
    Ok(if negative { -minor } else { minor })
}

/// The two readings of a lone separator before three digits where three decimals or more are possible. With fewer it separates thousands,
/// as nobody writes tenths of a cent.
fn readings(number: &str, digits: usize) -> Option<(String, String)> {
    (digits >= 3).then(|| separator::readings(number)).flatten()
}

/// The two readings of a separator before four digits in a currency that groups by ten thousands, as in Chinese and Japanese. In a price,
/// which may be finer than its currency, a point is the decimal separator.
fn by_ten_thousands(number: &str, currency: &Currency, digits: usize) -> Option<(String, String)> {
    let has_no_decimals = currency.minor_digits() == 0;
    if !has_no_decimals && !["CNY", "TWD"].contains(&currency.as_str()) {
        return None;
    }
    let mark = number.rfind(['.', ',']).and_then(|at| number[at..].chars().next());
    let Number { whole, decimals } = Number::read(number)?;
    let is_price = digits > currency.minor_digits() as usize;
    if is_price && mark != Some(',') || decimals.len() != 4 || whole.starts_with('0') {
        return None;
    }
    match decimals.as_str() {
        "0000" => Some((format!("{whole}0000"), format!("{whole}.0"))),
        four => (is_price && has_no_decimals).then(|| (format!("{whole}{four}"), format!("{whole}.{four}"))),
    }
}

fn unreadable(field: &'static str, text: &str, currency: &Currency) -> InvalidValue {
    let example = if currency.minor_digits() == 0 { "1200" } else { "1,200.50" };
    let shown = shown(text);
    let message = match other_symbol(half_width(text).trim(), currency) {
        Some((symbol, code)) => {
            format!("{shown} bears {symbol}, as amounts of {code} do, and this one is of {currency}; write one such as {example}.")
        }
        None => format!("{shown} is not an amount of {currency}; write one such as {example}."),
    };
    InvalidValue::new(field, message)
}

fn too_precise(field: &'static str, text: &str, currency: &Currency, digits: usize) -> InvalidValue {
    let shown = shown(text);
    let message = match digits {
        0 => format!("{shown} is finer than {currency}, which has no decimals; round it first."),
        digits if digits == currency.minor_digits() as usize => {
            format!("{shown} is finer than {currency}, which has {digits} decimals; round it first.")
        }
        digits => format!("{shown} is finer than a price, which has up to {digits} decimals; round it first."),
    };
    InvalidValue::new(field, message)
}

/// Strips the code of its own currency, before or after the text. Another code stays and makes the text unreadable.
fn without_code<'a>(text: &'a str, currency: &Currency) -> &'a str {
    let code = currency.as_str();
    let is_code = |part: Option<&str>| part.is_some_and(|part| part.eq_ignore_ascii_case(code));
    if is_code(text.get(..code.len())) && !is_shortened(code, &text[code.len()..]) {
        return text[code.len()..].trim_start();
    }
    let start = text.len().saturating_sub(code.len());
    if is_code(text.get(start..)) { text[..start].trim_end() } else { text }
}

/// Whether an amount is negative, and its number: `-$50`, `$-50` and `-50 USD` are equal.
fn parts<'a>(text: &'a str, currency: &Currency) -> (bool, &'a str) {
    let (before, rest) = without_sign(without_code(text.trim(), currency));
    let number = without_symbol(rest, currency);
    if before || number.len() == rest.len() { (before, number) } else { without_sign(number) }
}

fn without_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The digits of a written number, before and after its decimal separator; thousands may be grouped as in an amount.
#[cfg(feature = "server")]
pub fn digits(text: &str) -> Option<(String, String)> {
    Number::read(text).map(|number| (number.whole, number.decimals))
}

/// The digits of a written number, before and after its decimal separator.
struct Number {
    whole: String,
    decimals: String,
}

/// The decimal separator of Arabic and Persian, which has no other use anywhere.
const ARABIC_DECIMAL: char = '\u{66b}';

impl Number {
    fn read(text: &str) -> Option<Number> {
        let text = without_dash(text);
        let point = decimal_separator(text);
        let (whole, decimals) = match point {
            Some(at) => (&text[..at], text[at..].strip_prefix(['.', ',', ARABIC_DECIMAL]).unwrap_or_default()),
            None => (text, ""),
        };
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(decimals) || (point.is_some() && decimals.is_empty()) {
            return None;
        }
        // Some write ".50" without the zero; a lone separator is not a number.
        let whole = if whole.is_empty() && point.is_some() { "0".to_owned() } else { ungrouped(whole)? };
        Some(Number { whole, decimals: decimals.to_owned() })
    }
}

/// Strips the dash that replaces the decimals, as `100,-` is written in several countries.
fn without_dash(text: &str) -> &str {
    let number = text.trim_end_matches(['-', '\u{2013}', '\u{2014}', '\u{2212}']);
    if number.len() == text.len() { text } else { number.strip_suffix(['.', ',']).unwrap_or(text) }
}

/// The position of the decimal separator: the Arabic one, else the last dot or comma, unless it separates thousands, as a lone one before
/// exactly three digits does (`1,200`).
fn decimal_separator(text: &str) -> Option<usize> {
    if let Some(at) = text.find(ARABIC_DECIMAL) {
        return Some(at);
    }
    let at = text.rfind(['.', ','])?;
    let (before, separator, after) = (&text[..at], &text[at..=at], &text[at + 1..]);
    let thousands = before.contains(separator) || separator::may_part_thousands(before, after);
    (!thousands).then_some(at)
}

/// The digits of a whole number whose groups may be separated by one repeated mark: three each, or two each before the last three, as in
/// India (`12,34,567`).
fn ungrouped(text: &str) -> Option<String> {
    let marks = |c: char| matches!(c, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{66c}');
    let mut used = text.chars().filter(|c| marks(*c));
    let mark = used.next();
    if used.any(|other| Some(other) != mark) {
        return None;
    }
    let groups: Vec<&str> = text.split(marks).collect();
    let digits = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let in_sizes = |inner: usize| match groups.as_slice() {
        [first, inner_groups @ .., last] => {
            first.len() <= inner && inner_groups.iter().all(|group| group.len() == inner) && last.len() == 3
        }
        _ => true,
    };
    (digits && (mark.is_none() || in_sizes(3) || mark == Some(',') && in_sizes(2))).then(|| groups.concat())
}
