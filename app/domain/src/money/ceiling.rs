//! The largest amounts and rates. They are a number of major units, the same of every currency: 50,000,000 an hour is an ordinary rate in
//! Iranian rials, which have two decimals like the euro.

use super::Currency;

/// The highest rate of an hour, in major units.
const RATE_MAX: i64 = 1_000_000_000;

/// The largest amount, in major units: ten thousand hours at the highest rate.
const AMOUNT_MAX: i64 = 10_000 * RATE_MAX;

/// The highest rate of an hour that is accepted, in minor units of `currency`: at most 10^13, as no currency has more than four decimals.
/// The worth of ten thousand entries of a day at that rate stays within an `i64`.
pub fn rate_max(currency: &Currency) -> i64 {
    RATE_MAX * minor_units(currency)
}

/// The largest amount that is accepted, in minor units of `currency`: at most 10^17, within an `i64`.
pub fn amount_max(currency: &Currency) -> i64 {
    AMOUNT_MAX * minor_units(currency)
}

/// How many minor units are one major unit.
fn minor_units(currency: &Currency) -> i64 {
    10_i64.pow(currency.minor_digits())
}

#[cfg(test)]
mod tests {
    use iso_currency::IntoEnumIterator as _;

    use super::*;
    use crate::money::{Amount, amount_of};

    /// The most that the tables hold of a rate and of a budget.
    const COLUMNS_MAX: (i64, i64) = (10_000_000_000_000, 100_000_000_000_000_000);

    #[test]
    fn every_currency_of_iso_4217_has_room_for_a_thousand_million_an_hour() {
        let in_use = |of: &iso_currency::Currency| !of.is_special() && of.is_superseded().is_none();
        for code in iso_currency::Currency::iter().filter(in_use).map(|of| of.code()).chain(Currency::codes().iter().copied()) {
            let currency = Currency::parse(code).expect("a currency");
            let rate = Amount::written("1000000000").minor("rate", &currency).expect("an amount");
            assert_eq!(rate, rate_max(&currency), "{code}");
            assert_eq!(amount_of(24 * 3_600, rate), 24 * rate, "{code}");
            assert_eq!(amount_of(1_200, rate), ((i128::from(rate) * 2 + 3) / 6) as i64, "a third of an hour of {code}");
        }
    }

    #[test]
    fn ten_thousand_hours_at_the_highest_rate_are_an_amount_of_every_currency() {
        for code in Currency::codes() {
            let currency = Currency::parse(code).expect("a currency");
            assert_eq!(amount_of(10_000 * 3_600, rate_max(&currency)), amount_max(&currency), "{code}");
            let (rate, amount) = (rate_max(&currency), amount_max(&currency));
            assert!(rate <= COLUMNS_MAX.0 && amount <= COLUMNS_MAX.1, "{code}");
            assert_eq!(Amount::written("10000000000000").minor("amount", &currency), Ok(amount), "{code}");
            assert!(Amount::written("10000000000001").minor("amount", &currency).is_err(), "{code}");
        }
    }
}
