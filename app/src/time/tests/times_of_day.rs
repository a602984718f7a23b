//! A day and two times on its clock, as the forms of the pages ask for them.

use serde_json::{Value, json};

use super::{log, studio_in, with};
use crate::{
    context::Door,
    error::Code,
    time::{CreateTimeEntry, UpdateTimeEntry},
};

fn worked(from: &str, to: &str) -> Value {
    json!({"project": "Dashboard", "date": "2026-11-20", "started_at": from, "ended_at": to})
}

/// Start and end of what was answered.
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
    let day = studio.through(Door::Rest).ok("create_time_entry", worked("09:00", "10:30")).await;
    assert_eq!((&day["started_at"], &day["worked"]["text"]), (&json!("2026-11-20T09:00:00+01:00"), &json!("1h 30m")));
}

/// People say *from nine to half past ten*, and mean the day that they are in.
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
        ("2026-11-18T23:30:00Z", "01:00", ["2026-11-19T00:30:00+01:00", "2026-11-19T01:00:00+01:00"]),
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
    ] {
        let refused = studio.refused("update_time_entry", with(json!({"time_entry": entry["id"]}), change.clone())).await;
        assert!(refused.message.ends_with(way), "{change}: {refused:?}");
    }
}

/// After midnight, the start of a timer that runs since the evening is corrected to a time of that evening, or of the night.
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
