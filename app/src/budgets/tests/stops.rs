//! Tests of the hard stop: it refuses new time, and never the stop of a timer.

use serde_json::json;

use super::{barbara, budget, log, set, studio};
use crate::{access::WriteMode, error::Code, testing::World};

async fn stopped_at(hours: i64) -> World {
    let studio = studio().await;
    set(&studio, json!({"hours": hours, "period": "month", "hard_stop": true})).await;
    studio
}

#[tokio::test]
async fn what_would_pass_the_cap_is_refused_and_what_fills_it_is_not() {
    let studio = stopped_at(10).await;
    log(&studio, "8h", json!({})).await;
    let refused = studio.refused("create_time_entry", json!({"project": "Dashboard", "duration": "2h1m"})).await;
    assert_eq!(refused.code, Code::BudgetExhausted);
    assert_eq!(refused.message, "The budget of Acme / Dashboard for November 2026 has no room for 2h 1m more (10h, 8h used, 2h left).");
    assert_eq!(refused.details.map(|budget| budget["hours"]["left"]["seconds"].clone()), Some(json!(7200)));
    assert!(refused.hint.is_some_and(|hint| hint.contains("raise the budget")));
    assert_eq!(log(&studio, "2h", json!({})).await["budget"]["state"], "critical");
    assert_eq!(studio.code("create_time_entry", json!({"project": "Dashboard", "duration": "1s"})).await, Code::BudgetExhausted);
    log(&studio, "5h", json!({"date": "2026-10-20"})).await;
}

#[tokio::test]
async fn an_amount_stops_as_hours_do() {
    let studio = studio().await;
    set(&studio, json!({"amount": "240.00", "hard_stop": true})).await;
    let refused = studio.refused("create_time_entry", json!({"project": "Dashboard", "duration": "3h"})).await;
    assert!(
        refused.code == Code::BudgetExhausted && refused.message.contains("(240.00 EUR, 0.00 EUR used, 240.00 EUR left)"),
        "{refused:?}"
    );
    log(&studio, "2h", json!({})).await;
    log(&studio, "8h", json!({"billable": false})).await;
}

#[tokio::test]
async fn time_that_the_budget_does_not_count_is_not_stopped() {
    let studio = stopped_at(1).await;
    log(&studio, "1h", json!({})).await;
    log(&studio, "1h", json!({"billable": false})).await;
    studio.ok("start_timer", json!({"project": "Dashboard", "billable": false})).await;
    assert_eq!(studio.code("update_timer", json!({"billable": true})).await, Code::BudgetExhausted);
    studio.ok("update_timer", json!({"description": "Unpaid"})).await;
}

#[tokio::test]
async fn no_timer_starts_on_what_is_used_up_and_one_that_runs_always_stops() {
    let studio = stopped_at(1).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(7200);
    let stopped = studio.ok("stop_timer", json!({})).await;
    assert_eq!((&stopped["worked"]["text"], &stopped["budget"]["state"]), (&json!("2h"), &json!("over")));
    let refused = studio.refused("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!(refused.code, Code::BudgetExhausted);
    assert_eq!(
        refused.message,
        "The budget of Acme / Dashboard for November 2026 is used up (1h, 2h used, 0m left), so no timer starts on Acme / Dashboard."
    );
    studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    studio.ok("start_timer", json!({"project": "Website"})).await;
    assert_eq!(studio.code("update_timer", json!({"project": "Dashboard"})).await, Code::BudgetExhausted);
    assert_eq!(studio.code("start_timer", json!({"project": "Dashboard", "stop_running": true})).await, Code::BudgetExhausted);
    assert_eq!(studio.ok("get_timer", json!({})).await["timer"]["project"]["name"], "Website", "what was refused has stopped nothing");
}

#[tokio::test]
async fn a_new_month_has_room_again() {
    let studio = stopped_at(1).await;
    log(&studio, "1h", json!({})).await;
    assert_eq!(studio.code("start_timer", json!({"project": "Dashboard"})).await, Code::BudgetExhausted);
    studio.ok("start_timer", json!({"project": "Dashboard", "billable": false})).await;
    studio.set_clock("2026-12-01T00:00:00Z");
    studio.ok("start_timer", json!({"project": "Dashboard", "stop_running": true})).await;
}

#[tokio::test]
async fn a_change_may_shrink_what_is_over_and_may_not_grow_it() {
    let studio = stopped_at(10).await;
    let entry = log(&studio, "9h", json!({})).await;
    set(&studio, json!({"hours": 5})).await;
    let change = |duration: &'static str| json!({"time_entry": entry["id"], "duration": duration});
    assert_eq!(studio.code("update_time_entry", change("10h")).await, Code::BudgetExhausted);
    assert_eq!(studio.ok("update_time_entry", change("8h")).await["budget"]["state"], "over");
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "description": "Charts"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    let other = log(&studio, "1h", json!({"project": "Website"})).await;
    assert_eq!(studio.code("update_time_entry", json!({"time_entry": other["id"], "project": "Dashboard"})).await, Code::BudgetExhausted);
    studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
}

#[tokio::test]
async fn drafts_need_room_when_they_are_written_and_when_they_are_confirmed() {
    let studio = stopped_at(2).await;
    let agent = studio.token(WriteMode::Drafts).await;
    log(&studio, "1h", json!({})).await;
    assert_eq!(agent.code("create_time_entry", json!({"project": "Dashboard", "duration": "61m"})).await, Code::BudgetExhausted);
    log(&agent, "1h", json!({})).await;
    let refused = agent.refused("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await;
    assert_eq!(refused.code, Code::BudgetExhausted, "the other one waits for the same hour");
    let told = "The budget of Acme / Dashboard for November 2026 has no room for 1h more (2h, 1h used, 1h pending, 0m left).";
    assert_eq!(refused.message, told);
    log(&studio, "1h", json!({})).await;
    assert_eq!(studio.code("confirm_time_entries", json!({"all": true})).await, Code::BudgetExhausted);
    assert_eq!(budget(&studio).await["hours"]["pending"]["text"], "1h", "it still waits");
    set(&studio, json!({"hours": 3})).await;
    assert_eq!(studio.ok("confirm_time_entries", json!({"all": true})).await["confirmed"], 1);
}

#[tokio::test]
async fn of_two_who_want_the_last_hour_one_gets_it() {
    let studio = stopped_at(5).await;
    let barbara = barbara(&studio).await;
    log(&studio, "4h", json!({})).await;
    let calls = (0..12).map(|at| {
        let world = if at % 2 == 0 { studio.clone() } else { barbara.clone() };
        tokio::spawn(async move { world.call("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await })
    });
    let mut logged = 0;
    for answer in futures::future::join_all(calls).await {
        match answer.expect("no panic") {
            Ok(_) => logged += 1,
            Err(error) => assert_eq!(error.code, Code::BudgetExhausted, "{error:?}"),
        }
    }
    assert_eq!((logged, budget(&studio).await["hours"]["used"]["text"].clone()), (1, json!("5h")));
}

#[tokio::test]
async fn time_that_moves_both_ways_at_once_waits_and_does_not_lock_up() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Website"})).await;
    set(&studio, json!({"hours": 100})).await;
    studio.ok("set_budget", json!({"project": "Website", "hours": 100})).await;
    let mut calls = Vec::new();
    for at in 0..10 {
        let (from, to) = if at % 2 == 0 { ("Dashboard", "Website") } else { ("Website", "Dashboard") };
        let entry = log(&studio, "1h", json!({"project": from})).await;
        let studio = studio.clone();
        calls.push(tokio::spawn(async move { studio.ok("update_time_entry", json!({"time_entry": entry["id"], "project": to})).await }));
    }
    for answer in futures::future::join_all(calls).await {
        answer.expect("moved");
    }
    assert_eq!(budget(&studio).await["hours"]["used"]["text"], "5h");
}

#[tokio::test]
async fn a_timer_that_would_use_the_budget_up_makes_no_room_for_another_and_runs_on() {
    let studio = stopped_at(40).await;
    for hours in ["20h", "19h"] {
        log(&studio, hours, json!({})).await;
    }
    let first = studio.ok("start_timer", json!({"project": "Dashboard", "description": "first"})).await;
    studio.advance(3 * 3600);
    let next = json!({"project": "Dashboard", "description": "next", "stop_running": true});
    let refused = studio.refused("start_timer", next.clone()).await;
    assert_eq!(refused.code, Code::BudgetExhausted);
    assert_eq!(
        refused.message,
        "The budget of Acme / Dashboard for November 2026 is used up once the running timer is stopped (40h, 42h used, 0m left), so no timer starts on Acme / Dashboard."
    );
    assert_eq!(studio.ok("get_timer", json!({})).await["timer"]["id"], first["id"], "what was refused has stopped nothing");
    assert_eq!(budget(&studio).await["hours"]["used"]["text"], "39h");
    set(&studio, json!({"hours": 50})).await;
    assert_eq!(studio.ok("start_timer", next).await["stopped"]["id"], first["id"]);
}
