//! Chains of undos: the hints lead back to an earlier state step by step.

use serde_json::{Value, json};

use super::{entry, instead::alike, log, studio, undo};
use crate::{access::WriteMode, error::Code, testing::World};

async fn describe(world: &World, logged: &Value, description: &str) -> Value {
    world.ok("update_time_entry", json!({"time_entry": logged["id"], "description": description})).await
}

fn first(done: &Value) -> String {
    format!("Undo {} first", done["action"].as_str().expect("an id"))
}

#[tokio::test]
async fn two_undos_are_taken_back_the_last_one_first() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    describe(&studio, &logged, "two").await;
    let three = describe(&studio, &logged, "three").await;
    let newer = studio.ok("undo_action", json!({"action": "last"})).await;
    let older = studio.ok("undo_action", json!({"action": "last"})).await;
    alike(&studio, &three, Code::Stale, newer["action"].as_str().expect("an id")).await;
    alike(&studio, &three, Code::Stale, &first(&older)).await;
    alike(&studio, &newer, Code::Stale, "changed since by Ada (undo_action)").await;
    alike(&studio, &newer, Code::Stale, &first(&older)).await;
    undo(&studio, &older).await;
    undo(&studio, &newer).await;
    assert_eq!(entry(&studio, &logged["id"]).await["description"], "three");
}

/// An undo and the action that it undid cancel out.
#[tokio::test]
async fn nobody_is_sent_to_an_undo_that_would_do_a_later_change_again() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let two = describe(&studio, &logged, "two").await;
    let three = describe(&studio, &logged, "three").await;
    let undone = undo(&studio, &three).await;
    alike(&studio, &logged, Code::Stale, &first(&two)).await;
    undo(&studio, &undone).await;
    alike(&studio, &logged, Code::Stale, &first(&three)).await;
}

#[tokio::test]
async fn of_several_records_that_were_changed_since_the_list_and_the_refusal_name_the_same() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let running = agent.ok("start_timer", json!({"project": "Dashboard", "description": "first"})).await;
    studio.advance(600);
    let replaced = agent.ok("start_timer", json!({"project": "Dashboard", "description": "second", "stop_running": true})).await;
    studio.advance(600);
    agent.ok("stop_timer", json!({})).await;
    describe(&studio, &running, "planning").await;
    for world in [&agent, &studio] {
        alike(world, &replaced, Code::Stale, "The time entry was changed since by Ada").await;
    }
}
