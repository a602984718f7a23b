//! Tests of the forecast in the status of a project.

use serde_json::json;

use super::{log, set, studio};

#[tokio::test]
async fn a_status_names_the_day_of_the_cap_that_is_reached_first() {
    let studio = studio().await;
    set(&studio, json!({"hours": 40})).await;
    log(&studio, "14h", json!({"date": "2026-11-02"})).await;
    log(&studio, "14h", json!({"date": "2026-11-20"})).await;
    let reached = || async { studio.ok("get_project_status", json!({"project": "Dashboard"})).await["burn"].get("reached_on").cloned() };
    assert_eq!(reached().await, Some(json!("2026-12-03")), "12 hours at one a day");
    set(&studio, json!({"amount": "3600.00"})).await;
    assert_eq!(reached().await, Some(json!("2026-11-23")), "two hours' worth are left");
    set(&studio, json!({"amount": "10000.00", "period": "month"})).await;
    assert_eq!(reached().await, None, "November is over before");
    set(&studio, json!({"hours": 20})).await;
    assert_eq!(reached().await, Some(json!("2026-11-21")), "it is used up already");
}

#[tokio::test]
async fn the_pace_is_that_of_the_last_four_weeks() {
    let studio = studio().await;
    set(&studio, json!({"hours": 40})).await;
    log(&studio, "8h", json!({"date": "2026-10-25"})).await;
    log(&studio, "8h", json!({"date": "2026-10-24"})).await;
    let burn = studio.ok("get_project_status", json!({"project": "Dashboard"})).await["burn"].clone();
    assert_eq!(burn["per_week"]["seconds"], 2 * 3600, "28 days up to and with today begin on 25 October");
}
