//! Tests of thresholds: an alert comes once, when one is crossed, and again after usage had fallen below it.

use serde_json::{Value, json};

use super::{barbara, log, set, studio, told, warnings};
use crate::access::{Role, WriteMode};

/// The percentages in the notifications, the newest first.
async fn crossed(world: &crate::testing::World) -> Vec<String> {
    let percent =
        |text: &String| text.split(" has reached ").nth(1).and_then(|rest| rest.split(" of").next()).unwrap_or_default().to_owned();
    told(world).await.iter().map(percent).collect()
}

#[tokio::test]
async fn each_threshold_is_told_once() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10, "period": "month"})).await;
    assert!(warnings(&log(&studio, "7h", json!({})).await).is_empty());
    let crossing = log(&studio, "30m", json!({})).await;
    assert_eq!(warnings(&crossing), ["Acme / Dashboard has reached 75 % of its budget for November 2026: 7h 30m of 10h."]);
    assert!(warnings(&log(&studio, "1h", json!({})).await).is_empty(), "it was told already");
    let crossing = log(&studio, "1h30m", json!({})).await;
    assert_eq!(warnings(&crossing), ["Acme / Dashboard has reached 100 % of its budget for November 2026: 10h of 10h."]);
    assert!(warnings(&log(&studio, "5h", json!({})).await).is_empty());
    assert_eq!(crossed(&studio).await, ["100 %", "75 %"]);
}

#[tokio::test]
async fn who_jumps_over_both_is_told_of_the_higher() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10})).await;
    assert_eq!(warnings(&log(&studio, "11h", json!({})).await), ["Acme / Dashboard has reached 100 % of its budget: 11h of 10h."]);
    assert_eq!(crossed(&studio).await, ["100 %"]);
}

#[tokio::test]
async fn it_is_told_again_after_usage_fell_below() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10})).await;
    let entry = log(&studio, "8h", json!({})).await;
    let change = |duration: &str| studio.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": duration}));
    assert!(warnings(&change("9h").await).is_empty());
    assert!(warnings(&change("7h").await).is_empty(), "falling is not told of");
    assert_eq!(warnings(&change("8h").await).len(), 1);
    studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!(warnings(&log(&studio, "8h", json!({})).await).len(), 1);
    assert_eq!(crossed(&studio).await, ["75 %", "75 %", "75 %"]);
}

#[tokio::test]
async fn each_period_has_its_own() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10, "period": "month"})).await;
    let entry = log(&studio, "8h", json!({})).await;
    assert!(warnings(&log(&studio, "8h", json!({"date": "2026-10-05"})).await)[0].contains("October 2026"));
    assert!(warnings(&log(&studio, "1h", json!({})).await).is_empty(), "October has not forgotten November");
    let moved = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "date": "2026-10-06"})).await;
    assert!(warnings(&moved)[0].contains("100 % of its budget for October 2026: 16h of 10h"), "{moved:#}");
    assert_eq!(warnings(&log(&studio, "8h", json!({})).await).len(), 1, "November had fallen below");
}

#[tokio::test]
async fn every_way_to_write_time_tells() {
    let studio = studio().await;
    set(&studio, json!({"hours": 2})).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(5400);
    assert_eq!(warnings(&studio.ok("stop_timer", json!({})).await).len(), 1);
    let draft = log(&studio.token(WriteMode::Drafts).await, "30m", json!({})).await;
    assert!(!warnings(&draft).iter().any(|words| words.contains("budget")), "a draft does not count: {draft:#}");
    assert!(warnings(&studio.ok("confirm_time_entries", json!({"all": true})).await)[0].contains("100 %"));
    studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    let entry = log(&studio, "1h", json!({"project": "Website"})).await;
    set(&studio, json!({"hours": 4})).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": "Dashboard"})).await;
    assert!(warnings(&moved)[0].contains("75 % of its budget: 3h of 4h"), "{moved:#}");
}

#[tokio::test]
async fn a_dry_run_warns_and_tells_nobody() {
    let studio = studio().await;
    set(&studio, json!({"hours": 1})).await;
    assert_eq!(warnings(&log(&studio, "1h", json!({"dry_run": true})).await).len(), 1);
    assert_eq!(told(&studio).await.len(), 0);
    assert_eq!(warnings(&log(&studio, "1h", json!({})).await).len(), 1);
}

#[tokio::test]
async fn those_who_lead_are_told_and_others_are_not() {
    let studio = studio().await;
    let (grace, alan, stranger) =
        (studio.as_role(Role::Admin).await, studio.as_role(Role::Viewer).await, studio.as_role(Role::Member).await);
    set(&studio, json!({"hours": 1})).await;
    log(&studio, "1h", json!({})).await;
    for (world, count) in [(&studio, 1), (&grace, 1), (&alan, 0), (&stranger, 0)] {
        assert_eq!(told(world).await.len(), count);
    }
}

#[tokio::test]
async fn of_many_writes_at_once_exactly_one_crosses() {
    let studio = studio().await;
    set(&studio, json!({"hours": 8, "period": "month", "critical_percent": 1000})).await;
    let calls = (0..60).map(|at| {
        let (studio, date) = (studio.clone(), format!("2026-{:02}-05", 6 + at / 10));
        tokio::spawn(async move { log(&studio, "1h", json!({"date": date})).await })
    });
    let answers: Vec<Value> = futures::future::join_all(calls).await.into_iter().map(|answer| answer.expect("logged")).collect();
    let mut told: Vec<_> = answers.iter().flat_map(warnings).map(|warning| warning.split([':', ' ']).nth(11).unwrap_or_default()).collect();
    told.sort_unstable();
    assert_eq!(told, ["August", "July", "June", "November", "October", "September"], "each of six months once");
    assert_eq!(crossed(&studio).await, ["75 %"; 6]);
}

#[tokio::test]
async fn a_timer_that_is_stopped_because_its_member_goes_tells() {
    let words = "Acme / Dashboard has reached 75 % of its budget: 3h of 4h.";
    for (operation, more) in [("remove_member", json!({})), ("change_member_role", json!({"role": "viewer"}))] {
        let studio = studio().await;
        let barbara = barbara(&studio).await;
        set(&studio, json!({"hours": 4})).await;
        barbara.ok("start_timer", json!({"project": "Dashboard"})).await;
        studio.advance(3 * 3600);
        let gone = studio.ok(operation, super::with(json!({"member": barbara.member()}), more)).await;
        assert!(warnings(&gone).contains(&words), "{operation}: {gone:#}");
        assert!(told(&studio).await.iter().any(|told| told == words), "{operation}");
    }
}

/// A write may touch hundreds of periods of one budget: whoever leads is told of each budget once.
#[tokio::test]
async fn one_write_that_crosses_in_many_periods_tells_once_for_each_budget() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    for project in ["Dashboard", "Website"] {
        studio.ok("set_budget", json!({"project": project, "hours": 10, "period": "month"})).await;
    }
    let entry = |project: &str, date: &str, duration: &str| json!({"project": project, "date": date, "duration": duration});
    let entries = [
        entry("Dashboard", "2026-08-05", "8h"),
        entry("Dashboard", "2026-09-05", "10h"),
        entry("Dashboard", "2026-10-05", "8h"),
        entry("Dashboard", "2026-10-06", "30m"),
        entry("Website", "2026-09-05", "8h"),
        entry("Website", "2026-10-05", "8h"),
    ];
    let answer = studio.ok("create_time_entries", json!({"entries": entries})).await;
    assert_eq!(warnings(&answer).iter().filter(|warning| warning.contains("has reached")).count(), 5, "{answer:#}");
    let mut told = told(&studio).await;
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "Acme / Dashboard has reached 100 % of its budget for September 2026: 10h of 10h. 2 other periods have reached a threshold, too.",
            "Acme / Website has reached 75 % of its budget for October 2026: 8h of 10h. Another period has reached a threshold, too.",
        ]
    );
    assert_eq!(answer["budgets"].as_array().map(Vec::len), Some(5), "each period once");
}
