mod properties;

use iso_currency::IntoEnumIterator;

use super::*;

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn euros(text: &str) -> Result<i64, String> {
    Amount::written(text).minor("amount", &Currency::default()).map_err(|error| error.message)
}

#[test]
fn an_example_is_read_as_it_stands_in_every_currency() {
    for code in Currency::codes() {
        let currency = Currency::parse(code).unwrap();
        for units in [50, 80, 120, 4_000] {
            let example = currency.example(units);
            assert!(Amount::written(&example).minor("rate", &currency).is_ok(), "{example} {code}");
        }
    }
    let of = |code: &str| Currency::parse(code).unwrap().example(120);
    assert_eq!((of("EUR"), of("JPY"), of("KWD")), ("120.00".to_owned(), "12000".to_owned(), "120".to_owned()));
}

#[test]
fn a_currency_is_a_code_in_use() {
    assert_eq!(currency(" usd ").as_str(), "USD");
    assert_eq!(Currency::default().to_string(), "EUR");
    for code in ["", "EU", "EURO", "DEM", "BGN", "HRK", "XXX", "E€"] {
        assert!(Currency::parse(code).is_err(), "{code}");
    }
    let refused = Currency::parse("DEM").unwrap_err().message;
    assert_eq!(refused, "\"DEM\" is not a currency in use; give its ISO 4217 code, such as EUR, USD or JPY.");
}

#[test]
fn the_codes_are_sorted_as_the_search_needs() {
    assert!(Currency::codes().is_sorted());
    assert!(Currency::codes().iter().all(|code| Currency::parse(code).is_ok()));
}

#[test]
fn the_list_is_that_of_iso_4217() {
    let listed = |of: &iso_currency::Currency| !of.is_special() && of.is_superseded().is_none();
    for listed in iso_currency::Currency::iter().filter(listed) {
        let ours = currency(listed.code());
        assert_eq!(Some(ours.minor_digits() as u16), listed.exponent(), "{ours}");
    }
    let further = |code: &&&str| !iso_currency::Currency::from_code(code).as_ref().is_some_and(listed);
    let further: Vec<_> = Currency::codes().iter().filter(further).collect();
    // The Venezuelan bolívar is in use under both of its codes, and the Arab accounting dinar has a minor unit.
    assert_eq!(further, [&"VES", &"XAD"]);
}

#[test]
fn an_amount_is_shown_with_the_decimals_of_its_currency() {
    let text = |amount, code: &str| Money::new(amount, &currency(code)).text();
    assert_eq!(text(108_000, "EUR"), "1,080.00 EUR");
    assert_eq!(text(-100, "EUR"), "-1.00 EUR");
    assert_eq!(text(-5, "EUR"), "-0.05 EUR");
    assert_eq!(text(0, "EUR"), "0.00 EUR");
    assert_eq!(text(1_234_567, "JPY"), "1,234,567 JPY");
    assert_eq!(text(1_234_567, "KWD"), "1,234.567 KWD");
    assert_eq!(text(12_345, "CLF"), "1.2345 CLF");
    assert_eq!(text(i64::MIN, "EUR"), "-92,233,720,368,547,758.08 EUR");
    assert_eq!(written(-108_050, &currency("EUR")), "-1080.50");
    assert_eq!(formatted(100_000, &currency("JPY")), "100,000");
}

#[test]
fn an_amount_is_read_as_people_write_it() {
    let read = [
        ("120", 12_000),
        ("120.50", 12_050),
        ("120,5", 12_050),
        ("1,200.50", 120_050),
        ("1.200,50", 120_050),
        ("1 200", 120_000),
        ("1 200,50", 120_050),
        ("1\u{a0}200,50", 120_050),
        ("1'200.50", 120_050),
        ("1’200.50", 120_050),
        ("1,200", 120_000),
        ("1.200", 120_000),
        ("1.200.300", 120_030_000),
        ("1,200,300.40", 120_030_040),
        (".50", 50),
        ("0.5", 50),
        ("-1", -100),
        ("\u{2212}1.5", -150),
        ("+7", 700),
        (" 1,080.00 EUR ", 108_000),
        ("eur 12", 1_200),
        ("10000000000000", amount_max(&Currency::default())),
        ("120.5000", 12_050),
        ("1,00,000.50", 10_000_050),
        ("1,20,300", 12_030_000),
        ("٣", 300),
        ("12,34,567", 123_456_700),
        ("١٬٢٣٤٫٥", 123_450),
        ("۱٬۲۰۰", 120_000),
        ("1٫25", 125),
        ("100,-", 10_000),
        ("1.200,– €", 120_000),
        ("5.—", 500),
    ];
    for (text, minor) in read {
        assert_eq!(euros(text), Ok(minor), "{text}");
    }
}

#[test]
fn an_amount_is_read_with_the_symbols_that_people_write() {
    for (text, code, minor) in [
        ("US$1,200.50", "USD", 120_050),
        ("1.200,50 US$", "USD", 120_050),
        ("A$120", "AUD", 12_000),
        ("R$ 1.200,50", "BRL", 120_050),
        ("kr. 1200,00", "DKK", 120_000),
        ("kr.1200", "NOK", 120_000),
        ("1 200 kr", "SEK", 120_000),
        ("1200:-", "SEK", 120_000),
        ("Rs. 1,00,000", "INR", 10_000_000),
        ("Rs.100", "PKR", 10_000),
        ("1,00,000/-", "INR", 10_000_000),
        ("₹ 1,200.50/-", "INR", 120_050),
        ("¥12,000-", "JPY", 12_000),
        ("￥１２，０００－", "JPY", 12_000),
        ("-¥12,000-", "JPY", -12_000),
        ("1 200 Ft", "HUF", 120_000),
        ("R 1 200,50", "ZAR", 120_050),
        ("Rp 1.200.000", "IDR", 120_000_000),
        ("120 Euro", "EUR", 12_000),
        ("S/ 120.50", "PEN", 12_050),
        ("C$-50", "CAD", -5_000),
    ] {
        assert_eq!(Amount::written(text).minor("amount", &currency(code)).map_err(|error| error.message), Ok(minor), "{text} {code}");
    }
    for (text, code) in [
        ("US$120", "AUD"),
        ("A$120", "USD"),
        ("R$ 120", "ZAR"),
        ("Rs. 120", "EUR"),
        ("Rp 120", "ZAR"),
        ("120 Ft", "EUR"),
        ("$120", "EUR"),
        ("CN¥120", "JPY"),
    ] {
        let refused = Amount::written(text).minor("amount", &currency(code)).map_err(|error| error.message);
        assert!(refused.as_ref().is_err_and(|told| told.contains(" bears ")), "{text} {code}: {refused:?}");
    }
    for (text, code) in
        [("12,000-", "JPY"), ("1200:-", "EUR"), ("1200/-", "EUR"), ("¥12,000-", "CNY"), ("12:30:-", "SEK"), ("kr", "SEK"), ("$", "USD")]
    {
        assert!(Amount::written(text).minor("amount", &currency(code)).is_err(), "{text} {code}");
    }
}

/// A number of minor units as written: digits in groups of three, and all decimals of its currency or none.
fn written_with(minor: u64, digits: usize, (group, decimal): (&str, &str)) -> String {
    let text = format!("{minor:0>width$}", width = digits + 1);
    let (whole, decimals) = text.split_at(text.len() - digits);
    let groups: Vec<&str> = whole.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    if digits == 0 { groups.join(group) } else { format!("{}{decimal}{decimals}", groups.join(group)) }
}

/// The separators of thousands and decimals in the languages of the Unicode CLDR.
#[test]
fn an_amount_with_the_separators_of_any_language_is_right_or_refused_and_never_another_one() {
    let groups = ["", ",", ".", " ", "\u{a0}", "\u{202f}", "\u{2009}", "'", "’", "\u{66c}"];
    let (mut read, mut refused) = (0, 0);
    for code in ["JPY", "EUR", "KWD", "CLF"] {
        let currency = currency(code);
        let digits = currency.minor_digits() as usize;
        for minor in [0, 1, 9, 10, 12, 99, 100, 125, 999, 1_000, 1_234, 12_050, 100_000, 123_456, 1_000_000, 120_050_075, 9_876_543_210] {
            for (group, decimal) in groups.iter().flat_map(|group| [".", ",", "\u{66b}"].map(|decimal| (*group, decimal))) {
                if group == decimal {
                    continue;
                }
                let text = written_with(minor, digits, (group, decimal));
                match Amount::written(&text).minor("amount", &currency) {
                    Ok(amount) => {
                        assert_eq!(amount, minor as i64, "{text} {code}");
                        read += 1;
                    }
                    Err(error) => {
                        let asked = error.message.contains("can be read in two ways") && digits >= 3;
                        assert!(asked, "{text} {code}: {}", error.message);
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(read > 1_800 && refused > 80, "{read} {refused}");
    for (text, code) in [("12,0000", "JPY"), ("12,0000", "CNY"), ("¥12,0000", "CNY"), ("12,0000", "TWD")] {
        let refused = Amount::written(text).minor("amount", &currency(code));
        assert!(refused.is_err_and(|error| error.message.contains("120000")), "groups of ten thousands: {text} {code}");
    }
    // Groups of two are those of India, with its separator only, and the last one has three digits.
    assert!(euros("1.00.000").is_err() && euros("12,34,56").is_err() && euros("123,45,678").is_err());
    // The Arabic mark separates decimals, never thousands.
    assert!(euros("1٫234").is_err() && euros("1,5٫2").is_err() && euros("1٫2٫3").is_err() && euros("1٫٫5").is_err());
    assert!(euros("100-").is_err() && euros("1,-5").is_err() && euros("--").is_err());
}

#[test]
fn what_is_not_an_amount_is_refused() {
    for text in [
        "",
        " ",
        "abc",
        "12a",
        "1.",
        ",",
        "-",
        "--1",
        "1-",
        "1,20,30",
        "1.20.300",
        "12,34.56",
        "1.200.30",
        "1 200.300,50",
        "1,2,3",
        "1  2",
        "12 USD",
        "EUR",
        "€",
        "1e5",
        "0x10",
        "๓",
        "1.2.3,4.5",
        "1 20",
        ",200,300",
        "NaN",
        "inf",
    ] {
        assert!(euros(text).is_err(), "{text:?}");
    }
    assert!(euros(&"1".repeat(10_000)).is_err());
    assert!(euros(&"1".repeat(39)).is_err());
    assert!(euros(&"€".repeat(26)).is_err());
}

#[test]
fn a_refusal_says_what_to_do() {
    assert_eq!(euros("abc").unwrap_err(), "\"abc\" is not an amount of EUR; write one such as 1,200.50.");
    assert_eq!(euros("1.2345").unwrap_err(), "\"1.2345\" is finer than EUR, which has 2 decimals; round it first.");
    assert_eq!(
        euros("10000000000000.01").unwrap_err(),
        "\"10000000000000.01\" is more than 10,000,000,000,000.00 EUR, the largest amount there is room for; give a smaller one."
    );
    let yen = Amount::written("5.5").minor("rate", &currency("JPY")).unwrap_err().message;
    assert_eq!(yen, "\"5.5\" is finer than JPY, which has no decimals; round it first.");
}

#[test]
fn three_digits_behind_a_mark_are_thousands_or_asked_about() {
    let of = |code: &str, text: &str| Amount::written(text).minor("amount", &currency(code)).map_err(|error| error.message);
    for (code, text) in [("KWD", "1,500"), ("KWD", "1.500"), ("TND", "12,500"), ("CLF", "1.200")] {
        let refused = of(code, text).unwrap_err();
        assert!(refused.contains("can be read in two ways"), "{code} {text}: {refused}");
    }
    for (code, text, minor) in [
        ("KWD", "1500", 1_500_000),
        ("KWD", "1.5", 1_500),
        ("KWD", "1.5000", 1_500),
        ("KWD", "0.125", 125),
        ("KWD", "1,200.500", 1_200_500),
        ("CLF", "1.2000", 12_000),
        ("EUR", "1.200", 120_000),
        ("JPY", "1,200", 1_200),
    ] {
        assert_eq!(of(code, text), Ok(minor), "{code} {text}");
    }
}

#[test]
fn zeros_behind_the_smallest_unit_say_nothing() {
    let yen = |text: &str| Amount::written(text).minor("amount", &currency("JPY")).ok();
    assert_eq!((yen("10000.00"), yen("10000.0"), yen("10000.50")), (Some(10_000), Some(10_000), None));
    assert_eq!((euros("0.1200"), euros("12.3000")), (Ok(12), Ok(1_230)));
    assert_eq!(euros("0.125").unwrap_err(), "\"0.125\" is finer than EUR, which has 2 decimals; round it first.");
}

#[test]
fn an_amount_is_text_and_a_bare_number_is_refused_with_the_text_to_write() {
    let read = |json: &str| serde_json::from_str::<Amount>(json).map_err(|error| error.to_string());
    assert_eq!(read("\"120.50\""), Ok(Amount::written("120.50")));
    for (json, text) in [
        ("12050", "\"12050.00\""),
        ("-1", "\"-1.00\""),
        ("120.5", "\"120.50\""),
        ("1.125", "\"1.1250\""),
        ("12050", "\"120.50\" if 12050 counts cents"),
        ("1e300", "\"120.50\""),
    ] {
        let refused = read(json).unwrap_err();
        assert!(refused.contains(text) && refused.contains("major units"), "{json}: {refused}");
    }
    for json in ["null", "true", "[]", "{}"] {
        assert!(read(json).is_err(), "{json}");
    }
    assert_eq!(serde_json::to_string(&Amount::written("5")).unwrap(), "\"5\"");
}

#[test]
fn a_currency_is_checked_when_it_is_read() {
    assert_eq!(serde_json::from_str::<Currency>("\"chf\"").unwrap(), currency("CHF"));
    assert!(serde_json::from_str::<Currency>("\"DEM\"").is_err());
    let money = Money::new(5, &currency("EUR"));
    let json = serde_json::to_value(&money).unwrap();
    assert_eq!(json, serde_json::json!({ "amount": "0.05", "currency": "EUR" }));
    assert_eq!(serde_json::from_value::<Money>(json).unwrap(), money);
    for wrong in [serde_json::json!(5), "0.0x".into(), "--1".into(), "1.".repeat(40).into(), "9".repeat(20).into()] {
        assert!(serde_json::from_value::<Money>(serde_json::json!({ "amount": wrong, "currency": "EUR" })).is_err());
    }
    let most = Money::new(i64::MIN, &currency("EUR"));
    assert_eq!(serde_json::from_value::<Money>(serde_json::to_value(&most).unwrap()).unwrap(), most);
}

#[test]
fn time_is_paid_to_the_nearest_minor_unit() {
    assert_eq!(amount_of(5_400, 9_000), 13_500);
    assert_eq!(amount_of(1_200, 10_000), 3_333);
    assert_eq!(amount_of(1, 1_800), 1);
    assert_eq!(amount_of(1, 1_799), 0);
    assert_eq!(amount_of(-1, 1_800), -1);
    assert_eq!(amount_of(i64::MAX, i64::MAX), i64::MAX);
    assert_eq!(amount_of(i64::MAX, i64::MIN), i64::MIN);
    assert_eq!(amount_of(i64::MIN, i64::MIN), i64::MAX);
}

/// Every symbol beside an amount with every pair of separators.
#[test]
fn an_amount_with_a_symbol_is_the_same_as_without_it_or_refused() {
    let beside =
        ["$", "US$", "A$", "R$", "R", "Rs.", "Rs", "Rp.", "kr.", "kr", "Fr.", "Fr", "Ft", "¥", "S/", "€", "Euro", "zł", "/-", ":-", "-"];
    for code in ["USD", "AUD", "BRL", "ZAR", "INR", "IDR", "SEK", "CHF", "HUF", "JPY", "PEN", "EUR", "PLN", "KWD"] {
        let currency = currency(code);
        for number in ["1200", "1,200.50", "1.200,50", "1 200", "0.5", "12,34,567", "-7", "1.5"] {
            let alone = Amount::written(number).minor("amount", &currency);
            for symbol in beside {
                for text in
                    [format!("{symbol}{number}"), format!("{symbol} {number}"), format!("{number}{symbol}"), format!("{number} {symbol}")]
                {
                    if let Ok(read) = Amount::written(&text).minor("amount", &currency) {
                        let size = alone.as_ref().map(|alone| alone.abs());
                        assert_eq!(Ok(read.abs()), size.map_err(Clone::clone), "{text} {code}");
                    }
                }
            }
        }
    }
}
