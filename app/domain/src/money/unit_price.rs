//! Unit prices, which may be finer than the smallest unit of a currency, such as 0.1651 for a word or a page.

use serde::{Deserialize, Serialize};

use super::{Amount, Currency, amount, grouped, separator, sign};
use crate::invalid_value::InvalidValue;

/// The most decimals of a unit price.
const DECIMALS: usize = 6;

/// Millionths per major unit.
const MAJOR: u64 = 1_000_000;

/// The highest unit price: a million million, whatever the currency.
const MILLIONTHS_MAX: i64 = 1_000_000_000_000 * MAJOR as i64;

/// The net price of one unit (BT-146 of EN 16931), with up to six decimals. It is serialized like money, as decimal text in major units
/// with its currency: `{"amount": "0.1651", "currency": "USD"}`.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitPrice {
    /// Millionths of the major unit: 0.1651 USD is 165,100, and 120 JPY are 120,000,000.
    pub millionths: i64,
    /// Its currency, as an ISO 4217 code.
    pub currency: Currency,
}

impl UnitPrice {
    /// The price of `millionths` of the major unit.
    pub fn new(millionths: i64, currency: &Currency) -> Self {
        Self { millionths, currency: currency.clone() }
    }

    /// The price of `minor` minor units, such as the rate of an hour.
    pub fn of_minor(minor: i64, currency: &Currency) -> Self {
        Self { millionths: minor.saturating_mul(millionths_of(currency)), currency: currency.clone() }
    }

    /// The price in minor units, rounded half up, for programs that support no finer ones.
    pub fn minor(&self) -> i64 {
        super::saturated(super::rounded_quotient(self.millionths.into(), millionths_of(&self.currency).into()))
    }

    /// The price as a person reads it and without its code, such as `1,080.00` or `0.1651`.
    pub fn formatted(&self) -> String {
        let (whole, decimals) = self.parts();
        format!("{}{}{decimals}", sign(self.millionths), grouped(&whole))
    }

    /// The price as plain decimal text that parses back.
    pub fn written(&self) -> String {
        let (whole, decimals) = self.parts();
        let zero = if separator::may_part_thousands(&whole, decimals.trim_start_matches('.')) { "0" } else { "" };
        format!("{}{whole}{decimals}{zero}", sign(self.millionths))
    }

    /// The digits before the point, and the point with those after it: the decimals of the currency, and any finer ones.
    fn parts(&self) -> (String, String) {
        let size = self.millionths.unsigned_abs();
        let six = format!("{:0DECIMALS$}", size % MAJOR);
        let least = self.currency.minor_digits() as usize;
        let decimals = &six[..six.trim_end_matches('0').len().max(least)];
        let point = if decimals.is_empty() { "" } else { "." };
        ((size / MAJOR).to_string(), format!("{point}{decimals}"))
    }
}

/// The number of millionths of the major unit in the smallest unit of the currency.
pub fn millionths_of(currency: &Currency) -> i64 {
    10_i64.pow(DECIMALS as u32 - currency.minor_digits())
}

impl Amount {
    /// The unit price in millionths of the major unit of `currency`; an error names `field`. It may have decimals where the currency has
    /// none, so a lone separator before three digits is refused as ambiguous. Negative prices are accepted, and the caller decides whether
    /// they make sense.
    pub fn millionths(&self, field: &'static str, currency: &Currency) -> Result<i64, InvalidValue> {
        let millionths = amount::parse(field, self.as_str(), currency, DECIMALS)?;
        i64::try_from(millionths).ok().filter(|price| (-MILLIONTHS_MAX..=MILLIONTHS_MAX).contains(price)).ok_or_else(|| {
            let (shown, limit) = (super::shown(self.as_str()), UnitPrice::new(MILLIONTHS_MAX, currency).formatted());
            InvalidValue::new(
                field,
                format!("{shown} is more than {limit} {currency}, the highest price there is room for; give a lower one."),
            )
        })
    }
}

impl Serialize for UnitPrice {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        super::wire::MoneyJson { amount: self.written(), currency: self.currency.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UnitPrice {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let super::wire::MoneyJson { amount, currency } = super::wire::MoneyJson::deserialize(deserializer)?;
        let millionths = amount::scaled(&amount, DECIMALS).ok_or_else(|| serde::de::Error::custom("no price"))?;
        Ok(Self { millionths, currency })
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for UnitPrice {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "UnitPrice".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        super::wire::MoneyJson::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, code: &str) -> Result<i64, String> {
        let currency = Currency::parse(code).expect("a currency");
        Amount::written(text).millionths("price", &currency).map_err(|error| error.message)
    }

    #[test]
    fn a_price_has_decimals_where_its_currency_has_none() {
        for code in ["JPY", "KRW", "ISK", "EUR", "TWD", "KWD", "CLF"] {
            for (text, millionths) in [
                ("0.1651", 165_100),
                ("0.165", 165_000),
                ("0,165", 165_000),
                ("215.1840", 215_184_000),
                ("1.1250", 1_125_000),
                ("12.0000", 12_000_000),
                ("12.3456", 12_345_600),
                ("12.5", 12_500_000),
                ("1234.567", 1_234_567_000),
                ("1,200.500", 1_200_500_000),
                ("1200", 1_200_000_000),
                ("1,200,000", 1_200_000_000_000),
            ] {
                assert_eq!(read(text, code), Ok(millionths), "{text} {code}");
            }
        }
    }

    #[test]
    fn a_price_that_can_be_read_in_two_ways_is_asked_about_with_both_of_them() {
        for (text, codes, wanted) in [
            ("1.125", &["JPY", "KRW", "EUR", "KWD", "CLF"][..], [1_125_000_000, 1_125_000]),
            ("1,125", &["JPY", "KRW", "EUR", "KWD", "CLF"], [1_125_000_000, 1_125_000]),
            ("12.000", &["JPY", "EUR"], [12_000_000_000, 12_000_000]),
            ("-1.125", &["JPY", "EUR"], [-1_125_000_000, -1_125_000]),
            ("12,3456", &["JPY", "KRW"], [123_456_000_000, 12_345_600]),
            ("12,0000", &["JPY", "CNY", "TWD"], [120_000_000_000, 12_000_000]),
            ("1,1250", &["JPY"], [11_250_000_000, 1_125_000]),
        ] {
            for code in codes {
                let told = read(text, code).expect_err(text);
                assert!(told.contains("can be read in two ways"), "{text} {code}: {told}");
                let (first, second) = told
                    .split_once("write ")
                    .and_then(|(_, ways)| ways.trim_end_matches(" instead.").split_once(" or "))
                    .expect("two ways to write it");
                assert_eq!([read(first, code), read(second, code)], wanted.map(Ok::<i64, String>), "{text} {code}: {told}");
            }
        }
    }

    /// No group of digits begins with a zero, and an amount has no fraction of the smallest unit.
    #[test]
    fn an_amount_that_is_finer_than_its_currency_is_not_told_to_be_another_one() {
        let yen = Currency::parse("JPY").expect("a currency");
        for text in ["0.1651", "0,0000", "12.3456"] {
            let read = Amount::written(text).minor("amount", &yen).map_err(|error| error.message);
            assert!(read == Ok(0) || read.as_ref().is_err_and(|told| told.contains("round it first")), "{text}: {read:?}");
        }
    }

    fn is_read_back(millionths: i64, currency: &Currency) {
        let price = UnitPrice::new(millionths, currency);
        let written = price.written();
        assert_eq!(Amount::written(&*written).millionths("price", currency), Ok(millionths), "{written} {currency}");
        let wire = serde_json::to_value(&price).expect("JSON");
        assert_eq!(wire["amount"], written);
        assert_eq!(serde_json::from_value::<UnitPrice>(wire).expect("a price"), price, "{written} {currency}");
    }

    proptest! {
        /// Every price of up to eight digits, with its point at any position.
        #[test]
        fn what_is_answered_as_a_price_is_read_back_as_the_same(
            digits in 0_i64..100_000_000,
            decimals in 0_u32..=6,
            code in proptest::sample::select(&["JPY", "KRW", "XOF", "EUR", "CNY", "TWD", "KWD", "TND", "CLF", "UYW"][..]),
        ) {
            let currency = Currency::parse(code).expect("a currency");
            let millionths = digits * 10_i64.pow(6 - decimals);
            is_read_back(millionths, &currency);
            is_read_back(-millionths, &currency);
        }

        #[test]
        fn short_prices_are_read_back_in_every_currency(
            digits in 0_i64..100_000,
            decimals in 0_u32..=6,
            code in proptest::sample::select(Currency::codes()),
        ) {
            is_read_back(digits * 10_i64.pow(6 - decimals), &Currency::parse(code).expect("a currency"));
        }
    }
}
