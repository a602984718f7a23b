//! Tests of days in the organization's time zone, and of days that are not 24 hours long.

use serde_json::json;

use super::{log, studio_in};
use crate::error::Code;

#[tokio::test]
async fn a_day_is_one_where_the_organization_is() {
    let studio = studio_in("Europe/Berlin").await;
    let late =
        studio.ok("create_time_entry", json!({"project": "Dashboard", "started_at": "2026-11-20T23:30:00Z", "duration": "10m"})).await;
    assert_eq!((&late["day"], &late["started_at"]), (&json!("2026-11-21"), &json!("2026-11-21T00:30:00+01:00")));
    studio.set_clock("2026-11-21T23:30:00Z");
    assert_eq!(studio.ok("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await["day"], "2026-11-22");
    assert_eq!(studio.ok("start_timer", json!({"project": "Dashboard"})).await["day"], "2026-11-22");
    assert_eq!(studio.ok("get_timer", json!({})).await["today"]["seconds"], 3600);
    assert_eq!(studio.ok("list_time_entries", json!({"period": "today", "with_total": true})).await["total"], 2);
}

#[tokio::test]
async fn in_the_hour_that_comes_twice_an_hour_passes() {
    let studio = studio_in("Europe/Berlin").await;
    // Clocks go back at 03:00 on 25 October 2026: 02:30 comes first at +02:00, then at +01:00.
    let given = json!({"project": "Dashboard", "started_at": "2026-10-25T02:30:00+02:00", "ended_at": "2026-10-25T02:30:00+01:00"});
    let entry = studio.ok("create_time_entry", given).await;
    assert_eq!((&entry["worked"]["seconds"], &entry["day"]), (&json!(3600), &json!("2026-10-25")));
    assert_eq!((&entry["started_at"], &entry["ended_at"]), (&json!("2026-10-25T02:30:00+02:00"), &json!("2026-10-25T02:30:00+01:00")));
}

#[tokio::test]
async fn a_day_of_25_hours_does_not_fit_into_an_entry() {
    let studio = studio_in("Europe/Berlin").await;
    let whole = json!({"project": "Dashboard", "started_at": "2026-10-25T00:00:00+02:00", "ended_at": "2026-10-26T00:00:00+01:00"});
    assert!(studio.refused("create_time_entry", whole).await.field("ended_at").is_some_and(|message| message.contains("25h")));
    let most = json!({"project": "Dashboard", "started_at": "2026-10-25T00:00:00+02:00", "ended_at": "2026-10-25T23:00:00+01:00"});
    assert_eq!(studio.ok("create_time_entry", most).await["worked"]["seconds"], 86_400);
}

#[tokio::test]
async fn moving_onto_a_day_keeps_the_clock_and_the_length() {
    let studio = studio_in("Europe/Berlin").await;
    let given = json!({"project": "Dashboard", "started_at": "2026-03-27T02:30:00+01:00", "ended_at": "2026-03-27T03:30:00+01:00"});
    let entry = studio.ok("create_time_entry", given).await;
    // On 29 March 2026 the clock goes from 02:00 to 03:00: 02:30 is read as 03:30.
    let moved = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "date": "2026-03-29"})).await;
    assert_eq!((&moved["started_at"], &moved["worked"]["seconds"]), (&json!("2026-03-29T03:30:00+02:00"), &json!(3600)));
    let moved = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "date": "2026-07-01"})).await;
    assert_eq!(moved["started_at"], "2026-07-01T03:30:00+02:00");
}

#[tokio::test]
async fn a_timer_through_the_night_belongs_to_the_day_of_its_start() {
    let studio = studio_in("America/New_York").await;
    studio.set_clock("2026-11-21T04:30:00Z");
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(3600);
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!((&stopped["day"], &stopped["day_total"]["seconds"]), (&json!("2026-11-20"), &json!(3600)));
    assert_eq!(studio.ok("get_timer", json!({})).await["today"]["seconds"], 0);
    assert_eq!(log(&studio, json!({"date": "2026-11-20", "duration": "1h"})).await["day_total"]["seconds"], 7200);
    studio.ok("update_organization", json!({"lock_date": "2026-11-20"})).await;
    assert_eq!(studio.code("delete_time_entry", json!({"time_entry": stopped["id"]})).await, Code::Locked);
}

#[tokio::test]
async fn an_offset_that_is_given_at_the_page_is_meant_on_either_side_of_greenwich() {
    let studio = studio_in("Europe/Berlin").await;
    for (given, read) in [
        ("2026-11-20T09:00:00-05:00", "2026-11-20T15:00:00+01:00"),
        ("2026-11-20T09:00:00+05:00", "2026-11-20T05:00:00+01:00"),
        ("2026-11-20T09:00:00Z", "2026-11-20T10:00:00+01:00"),
        ("2026-11-20T09:00", "2026-11-20T09:00:00+01:00"),
    ] {
        let entry = log(&studio, json!({"date": "", "started_at": given, "duration": "10m"})).await;
        assert_eq!(entry["started_at"], read, "{given}");
    }
}
