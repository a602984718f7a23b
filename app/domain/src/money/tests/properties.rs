//! What holds of every amount in every currency, and of every text.

use proptest::prelude::*;

use super::*;

fn any_currency() -> impl Strategy<Value = Currency> {
    proptest::sample::select(Currency::codes()).prop_map(currency)
}

fn any_amount() -> impl Strategy<Value = (i64, Currency)> {
    any_currency().prop_flat_map(|currency| (-amount_max(&currency)..=amount_max(&currency), Just(currency)))
}

proptest! {
    #[test]
    fn what_is_written_is_read_back((amount, currency) in any_amount()) {
        prop_assert_eq!(Amount::written(written(amount, &currency)).minor("amount", &currency), Ok(amount));
        let wire = serde_json::to_value(Money::new(amount, &currency)).unwrap();
        prop_assert_eq!(serde_json::from_value::<Money>(wire.clone()).unwrap(), Money::new(amount, &currency));
        let again: Amount = serde_json::from_value(wire["amount"].clone()).unwrap();
        prop_assert_eq!(again.minor("amount", &currency), Ok(amount), "what was answered can be sent");
    }

    #[test]
    fn what_people_read_is_read_back_or_asked_about((amount, currency) in any_amount()) {
        for text in [formatted(amount, &currency), Money::new(amount, &currency).text()] {
            let read = Amount::written(text).minor("amount", &currency);
            prop_assert!(read == Ok(amount) || currency.minor_digits() == 3 && read.is_err());
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", currency in any_currency()) {
        let _ = Amount::written(text.clone()).minor("amount", &currency);
        let _ = Currency::parse(&text);
    }

    #[test]
    fn digits_and_signs_never_make_it_panic(text in "[-+0-9., '€EUR]{0,45}", currency in any_currency()) {
        if let Ok(minor) = Amount::written(text).minor("amount", &currency) {
            prop_assert!(minor.abs() <= amount_max(&currency));
        }
    }

    #[test]
    fn rounding_is_to_the_nearest_and_mirrored(dividend in -1_000_000_000_i128..1_000_000_000, divisor in 1_i128..10_000) {
        let rounded = rounded_quotient(dividend, divisor);
        prop_assert!(((rounded * divisor - dividend) * 2).abs() <= divisor);
        prop_assert_eq!(rounded_quotient(-dividend, divisor), -rounded);
    }

    #[test]
    fn an_amount_is_within_half_a_unit(seconds in 0_i64..1_000_000, rate in 0_i64..1_000_000) {
        let exact = i128::from(seconds) * i128::from(rate);
        let off = (i128::from(amount_of(seconds, rate)) * 3_600 - exact) * 2;
        prop_assert!(-3_600 < off && off <= 3_600);
    }
}
