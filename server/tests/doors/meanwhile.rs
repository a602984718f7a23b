//! What agents meet when something is done meanwhile: to the list that they read, by another agent, or to their own token.

use std::collections::BTreeSet;

use app::access::{Scope, WriteMode};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::{
    agents::{ask, call, done, refused},
    world::{Person, World},
};

/// A studio with time of six days, and the ids of the entries, the newest first.
async fn studio(world: &World) -> (Person, Vec<Value>) {
    let ada = world.person("Ada").await;
    world.rest(&ada, "create_client", json!({ "name": "Acme", "tax_rate": "19" })).await.ok();
    world.rest(&ada, "create_project", json!({ "client": "Acme", "name": "Dashboard" })).await.ok();
    let mut ids = Vec::new();
    for day in (2..=7).rev() {
        ids.push(logged(world, &ada.token, day).await["id"].clone());
    }
    (ada, ids)
}

async fn logged(world: &World, token: &str, day: u32) -> Value {
    let date = format!("2026-03-{day:02}");
    done(world, token, "create_time_entry", json!({ "project": "Dashboard", "date": date, "duration": "1h" })).await
}

fn ids_of(page: &Value) -> Vec<Value> {
    page["items"].as_array().expect("items").iter().map(|entry| entry["id"].clone()).collect()
}

#[tokio::test]
async fn a_list_goes_on_where_it_was_when_its_last_entry_is_deleted_and_another_one_is_logged() {
    let world = World::open().await;
    let (ada, ids) = studio(&world).await;
    let page = async |cursor: &Value| done(&world, &ada.token, "list_time_entries", json!({ "limit": 2, "cursor": cursor })).await;
    let first = page(&Value::Null).await;
    assert_eq!(ids_of(&first), ids[..2]);
    // The entry where the page ended is no more, one behind it neither, and there is a newer one.
    for gone in [&ids[1], &ids[3]] {
        done(&world, &ada.token, "delete_time_entry", json!({ "time_entry": gone })).await;
    }
    logged(&world, &ada.token, 9).await;
    let second = page(&first["next_cursor"]).await;
    let third = page(&second["next_cursor"]).await;
    assert_eq!([ids_of(&second), ids_of(&third)].concat(), [ids[2].clone(), ids[4].clone(), ids[5].clone()]);
    assert!(third.get("next_cursor").is_none(), "{third}");
}

#[tokio::test]
async fn two_agents_that_take_back_the_last_at_once_take_back_each_its_own() {
    let world = World::open().await;
    let (ada, _) = studio(&world).await;
    let other = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Direct).await;
    let (one, two) = (logged(&world, &ada.token, 10).await, logged(&world, &other, 11).await);
    let last = async |token: &str| done(&world, token, "undo_action", json!({ "action": "last" })).await;
    let (first, second) = tokio::join!(last(&ada.token), last(&other));
    assert_eq!((&first["undone"], &second["undone"]), (&one["action"], &two["action"]));
    let nothing = refused(&world, &other, "undo_action", json!({ "action": "last" })).await;
    assert!(nothing.ends_with("[not_found]"), "{nothing}");
}

/// Both go back, each from where the other left it, or one is told why not; none is taken back twice.
#[tokio::test]
async fn one_agent_that_takes_back_the_last_twice_at_once_takes_back_two_things_or_is_told_why_not() {
    let world = World::open().await;
    let (ada, _) = studio(&world).await;
    let token = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Direct).await;
    let (older, newer) = (logged(&world, &token, 10).await, logged(&world, &token, 11).await);
    let last = async || call(&world, &token, "undo_action", json!({ "action": "last" })).await;
    let (first, second) = tokio::join!(last(), last());
    let both = [first, second];
    let undone: Vec<&str> = both.iter().filter_map(|answer| answer["structuredContent"]["undone"].as_str()).collect();
    assert_eq!(undone.iter().collect::<BTreeSet<_>>().len(), undone.len(), "the same was taken back twice: {both:?}");
    let written: Vec<&str> = [&newer, &older].iter().filter_map(|entry| entry["action"].as_str()).collect();
    assert!(undone.contains(&written[0]) && undone.iter().all(|action| written.contains(action)), "{both:?}");
    for told in both.iter().filter(|answer| answer["isError"] == true) {
        let words = told["content"][0]["text"].as_str().expect("a text");
        assert!(["[stale]", "[conflict]", "[not_found]"].iter().any(|code| words.ends_with(code)), "{words}");
    }
}

#[tokio::test]
async fn a_mode_that_changes_in_the_middle_of_a_run_holds_from_the_next_call_on() {
    let world = World::open().await;
    let (ada, _) = studio(&world).await;
    let token = world.token(&ada.email, &ada.slug, Scope::ALL, WriteMode::Direct).await;
    let before = logged(&world, &token, 10).await;
    assert_eq!(before.get("state"), None, "that it is logged is the usual");
    becomes(&world, &token, "drafts").await;
    let after = logged(&world, &token, 11).await;
    assert_eq!(after["state"], "draft");
    let tools = ask(&world, &token, "tools/list", json!({})).await.ok()["result"]["tools"].to_string();
    assert!(!tools.contains("\"delete_time_entry\""), "what is refused by now is not listed");
    let told = refused(&world, &token, "delete_client", json!({ "client": "Acme" })).await;
    assert!(told.ends_with("[needs_approval]"), "{told}");
    // A call that is repeated is the one that was done, whatever the mode is by now.
    let once = json!({ "project": "Dashboard", "date": "2026-03-12", "duration": "1h", "idempotency_key": "once" });
    let drafted = done(&world, &token, "create_time_entry", once.clone()).await;
    becomes(&world, &token, "direct").await;
    let again = done(&world, &token, "create_time_entry", once).await;
    assert_eq!((&again["id"], &again["state"], &again["repeated"]), (&drafted["id"], &json!("draft"), &json!(true)));
}

/// Changes the mode of a token beneath whoever uses it.
async fn becomes(world: &World, token: &str, writes: &str) {
    let id = token.split('_').nth(2).expect("an id");
    let change = AssertSqlSafe(format!("update access_token set writes = '{writes}' where id = '{id}'"));
    let changed = sqlx::query(change).execute(&world.owner().await).await.expect("changed").rows_affected();
    assert_eq!(changed, 1, "{id}");
}
