use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::*;

const TODAY: Date = date(2026, 11, 21);

fn span(text: &str) -> DateRange {
    DateRange::parse("period", text, TODAY, 1).unwrap()
}

fn bounds(text: &str, zone: &str) -> (String, String) {
    let (from, to) = span(text).bounds(&TimeZone::get(zone).unwrap());
    (from.to_string(), to.to_string())
}

#[test]
fn a_period_is_a_word_or_a_part_of_the_calendar() {
    let periods = [
        ("today", "2026-11-21", "2026-11-21"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("this_week", "2026-11-16", "2026-11-22"),
        ("last_7_days", "2026-11-15", "2026-11-21"),
        ("last 30 days", "2026-10-23", "2026-11-21"),
        ("year_to_date", "2026-01-01", "2026-11-21"),
        ("last_week", "2026-11-09", "2026-11-15"),
        ("this_month", "2026-11-01", "2026-11-30"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("last_quarter", "2026-07-01", "2026-09-30"),
        ("this_year", "2026-01-01", "2026-12-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
        ("Last week", "2026-11-09", "2026-11-15"),
        ("2026", "2026-01-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026-q4", "2026-10-01", "2026-12-31"),
        ("2026-03-05", "2026-03-05", "2026-03-05"),
        ("2026-W12", "2026-03-16", "2026-03-22"),
        ("2026-W53", "2026-12-28", "2027-01-03"),
        ("2026-03-01..2026-03-15", "2026-03-01", "2026-03-15"),
        ("2026-03-01 .. 2026-03-15", "2026-03-01", "2026-03-15"),
    ];
    for (text, from, to) in periods {
        assert_eq!(span(text), DateRange { from: day(from), to: day(to) }, "{text}");
    }
}

#[test]
fn whoever_writes_a_day_in_another_way_is_told_the_words_for_days_too() {
    for text in ["heute", "30/11/2026", "5/3/2026", "tomorrow", "next week 2"] {
        let refused = Day::parse_relative("date", text, TODAY).unwrap_err();
        assert!(refused.hint.is_some_and(|hint| hint.contains("today, yesterday or a day of the week")), "{text}");
    }
    for text in ["2026-02-30", "2026-13-01", "1969-01-01"] {
        assert_eq!(Day::parse_relative("date", text, TODAY).unwrap_err().hint, None, "only the day is wrong: {text}");
    }
}

#[test]
fn a_day_in_other_figures_is_suggested_for_a_period_too() {
    let told = |text: &str| DateRange::parse("period", text, TODAY, 1).unwrap_err().message;
    assert_eq!(told("30/11/2026"), "\"30/11/2026\" is not a period; write the day as 2026-11-30.");
    assert!(told("1.11.2026..30.11.2026").ends_with("write it as YYYY-MM-DD: 2026-11-01."));
}

#[test]
fn what_is_not_a_period_is_refused() {
    for text in [
        "",
        "week",
        "next_week",
        "26",
        "02026",
        "2026-",
        "2026-3",
        "2026-13",
        "2026-00",
        "2026-Q0",
        "2026-Q5",
        "2026-Q10",
        "2026-W1",
        "2026-W00",
        "2025-W53",
        "2026-03-32",
        "+026",
        "1969",
        "2201",
        "2026-03-15..2026-03-01",
        "..",
        "2026-03-01..",
        "2026-03..2026-04",
        "2000-01-01..2026-01-01",
        "2026-03-01..2026-03-02..2026-03-03",
    ] {
        assert!(DateRange::parse("period", text, TODAY, 1).is_err(), "{text}");
    }
    let refused = DateRange::parse("period", "soon", TODAY, 1).unwrap_err().message;
    assert!(refused.starts_with("\"soon\" is not a period; give one such as today"), "{refused}");
}

#[test]
fn a_week_begins_where_the_organization_says() {
    let week = |week_start| DateRange::parse("period", "this_week", TODAY, week_start).unwrap();
    assert_eq!(week(7), DateRange { from: day("2026-11-15"), to: day("2026-11-21") });
    assert_eq!(week(6), DateRange { from: day("2026-11-21"), to: day("2026-11-27") });
    assert_eq!(week(1), DateRange { from: day("2026-11-16"), to: day("2026-11-22") });
}

#[test]
fn the_last_quarter_of_january_is_the_one_of_last_year() {
    let parse = |text| DateRange::parse("period", text, date(2026, 1, 31), 1).unwrap();
    assert_eq!(parse("last_quarter"), DateRange { from: day("2025-10-01"), to: day("2025-12-31") });
    assert_eq!(parse("last_month"), DateRange { from: day("2025-12-01"), to: day("2025-12-31") });
}

#[test]
fn a_day_begins_and_ends_where_the_clocks_say() {
    let bound = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    assert_eq!(bounds("2026-11-20", "UTC"), bound("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z"));
    // 23 hours, then 25.
    assert_eq!(bounds("2026-03-29", "Europe/Berlin"), bound("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
    assert_eq!(bounds("2026-10-25", "Europe/Berlin"), bound("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"));
    // Midnight was skipped: the day began at one.
    assert_eq!(bounds("2018-11-04", "America/Sao_Paulo"), bound("2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"));
    // Samoa had no such day.
    assert_eq!(bounds("2011-12-30", "Pacific/Apia").0, bounds("2011-12-31", "Pacific/Apia").0);
    // In Toronto of 1919 the clocks went from 23:30 to 00:30, but that is before 1970; Havana turns
    // back at one.
    assert_eq!(bounds("2025-11-02", "America/Havana"), bound("2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z"));
    assert_eq!(bounds("2200-12-31", "Pacific/Kiritimati").1, "2200-12-31T10:00:00Z");
}

#[test]
fn a_moment_is_the_instant_on_the_clock_of_a_zone() {
    let at = |text: &str, zone: &str| OffsetDateTime::at(text.parse().unwrap(), &TimeZone::get(zone).unwrap());
    let moment = at("2026-11-20T08:00:00.999Z", "Europe/Berlin");
    assert_eq!(moment.as_str(), "2026-11-20T09:00:00+01:00");
    assert_eq!(moment.timestamp().unwrap(), "2026-11-20T08:00:00Z".parse::<Timestamp>().unwrap());
    assert_eq!(at("2026-11-20T08:00:00Z", "America/St_Johns").as_str(), "2026-11-20T04:30:00-03:30");
    assert_eq!(at("2026-11-20T08:00:00Z", "UTC").as_str(), "2026-11-20T08:00:00+00:00");
    // Liberia was 44 minutes and 30 seconds behind until 1972.
    assert_eq!(at("1971-06-01T12:00:00Z", "Africa/Monrovia").as_str(), "1971-06-01T12:00:00+00:00");
    assert_eq!(OffsetDateTime::at(Timestamp::MAX, &TimeZone::get("Pacific/Kiritimati").unwrap()).day(), day("2200-12-31"));
    assert_eq!(OffsetDateTime::at(Timestamp::MIN, &TimeZone::get("Etc/GMT+12").unwrap()).day(), day("1970-01-01"));
}

#[test]
fn dates_outside_of_the_years_stop_at_their_ends() {
    assert_eq!(Day::from(Date::MIN), day("1970-01-01"));
    assert_eq!(Day::from(Date::MAX), day("2200-12-31"));
}

fn dates() -> impl Strategy<Value = Date> {
    (0_i64..=84_370).prop_map(|days| date(1970, 1, 1).saturating_add(days.days()))
}

proptest! {
    #[test]
    fn the_calendar_is_the_one_of_the_library(date in dates()) {
        let day = Day::from(date);
        prop_assert_eq!(day.date(), date);
        prop_assert_eq!(day.weekday(), date.weekday().to_monday_one_offset() as u8);
        prop_assert_eq!(day.label(), date.strftime("%a %-d %b %Y").to_string());
        prop_assert_eq!(day.month_label(), date.strftime("%B %Y").to_string());
        prop_assert_eq!(day.plus(1), Day::from(date.saturating_add(1.day())));
        prop_assert_eq!(Day::parse("date", day.as_str()), Ok(day));
    }

    #[test]
    fn no_period_is_inverted(
        today in dates(),
        week_start in 0_u8..=9,
        word in "(this|last)_(week|month|quarter|year)|today|yesterday|(19|20|21)[0-9]{2}(-[0-1][0-9]|-Q[0-5]|-W[0-5][0-9])?",
    ) {
        if let Ok(span) = DateRange::parse("period", &word, today, week_start) {
            prop_assert!(span.from <= span.to);
            let (from, to) = span.bounds(&TimeZone::get("America/New_York").unwrap());
            prop_assert!(from < to);
            if word.starts_with("this") || word == "today" {
                prop_assert!(span.contains(&Day::from(today)));
            }
        }
    }

    #[test]
    fn any_two_days_make_a_span_or_a_refusal(from in dates(), to in dates()) {
        let text = format!("{from}..{to}");
        match DateRange::parse("period", &text, TODAY, 1) {
            Ok(span) => prop_assert!(from <= to && span.days() <= 3_653),
            Err(_) => prop_assert!(from > to || (to - from).get_days() >= 3_653),
        }
    }

    #[test]
    fn spans_meet_without_gap(date in dates(), zone in "Europe/Berlin|America/Sao_Paulo|Asia/Kathmandu|Africa/Cairo|America/Santiago") {
        let zone = TimeZone::get(&zone).unwrap();
        let one = |date: Date| DateRange { from: date.into(), to: date.into() }.bounds(&zone);
        let next = date.saturating_add(1.day());
        if next.year() <= 2200 {
            prop_assert_eq!(one(date).1, one(next).0);
        }
        let start = one(date).0;
        prop_assert_eq!(start.to_zoned(zone.clone()).date(), date);
        prop_assert!(start.saturating_sub(1.second()).unwrap().to_zoned(zone).date() < date);
    }

    #[test]
    fn a_moment_is_read_back(second in 86_400_i64..7_000_000_000, zone in "Europe/Berlin|Asia/Kathmandu|America/St_Johns|UTC") {
        let instant = Timestamp::from_second(second).unwrap();
        let zone = TimeZone::get(&zone).unwrap();
        let moment = OffsetDateTime::at(instant, &zone);
        prop_assert_eq!(moment.timestamp(), Ok(instant));
        prop_assert_eq!(moment.day(), Day::from(instant.to_zoned(zone).date()));
        prop_assert_eq!(OffsetDateTime::parse("at", moment.as_str()), Ok(moment));
    }

    #[test]
    fn every_moment_that_is_read_is_an_instant(text in "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])") {
        prop_assert!(OffsetDateTime::parse("at", &text).unwrap().timestamp().is_ok());
    }
}
