//! Money: whole minor units of one currency, how a caller writes it and how a person reads it.
//!
//! Nothing here converts between currencies, and nothing is ever a fraction of a minor unit: what
//! does not come out even is rounded in one place, [`rounded_quotient`].

mod amount;
mod currency;
#[cfg(feature = "ssr")]
mod schema;
mod separator;
mod symbol;
#[cfg(test)]
mod tests;
mod unit_price;
mod wire;

use separator::may_part_thousands;
#[cfg(feature = "ssr")]
use serde::Deserialize as _;

pub use amount::Amount;
#[cfg(feature = "ssr")]
pub(crate) use amount::digits;
pub(crate) use amount::shown;
pub use currency::Currency;
#[cfg(feature = "ssr")]
pub use schema::AMOUNT;
pub(crate) use separator::{ambiguous, readings};
pub use unit_price::{UnitPrice, millionths_of};
#[cfg(feature = "ssr")]
pub(crate) use wire::bare_number;

/// The largest amount that is accepted, in minor units: a hundred thousand million euros. Sums of
/// many such amounts, and an amount times the hours of a year, stay far from the limits of an
/// `i64`.
pub const AMOUNT_MAX: i64 = 10_000_000_000_000;

const SECONDS_PER_HOUR: i128 = 3_600;

/// An amount in a result. It travels as decimal text in major units with its currency: `{"amount": "120.00", "currency": "EUR"}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    /// Whole minor units of the currency: 108000 is 1,080.00 EUR, and 1,080 JPY is 1080.
    pub amount: i64,
    /// Currency of the amount, as an ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// The amount of `amount` minor units.
    pub fn new(amount: i64, currency: &Currency) -> Money {
        Money { amount, currency: currency.clone() }
    }

    /// The amount as a person reads it, for instance `1,080.00 EUR`.
    pub fn text(&self) -> String {
        format!("{} {}", formatted(self.amount, &self.currency), self.currency)
    }
}

/// The money in an answer as a person reads it; nothing where there is none.
#[cfg(feature = "ssr")]
pub fn text_of_json(answer: &serde_json::Value) -> Option<String> {
    Money::deserialize(answer).ok().map(|money| money.text())
}

/// What `seconds` of work cost at `rate` minor units per hour, rounded half up to a whole minor
/// unit.
pub fn amount_of(seconds: i64, rate: i64) -> i64 {
    saturated(rounded_quotient(i128::from(seconds) * i128::from(rate), SECONDS_PER_HOUR))
}

/// `dividend / divisor` rounded to the nearest whole number, halves away from zero.
///
/// For amounts above zero this is *round half up*; below zero it mirrors it, so a credit note is to
/// the cent what its invoice was. The divisor is a constant above zero everywhere.
pub fn rounded_quotient(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.abs() * 2 < divisor { quotient } else { quotient + dividend.signum() }
}

/// The number as an `i64`, or the nearest `i64` when it is beyond: only sums nobody can owe get
/// there, and staying at the limit is better than wrapping round to a credit.
pub fn saturated(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

/// The amount as plain decimal text, such as `120.00` or `-1.50`; [`Amount`] reads it back. Where a point before three digits could
/// be taken for thousands, one zero more makes it the decimal one.
pub fn written(amount: i64, currency: &Currency) -> String {
    let (whole, decimals) = parts(amount, currency);
    let zero = if may_part_thousands(&whole, decimals.trim_start_matches('.')) { "0" } else { "" };
    format!("{}{whole}{decimals}{zero}", sign(amount))
}

/// The amount with thousands separated and without its code, such as `1,080.00`.
pub fn formatted(amount: i64, currency: &Currency) -> String {
    let (whole, decimals) = parts(amount, currency);
    format!("{}{}{decimals}", sign(amount), grouped(&whole))
}

fn sign(amount: i64) -> &'static str {
    if amount < 0 { "-" } else { "" }
}

/// The digits before the point, and the point with the digits behind it (nothing for a currency
/// without a minor unit).
fn parts(amount: i64, currency: &Currency) -> (String, String) {
    let digits = currency.minor_digits();
    let size = amount.unsigned_abs();
    if digits == 0 {
        return (size.to_string(), String::new());
    }
    let unit = 10_u64.pow(digits);
    ((size / unit).to_string(), format!(".{:0width$}", size % unit, width = digits as usize))
}

/// Whole digits, parted by commas in threes.
pub fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
