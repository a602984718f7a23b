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
