use proptest::prelude::*;

use crate::{
    money::{UnitPrice, amount_of},
    quantity::*,
};

fn currency(code: &str) -> Currency {
    Currency::parse(code).expect("a currency")
}

/// The hours as printed and the net, of `seconds` at a rate in minor units.
fn billed(seconds: i64, rate: i64, code: &str) -> (String, i64) {
    let currency = currency(code);
    let net_amount = amount_of(seconds, rate);
    (hours_text(hours(seconds, UnitPrice::of_minor(rate, &currency).millionths, net_amount, &currency)), net_amount)
}

#[test]
fn hours_have_as_many_decimals_as_their_product_with_the_price_needs() {
    for (seconds, rate, code, expected) in [
        (5_400, 12_000, "EUR", ("1.50", 18_000)),
        (2_400, 30_000, "EUR", ("0.66667", 20_000)),
        (3_601, 100_000, "EUR", ("1.00028", 100_028)),
        (2_400, 15_000, "JPY", ("0.66667", 10_000)),
        (3_000, 18_000, "EUR", ("0.83333", 15_000)),
        (2_200, 9_999, "EUR", ("0.6112", 6_111)),
        (300, 9_500, "EUR", ("0.0834", 792)),
        (660, 9_500, "EUR", ("0.1834", 1_742)),
        (3_600, 0, "EUR", ("1.00", 0)),
        (0, 1, "EUR", ("0.00", 0)),
        (1, 1, "EUR", ("0.0003", 0)),
        (1, 0, "EUR", ("0.0003", 0)),
        (17, 100, "EUR", ("0.004", 0)),
        (18, 100, "EUR", ("0.01", 1)),
        (1_200, 5_000_000_000, "IRR", ("0.3333333333", 1_666_666_667)),
        (1_200, 10_000_000_000_000, "CLF", ("0.3333333333333", 3_333_333_333_333)),
        (5_400, 10_000_000_000_000, "CLF", ("1.50", 15_000_000_000_000)),
    ] {
        assert_eq!(billed(seconds, rate, code), (expected.0.to_owned(), expected.1), "{seconds} s at {rate} {code}");
    }
}

#[test]
fn a_net_is_rounded_once() {
    let euro = currency("EUR");
    assert_eq!(net(7_000 * ONE, 165_100, &euro), 115_570, "7,000 × 0.1651");
    assert_eq!(net(ONE / 2, 10_000, &euro), 1, "half of a cent goes up");
    assert_eq!(net(-ONE / 2, 10_000, &euro), -1);
    assert_eq!(net(3 * ONE, 120_000_000, &currency("JPY")), 360);
    assert_eq!(net(ONE, 1_500, &currency("KWD")), 2, "1.5 fils");
    assert_eq!(net(i64::MAX, i64::MAX, &euro), i64::MAX);
}

#[test]
fn a_quantity_is_not_zero_and_not_absurd() {
    assert_eq!(parse("2,5"), Ok(250_000_000));
    assert_eq!((parse("-1"), parse(" \u{2212}2.5 ")), (Ok(-ONE), Ok(-250_000_000)), "what is taken off");
    assert_eq!((parse("0.61111112"), parse(".00000001")), (Ok(61_111_112), Ok(1)));
    assert_eq!((text_of(-250_000_000), text_of(ONE), text_of(212_500_000)), ("-2.5".to_owned(), "1".to_owned(), "2.125".to_owned()));
    for wrong in ["0", "-0", "--1", "1-", "1.234567891", "1e3", "", ".", "99999999", "1000000.01", "NaN"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_thousands_of_a_quantity_may_be_parted_as_those_of_a_price() {
    for given in ["10 000", "10\u{202f}000", "10'000", "10,000.00", "10.000,0"] {
        assert_eq!(parse(given), Ok(10_000 * ONE), "{given}");
    }
    assert_eq!((parse("-1 000,5"), parse("1,000,000"), parse("2.")), (Ok(-100_050_000_000), Ok(QUANTITY_MAX), Ok(2 * ONE)));
    for wrong in ["10 00", "1 0000", "10 000 00", "1,000 000", "10 000 000"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_quantity_is_read_with_the_word_for_what_is_counted_and_in_halves() {
    for (given, hundredths) in
        [("2 h", 200), ("2,5 Std", 250), ("2 Std.", 200), ("3x", 300), ("2 時間", 200), ("½", 50), ("1½", 150), ("-1 ½ h", -150), ("¾", 75)]
    {
        assert_eq!(parse(given), Ok(hundredths * (ONE / 100)), "{given}");
    }
    assert_eq!(parse("⅛"), Ok(ONE / 8), "a mark before three digits parts no thousands here");
    for wrong in ["2 min", "2 h 30", "1:30 h", "½½", "1.5½", "⅓", "h", "1,000 h", "2 USD", "½ 2"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_thousand_is_never_taken_for_one() {
    let refused = parse("1,000").unwrap_err();
    assert_eq!(
        (refused.field.as_str(), refused.message.as_str()),
        ("quantity", "\"1,000\" holds a number that can be read in two ways; write 1000 or 1.0 instead.")
    );
    for ambiguous in ["1.000", "12.500", " 2,125 "] {
        assert!(parse(ambiguous).is_err(), "{ambiguous}");
    }
    for (plain, thousandths) in [("1000", 1_000_000), ("1.0", 1_000), ("0.125", 125), ("2.1250", 2_125), ("1234.567", 1_234_567)] {
        assert_eq!(parse(plain), Ok(thousandths * (ONE / 1_000)), "{plain}");
    }
}

/// A rate of an hour in minor units, low and high ones alike, up to the highest of its currency.
fn any_rate() -> impl Strategy<Value = (i64, Currency)> {
    proptest::sample::select(Currency::codes()).prop_flat_map(|code| {
        let (currency, most) = (currency(code), money::rate_max(&currency(code)));
        (prop_oneof![0_i64..=100_000_000, 0..=most, Just(most)], Just(currency))
    })
}

proptest! {
    /// What a client multiplies with a calculator is what they are asked to pay.
    #[test]
    fn the_hours_times_the_price_are_the_net(
        seconds in 1_i64..2_000_000,
        (rate, currency) in any_rate(),
    ) {
        let price = UnitPrice::of_minor(rate, &currency).millionths;
        let net_amount = amount_of(seconds, rate);
        let quantity = hours(seconds, price, net_amount, &currency);
        prop_assert_eq!(quantity.net(price, &currency), net_amount);
        prop_assert!(quantity.digits > 0);
        let one = 10_i128.pow(quantity.decimals);
        prop_assert!((i128::from(quantity.digits) * 3_600 - i128::from(seconds) * one).abs() <= one * 3_600 / 50);
    }

    #[test]
    fn what_is_printed_is_read_back(quantity in 1..=QUANTITY_MAX) {
        let text = text_of(quantity);
        prop_assert!(parse(&text) == Ok(quantity) || money::readings(&text).is_some());
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = parse(&text);
    }
}

#[test]
fn thousands_of_a_printed_quantity_are_parted() {
    for (quantity, printed) in [
        ("1", "1"),
        ("999.5", "999.5"),
        ("1234.5", "1,234.5"),
        ("-1234.50", "-1,234.50"),
        ("1000000", "1,000,000"),
        ("0.1234567", "0.1234567"),
    ] {
        assert_eq!(grouped(quantity), printed);
    }
}
