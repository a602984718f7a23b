//! A day and two times on its clock, as the forms of the pages ask for them.

use serde_json::{Value, json};

use super::{studio_in, with};
use crate::{
    context::Door,
    error::Code,
    time::{CreateTimeEntry, UpdateTimeEntry},
};

fn worked(from: &str, to: &str) -> Value {
    json!({"project": "Dashboard", "date": "2026-11-20", "started_at": from, "ended_at": to})
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
