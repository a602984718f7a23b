//! Undo of changes to timers: a member never has two.

use serde_json::{Value, json};

use super::{studio, undo};
use crate::{access::Role, error::Code, testing::World};

/// Starts a timer that replaces the running one.
async fn start(studio: &World, description: &str) -> Value {
    let started = json!({"project": "Dashboard", "description": description, "stop_running": true});
    studio.ok("start_timer", started).await
}

async fn running(studio: &World) -> Value {
    studio.ok("get_timer", json!({})).await["timer"]["description"].clone()
}

#[tokio::test]
async fn a_timer_that_took_the_place_of_another_gives_it_back_and_takes_it_again() {
    let studio = studio().await;
    start(&studio, "first").await;
    studio.advance(600);
    let second = start(&studio, "second").await;
    studio.advance(600);
    let undone = undo(&studio, &second).await;
    assert_eq!(running(&studio).await, "first");
    assert_eq!(studio.code("get_time_entry", json!({"time_entry": second["id"]})).await, Code::NotFound);
    undo(&studio, &undone).await;
    assert_eq!(running(&studio).await, "second");
}

#[tokio::test]
async fn a_stopped_timer_does_not_run_on_beside_another() {
    let studio = studio().await;
    start(&studio, "first").await;
    studio.advance(600);
    let stopped = studio.ok("stop_timer", json!({})).await;
    let second = start(&studio, "second").await;
    let refused = studio.refused("undo_action", json!({"action": stopped["action"]})).await;
    assert_eq!(refused.code, Code::TimerRunning);
    let timer = refused.details.expect("the running entry");
    assert_eq!((&timer["id"], &timer["project"]["name"], &timer["description"]), (&second["id"], &json!("Dashboard"), &json!("second")));
    assert_eq!(running(&studio).await, "second");
}

/// The owner undoes that a colleague stopped their timer, after the colleague was removed or became a viewer (`end`).
async fn colleague_whose_timer_stays(end: &str) {
    let studio = studio().await;
    let edsger = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [edsger.member()]})).await;
    start(&edsger, "planning").await;
    studio.advance(600);
    let stopped = edsger.ok("stop_timer", json!({})).await;
    let (operation, arguments) = match end {
        "removed" => ("remove_member", json!({"member": edsger.member()})),
        _ => ("change_member_role", json!({"member": edsger.member(), "role": "viewer"})),
    };
    studio.ok(operation, arguments).await;
    let refused = studio.refused("undo_action", json!({"action": stopped["action"]})).await;
    assert_eq!(refused.code, Code::Conflict, "{end}: {refused:?}");
    assert!(refused.message.contains("nobody could stop"), "{refused:?}");
    let listed = studio.ok("list_actions", json!({})).await;
    let told = listed["items"].as_array().into_iter().flatten().find(|action| action["id"] == stopped["action"]);
    let told = told.unwrap_or_else(|| panic!("{end}: {listed}"));
    assert_eq!(told["undoable"], false, "{end}: {told}");
    assert!(told["why_not"].as_str().is_some_and(|why| why.contains("nobody could stop")), "{end}: {told}");
    let running = "select count(*) from time_entry where organization_id = $1 and running";
    assert_eq!(studio.number(running).await, 0, "a timer of somebody who is {end} runs");
}

#[tokio::test]
async fn a_timer_of_somebody_who_has_left_does_not_run_again() {
    colleague_whose_timer_stays("removed").await;
}

#[tokio::test]
async fn a_timer_of_somebody_who_is_a_viewer_by_now_does_not_run_again() {
    colleague_whose_timer_stays("viewer").await;
}
