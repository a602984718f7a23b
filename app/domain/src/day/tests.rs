use proptest::prelude::*;

use super::*;

#[cfg(feature = "server")]
mod server;

fn day(text: &str) -> Day {
    Day::parse("date", text).unwrap()
}

#[test]
fn a_day_is_one_of_the_calendar() {
    for text in ["2026-03-05", "2024-02-29", "2000-02-29", "1970-01-01", "2200-12-31"] {
        assert_eq!(day(text).as_str(), text);
    }
    for text in [
        "",
        "2026-3-5",
        "2026/03/05",
        "05.03.2026",
        "2026-02-29",
        "2100-02-29",
        "2026-04-31",
        "2026-00-01",
        "2026-13-01",
        "2026-01-00",
        "1969-12-31",
        "2201-01-01",
        "+026-01-01",
        "2026-03-05T",
        "2026-03-0é",
        "-2026-1-01",
    ] {
        assert!(Day::parse("date", text).is_err(), "{text}");
    }
    let refused = Day::parse("date", "2026-02-29").unwrap_err().message;
    assert_eq!(refused, "\"2026-02-29\" is not in the calendar; check the month and the day.");
    assert!(serde_json::from_str::<Day>("\"2026-02-29\"").is_err());
}

#[test]
fn a_day_in_other_figures_is_suggested_where_it_has_one_reading() {
    for (text, meant) in [
        ("30/11/2026", "2026-11-30"),
        ("11/30/2026", "2026-11-30"),
        ("30-11-2026", "2026-11-30"),
        (" 5.3.2026 ", "2026-03-05"),
        ("05.03.2026", "2026-03-05"),
        ("5/5/2026", "2026-05-05"),
        ("2026/3/5", "2026-03-05"),
        ("2026-3-5", "2026-03-05"),
    ] {
        let refused = Day::parse("date", text).unwrap_err().message;
        assert!(refused.ends_with(&format!("is not a day; write it as YYYY-MM-DD: {meant}.")), "{text}: {refused}");
    }
    let others =
        ["5/3/2026", "5.3.26", "31.2.2026", "30/11", "1/2/3/2026", "30/é1/2026", "2026-123-05", "30.11/2026", "1.1.1969", "//", "x"];
    for text in others {
        assert_eq!(Day::in_figures(text), None, "{text}");
        assert!(Day::parse("date", text).unwrap_err().message.ends_with("write it as YYYY-MM-DD, such as 2026-03-05."), "{text}");
    }
}

#[test]
fn a_day_has_a_name() {
    assert_eq!(day("2026-11-21").weekday(), 6);
    assert_eq!(day("2026-11-21").label(), "Sat 21 Nov 2026");
    assert_eq!(day("2026-03-05").label(), "Thu 5 Mar 2026");
    assert_eq!(day("2026-05-31").month_label(), "May 2026");
}

#[test]
fn days_are_counted() {
    assert_eq!(day("2026-02-28").plus(1), day("2026-03-01"));
    assert_eq!(day("2024-02-28").plus(1), day("2024-02-29"));
    assert_eq!(day("2026-01-01").plus(-1), day("2025-12-31"));
    assert_eq!(day("2026-01-01").plus(i64::MAX), day("2200-12-31"));
    assert_eq!(day("2026-01-01").plus(i64::MIN), day("1970-01-01"));
    assert_eq!(day("2026-01-01").days_until(&day("2027-01-01")), 365);
}

#[test]
fn a_moment_shows_the_clock_of_its_place() {
    let moment = OffsetDateTime::parse("started_at", "2026-11-20T09:00:00+01:00").unwrap();
    assert_eq!((moment.clock(), moment.day()), ("09:00", day("2026-11-20")));
    assert_eq!(OffsetDateTime::parse("at", "2026-11-20t09:00:00z").unwrap().as_str(), "2026-11-20T09:00:00Z");
    assert_eq!(OffsetDateTime::parse("at", "2026-11-20 09:00:00.5-03:30").unwrap().as_str(), "2026-11-20T09:00:00.5-03:30");
    assert_eq!(OffsetDateTime::parse("at", "2026-10-25T02:30+01:00").unwrap().as_str(), "2026-10-25T02:30:00+01:00", "as a clock shows it");
}

#[test]
fn what_is_not_an_instant_is_refused() {
    for text in [
        "",
        "2026-11-20",
        "09:00",
        "2026-11-20T09:00:00",
        "2026-11-20T09+01:00",
        "2026-11-20T9:000+01:00",
        "2026-11-20T09:00.5+01:00",
        "2026-11-20T24:00:00Z",
        "2026-11-20T09:60:00Z",
        "2026-11-20T09:00:60Z",
        "2026-02-30T09:00:00Z",
        "2026-11-20T09:00:00+1:00",
        "2026-11-20T09:00:00+24:00",
        "2026-11-20T09:00:00+0100",
        "2026-11-20T09:00:00.Z",
        "2026-11-20T09:00:00.0000000001Z",
        "2026-11-20T09:00:00Z ago",
        "1969-12-31T09:00:00Z",
        "2026-11-20T09:00:00Z[Europe/Berlin]",
        "2026-11-2éT09:00:00Z",
    ] {
        assert!(OffsetDateTime::parse("at", text).is_err(), "{text}");
    }
}

#[test]
fn a_span_is_never_inverted_and_at_most_ten_years() {
    let between = |from, to| DateRange::between(day(from), day(to));
    assert_eq!(between("2026-03-01", "2026-03-01").unwrap().days(), 1);
    assert!(between("2016-01-01", "2025-12-31").is_ok());
    assert!(between("2016-01-01", "2026-01-01").is_err());
    let refused = between("2026-03-02", "2026-03-01").unwrap_err().message;
    assert_eq!(refused, "2026-03-01 is before 2026-03-02; give the earlier day first.");
    let march = between("2026-03-01", "2026-03-31").unwrap();
    assert_eq!(march.label(), "Sun 1 Mar 2026 to Tue 31 Mar 2026");
    assert_eq!(between("2026-03-01", "2026-03-01").unwrap().label(), "Sun 1 Mar 2026", "a single day is said once");
    assert!(march.contains(&day("2026-03-31")) && !march.contains(&day("2026-04-01")));
}

#[test]
fn every_day_follows_the_one_before() {
    let mut today = day("1970-01-01");
    let last = day("2200-12-31");
    while today < last {
        let next = today.plus(1);
        assert_eq!(Day::parse("date", next.as_str()).as_ref(), Ok(&next));
        assert_eq!(next.weekday(), today.weekday() % 7 + 1, "{next}");
        assert!(today < next && today.days_until(&next) == 1);
        today = next;
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        let _ = Day::parse("date", &text);
        let _ = OffsetDateTime::parse("at", &text);
    }

    #[test]
    fn nothing_like_an_instant_makes_it_panic(text in "2026-11-20[Tt ][0-9:.]{0,12}[Zz+-]?[0-9:]{0,6}") {
        if let Ok(moment) = OffsetDateTime::parse("at", &text) {
            prop_assert_eq!(moment.clock().len(), 5);
            prop_assert_eq!(moment.day(), day("2026-11-20"));
        }
    }
}
