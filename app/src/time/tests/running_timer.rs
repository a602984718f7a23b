//! Tests of stopping, changing and discarding the timer.

use serde_json::json;

use super::{entries, on_project, studio};
use crate::{
    error::Code,
    pages::time::timer_bar::stop_key,
    testing::World,
    time::{CurrentTimer, StopTimer},
};

async fn started(studio: &World, seconds: i64) {
    studio.ok("start_timer", json!({"project": "Dashboard", "description": "Charts"})).await;
    studio.advance(seconds);
}

#[tokio::test]
async fn stopping_keeps_the_time() {
    let studio = studio().await;
    started(&studio, 5400).await;
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!(
        (&stopped["running"], &stopped["worked"]["seconds"], &stopped["amount"]["amount"]),
        (&json!(false), &json!(5400), &json!("180.00"))
    );
    assert_eq!((&stopped["ended_at"], &stopped["day_total"]["seconds"]), (&json!("2026-11-21T11:30:00+00:00"), &json!(5400)));
    assert_eq!(studio.ok("get_timer", json!({})).await, json!({"today": {"seconds": 5400, "text": "1h 30m"}}));
}

#[tokio::test]
async fn with_nothing_running_there_is_nothing_to_stop_change_or_discard() {
    let studio = studio().await;
    for operation in ["stop_timer", "update_timer", "discard_timer"] {
        let refused = studio.refused(operation, json!({})).await;
        assert!(refused.code == Code::NoTimer && refused.hint.is_some(), "{operation}");
    }
    started(&studio, 60).await;
    studio.ok("stop_timer", json!({})).await;
    assert_eq!(studio.code("stop_timer", json!({})).await, Code::NoTimer);
}

#[tokio::test]
async fn less_than_a_second_counts_as_one() {
    let studio = studio().await;
    started(&studio, 0).await;
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!((&stopped["worked"]["seconds"], &stopped["ended_at"]), (&json!(1), &json!("2026-11-21T10:00:01+00:00")));
}

#[tokio::test]
async fn an_end_can_be_given_between_the_start_and_now() {
    let studio = studio().await;
    started(&studio, 3600).await;
    for (instant, words) in [
        ("2026-11-21T09:59:59Z", "before the start"),
        ("2026-11-21T11:01:01Z", "future"),
        ("later", "is not a time; write one of 24 hours"),
        ("Now", "is not a time; leave ended_at out"),
    ] {
        let refused = studio.refused("stop_timer", json!({"ended_at": instant})).await;
        assert!(refused.field("ended_at").is_some_and(|message| message.contains(words)), "{instant}: {refused:?}");
    }
    let stopped = studio.ok("stop_timer", json!({"ended_at": "2026-11-21T11:15:00+01:00"})).await;
    assert_eq!(stopped["worked"]["seconds"], 900);
}

#[tokio::test]
async fn past_the_limit_all_is_kept_and_the_caller_is_asked_to_look() {
    let studio = studio().await;
    started(&studio, 8 * 3600).await;
    assert!(studio.ok("stop_timer", json!({"dry_run": true})).await.get("warnings").is_none());
    studio.advance(1);
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!(stopped["worked"]["seconds"], 8 * 3600 + 1);
    assert!(
        stopped["warnings"][0].as_str().is_some_and(|warning| warning.contains("limit of 8h") && warning.contains("trim")),
        "{stopped:#}"
    );
}

#[tokio::test]
async fn past_a_day_the_rest_is_left_out_and_said() {
    let studio = studio().await;
    started(&studio, 30 * 3600).await;
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!((&stopped["worked"]["seconds"], &stopped["ended_at"]), (&json!(86_400), &json!("2026-11-22T10:00:00+00:00")));
    assert!(stopped["warnings"][0].as_str().is_some_and(|warning| warning.contains("6h were left out")), "{stopped:#}");
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(40 * 3600);
    let switched = studio.ok("start_timer", json!({"project": "Dashboard", "description": "next", "stop_running": true})).await;
    assert_eq!(switched["stopped"]["worked"]["seconds"], 86_400);
    assert!(switched["warnings"][0].as_str().is_some_and(|warning| warning.contains("16h were left out")));
}

#[tokio::test]
async fn nothing_keeps_a_timer_from_being_stopped() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    started(&barbara, 600).await;
    studio.ok("archive_project", json!({"project": "Dashboard"})).await;
    studio.ok("archive_client", json!({"client": "Acme"})).await;
    studio.ok("update_organization", json!({"lock_date": "2026-11-30"})).await;
    studio.sql(&format!("delete from project_member where organization_id = $1 and member_id = '{}'", barbara.member())).await;
    let stopped = barbara.ok("stop_timer", json!({})).await;
    assert_eq!((&stopped["worked"]["seconds"], &stopped["locked"]), (&json!(600), &json!(true)));
}

#[tokio::test]
async fn a_timer_can_be_changed_while_it_runs() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dear", "rate": "200.00"})).await;
    started(&studio, 3600).await;
    let changed = studio.ok("update_timer", json!({"description": "Tables", "project": "Dear"})).await;
    assert_eq!(
        (&changed["description"], &changed["project"]["name"], &changed["rate"]["amount"]),
        (&json!("Tables"), &json!("Dear"), &json!("200.00"))
    );
    assert_eq!((&changed["running"], &changed["worked"]["seconds"], &changed["version"]), (&json!(true), &json!(3600), &json!(2)));
    let earlier = studio.ok("update_timer", json!({"started_at": "2026-11-20T23:00:00Z", "billable": false})).await;
    assert_eq!((&earlier["day"], &earlier["billable"], earlier.get("rate")), (&json!("2026-11-20"), &json!(false), None));
    assert_eq!(studio.ok("update_timer", json!({"description": ""})).await["description"], "");
    studio
        .ok("create_time_entry", json!({"project": "Dear", "started_at": "2026-11-20T20:00:00Z", "ended_at": "2026-11-20T22:00:00Z"}))
        .await;
    for (given, field) in [
        (json!({"started_at": "2026-11-20T21:00:00Z"}), "started_at"),
        (json!({"started_at": "2026-11-21T12:00:00Z"}), "started_at"),
        (json!({"description": "x".repeat(2001)}), "description"),
    ] {
        assert!(studio.refused("update_timer", given.clone()).await.field(field).is_some(), "{given}");
    }
    studio.ok("archive_project", json!({"project": "Dashboard"})).await;
    assert!(studio.refused("update_timer", json!({"project": "Dashboard"})).await.field("project").is_some());
    assert_eq!(studio.code("update_timer", json!({"project": "Nothing"})).await, Code::NotFound);
}

#[tokio::test]
async fn a_discarded_timer_leaves_nothing() {
    let studio = studio().await;
    started(&studio, 90).await;
    assert_eq!(studio.ok("discard_timer", json!({})).await["worked"]["seconds"], 90);
    assert_eq!(entries(&studio).await, 0);
}

#[tokio::test]
async fn everybody_has_a_timer_of_their_own() {
    let studio = studio().await;
    let barbara = on_project(&studio, "Dashboard").await;
    started(&studio, 60).await;
    assert!(barbara.ok("get_timer", json!({})).await.get("timer").is_none());
    assert_eq!(barbara.code("stop_timer", json!({})).await, Code::NoTimer);
    barbara.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.ok("stop_timer", json!({})).await;
    assert_eq!(barbara.ok("get_timer", json!({})).await["timer"]["running"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_stops_at_once_one_stops() {
    let studio = studio().await;
    started(&studio, 60).await;
    let stops = (0..40).map(|_| {
        let studio = studio.clone();
        tokio::spawn(async move { studio.call("stop_timer", json!({})).await })
    });
    let answers = futures::future::join_all(stops).await;
    let stopped = answers.iter().flatten().filter(|answer| answer.is_ok()).count();
    let none = answers.iter().flatten().filter(|answer| answer.as_ref().is_err_and(|error| error.code == Code::NoTimer)).count();
    assert_eq!((stopped, none), (1, 39));
}

#[tokio::test]
async fn a_timer_that_runs_again_after_an_undo_is_stopped_again_by_the_same_button() {
    let studio = studio().await;
    started(&studio, 60).await;
    // The request of the button on the page.
    let button = async || {
        let current: CurrentTimer = serde_json::from_value(studio.ok("get_timer", json!({})).await).expect("the timer");
        json!({"idempotency_key": stop_key(&current.timer.expect("it runs"))})
    };
    let first = button().await;
    let stopped = studio.ok("stop_timer", first.clone()).await;
    assert_eq!(studio.ok("stop_timer", first).await["id"], stopped["id"], "a second click is harmless");
    studio.ok("undo_action", json!({"action": stopped["action"]})).await;
    studio.advance(60);
    let again = studio.ok("stop_timer", button().await).await;
    assert_eq!((&again["id"], &again["worked"]["seconds"]), (&stopped["id"], &json!(120)));
    assert!(studio.ok("get_timer", json!({})).await.get("timer").is_none());
}

#[tokio::test]
async fn what_is_said_while_stopping_is_kept() {
    let studio = studio().await;
    started(&studio, 60).await;
    let stopped = studio.ok("stop_timer", json!({"description": "Charts, and a call"})).await;
    assert_eq!(stopped["description"], "Charts, and a call");
    started(&studio, 60).await;
    let before = studio.ok("get_timer", json!({})).await["timer"]["description"].clone();
    assert_eq!(studio.ok("stop_timer", json!({})).await["description"], before, "who says nothing leaves it");
    started(&studio, 60).await;
    assert_eq!(studio.form::<StopTimer>(json!({"description": ""})).await.expect("stopped")["description"], "", "emptied is empty");
}

#[tokio::test]
async fn a_timer_that_was_started_without_a_rate_gets_the_one_that_holds_when_it_stops() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    for (rate, amount) in [(None, None), (Some("80.00"), Some(json!("80.00")))] {
        studio.ok("start_timer", json!({"project": "Dashboard"})).await;
        studio.advance(3_600);
        if let Some(rate) = rate {
            studio.ok("set_rate", json!({"project": "Dashboard", "rate": rate})).await;
        }
        let stopped = studio.ok("stop_timer", json!({})).await;
        assert_eq!(stopped.get("amount").map(|amount| amount["amount"].clone()), amount);
        assert_eq!(stopped["warnings"].to_string().contains("has no rate"), rate.is_none(), "{stopped:#}");
    }
}
