use std::collections::HashSet;

use proptest::prelude::*;

use crate::number_pattern::*;

fn pattern(text: &str) -> NumberPattern {
    NumberPattern::parse(text).unwrap()
}

#[test]
fn a_number_follows_the_pattern() {
    assert_eq!(NumberPattern::default().format(2026, 3, 7), "2026-0007");
    assert_eq!(pattern("INV-{YY}{MM}/{001}").format(2026, 3, 7), "INV-2603/007");
    assert_eq!(pattern("{1}").format(2026, 3, 12_345), "12345");
    assert_eq!(pattern("{0001}").format(2026, 3, 123_456), "123456");
    assert_eq!(pattern(" R {01} ").as_str(), "R {01}");
    assert_eq!(pattern("{YYYY}-{0001}"), NumberPattern::default());
}

/// A year that is written in digits, or the month alone, does not tell the numbers of two years apart.
#[test]
fn a_counter_that_does_not_start_again_is_told() {
    for text in ["{MM}-{0001}", "2026-{0001}", "{0001}"] {
        assert!(reset_not_applied(text, true).is_some_and(|told| told.contains("goes on")), "{text}");
        assert_eq!((reset_not_applied(text, false), pattern(text).series(2026, true)), (None, String::new()), "{text}");
    }
    for text in ["{YYYY}-{0001}", "{YY}{MM}/{001}"] {
        assert_eq!(reset_not_applied(text, true), None, "{text}");
    }
}

#[test]
fn a_pattern_has_exactly_one_counter() {
    for text in [
        "",
        "2026",
        "{YYYY}",
        "{1}{1}",
        "{0001}{001}",
        "{0}",
        "{}",
        "{2}",
        "{010}",
        "{yyyy}{1}",
        "{DD}{1}",
        "{1",
        "1}",
        "{{1}}",
        "{1}}",
        "{1}{",
        "№{1}",
        "a\n{1}",
        "a\u{7}{1}",
        "{ 1 }",
    ] {
        assert!(NumberPattern::parse(text).is_err(), "{text:?}");
    }
    assert!(NumberPattern::parse(&format!("{}{{1}}", "A".repeat(37))).is_ok());
    assert!(NumberPattern::parse(&format!("{}{{1}}", "A".repeat(38))).is_err());
    for letter in ["Nº-{0001}", "N°-{0001}", "№-{0001}"] {
        assert!(NumberPattern::parse(letter).unwrap_err().message.contains(", as No-{0001} is;"), "{letter}");
    }
    assert!(!NumberPattern::parse("Rechnung-Ä{1}").unwrap_err().message.contains(", as "));
    let refused = NumberPattern::parse("{YYYY}").unwrap_err().message;
    assert_eq!(
        refused,
        "\"{YYYY}\" does not have exactly one counter; write one such as {YYYY}-{0001}, where {0001} is the counter with its zeros."
    );
}

#[test]
fn counting_begins_anew_only_where_the_year_shows() {
    assert_eq!(NumberPattern::default().series(2026, true), "2026");
    assert_eq!(NumberPattern::default().series(2026, false), "");
    assert_eq!(pattern("{YY}-{1}").series(2026, true), "2026");
    assert_eq!(pattern("INV-{MM}-{0001}").series(2026, true), "");
}

#[test]
fn a_pattern_travels_as_text() {
    let json = serde_json::to_string(&NumberPattern::default()).unwrap();
    assert_eq!(json, "\"{YYYY}-{0001}\"");
    assert_eq!(serde_json::from_str::<NumberPattern>(&json).unwrap(), NumberPattern::default());
    assert!(serde_json::from_str::<NumberPattern>("\"{YYYY}\"").is_err());
}

fn any_pattern() -> impl Strategy<Value = NumberPattern> {
    let part = "[A-Z0-9/-]{0,3}(\\{YYYY\\}|\\{YY\\}|\\{MM\\})?[0-9-]{0,2}";
    (part, "\\{0{0,5}1\\}", part).prop_map(|(before, counter, after)| pattern(&format!("{before}{counter}{after}")))
}

proptest! {
    #[test]
    fn numbers_are_distinct(pattern in any_pattern(), reset in any::<bool>()) {
        let mut given = HashSet::new();
        let mut last: std::collections::HashMap<String, i64> = Default::default();
        for issue in 0..120_i16 {
            let (year, month) = (2024 + issue / 12 / 4, (issue % 12) as i8 + 1);
            let counter = last.entry(pattern.series(year, reset)).or_default();
            *counter += 1;
            prop_assert!(given.insert(pattern.format(year, month, *counter)));
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[{}YM01a ]{0,44}") {
        if let Ok(pattern) = NumberPattern::parse(&text) {
            prop_assert!(!pattern.format(2026, 1, 1).is_empty());
        }
    }
}
