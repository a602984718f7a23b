use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<i64, String> {
    Seconds::parse("duration", text).map(|seconds| seconds.0).map_err(|error| error.message)
}

#[test]
fn a_duration_is_read_as_people_write_it() {
    let durations = [
        ("1h30m", 5_400),
        ("٣h", 10_800),
        ("1h 30m", 5_400),
        ("1H30M", 5_400),
        ("1 h 30 min", 5_400),
        ("1h", 3_600),
        ("30m", 1_800),
        ("1:30", 5_400),
        ("0:05", 300),
        ("1:30:15", 5_415),
        ("90m", 5_400),
        ("90 minutes", 5_400),
        ("1.5h", 5_400),
        ("1,5", 5_400),
        ("1.5", 5_400),
        (".25", 900),
        ("5400s", 5_400),
        ("2", 7_200),
        ("0.001", 4),
        ("1.2500h", 4_500),
        (".125h", 450),
        ("1h30", 5_400),
        ("1 h 05", 3_900),
        ("1m30", 90),
        ("1.125h", 4_050),
        ("1.667", 6_001),
        ("2.125", 7_650),
        ("7,999", 28_796),
        ("1,000", 3_600),
        ("1.6670", 6_001),
        ("1.3333333333333333", 4_800),
        ("0.0001388889", 1),
        ("0,125h", 450),
        ("1,000 hours", 3_600),
        ("1h0m1s", 3_601),
        ("24", 86_400),
        ("24:00", 86_400),
        (" 1440m ", 86_400),
    ];
    for (text, seconds) in durations {
        assert_eq!(read(text), Ok(seconds), "{text}");
    }
}

#[test]
fn what_is_not_a_duration_is_refused() {
    for text in [
        "",
        " ",
        "abc",
        "h",
        "1x",
        "1:5",
        "1:60",
        ":30",
        "1:",
        "1:30:60",
        "1:30:00:00",
        "1.",
        ".",
        "1..5",
        "1,5,5",
        "1h 2h",
        "30m 1h",
        "1h5",
        "1h60",
        "1h300",
        "1h30 5",
        "30s15",
        "1e3",
        "+1",
        "๓h",
        "1.5.5h",
        "1,000,000",
        "1.12345678901234567890123",
        "1,440m",
        "2h 1.250m",
    ] {
        assert!(read(text).is_err(), "{text:?}");
        assert_eq!(super::read(text), None, "{text:?}");
    }
    assert!(read(&"1".repeat(1_000_000)).is_err());
    assert!(read(&"é".repeat(40)).is_err());
}

#[test]
fn a_refusal_says_what_to_do() {
    assert_eq!(read("25h").unwrap_err(), "\"25h\" is more than 24 hours; split it over two days.");
    assert_eq!(read("24h 1s").unwrap_err(), "\"24h 1s\" is more than 24 hours; split it over two days.");
    assert_eq!(
        read("90").unwrap_err(),
        "\"90\" is more than 24 hours, as a plain number counts hours; write minutes with an m, such as 90m."
    );
    assert_eq!(read("0m").unwrap_err(), "\"0m\" is no time at all; give at least one second.");
    assert_eq!(read("0.0001s").unwrap_err(), "\"0.0001s\" is no time at all; give at least one second.");
    assert_eq!(read("-1h").unwrap_err(), "\"-1h\" is below zero; give the time that was worked, such as 1h30m.");
    assert_eq!(read("1,440m").unwrap_err(), "\"1,440m\" holds a number that can be read in two ways; write 1440 or 1.44 instead.");
    assert_eq!(read("soon").unwrap_err(), "\"soon\" is not a duration; write one such as 1h30m, 1:30, 90m or 1.5h.");
}

#[test]
fn a_duration_is_shown_in_hours_and_minutes() {
    let shown = |seconds| WorkDuration::of(seconds).text;
    assert_eq!(shown(5_400), "1h 30m");
    assert_eq!(shown(3_600), "1h");
    assert_eq!(shown(1_800), "30m");
    assert_eq!(shown(45), "45s");
    assert_eq!(shown(119), "1m");
    assert_eq!(shown(0), "0m");
    assert_eq!(shown(360_000), "100h");
    assert_eq!(shown(-5_400), "-1h 30m");
    assert!(shown(i64::MIN).starts_with('-'));
}

#[test]
fn one_unit_of_time_has_a_verb_of_its_own() {
    let verb = |seconds| WorkDuration::of(seconds).verb("waits", "wait");
    assert_eq!([60, 3_600, 3_630].map(verb), ["waits"; 3]);
    assert_eq!([1_800, 5_400, 7_200].map(verb), ["wait"; 3]);
}

#[test]
fn a_timer_is_shown_as_a_clock() {
    assert_eq!(clock(5_400), "1:30:00");
    assert_eq!(clock(59), "0:00:59");
    assert_eq!(clock(-5), "-0:00:05");
    assert_eq!(clock(360_000), "100:00:00");
}

#[test]
fn hours_are_shown_with_two_decimals() {
    assert_eq!(decimal_hours(5_400), "1.50");
    assert_eq!(decimal_hours(1_200), "0.33");
    assert_eq!(decimal_hours(18), "0.01");
    assert_eq!(decimal_hours(17), "0.00");
    assert_eq!(decimal_hours(-5_400), "-1.50");
    assert_eq!(decimal_hours(-17), "0.00");
}

#[test]
fn seconds_travel_as_a_number() {
    assert_eq!(serde_json::to_string(&Seconds(5_400)).unwrap(), "5400");
    assert_eq!(serde_json::from_str::<Seconds>("5400").unwrap(), Seconds(5_400));
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(seconds in 1..=SECONDS_MAX) {
        prop_assert_eq!(read(&clock(seconds)), Ok(seconds));
        prop_assert_eq!(read(&format!("{seconds}s")), Ok(seconds));
        let shown = if seconds < 60 { seconds } else { seconds / 60 * 60 };
        prop_assert_eq!(read(&WorkDuration::of(seconds).text), Ok(shown));
    }

    #[test]
    fn decimal_hours_are_within_half_a_hundredth(seconds in 18..=SECONDS_MAX) {
        prop_assert!((read(&decimal_hours(seconds)).unwrap() - seconds).abs() <= 18);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        if let Ok(seconds) = read(&text) {
            prop_assert!((1..=SECONDS_MAX).contains(&seconds));
        }
    }

    #[test]
    fn digits_and_units_never_make_it_panic(text in "[0-9hms:., ]{0,34}") {
        if let Ok(seconds) = read(&text) {
            prop_assert!((1..=SECONDS_MAX).contains(&seconds));
        }
    }
}
