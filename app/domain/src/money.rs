//! Money in whole minor units of one currency: parsing, formatting and rounding.
//!
//! Nothing here converts between currencies, and no amount has a fraction of a minor unit: rounding happens in one place,
//! [`rounded_quotient`].

mod amount;
mod ceiling;
mod currency;
#[cfg(feature = "schemars")]
mod schema;
mod separator;
mod symbol;
#[cfg(test)]
mod tests;
mod unit_price;
mod wire;

use separator::may_part_thousands;
#[cfg(feature = "server")]
use serde::Deserialize as _;

pub use amount::Amount;
#[cfg(feature = "server")]
pub use amount::digits;
pub use amount::shown;
pub use ceiling::{amount_max, rate_max};
pub use currency::Currency;
#[cfg(feature = "schemars")]
pub use schema::AMOUNT;
#[cfg(feature = "server")]
pub use separator::of_json_number;
pub use separator::{ambiguous, readings};
pub use unit_price::{UnitPrice, millionths_of};
#[cfg(feature = "server")]
pub use wire::bare_number;

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
    /// The money of `amount` minor units.
    pub fn new(amount: i64, currency: &Currency) -> Money {
        Money { amount, currency: currency.clone() }
    }

    /// The amount as a person reads it, for instance `1,080.00 EUR`.
    pub fn text(&self) -> String {
        format!("{} {}", formatted(self.amount, &self.currency), self.currency)
    }
}

/// Formats the money of a JSON answer for people; `None` if there is none.
#[cfg(feature = "server")]
pub fn text_of_json(answer: &serde_json::Value) -> Option<String> {
    Money::deserialize(answer).ok().map(|money| money.text())
}

/// The price of `seconds` of work at `rate` minor units per hour, rounded half up to a whole minor unit.
pub fn amount_of(seconds: i64, rate: i64) -> i64 {
    saturated(rounded_quotient(i128::from(seconds) * i128::from(rate), SECONDS_PER_HOUR))
}

/// `dividend / divisor` rounded to the nearest whole number, halves away from zero.
///
/// For positive amounts this is *round half up*; negative ones mirror it, so a credit note equals its invoice to the cent. Every caller
/// passes a positive divisor.
pub fn rounded_quotient(dividend: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (dividend / divisor, dividend % divisor);
    if rest.abs() * 2 < divisor { quotient } else { quotient + dividend.signum() }
}

/// The number as an `i64`, saturated at its limits: only sums that nobody can owe reach them, and saturation is better than wrapping round
/// to a credit.
pub fn saturated(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

/// Formats plain decimal text, such as `120.00` or `-1.50`, which [`Amount`] parses. Where a point before three digits could be taken for a
/// thousands separator, one more zero makes it the decimal one.
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

/// The digits before the point, and the point with the digits after it (empty for a currency without a minor unit).
fn parts(amount: i64, currency: &Currency) -> (String, String) {
    let digits = currency.minor_digits();
    let size = amount.unsigned_abs();
    if digits == 0 {
        return (size.to_string(), String::new());
    }
    let unit = 10_u64.pow(digits);
    ((size / unit).to_string(), format!(".{:0width$}", size % unit, width = digits as usize))
}

/// Groups whole digits in threes with commas.
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
