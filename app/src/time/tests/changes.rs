//! Tests of changes to entries.

use serde_json::{Value, json};

use super::{log, on_project, studio, studio_in};
use crate::{access::WriteMode, error::Code, time::UpdateTimeEntry};

async fn timed(studio: &crate::testing::World) -> Value {
    studio
        .ok("create_time_entry", json!({"project": "Dashboard", "started_at": "2026-11-20T09:00:00Z", "ended_at": "2026-11-20T10:00:00Z"}))
        .await
}

#[tokio::test]
async fn what_is_not_given_stays() {
    let studio = studio().await;
    let entry = log(&studio, json!({"description": "Charts", "rate": "99.00"})).await;
    let changed = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "2h"})).await;
    assert_eq!(
        (&changed["description"], &changed["rate"]["amount"], &changed["amount"]["amount"]),
        (&json!("Charts"), &json!("99.00"), &json!("198.00"))
    );
    assert_eq!((&changed["version"], &changed["day"]), (&json!(2), &json!("2026-11-20")));
    let cleared = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "description": ""})).await;
    assert_eq!(cleared["description"], "");
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_no_version() {
    let studio = studio().await;
    let entry = log(&studio, json!({"description": "Charts"})).await;
    let same = studio
        .ok("update_time_entry", json!({"time_entry": entry["id"], "description": "Charts", "duration": "90m", "billable": true}))
        .await;
    assert_eq!((&same["version"], same.get("warnings")), (&json!(1), None), "at a page, what is saved as it is was meant so");
}

/// A program may have meant another change, and would otherwise report this one as done.
#[tokio::test]
async fn a_program_is_told_that_its_change_was_none() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let entry = log(&studio, json!({"description": "Charts"})).await;
    let told = |answer: &Value| answer["warnings"].to_string().contains("Nothing was changed.");
    for nothing in [json!({"rate": null}), json!({"description": "Charts"})] {
        let same = agent.ok("update_time_entry", super::with(json!({"time_entry": entry["id"]}), nothing)).await;
        assert!(told(&same) && same["version"] == 1, "{same:#}");
    }
    let changed = agent.ok("update_time_entry", json!({"time_entry": entry["id"], "description": "Else"})).await;
    assert!(!told(&changed), "{changed:#}");
    agent.ok("start_timer", json!({"project": "Dashboard", "description": "Charts"})).await;
    assert!(told(&agent.ok("update_timer", json!({"description": "Charts"})).await));
    assert!(!told(&agent.ok("update_timer", json!({"description": "Else"})).await));
}

#[tokio::test]
async fn a_duration_moves_the_end_and_a_date_keeps_the_clock() {
    let studio = studio().await;
    let entry = timed(&studio).await;
    let change = |more: Value| {
        let studio = studio.clone();
        let call = super::with(json!({"time_entry": entry["id"]}), more);
        async move { studio.ok("update_time_entry", call).await }
    };
    let longer = change(json!({"duration": "1h30m"})).await;
    assert_eq!((&longer["started_at"], &longer["ended_at"]), (&json!("2026-11-20T09:00:00+00:00"), &json!("2026-11-20T10:30:00+00:00")));
    let moved = change(json!({"date": "2026-11-18"})).await;
    assert_eq!(
        (&moved["day"], &moved["started_at"], &moved["worked"]["seconds"]),
        (&json!("2026-11-18"), &json!("2026-11-18T09:00:00+00:00"), &json!(5400))
    );
    let earlier = change(json!({"started_at": "2026-11-18T08:00:00Z"})).await;
    assert_eq!((&earlier["ended_at"], &earlier["worked"]["seconds"]), (&json!("2026-11-18T10:30:00+00:00"), &json!(9000)));
    let shorter = change(json!({"ended_at": "2026-11-18T08:00:01Z"})).await;
    assert_eq!(shorter["worked"]["seconds"], 1);
    let refused = studio.refused("update_time_entry", json!({"time_entry": entry["id"], "ended_at": "2026-11-18T08:00:00Z"})).await;
    assert!(refused.field("ended_at").is_some());
}

#[tokio::test]
async fn a_plain_duration_can_be_put_on_the_clock() {
    let studio = studio().await;
    let entry = log(&studio, json!({})).await;
    let placed = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "started_at": "2026-11-19T14:00:00Z"})).await;
    assert_eq!(
        (&placed["day"], &placed["ended_at"], &placed["worked"]["seconds"]),
        (&json!("2026-11-19"), &json!("2026-11-19T15:30:00+00:00"), &json!(5400))
    );
    let other = log(&studio, json!({})).await;
    let placed = studio.ok("update_time_entry", json!({"time_entry": other["id"], "ended_at": "2026-11-19T12:00:00Z"})).await;
    assert_eq!(placed["started_at"], "2026-11-19T10:30:00+00:00");
}

#[tokio::test]
async fn bad_changes_are_refused_and_change_nothing() {
    let studio = studio().await;
    let entry = timed(&studio).await;
    for (more, field) in [
        (json!({"duration": "25h"}), "duration"),
        (json!({"duration": "0"}), "duration"),
        (json!({"duration": "-5m"}), "duration"),
        (json!({"ended_at": "2026-11-20T08:00:00Z"}), "ended_at"),
        (json!({"started_at": "2026-11-19T09:59:59Z"}), "ended_at"),
        (json!({"date": "2026-11-18", "started_at": "2026-11-19T09:00:00Z"}), "date"),
        (json!({"description": "x".repeat(2001)}), "description"),
        (json!({"rate": "-0.05"}), "rate"),
        (json!({"billable": false, "rate": "0.05"}), "rate"),
    ] {
        let refused = studio.refused("update_time_entry", super::with(json!({"time_entry": entry["id"]}), more.clone())).await;
        assert!(refused.code == Code::Invalid && refused.field(field).is_some(), "{more} {refused:?}");
    }
    let kept = studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!((&kept["version"], &kept["worked"]["seconds"]), (&json!(1), &json!(3600)));
}

#[tokio::test]
async fn who_changes_an_old_version_is_told() {
    let studio = studio().await;
    let entry = log(&studio, json!({})).await;
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "version": 1, "duration": "2h"})).await;
    let stale = studio.refused("update_time_entry", json!({"time_entry": entry["id"], "version": 1, "duration": "3h"})).await;
    assert_eq!(stale.code, Code::Stale);
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "version": 2, "duration": "3h"})).await;
}

#[tokio::test]
async fn two_changes_of_one_version_at_once_are_one_change() {
    let studio = studio().await;
    let entry = log(&studio, json!({})).await;
    let calls = (0..8).map(|minutes| {
        let (studio, call) = (studio.clone(), json!({"time_entry": entry["id"], "version": 1, "duration": format!("{}m", 10 + minutes)}));
        tokio::spawn(async move { studio.call("update_time_entry", call).await })
    });
    let answers = futures::future::join_all(calls).await;
    let won = answers.iter().filter(|answer| answer.as_ref().is_ok_and(Result::is_ok)).count();
    let stale = answers.iter().flatten().filter(|answer| answer.as_ref().is_err_and(|error| error.code == Code::Stale)).count();
    assert_eq!((won, stale), (1, 7));
}

#[tokio::test]
async fn moving_to_another_project_takes_its_rate_unless_the_entry_has_its_own() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dear", "rate": "200.00"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Office", "billing": "overhead"})).await;
    let entry = log(&studio, json!({})).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": "Dear"})).await;
    assert_eq!((&moved["project"]["name"], &moved["rate"]["amount"]), (&json!("Dear"), &json!("200.00")));
    let own = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": "Dashboard", "rate": "50.00"})).await;
    assert_eq!(own["rate"]["amount"], "50.00");
    let own = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": "Dear"})).await;
    assert_eq!(own["rate"]["amount"], "50.00");
    studio.ok("create_client", json!({"name": "Tokyo", "currency": "JPY", "tax_rate": "10", "rate": "15000"})).await;
    studio.ok("create_project", json!({"client": "Tokyo", "name": "Robots"})).await;
    let foreign = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": "Robots", "dry_run": true})).await;
    assert_eq!(foreign["rate"]["amount"], "15000", "50 euros are not 5,000 yen");
    let plain = studio.form::<UpdateTimeEntry>(json!({"time_entry": entry["id"], "rate": ""})).await.expect("changed");
    assert_eq!(plain["rate"]["amount"], "200.00");
    let overhead = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": "Office"})).await;
    assert_eq!((&overhead["billable"], overhead.get("rate"), overhead.get("amount")), (&json!(false), None, None));
    assert!(studio.refused("update_time_entry", json!({"time_entry": entry["id"], "billable": true})).await.field("billable").is_some());
    studio.ok("archive_project", json!({"project": "Dear"})).await;
    assert!(studio.refused("update_time_entry", json!({"time_entry": entry["id"], "project": "Dear"})).await.field("project").is_some());
}

#[tokio::test]
async fn one_may_still_change_time_on_a_project_one_has_left() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    let entry = log(&barbara, json!({})).await;
    studio.sql(&format!("delete from project_member where organization_id = $1 and member_id = '{}'", barbara.member())).await;
    let changed = barbara.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "1h", "billable": false})).await;
    assert_eq!(changed["worked"]["seconds"], 3600);
    assert_eq!(barbara.code("create_time_entry", json!({"project": entry["project"]["id"], "duration": "1h"})).await, Code::NotFound);
}

#[tokio::test]
async fn every_change_keeps_what_was_before() {
    let studio = studio_in("Europe/Berlin").await;
    let entry = log(&studio, json!({"description": "before"})).await;
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "description": "after"})).await;
    studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    let kept = "select count(*) from change c join action a using (organization_id) where organization_id = $1 and a.id = c.action_id and kind = 'time_entry'";
    assert_eq!(studio.number(&format!("{kept} and before is null and after->>'description' = 'before'")).await, 1);
    assert_eq!(studio.number(&format!("{kept} and before->>'description' = 'before' and after->>'description' = 'after'")).await, 1);
    assert_eq!(studio.number(&format!("{kept} and before->>'description' = 'after' and after is null")).await, 1);
}

#[tokio::test]
async fn an_end_and_a_duration_say_when_it_began() {
    let studio = studio_in("Europe/Berlin").await;
    for (given, expected, day) in [
        (
            json!({"ended_at": "2026-11-18T12:00:00", "duration": "2h"}),
            ["2026-11-18T10:00:00+01:00", "2026-11-18T12:00:00+01:00"],
            "2026-11-18",
        ),
        (
            json!({"date": "2026-11-17", "ended_at": "17:30", "duration": "1h30m"}),
            ["2026-11-17T16:00:00+01:00", "2026-11-17T17:30:00+01:00"],
            "2026-11-17",
        ),
        (
            json!({"date": "2026-11-16", "ended_at": "01:00", "duration": "2h"}),
            ["2026-11-16T23:00:00+01:00", "2026-11-17T01:00:00+01:00"],
            "2026-11-16",
        ),
    ] {
        let entry = studio.ok("create_time_entry", super::with(json!({"project": "Dashboard"}), given.clone())).await;
        let span = ["started_at", "ended_at"].map(|end| entry[end].as_str().unwrap_or_default());
        assert_eq!((span, &entry["day"]), (expected, &json!(day)), "{given}");
    }
    let elsewhere = json!({"project": "Dashboard", "date": "2026-11-15", "ended_at": "2026-11-18T12:00:00", "duration": "2h"});
    assert!(studio.refused("create_time_entry", elsewhere).await.field("date").is_some(), "it did not begin on that day");
}

#[tokio::test]
async fn an_end_and_a_duration_place_an_entry_that_had_no_times_on_its_day() {
    let studio = studio_in("Europe/Berlin").await;
    for (before, ended_at, duration, started_at) in [
        ("4h", "02:00", "1h", "2026-11-18T01:00:00+01:00"),
        ("1h", "01:30", "2h", "2026-11-18T23:30:00+01:00"),
        ("1h", "17:00", "2h", "2026-11-18T15:00:00+01:00"),
    ] {
        let entry = studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-18", "duration": before})).await;
        let given = json!({"time_entry": entry["id"], "date": "2026-11-18", "ended_at": ended_at, "duration": duration});
        let changed = studio.ok("update_time_entry", given).await;
        assert_eq!((&changed["started_at"], &changed["day"]), (&json!(started_at), &json!("2026-11-18")), "{before} {ended_at} {duration}");
        studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    }
    // An hour of that day does not exist, so nine and a half hours before ten is the day before.
    let moved = json!({"project": "Dashboard", "date": "2026-03-29", "ended_at": "10:00", "duration": "9h30m"});
    assert!(studio.refused("create_time_entry", moved).await.field("date").is_some());
}
