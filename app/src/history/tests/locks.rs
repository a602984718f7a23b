//! Undo and every other writer of time take their locks in one order, so that no call is aborted by a deadlock.

use futures::future::join_all;
use serde_json::{Value, json};

use super::{log, studio, undo};
use crate::{
    access::WriteMode,
    error::{Code, Error},
    testing::{World, apart, owner, until_waiting},
};

/// How many deadlocks the database of the test has detected.
async fn deadlocks() -> i64 {
    let owner = owner().await;
    let found = sqlx::query_scalar("select deadlocks from pg_stat_database where datname = current_database()").fetch_one(&owner).await;
    owner.close().await;
    found.expect("a count")
}

fn spawned(world: &World, operation: &'static str, arguments: Value) -> tokio::task::JoinHandle<Result<Value, Error>> {
    let world = world.clone();
    tokio::spawn(async move { world.call(operation, arguments).await })
}

/// Whether a call was aborted, and neither done nor refused for a reason of its own.
fn broken_off(answer: &Result<Value, Error>) -> bool {
    answer.as_ref().is_err_and(|error| matches!(error.code, Code::Unavailable | Code::Internal))
}

#[tokio::test]
async fn an_entry_on_a_budgeted_project_is_undone_and_changed_at_once() {
    apart("undo_locks", async {
        let studio = studio().await;
        studio.ok("set_budget", json!({"project": "Dashboard", "hours": 100})).await;
        let entry = log(&studio, "2026-11-18").await;
        let changed = studio.ok("update_time_entry", json!({"time_entry": entry["id"], "duration": "2h"})).await;
        let owner = owner().await;
        let mut holder = owner.begin().await.expect("a transaction");
        sqlx::query("select from time_entry for update").execute(&mut *holder).await.expect("held");
        let change = spawned(&studio, "update_time_entry", json!({"time_entry": entry["id"], "description": "Else"}));
        until_waiting(&mut holder, 1).await;
        let back = spawned(&studio, "undo_action", json!({"action": changed["action"]}));
        until_waiting(&mut holder, 2).await;
        holder.rollback().await.expect("let go");
        change.await.expect("an answer").expect("changed");
        assert_eq!(back.await.expect("an answer").expect_err("overtaken").code, Code::Stale);
        owner.close().await;
        assert_eq!(deadlocks().await, 0);
    })
    .await;
}

/// The refusal comes at once, with what could be found out.
#[tokio::test]
async fn behind_an_action_that_somebody_else_holds_no_other_is_called_the_newest_that_can_be_undone() {
    apart("held_records", async {
        let studio = studio().await;
        let agent = studio.token(WriteMode::Direct).await;
        log(&agent, "2026-11-17").await;
        let newest = log(&agent, "2026-11-18").await;
        agent.ok("invite_member", json!({"email": "grace@example.com", "role": "member"})).await;
        let owner = owner().await;
        let mut holder = owner.begin().await.expect("a transaction");
        sqlx::query("select from time_entry where day = '2026-11-18' for update").execute(&mut *holder).await.expect("held");
        let told = async || {
            let refused = agent.refused("undo_action", json!({"action": "last"})).await;
            assert_eq!(refused.code, Code::Invalid, "it is refused for what it is: {refused:?}");
            refused.hint.expect("the way by hand")
        };
        let held = told().await;
        assert!(held.contains("revoke_invitation") && !held.contains("newest"), "{held}");
        holder.rollback().await.expect("let go");
        assert!(told().await.contains(newest["action"].as_str().expect("an id")));
        owner.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_storm_of_writers_on_the_same_time_never_ends_in_a_deadlock() {
    apart("storm", async {
        let studio = studio().await;
        let agent = studio.token(WriteMode::Drafts).await;
        studio.ok("set_budget", json!({"project": "Dashboard", "hours": 1000})).await;
        studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
        studio.ok("set_budget", json!({"project": "Site", "hours": 1000})).await;
        for round in 0..6 {
            storm(&studio, &agent, round).await;
        }
        assert_eq!(deadlocks().await, 0);
        assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true);
    })
    .await;
}

/// Undoes, changes, confirms, bills and releases the same entries concurrently.
async fn storm(studio: &World, agent: &World, round: i32) {
    let mut entries = Vec::new();
    let mut actions = Vec::new();
    for _ in 0..3 {
        let draft = agent.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-19", "duration": "10m"})).await;
        let logged = log(studio, "2026-11-18").await;
        let moved = studio.ok("update_time_entry", json!({"time_entry": logged["id"], "project": "Site"})).await;
        entries.extend([draft["id"].clone(), logged["id"].clone()]);
        actions.extend([draft["action"].clone(), moved["action"].clone()]);
    }
    let invoice = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    entries.reverse();
    let mut calls = vec![
        spawned(studio, "confirm_time_entries", json!({"all": true})),
        spawned(studio, "confirm_time_entries", json!({"time_entries": entries})),
        spawned(studio, "delete_invoice_draft", json!({"invoice": invoice["id"]})),
        spawned(studio, "undo_action", json!({"action": invoice["action"]})),
        spawned(studio, "draft_invoice", json!({"client": "Acme"})),
        spawned(studio, "start_timer", json!({"project": "Dashboard", "stop_running": true, "description": format!("{round}")})),
        spawned(studio, "stop_timer", json!({})),
        spawned(studio, "set_budget", json!({"project": "Site", "hours": 1000 + round})),
        spawned(studio, "update_client", json!({"client": "Acme", "address": format!("{round} High Street")})),
        spawned(studio, "update_client", json!({"client": "Acme", "name": "ACME", "rate": format!("{}.00", 60 + round)})),
        spawned(studio, "update_project", json!({"project": "Dashboard", "color": "green", "rate": format!("{}.00", 70 + round)})),
        spawned(studio, "set_rate", json!({"project": "Site", "rate": format!("{}.00", 80 + round), "applies_to": "unbilled_time"})),
        spawned(studio, "set_rate", json!({"client": "Acme", "rate": format!("{}.00", 90 + round), "applies_to": "unbilled_time"})),
        spawned(studio, "set_rate", json!({"rate": format!("{}.00", 50 + round), "applies_to": "unbilled_time"})),
        spawned(studio, "update_organization", json!({"lock_date": "2026-10-31", "phone": format!("{round}")})),
    ];
    for action in actions {
        calls.push(spawned(studio, "undo_action", json!({"action": action})));
    }
    for (place, entry) in entries.iter().enumerate() {
        let project = if place % 2 == 0 { "Site" } else { "Dashboard" };
        calls.push(spawned(studio, "update_time_entry", json!({"time_entry": entry, "project": project, "description": "Else"})));
        calls.push(spawned(studio, "delete_time_entry", json!({"time_entry": entry})));
    }
    for answer in join_all(calls).await {
        let answer = answer.expect("an answer");
        assert!(!broken_off(&answer), "{answer:?}");
    }
}

#[tokio::test]
async fn time_does_not_land_on_a_day_that_is_closed_meanwhile() {
    apart("closing", async {
        let studio = studio().await;
        let owner = owner().await;
        // A call that logs time waits for the transaction that sets the lock date.
        let mut closing = owner.begin().await.expect("a transaction");
        sqlx::query("update organization set lock_date = '2026-11-18'").execute(&mut *closing).await.expect("closed");
        let late = spawned(&studio, "create_time_entry", json!({"project": "Dashboard", "date": "2026-11-18", "duration": "1h"}));
        until_waiting(&mut closing, 1).await;
        closing.commit().await.expect("committed");
        assert_eq!(late.await.expect("an answer").expect_err("the day is closed").code, Code::Locked);
        owner.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_deletion_is_undone_when_a_column_has_come_since() {
    apart("columns", async {
        let studio = studio().await;
        studio.ok("create_client", json!({"name": "Globex", "vat_id": "DE136695976"})).await;
        let deleted = studio.ok("delete_client", json!({"client": "Globex"})).await;
        let entry = log(&studio, "2026-11-18").await;
        let gone = studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
        let changed = studio.ok("update_client", json!({"client": "Acme", "address": "1 High Street"})).await;
        let owner = owner().await;
        for table in ["client", "time_entry"] {
            let later = format!("alter table {table} add column x int not null default 7");
            sqlx::query(sqlx::AssertSqlSafe(later)).execute(&owner).await.expect("a column");
        }
        owner.close().await;
        for action in [&deleted, &gone, &changed] {
            undo(&studio, action).await;
        }
        assert_eq!(studio.ok("get_client", json!({"client": "Globex"})).await["vat_id"], "DE136695976");
        assert_eq!(studio.number("select sum(x)::bigint from client where organization_id = $1").await, 14);
        assert_eq!(studio.number("select sum(x)::bigint from time_entry where organization_id = $1").await, 7);
    })
    .await;
}

#[tokio::test]
async fn a_column_that_has_come_since_was_changed_by_nobody() {
    apart("later_columns", async {
        let studio = studio().await;
        let first = studio.ok("update_client", json!({"client": "Acme", "address": "1 High Street"})).await;
        let owner = owner().await;
        sqlx::query("alter table client add column x int not null default 7").execute(&owner).await.expect("a column");
        owner.close().await;
        let second = studio.ok("update_client", json!({"client": "Acme", "address": "2 High Street"})).await;
        assert_eq!(studio.code("undo_action", json!({"action": first["action"]})).await, Code::Stale);
        for done in [&second, &first] {
            let listed = studio.ok("list_actions", json!({})).await;
            let told = listed["items"].as_array().into_iter().flatten().find(|action| action["id"] == done["action"]).expect("listed");
            assert_eq!(told["undoable"], true, "{told}");
            undo(&studio, done).await;
        }
    })
    .await;
}
