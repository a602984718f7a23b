//! Cancelled calls leave nothing behind: no half-done write, and no state on a connection.

use std::{future::Future, pin::pin, task::Poll};

use futures::poll;
use serde_json::{Value, json};

use super::fixture;
use crate::{operations, testing::World};

/// The settings that a transaction has left on a connection. A timeout and a role of its own show that it has not ended.
const LEFT: &str = "
    select concat_ws(' ', nullif(current_setting('app.organization_id', true), ''), nullif(current_setting('app.user_id', true), ''),
        nullif(current_setting('app.viewer_id', true), ''), nullif(current_setting('app.action_id', true), ''),
        nullif(current_setting('statement_timeout'), '15s'), nullif(current_user::text, 'stint_app'))";

/// Polls a call a number of times and drops it, as a channel does when its client disconnects.
async fn for_turns(turns: u32, call: impl Future) {
    let mut call = pin!(call);
    for _ in 0..turns {
        if matches!(poll!(call.as_mut()), Poll::Ready(_)) {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits until every write has ended.
async fn settled(world: &World) {
    let tasks = &world.caller.services.tasks;
    tasks.close();
    tasks.wait().await;
    tasks.reopen();
}

#[tokio::test]
async fn a_write_that_has_begun_is_done_whether_or_not_somebody_waits_for_it() {
    let studio = World::new("begun").await;
    let create = operations::find("create_client").expect("an operation");
    for turns in 1..20 {
        for_turns(turns, create.call(studio.caller.clone(), json!({"name": format!("Client {turns}")}))).await;
    }
    settled(&studio).await;
    assert_eq!(studio.number("select count(*) from client where organization_id = $1").await, 19);
    assert_eq!(studio.ok("verify_audit", json!({})).await["sound"], true);
}

#[tokio::test]
async fn whoever_goes_away_from_whatever_call_leaves_nothing_to_the_next() {
    let studio = fixture("dropped").await;
    let world = &studio.world;
    let mut calls = Vec::new();
    for operation in operations::all() {
        calls.push((operation, Value::Object(studio.right(operation).await)));
    }
    for (operation, call) in calls {
        for turns in [1, 2, 3, 5, 8, 13, 21, 34, 55] {
            for_turns(turns, operation.call(world.caller.clone(), call.clone())).await;
        }
    }
    settled(world).await;
    // All connections at once, and at rest: a new transaction would set every setting again.
    let mut at_rest = Vec::new();
    for _ in 0..6 {
        at_rest.push(world.caller.services.database.at_rest().await);
    }
    for connection in &mut at_rest {
        let left: String = sqlx::query_scalar(LEFT).fetch_one(&mut **connection).await.expect("the settings");
        assert_eq!(left, "");
    }
}
