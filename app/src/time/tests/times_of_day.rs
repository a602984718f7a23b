//! Tests of a day and two times on its clock, as the forms of the pages send them.

use serde_json::{Value, json};

use super::{log, studio_in, with};
use crate::{
    context::Channel,
    error::Code,
    time::{CreateTimeEntry, UpdateTimeEntry},
};

fn worked(from: &str, to: &str) -> Value {
    json!({"project": "Dashboard", "date": "2026-11-20", "started_at": from, "ended_at": to})
}

/// Start and end in an answer.
fn span(entry: &Value) -> [&str; 2] {
    ["started_at", "ended_at"].map(|end| entry[end].as_str().unwrap_or_default())
}

#[tokio::test]
async fn two_times_are_on_their_day_and_an_end_before_the_start_is_on_the_next() {
    let studio = studio_in("Europe/Berlin").await;
    studio.set_clock("2026-11-21T20:00:00Z");
    let day = studio.form::<CreateTimeEntry>(worked("09:00", "10:30")).await.expect("logged");
    assert_eq!((&day["started_at"], &day["worked"]["text"]), (&json!("2026-11-20T09:00:00+01:00"), &json!("1h 30m")));
    let night = studio.form::<CreateTimeEntry>(worked("22:15", "01:00:30")).await.expect("logged");
    assert_eq!((&night["day"], &night["ended_at"]), (&json!("2026-11-20"), &json!("2026-11-21T01:00:30+01:00")));
    assert_eq!(night["worked"]["seconds"], 9_930);
}

#[tokio::test]
async fn what_is_missing_or_no_time_at_all_is_refused_where_it_was_typed() {
    let studio = studio_in("Europe/Berlin").await;
    for (times, field) in [(worked("09:00", "09:00"), "ended_at"), (worked("09:00", ""), "ended_at"), (worked("", "10:00"), "started_at")] {
        let refused = studio.form::<CreateTimeEntry>(times.clone()).await.expect_err("refused");
        assert!(refused.code == Code::Invalid && refused.field(field).is_some(), "{times}: {refused:?}");
    }
}

#[tokio::test]
async fn an_entry_moves_to_another_day_with_its_times_as_they_are() {
    let studio = studio_in("Europe/Berlin").await;
    let night = studio.form::<CreateTimeEntry>(worked("22:15", "01:00")).await.expect("logged");
    let moved = with(json!({"time_entry": night["id"]}), worked("22:15", "01:00"));
    let moved = studio.form::<UpdateTimeEntry>(with(moved, json!({"date": "2026-11-18"}))).await.expect("moved");
    assert_eq!((&moved["started_at"], &moved["ended_at"]), (&json!("2026-11-18T22:15:00+01:00"), &json!("2026-11-19T01:00:00+01:00")));
}

#[tokio::test]
async fn a_day_and_two_times_are_taken_at_every_door() {
    let studio = studio_in("Europe/Berlin").await;
    let day = studio.through(Channel::Rest).ok("create_time_entry", worked("09:00", "10:30")).await;
    assert_eq!((&day["started_at"], &day["worked"]["text"]), (&json!("2026-11-20T09:00:00+01:00"), &json!("1h 30m")));
}

/// People say *from nine to half past ten*, and mean the current day.
#[tokio::test]
async fn times_without_a_day_are_those_of_today_and_of_the_day_of_what_is_changed() {
    let studio = studio_in("Europe/Berlin").await;
    let times = |from: &str, to: &str| json!({"project": "Dashboard", "started_at": from, "ended_at": to});
    studio.set_clock("2026-11-22T15:00:00Z");
    let day = studio.ok("create_time_entry", times("9:00", "10:30")).await;
    assert_eq!((&day["started_at"], &day["ended_at"]), (&json!("2026-11-22T09:00:00+01:00"), &json!("2026-11-22T10:30:00+01:00")));
    let several = studio.ok("create_time_entries", json!({"entries": [times("12:00", "13:00")]})).await;
    assert_eq!(several["items"][0]["started_at"], "2026-11-22T12:00:00+01:00", "which instant was taken is said");
    studio.set_clock("2026-11-24T15:00:00Z");
    let later = studio.ok("update_time_entry", json!({"time_entry": day["id"], "ended_at": "11:00"})).await;
    assert_eq!((&later["started_at"], &later["ended_at"]), (&json!("2026-11-22T09:00:00+01:00"), &json!("2026-11-22T11:00:00+01:00")));
    let night = studio.ok("update_time_entry", json!({"time_entry": day["id"], "ended_at": "01:00"})).await;
    assert_eq!(night["ended_at"], "2026-11-23T01:00:00+01:00", "an end before the start is on the next day");
}

#[tokio::test]
async fn a_time_of_day_that_is_yet_to_come_is_refused_with_what_to_write() {
    let studio = studio_in("Europe/Berlin").await;
    studio.set_clock("2026-11-22T09:00:00Z");
    let evening = json!({"project": "Dashboard", "started_at": "20:00", "ended_at": "21:00"});
    let refused = studio.refused("create_time_entry", evening).await;
    let hint = refused.hint.as_deref().unwrap_or_default();
    assert!(refused.field("started_at").is_some() && hint.contains("2026-11-21T20:00:00+01:00"), "{refused:?}");
    let refused = studio.refused("start_timer", json!({"project": "Dashboard", "started_at": "23:00"})).await;
    assert!(refused.hint.as_deref().unwrap_or_default().contains("2026-11-21T23:00:00+01:00"), "{refused:?}");
}

#[tokio::test]
async fn a_timer_starts_and_stops_at_a_time_of_today() {
    let studio = studio_in("Europe/Berlin").await;
    studio.set_clock("2026-11-22T09:00:00Z");
    let started = studio.ok("start_timer", json!({"project": "Dashboard", "started_at": "09:30"})).await;
    assert_eq!(started["started_at"], "2026-11-22T09:30:00+01:00");
    let moved = studio.ok("update_timer", json!({"started_at": "9:15"})).await;
    assert_eq!(moved["started_at"], "2026-11-22T09:15:00+01:00");
    let stopped = studio.ok("stop_timer", json!({"ended_at": "09:45"})).await;
    assert_eq!((&stopped["ended_at"], &stopped["worked"]["text"]), (&json!("2026-11-22T09:45:00+01:00"), &json!("30m")));
}

#[tokio::test]
async fn a_time_of_day_on_work_without_a_start_keeps_its_day() {
    let studio = studio_in("Europe/Berlin").await;
    studio.set_clock("2026-11-21T20:00:00Z");
    let started = log(&studio, json!({"date": "2026-11-17", "duration": "2h"})).await;
    let started = studio.ok("update_time_entry", json!({"time_entry": started["id"], "started_at": "9:00"})).await;
    assert_eq!(span(&started), ["2026-11-17T09:00:00+01:00", "2026-11-17T11:00:00+01:00"]);
    for (at, expected) in [
        ("18:00", ["2026-11-17T16:00:00+01:00", "2026-11-17T18:00:00+01:00"]),
        ("01:00", ["2026-11-17T23:00:00+01:00", "2026-11-18T01:00:00+01:00"]),
    ] {
        let ended = log(&studio, json!({"date": "2026-11-17", "duration": "2h"})).await;
        let ended = studio.ok("update_time_entry", json!({"time_entry": ended["id"], "ended_at": at})).await;
        assert_eq!((span(&ended), &ended["day"]), (expected, &json!("2026-11-17")), "{at}");
    }
}

#[tokio::test]
async fn a_change_to_a_time_that_is_yet_to_come_is_refused_or_told() {
    let studio = studio_in("Europe/Berlin").await;
    studio.set_clock("2026-11-21T09:00:00Z");
    let today = log(&studio, json!({"date": "2026-11-21", "duration": "1h"})).await;
    let change = |more: Value| with(json!({"time_entry": today["id"]}), more);
    let refused = studio.refused("update_time_entry", change(json!({"started_at": "20:00"}))).await;
    let hint = refused.hint.as_deref().unwrap_or_default();
    assert!(refused.field("started_at").is_some() && hint.contains("2026-11-20T20:00:00+01:00"), "{refused:?}");
    studio.ok("update_time_entry", change(json!({"started_at": "08:00"}))).await;
    let refused = studio.refused("update_time_entry", change(json!({"ended_at": "21:00"}))).await;
    assert!(refused.field("ended_at").is_some_and(|told| told.contains("yet to come")), "{refused:?}");
    let told = studio.ok("update_time_entry", change(json!({"date": "today", "ended_at": "21:00"}))).await;
    assert!(told["warnings"].to_string().contains("which is yet to come"), "whoever gives the day means it: {told:#}");
    let other = studio.ok("update_time_entry", change(json!({"description": "Charts"}))).await;
    assert!(!other["warnings"].to_string().contains("yet to come"), "its times have not changed: {other:#}");
}

#[tokio::test]
async fn a_time_of_day_beside_an_instant_is_of_its_day_or_of_the_one_next_to_it() {
    let studio = studio_in("Europe/Berlin").await;
    let other = studio.ok("create_time_entry", worked("09:00", "10:00")).await;
    for (from, to, expected) in [
        ("2026-11-18T22:00", "23:00", ["2026-11-18T22:00:00+01:00", "2026-11-18T23:00:00+01:00"]),
        ("2026-11-18T22:00", "1:00", ["2026-11-18T22:00:00+01:00", "2026-11-19T01:00:00+01:00"]),
        ("2026-11-19T00:30:00+01:00", "01:00", ["2026-11-19T00:30:00+01:00", "2026-11-19T01:00:00+01:00"]),
        ("22:00", "2026-11-18T23:00", ["2026-11-18T22:00:00+01:00", "2026-11-18T23:00:00+01:00"]),
        ("22:00", "2026-11-18 01:00", ["2026-11-17T22:00:00+01:00", "2026-11-18T01:00:00+01:00"]),
    ] {
        let times = json!({"project": "Dashboard", "started_at": from, "ended_at": to});
        let created = studio.ok("create_time_entry", times.clone()).await;
        assert_eq!(span(&created), expected, "{from} {to}");
        let several = studio.ok("create_time_entries", json!({"entries": [times.clone()]})).await;
        assert_eq!(span(&several["items"][0]), expected, "{from} {to}");
        let changed = studio.ok("update_time_entry", with(json!({"time_entry": other["id"]}), times)).await;
        assert_eq!(span(&changed), expected, "{from} {to}");
    }
    let three = with(worked("2026-11-18T22:00", "23:00"), json!({"date": "2026-11-17"}));
    assert!(studio.refused("create_time_entry", three).await.field("date").is_some(), "an instant has its own day");
    let wrong = studio.refused("create_time_entry", json!({"project": "Dashboard", "started_at": "soon", "ended_at": "23:00"})).await;
    assert!(wrong.field("started_at").is_some(), "{wrong:?}");
}

#[tokio::test]
async fn a_date_with_one_time_moves_the_other_along() {
    let studio = studio_in("Europe/Berlin").await;
    let moved = async |from: &str, to: &str, change: Value| {
        let entry = studio.ok("create_time_entry", with(worked(from, to), json!({"date": "2026-11-18"}))).await;
        let change = with(json!({"time_entry": entry["id"], "date": "2026-11-17"}), change);
        studio.call("update_time_entry", change).await
    };
    for (from, to, change, expected) in [
        ("09:00", "11:00", json!({"started_at": "10:00"}), ["2026-11-17T10:00:00+01:00", "2026-11-17T11:00:00+01:00"]),
        ("09:00", "11:00", json!({"ended_at": "12:00"}), ["2026-11-17T09:00:00+01:00", "2026-11-17T12:00:00+01:00"]),
        ("22:00", "01:00", json!({"started_at": "23:00"}), ["2026-11-17T23:00:00+01:00", "2026-11-18T01:00:00+01:00"]),
        ("22:00", "01:00", json!({"ended_at": "02:00"}), ["2026-11-17T22:00:00+01:00", "2026-11-18T02:00:00+01:00"]),
        ("09:00", "11:00", json!({"started_at": "12:00", "duration": "3h"}), ["2026-11-17T12:00:00+01:00", "2026-11-17T15:00:00+01:00"]),
    ] {
        let answer = moved(from, to, change.clone()).await.expect("moved");
        assert_eq!((span(&answer), &answer["day"]), (expected, &json!("2026-11-17")), "{change}");
    }
    let refused = moved("09:00", "11:00", json!({"started_at": "12:00"})).await.expect_err("refused");
    assert!(refused.message.ends_with("Give both times, or started_at and duration."), "{refused:?}");
}

#[tokio::test]
async fn one_time_that_does_not_fit_the_other_is_refused_with_what_to_give_beside_it() {
    let studio = studio_in("Europe/Berlin").await;
    let entry = studio.ok("create_time_entry", worked("09:00", "11:00")).await;
    for (change, way) in [
        (json!({"started_at": "23:00"}), "Give ended_at or duration, too."),
        (json!({"started_at": "11:00"}), "Give ended_at or duration, too."),
        (json!({"started_at": "2026-11-18T09:00"}), "Give ended_at or duration, too."),
        (json!({"ended_at": "09:00"}), "Give started_at, too."),
        (json!({"ended_at": "2026-11-19T08:00"}), "Give started_at, too."),
        (json!({"started_at": "2026-11-20T12:00", "ended_at": "2026-11-20T11:00"}), "Swap or correct them."),
        (json!({"ended_at": "12:00", "duration": "1h"}), "Leave ended_at or duration out, or give started_at, too."),
        (json!({"date": "2026-11-19", "ended_at": "12:00", "duration": "1h"}), "or give started_at, too."),
        (json!({"started_at": "9:00", "ended_at": "12:00", "duration": "1h"}), "Leave one of the three out, or correct it."),
    ] {
        let refused = studio.refused("update_time_entry", with(json!({"time_entry": entry["id"]}), change.clone())).await;
        assert!(refused.message.ends_with(way), "{change}: {refused:?}");
    }
}

/// After midnight, the start of a timer that runs since the evening can be corrected to a time of that evening, or of the night.
#[tokio::test]
async fn a_new_start_of_a_timer_is_of_today_or_where_that_is_to_come_of_its_own_day() {
    let studio = studio_in("Europe/Berlin").await;
    studio.set_clock("2026-11-21T21:30:00Z");
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(7_200);
    for (given, expected) in
        [("23:00", "2026-11-21T23:00:00+01:00"), ("22:00", "2026-11-21T22:00:00+01:00"), ("0:15", "2026-11-22T00:15:00+01:00")]
    {
        assert_eq!(studio.ok("update_timer", json!({"started_at": given})).await["started_at"], expected, "{given}");
    }
}

/// A time with an offset may be on any clock, and one without is on the member's: together they could be hours apart.
#[tokio::test]
async fn a_time_without_an_offset_beside_an_instant_on_another_clock_is_refused_with_both_and_the_way() {
    let studio = studio_in("Europe/London").await;
    let other = studio.ok("create_time_entry", worked("09:00", "10:00")).await;
    for (from, to, field, here) in [
        ("10:00", "2026-11-13T11:00:00+05:30", "ended_at", "at +00:00 then"),
        ("2026-11-17T09:00:00+01:00", "10:00", "started_at", "at +00:00 then"),
        ("2026-11-17T00:30:00+09:00", "02:00", "started_at", "at +00:00 then"),
        ("2026-11-13T09:00:00+05:30", "2026-11-13T10:00:00", "started_at", "at +00:00 then"),
        ("2026-11-13 09:00", "2026-11-13T10:00-05:00", "ended_at", "at +00:00 then"),
        ("2026-07-27T09:00", "2026-07-27T10:00Z", "ended_at", "at +01:00 then"),
        ("2026-07-27T09:00Z", "2026-07-27T10:00", "started_at", "at +01:00 then"),
        ("2026-07-27T20:00+02:00", "2026-07-27T24:00", "started_at", "at +01:00 then"),
    ] {
        let times = json!({"project": "Dashboard", "started_at": from, "ended_at": to});
        for (operation, given, place) in [
            ("create_time_entry", times.clone(), ""),
            ("create_time_entries", json!({"entries": [times]}), "entries[0]."),
            ("update_time_entry", with(json!({"time_entry": other["id"]}), times.clone()), ""),
        ] {
            let refused = studio.refused(operation, given).await;
            let told = refused.field(&format!("{place}{field}")).unwrap_or_default();
            let named = [from, to, here, "Give both with an offset, or both without."];
            assert!(named.iter().all(|part| told.contains(part)), "{operation} {from} {to}: {refused:?}");
        }
    }
    for (from, to, expected) in [
        ("2026-11-17T09:00:00Z", "10:00", ["2026-11-17T09:00:00+00:00", "2026-11-17T10:00:00+00:00"]),
        ("09:00", "2026-07-10T10:00:00+01:00", ["2026-07-10T09:00:00+01:00", "2026-07-10T10:00:00+01:00"]),
        ("2026-11-16T09:00", "2026-11-16T10:00Z", ["2026-11-16T09:00:00+00:00", "2026-11-16T10:00:00+00:00"]),
        ("2026-07-09T09:00+01:00", "2026-07-09T10:00", ["2026-07-09T09:00:00+01:00", "2026-07-09T10:00:00+01:00"]),
        ("2026-07-08T09:00+02:00", "2026-07-08T09:00Z", ["2026-07-08T08:00:00+01:00", "2026-07-08T10:00:00+01:00"]),
    ] {
        let times = json!({"project": "Dashboard", "started_at": from, "ended_at": to});
        assert_eq!(span(&studio.ok("create_time_entry", times).await), expected, "it is the offset of the clock then");
    }
}

#[tokio::test]
async fn a_long_night_that_may_be_a_slip_is_told_with_what_was_taken() {
    let studio = studio_in("Europe/Berlin").await;
    let on = |day: &str, from: &str, to: &str| with(worked(from, to), json!({"date": day}));
    let slip = studio.ok("create_time_entry", worked("11:00", "1:30")).await;
    let taken = "Taken as Fri 20 Nov 2026 11:00 to Sat 21 Nov 2026 01:30 the next day, 14h 30m.";
    assert_eq!(slip["warnings"], json!([format!("{taken} If 13:30 was meant, or start and end were swapped, correct it.")]));
    let changed = studio.ok("create_time_entry", on("2026-11-17", "09:00", "12:00")).await;
    let changed = studio.ok("update_time_entry", json!({"time_entry": changed["id"], "ended_at": "01:00"})).await;
    let told = changed["warnings"].to_string();
    assert!(told.contains("the next day, 16h. If 13:00 was meant, or start"), "{changed:#}");
    let beside = json!({"project": "Dashboard", "started_at": "2026-11-15T09:00", "ended_at": "08:00"});
    let beside = studio.ok("create_time_entry", beside).await;
    assert!(beside["warnings"].to_string().contains("the next day, 23h. If 20:00 was meant, or start"), "{beside:#}");
    let swapped = studio.ok("create_time_entry", on("2026-11-13", "18:00", "17:00")).await;
    assert!(swapped["warnings"].to_string().contains("the next day, 23h. If start and end were swapped, correct it."), "{swapped:#}");
    let between = |from: &str, to: &str| json!({"project": "Dashboard", "started_at": from, "ended_at": to});
    for plain in [
        on("2026-11-08", "22:15", "01:00"),
        on("2026-11-08", "09:00", "24:00"),
        on("2026-11-05", "09:00", "00:00"),
        between("2026-11-04T09:00", "0:00"),
        between("2026-11-10T08:00", "2026-11-10T23:00"),
        between("2026-11-11T18:00", "2026-11-12T17:00"),
    ] {
        let answer = studio.ok("create_time_entry", plain.clone()).await;
        assert!(!answer["warnings"].to_string().contains("Taken as"), "{plain}: {answer:#}");
    }
}

/// A client that has to fill in every argument gives the same time twice.
#[tokio::test]
async fn a_date_and_a_duration_beside_start_and_end_are_taken_where_they_agree() {
    let studio = studio_in("Europe/Berlin").await;
    let given =
        |more: Value| with(json!({"project": "Dashboard", "started_at": "2026-11-18T09:00:00", "ended_at": "2026-11-18T10:30:00"}), more);
    let all = studio.ok("create_time_entry", given(json!({"date": "2026-11-18", "duration": "1h30m"}))).await;
    let expected = ["2026-11-18T09:00:00+01:00", "2026-11-18T10:30:00+01:00"];
    assert_eq!((span(&all), &all["day"]), (expected, &json!("2026-11-18")));
    let abroad = json!({"project": "Dashboard", "date": "2026-11-17", "started_at": "2026-11-16T20:00:00-05:00", "duration": "1h"});
    assert_eq!(studio.ok("create_time_entry", abroad).await["day"], "2026-11-17", "it is its day on the clock of the member");
    let change = |more: Value| with(json!({"time_entry": all["id"]}), more);
    for (more, minutes) in [
        (json!({"date": "2026-11-18", "started_at": "2026-11-18T09:00", "ended_at": "2026-11-18T11:00", "duration": "2h"}), 120),
        (json!({"started_at": "09:00", "ended_at": "11:00", "duration": "2h"}), 120),
        (json!({"ended_at": "12:00", "duration": "3h"}), 180),
        (json!({"date": "2026-11-18", "ended_at": "2026-11-18T11:30"}), 150),
    ] {
        let changed = studio.ok("update_time_entry", change(more.clone())).await;
        assert_eq!((&changed["started_at"], &changed["worked"]["seconds"]), (&json!(expected[0]), &json!(minutes * 60)), "{more}");
    }
    for (more, field, named) in [
        (json!({"date": "2026-11-17"}), "date", ["2026-11-17 is not the day", "Wed 18 Nov 2026 09:00"]),
        (json!({"duration": "2h"}), "duration", ["\"2h\" is not the time from Wed 18 Nov 2026 09:00", "which is 1h 30m."]),
    ] {
        for refused in [
            studio.refused("create_time_entry", given(more.clone())).await,
            studio.refused("update_time_entry", change(given(more.clone()))).await,
        ] {
            let told = refused.field(field).unwrap_or_default();
            assert!(named.iter().all(|part| told.contains(part)), "{more}: {refused:?}");
        }
    }
    let shown = json!({"started_at": "09:00", "ended_at": "11:30", "duration": "1h"});
    assert!(studio.refused("update_time_entry", change(shown)).await.field("duration").is_some(), "also where the times stay");
}

/// Answers cut durations to whole minutes, and hours in decimals are rounded.
#[tokio::test]
async fn a_duration_that_is_less_than_a_minute_off_leaves_start_and_end_as_they_are() {
    let studio = studio_in("Europe/Berlin").await;
    let decimal = studio.ok("create_time_entry", with(worked("09:00", "10:20"), json!({"duration": 1.33}))).await;
    assert_eq!(decimal["worked"]["seconds"], 4_800);
    let timed = json!({"project": "Dashboard", "started_at": "2026-11-18T09:00:00", "ended_at": "2026-11-18T10:30:15"});
    let entry = studio.ok("create_time_entry", timed.clone()).await;
    assert_eq!(entry["worked"]["text"], "1h 30m");
    let told = json!({"time_entry": entry["id"], "date": entry["day"], "started_at": entry["started_at"], "ended_at": entry["ended_at"],
        "duration": entry["worked"]["text"]});
    let shown = with(told.clone(), json!({"started_at": "09:00", "ended_at": "10:30:15"}));
    for echo in [told, shown.clone(), json!({"time_entry": entry["id"], "ended_at": entry["ended_at"], "duration": "1h 30m"})] {
        let same = studio.ok("update_time_entry", echo.clone()).await;
        assert_eq!((span(&same), &same["worked"], &same["version"]), (span(&entry), &entry["worked"], &json!(1)), "{echo}");
    }
    for other in ["1h29m15s", "1:31:15"] {
        assert!(studio.refused("create_time_entry", with(timed.clone(), json!({"duration": other}))).await.field("duration").is_some());
        let refused = studio.refused("update_time_entry", with(shown.clone(), json!({"duration": other}))).await;
        assert!(refused.field("duration").is_some(), "{other}: {refused:?}");
    }
    let moved = studio.ok("update_time_entry", with(shown, json!({"date": "2026-11-17"}))).await;
    assert_eq!(span(&moved), ["2026-11-17T09:00:00+01:00", "2026-11-17T10:30:15+01:00"]);
    let shorter = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "1h 30m"})).await;
    assert_eq!(shorter["worked"]["seconds"], 5_400, "alone it says how long");
}

#[tokio::test]
async fn a_day_ends_at_24_00() {
    let studio = studio_in("Europe/Berlin").await;
    let given = |from: &str, to: &str| json!({"project": "Dashboard", "started_at": from, "ended_at": to});
    let on = |from: &str, to: &str| with(given(from, to), json!({"date": "2026-11-16"}));
    for (times, start) in [
        (on("22:00", "24:00"), "2026-11-16T22:00:00+01:00"),
        (on("00:00", "24:00:00"), "2026-11-16T00:00:00+01:00"),
        (given("2026-11-16T22:00", "2026-11-16T24:00"), "2026-11-16T22:00:00+01:00"),
        (given("2026-11-16T22:00", "24:00"), "2026-11-16T22:00:00+01:00"),
        (given("22:00", "2026-11-16T24:00"), "2026-11-16T22:00:00+01:00"),
        (given("2026-11-16T22:00:00+01:00", "2026-11-16T24:00:00+01:00"), "2026-11-16T22:00:00+01:00"),
        (on("22:00", "24:00:00.000"), "2026-11-16T22:00:00+01:00"),
        (given("2026-11-16T22:00", "2026-11-16 24:00:00.000"), "2026-11-16T22:00:00+01:00"),
        (given("2026-11-16T22:00:00.000+01:00", "2026-11-16T24:00:00.000+01:00"), "2026-11-16T22:00:00+01:00"),
    ] {
        let entry = studio.ok("create_time_entry", times.clone()).await;
        assert_eq!((span(&entry), &entry["day"]), ([start, "2026-11-17T00:00:00+01:00"], &json!("2026-11-16")), "{times}");
        let again = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "ended_at": "24:00"})).await;
        assert_eq!((span(&again), &again["version"]), (span(&entry), &json!(1)), "{times}");
    }
}

#[tokio::test]
async fn a_time_is_read_in_its_usual_spellings_and_what_is_none_is_quoted_with_the_right_one() {
    let studio = studio_in("Europe/Berlin").await;
    for spelling in ["09:30", "9:30", "T09:30", "09:30:00", "09:30:00.000"] {
        let entry = studio.ok("create_time_entry", with(worked(spelling, "10:00"), json!({"dry_run": true}))).await;
        assert_eq!(entry["worked"]["seconds"], 1_800, "{spelling}");
    }
    for wrong in ["25:00", "09:60", "24:01", "9am", "9:30 AM", "09:30Z", "0930"] {
        for (given, field) in [(worked("08:00", wrong), "ended_at"), (worked(wrong, "23:00"), "started_at")] {
            let refused = studio.refused("create_time_entry", given).await;
            let told = refused.field(field).unwrap_or_default();
            assert!(told.starts_with(&format!("\"{wrong}\" is not a time; write one of 24 hours such as 09:30")), "{wrong}: {refused:?}");
        }
        let refused = studio.refused("start_timer", json!({"project": "Dashboard", "started_at": wrong})).await;
        assert!(refused.field("started_at").is_some_and(|told| told.starts_with(&format!("\"{wrong}\" "))), "{refused:?}");
    }
}

#[tokio::test]
async fn work_that_lies_ahead_may_move_to_a_time_that_is_yet_to_come_and_that_is_told() {
    let studio = studio_in("Europe/Berlin").await;
    studio.set_clock("2026-11-21T19:06:00Z");
    let ahead = studio.ok("create_time_entry", with(worked("21:00", "22:00"), json!({"date": "today"}))).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": ahead["id"], "started_at": "21:30"})).await;
    assert_eq!(moved["started_at"], "2026-11-21T21:30:00+01:00");
    assert!(moved["warnings"].to_string().contains("It ends at Sat 21 Nov 2026 22:00, which is yet to come."), "{moved:#}");
    let other = studio.ok("update_time_entry", json!({"time_entry": ahead["id"], "description": "Charts"})).await;
    assert!(!other["warnings"].to_string().contains("yet to come"), "{other:#}");
}
