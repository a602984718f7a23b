//! What is written down of a call, and that nothing keeps the others from being written down.

use std::time::Duration;

use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::log;
use crate::{
    access::Role,
    audit::{Record, Recorder, outcome},
    context::Caller,
    database::Database,
    error::{Code, Error},
    id::ActionId,
    operation::{self, Done},
    operations,
    testing::World,
};

/// A call that was done, as it is on its way to be written down.
fn record(world: &World, operation: &'static str) -> Record {
    Record::of(&world.caller, ActionId::new(), world.now(), operation, json!({}), outcome::DONE).expect("a member")
}

async fn count(world: &World, operation: &str) -> usize {
    log(world, json!({"operation": operation})).await.len()
}

#[tokio::test]
async fn a_call_with_a_character_that_the_database_cannot_keep_is_written_down_all_the_same() {
    let studio = World::new("audit").await;
    let nul = World { caller: Caller { program: "cu\0rl".to_owned(), ..studio.caller.clone() }, ..studio.clone() };
    _ = nul.call("list_clients", json!({"query": "Ac\0me"})).await;
    _ = nul.call("list_clients", json!({"que\0ry": ["Acme"]})).await;
    let written = log(&studio, json!({"operation": "list_clients"})).await;
    let arguments: Vec<&Value> = written.iter().map(|entry| &entry["arguments"]).collect();
    assert_eq!(arguments, [&json!({"que\u{fffd}ry": ["Acme"]}), &json!({"query": "Ac\u{fffd}me"})]);
    assert!(written.iter().all(|entry| entry["program"] == "cu\u{fffd}rl"), "{written:#?}");
}

#[tokio::test]
async fn a_call_that_cannot_be_written_down_takes_no_other_with_it() {
    let studio = World::new("audit").await;
    let broken = Record { arguments: json!({"query": "\0"}), ..record(&studio, "get_client") };
    for record in [record(&studio, "list_clients"), broken, record(&studio, "list_projects")] {
        studio.caller.services.recorder.take(&studio.caller, Some(record)).await;
    }
    let written = [count(&studio, "list_clients").await, count(&studio, "get_client").await, count(&studio, "list_projects").await];
    assert_eq!(written, [1, 0, 1]);
}

#[tokio::test]
async fn a_database_that_is_away_holds_nobody_up_who_has_to_go() {
    let studio = World::new("audit").await;
    let nowhere = PgConnectOptions::new().host("127.0.0.1").port(1);
    let recorder =
        Recorder::start(Database::new(PgPoolOptions::new().acquire_timeout(Duration::from_millis(50)).connect_lazy_with(nowhere)));
    recorder.take(&studio.caller, Some(record(&studio, "list_clients"))).await;
    assert!(!recorder.flush_within(Duration::from_millis(200)).await);
    assert!(studio.caller.services.recorder.flush_within(Duration::from_secs(30)).await);
}

#[tokio::test]
async fn arguments_that_only_the_schema_lets_through_leave_a_row() {
    let studio = World::new("audit").await;
    let call = json!({"time_entry": "0198c0de-0000-7000-8000-000000000000", "version": 3_000_000_000_i64});
    assert_eq!(studio.code("update_time_entry", call).await, Code::Invalid);
    let written = log(&studio, json!({"operation": "update_time_entry", "outcome": "invalid"})).await;
    assert_eq!((written.len(), &written[0]["arguments"]["version"]), (1, &json!(3_000_000_000_i64)));
}

async fn broken() -> Result<Value, Error> {
    panic!("on purpose")
}

#[tokio::test]
async fn a_panic_is_answered_and_leaves_a_row_whatever_door_it_came_through() {
    let studio = World::new("audit").await;
    let declared = |name| operations::named(name).expect("an operation").declaration;
    let (looks, writes) = (declared("list_clients"), declared("create_client"));
    let read: Result<Value, Error> = operation::read(looks, studio.caller.clone(), json!({}), |_| Box::pin(broken())).await;
    let write: Result<Done<Value>, Error> = operation::write(writes, studio.caller.clone(), json!({}), |_| Box::pin(broken())).await;
    assert_eq!((read, write), (Err(Error::internal()), Err(Error::internal())));
    assert_eq!(log(&studio, json!({"outcome": "internal"})).await.len(), 2);
}

#[tokio::test]
async fn the_secret_of_an_invitation_is_not_written_down_and_its_id_is() {
    let studio = World::new("audit").await;
    let elsewhere = World::new("elsewhere").await;
    let sent = elsewhere.ok("invite_member", json!({"email": studio.person().email, "role": Role::Member})).await;
    let secret = sent["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link").to_owned();
    studio.ok("answer_invitation", json!({"invitation": secret, "accept": false})).await;
    studio.refused("answer_invitation", json!({"invitation": sent["id"], "accept": true})).await;
    let written = log(&studio, json!({"operation": "answer_invitation"})).await;
    let arguments: Vec<&Value> = written.iter().map(|entry| &entry["arguments"]["invitation"]).collect();
    assert_eq!(arguments, [&sent["id"], &json!("…")]);
}
