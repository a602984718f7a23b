//! Tests of `EntryTime` on days on which clocks are moved, in twenty zones, over the pure reading of form fields.

use domain::{day::OffsetDateTime, hours::WorkDuration};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use crate::time::{
    elapsed::{TimeFieldValues, elapsed, unix_seconds},
    entry_time::{EntryTime, EntryTimeInput},
    local_clock::LocalClock,
    time_fields,
};

/// Offsets of half and quarter hours, both hemispheres, changes at midnight, by half an hour and by decree, and zones without changes.
const ZONES: [&str; 20] = [
    "Europe/Berlin",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Athens",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/St_Johns",
    "America/Santiago",
    "America/Havana",
    "Atlantic/Azores",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "Asia/Kathmandu",
];

const TODAY: Date = Date::constant(2026, 11, 21);

fn local_clock(zone: &str) -> LocalClock {
    LocalClock { zone: TimeZone::get(zone).expect("a zone") }
}

/// The instants of 2026 at which the clock of a zone is moved; noon of a day where it never is.
fn changeovers(local_clock: &LocalClock) -> Vec<Timestamp> {
    let (from, to): (Timestamp, Timestamp) = ("2026-01-01T00:00:00Z".parse().expect("from"), "2027-01-01T00:00:00Z".parse().expect("to"));
    let moved: Vec<_> = local_clock.zone.following(from).map(|change| change.timestamp()).take_while(|at| *at < to).collect();
    if moved.is_empty() { vec!["2026-06-01T12:00:00Z".parse().expect("a noon")] } else { moved }
}

/// Work that begins every few minutes around each changeover, of several lengths.
fn works(local_clock: &LocalClock) -> Vec<(Timestamp, Timestamp)> {
    let mut works = Vec::new();
    for changeover in changeovers(local_clock) {
        for minutes in (-180..=180).step_by(15) {
            let from = changeover + SignedDuration::from_secs(minutes * 60 + 37);
            works.extend([23, 3_600, 5_415, 9_000, 86_400].map(|seconds| (from, from + SignedDuration::from_secs(seconds))));
        }
    }
    works
}

/// The fields of a form that shows this work.
fn held(from: Timestamp, to: Timestamp, local_clock: &LocalClock) -> EntryTimeInput {
    let (from, to) = (OffsetDateTime::at(from, &local_clock.zone), OffsetDateTime::at(to, &local_clock.zone));
    let date = Some(from.day().to_string());
    EntryTimeInput {
        date,
        started_at: Some(time_fields::time_value(&from)),
        ended_at: Some(time_fields::time_value(&to)),
        ..EntryTimeInput::default()
    }
}

#[test]
fn there_are_changeovers_to_try() {
    let tried: Vec<usize> = ZONES.iter().map(|zone| changeovers(&local_clock(zone)).len()).collect();
    assert!(tried.iter().sum::<usize>() >= 35, "{tried:?}");
}

#[test]
fn seconds_are_from_start_to_end_and_the_day_is_that_of_the_start() {
    for zone in ZONES {
        let local_clock = local_clock(zone);
        for (from, to) in works(&local_clock) {
            let text = |at: Timestamp| Some(OffsetDateTime::at(at, &local_clock.zone).to_string());
            let given = EntryTimeInput { started_at: text(from), ended_at: text(to), ..EntryTimeInput::default() };
            let read = EntryTime::new(&given, &local_clock, TODAY).expect("work");
            let day = from.to_zoned(local_clock.zone.clone()).date();
            assert_eq!(
                read.value,
                EntryTime { day, span: Some((from, to)), seconds: to.duration_since(from).as_secs() },
                "{zone} {given:?}"
            );
            assert!(read.remarks.is_empty(), "{zone}: what says its offset is plain");
        }
    }
}

#[test]
fn what_a_form_shows_unchanged_stays_unchanged() {
    for zone in ZONES {
        let (local_clock, away) = (local_clock(zone), local_clock("Pacific/Pago_Pago"));
        for (from, to) in works(&local_clock) {
            // The day is that of the start where the member was, not of the start here.
            let day = away.day_of(from);
            let work = EntryTime { day, span: Some((from, to)), seconds: to.duration_since(from).as_secs() };
            let form = held(from, to, &local_clock);
            // A program also sends the duration as an answer states it: cut to whole minutes.
            for duration in [None, Some(WorkDuration::of(work.seconds).text)] {
                let form = EntryTimeInput { duration, ..form.clone() };
                let saved = work.changed(&form, &local_clock, TODAY).expect("saved");
                assert_eq!((&saved.value, saved.remarks.len()), (&work, 0), "{zone} {form:?}");
            }
        }
    }
}

#[test]
fn what_is_typed_anew_is_a_time_that_the_clock_shows_or_it_is_said() {
    for zone in ZONES {
        let local_clock = local_clock(zone);
        for changeover in changeovers(&local_clock) {
            // The offset before the changeover, and the one after it.
            for offset in [changeover - SignedDuration::from_secs(1), changeover].map(|at| local_clock.zone.to_offset(at)) {
                for minutes in (-180..=180).step_by(15) {
                    let local = offset.to_datetime(changeover + SignedDuration::from_mins(minutes));
                    let read = local_clock.instant("started_at", &local.strftime("%Y-%m-%dT%H:%M").to_string()).expect("an instant");
                    let shown = local_clock.zone.to_datetime(read.value);
                    let twice = local_clock.zone.to_ambiguous_timestamp(local).is_ambiguous() && shown == local;
                    let said = read.remarks.join(" ");
                    match (shown == local, twice) {
                        (true, false) => assert_eq!(said, "", "{zone} {local}"),
                        (true, true) => assert!(said.contains("comes twice"), "{zone} {local}: {said}"),
                        (false, _) => assert!(said.contains("does not exist") && shown > local, "{zone} {local}: {said}"),
                    }
                }
            }
        }
    }
}

#[test]
fn a_time_that_is_left_out_or_comes_twice_is_told_with_day_and_place() {
    let said = |zone: &str, text: &str| local_clock(zone).instant("started_at", text).expect("an instant").remarks.join(" ");
    assert_eq!(said("Europe/Berlin", "2026-03-29T02:30"), "02:30 does not exist on 29 March 2026 in Europe/Berlin; 03:30 was taken.");
    assert_eq!(
        said("Europe/Berlin", "2026-10-25T02:30"),
        "02:30 comes twice on 25 October 2026 in Europe/Berlin; the first, at +02, was taken."
    );
    assert_eq!(
        said("Pacific/Apia", "2011-12-30T10:00"),
        "10:00 does not exist on 30 December 2011 in Pacific/Apia; 10:00 on 31 December 2011 was taken."
    );
    assert_eq!(said("Europe/Berlin", "2026-03-29T02:30:00+01:00"), "");
}

/// Times that are in order as they are written are not called the same, or the wrong way round.
#[test]
fn a_refusal_says_that_the_clock_was_moved() {
    let given = |from: &str, to: &str| EntryTimeInput {
        started_at: Some(from.to_owned()),
        ended_at: Some(to.to_owned()),
        ..EntryTimeInput::default()
    };
    let berlin = local_clock("Europe/Berlin");
    let refused = |given: &EntryTimeInput| EntryTime::new(given, &berlin, TODAY).expect_err("refused").message;
    for (from, to) in [("02:30", "03:30"), ("02:30", "03:15"), ("02:00", "03:00")] {
        let message = refused(&given(&format!("2026-03-29T{from}"), &format!("2026-03-29T{to}")));
        let words = format!("{from} does not exist on 29 March 2026 in Europe/Berlin: the clock went forward over it");
        assert!(message.starts_with(&words) && message.contains(&format!("left until {to}")), "{message}");
    }
    let times = EntryTimeInput { date: Some("2026-03-29".to_owned()), ..given("02:30", "03:30") };
    assert!(refused(&times).starts_with("02:30 does not exist"), "times of day beside a date");
    for (from, to) in
        [("2026-03-29T04:00", "2026-03-29T04:00"), ("2026-03-29T02:30", "2026-03-29T02:30"), ("2026-03-29T04:30", "2026-03-29T04:00")]
    {
        assert!(!refused(&given(from, to)).contains("does not exist"), "{from} {to} is wrong on any day");
    }
    let entry = EntryTime::new(&given("2026-03-29T03:05", "2026-03-29T03:20"), &berlin, TODAY).expect("an entry").value;
    let earlier = EntryTimeInput { started_at: Some("2026-03-29T02:30".to_owned()), ..EntryTimeInput::default() };
    let message = entry.changed(&earlier, &berlin, TODAY).expect_err("refused").message;
    assert!(message.starts_with("02:30 does not exist"), "a changed start beside an end that stays: {message}");
}

#[test]
fn what_is_no_time_on_a_clock_is_refused() {
    let local_clock = local_clock("Europe/Berlin");
    for text in [
        "2026-11-20",
        "2026-11-20T",
        "09:00",
        "2026-11-20T09:00[Europe/Berlin]",
        "2026-11-20T24:01",
        "2026-11-20T24:00:01",
        "2026-11-20T24:00:001",
        "2026-11-20T24:00:00.5",
        "2026-11-20T24:00:00.001+01:00",
        "2026-02-30T09:00",
        "1969-12-31T09:00",
    ] {
        assert!(local_clock.instant("started_at", text).is_err(), "{text}");
    }
}

#[test]
fn a_day_moves_with_the_start_alone() {
    let (auckland, angeles) = (local_clock("Pacific/Auckland"), local_clock("America/Los_Angeles"));
    let given =
        EntryTimeInput { started_at: Some("2026-11-20T10:00".to_owned()), duration: Some("1h".to_owned()), ..EntryTimeInput::default() };
    let work = EntryTime::new(&given, &auckland, TODAY).expect("work").value;
    assert_eq!(work.day, Date::constant(2026, 11, 20));
    let change = |given: EntryTimeInput| work.changed(&given, &angeles, TODAY).expect("changed").value;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(change(EntryTimeInput::default()), work);
    assert_eq!(change(EntryTimeInput { date: text("2026-11-20"), ..EntryTimeInput::default() }), work, "it is on this day already");
    assert_eq!(change(EntryTimeInput { duration: text("2h"), ..EntryTimeInput::default() }).day, work.day);
    assert_eq!(change(EntryTimeInput { ended_at: text("2026-11-19T14:00"), ..EntryTimeInput::default() }).day, work.day);
    let moved = change(EntryTimeInput { started_at: text("2026-11-19T12:30"), ..EntryTimeInput::default() });
    assert_eq!(moved.day, Date::constant(2026, 11, 19), "a new start is where the member is now");
    let moved = change(EntryTimeInput { date: text("2026-11-19"), ..EntryTimeInput::default() });
    assert_eq!((moved.day, moved.span), (Date::constant(2026, 11, 19), work.span), "asked for by its date here");
}

/// The seconds that the form shows for these times on a day.
fn said_by_form(given: &EntryTimeInput, local_clock: &LocalClock, before: Option<(Timestamp, Timestamp)>) -> Option<i64> {
    let text = |text: &Option<String>| text.clone().expect("a field that is filled in");
    let (day, from, to) = (text(&given.date), text(&given.started_at), text(&given.ended_at));
    let since = |at: Timestamp| unix_seconds(&OffsetDateTime::at(at, &local_clock.zone)).expect("an instant");
    let offset = |at: i64| Some(local_clock.zone.to_offset(Timestamp::from_second(at).expect("an instant")).seconds().into());
    let seconds = elapsed(&TimeFieldValues { day: &day, from: &from, to: &to }, before.map(|(from, to)| (since(from), since(to))), &offset);
    seconds.filter(|seconds| (1..=86_400).contains(seconds))
}

#[test]
fn a_form_says_the_length_that_is_logged_on_the_days_on_which_the_clock_is_moved() {
    for (day, from, to, minutes) in [("2026-10-25", "02:30", "03:30", 120), ("2026-03-29", "02:30", "04:00", 30)] {
        let given = |text: &str| Some(text.to_owned());
        let given = EntryTimeInput { date: given(day), started_at: given(from), ended_at: given(to), ..EntryTimeInput::default() };
        assert_eq!(said_by_form(&given, &local_clock("Europe/Berlin"), None), Some(minutes * 60), "{day}");
    }
    for zone in ZONES {
        let local_clock = local_clock(zone);
        for (from, to) in works(&local_clock) {
            let form = held(from, to, &local_clock);
            let logged = |when: Result<crate::time::local_clock::WithRemarks<EntryTime>, crate::error::Error>| {
                when.ok().map(|read| read.value.seconds)
            };
            assert_eq!(said_by_form(&form, &local_clock, None), logged(EntryTime::new(&form, &local_clock, TODAY)), "{zone} {form:?}");
            let work = EntryTime { day: local_clock.day_of(from), span: Some((from, to)), seconds: to.duration_since(from).as_secs() };
            let later = held(from, to + SignedDuration::from_mins(30), &local_clock);
            for form in [form, later] {
                let saved = logged(work.changed(&form, &local_clock, TODAY));
                assert_eq!(said_by_form(&form, &local_clock, Some((from, to))), saved, "{zone} {form:?}");
            }
        }
    }
}
