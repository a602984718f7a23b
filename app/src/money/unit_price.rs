//! Unit prices: what one costs may be finer than the smallest unit of a currency, as 0.1651 for a word or a page.

use serde::{Deserialize, Serialize};

use super::{Amount, Currency, amount, grouped, separator, sign};
use crate::error::Error;

/// How many decimals a unit price has at most.
const DECIMALS: usize = 6;

/// Millionths in a major unit.
const MAJOR: u64 = 1_000_000;

/// The highest unit price: a hundred thousand million, whatever the currency.
const MILLIONTHS_MAX: i64 = 100_000_000_000 * MAJOR as i64;

/// The net price of one (BT-146 of EN 16931), with up to six decimals. It travels as decimal text in major units with its currency, as
/// money does: `{"amount": "0.1651", "currency": "USD"}`.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitPrice {
    /// Millionths of the major unit: 0.1651 USD is 165,100, and 120 JPY are 120,000,000.
    pub millionths: i64,
    /// Its currency, as an ISO 4217 code.
    pub currency: Currency,
}

impl UnitPrice {
    /// The price of so many millionths of the major unit.
    pub fn new(millionths: i64, currency: &Currency) -> Self {
        Self { millionths, currency: currency.clone() }
    }

    /// The price of so many minor units, such as the rate of an hour.
    pub fn of_minor(minor: i64, currency: &Currency) -> Self {
        Self { millionths: minor.saturating_mul(millionths_of(currency)), currency: currency.clone() }
    }

    /// The price in minor units, rounded half up: for programs that know no finer ones.
    pub fn minor(&self) -> i64 {
        super::saturated(super::rounded_quotient(self.millionths.into(), millionths_of(&self.currency).into()))
    }

    /// The price as a person reads it and without its code, such as `1,080.00` or `0.1651`.
    pub fn formatted(&self) -> String {
        let (whole, decimals) = self.parts();
        format!("{}{}{decimals}", sign(self.millionths), grouped(&whole))
    }

    /// The price as plain decimal text that is read back.
    pub fn written(&self) -> String {
        let (whole, decimals) = self.parts();
        let zero = if separator::may_part_thousands(&whole, decimals.trim_start_matches('.')) { "0" } else { "" };
        format!("{}{whole}{decimals}{zero}", sign(self.millionths))
    }

    /// The digits before the point, and the point with those behind it: those of the currency, and what is finer.
    fn parts(&self) -> (String, String) {
        let size = self.millionths.unsigned_abs();
        let six = format!("{:0DECIMALS$}", size % MAJOR);
        let least = self.currency.minor_digits() as usize;
        let decimals = &six[..six.trim_end_matches('0').len().max(least)];
        let point = if decimals.is_empty() { "" } else { "." };
        ((size / MAJOR).to_string(), format!("{point}{decimals}"))
    }
}

/// How many millionths of the major unit are in the smallest unit of the currency.
pub fn millionths_of(currency: &Currency) -> i64 {
    10_i64.pow(DECIMALS as u32 - currency.minor_digits())
}

impl Amount {
    /// The unit price in millionths of the major unit of `currency`; `field` is what a refusal names. Prices below zero are read, and it
    /// is for the caller to say whether they make sense.
    pub fn millionths(&self, field: &'static str, currency: &Currency) -> Result<i64, Error> {
        let millionths = amount::parse(field, self.as_str(), currency, DECIMALS)?;
        i64::try_from(millionths).ok().filter(|price| (-MILLIONTHS_MAX..=MILLIONTHS_MAX).contains(price)).ok_or_else(|| {
            let (shown, limit) = (super::shown(self.as_str()), UnitPrice::new(MILLIONTHS_MAX, currency).formatted());
            Error::invalid(
                field,
                format!("{shown} is more than {limit} {currency}, the highest price there is room for; give a lower one."),
            )
        })
    }
}

impl Serialize for UnitPrice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::wire::Wire { amount: self.written(), currency: self.currency.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UnitPrice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let super::wire::Wire { amount, currency } = super::wire::Wire::deserialize(deserializer)?;
        let millionths = amount::scaled(&amount, DECIMALS).ok_or_else(|| serde::de::Error::custom("no price"))?;
        Ok(Self { millionths, currency })
    }
}

#[cfg(feature = "ssr")]
impl schemars::JsonSchema for UnitPrice {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UnitPrice".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        super::wire::Wire::json_schema(generator)
    }
}
