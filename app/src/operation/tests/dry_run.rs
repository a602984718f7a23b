//! A dry run changes nothing, and a repeated call is done once: for every write in the registry.

use serde_json::{Value, json};

use super::{fixture, tenants::fingerprint};
use crate::{
    access::{Permission, WriteMode},
    error::Code,
    operation::{Effect, Operation},
    operations,
    testing::World,
};

fn writes() -> impl Iterator<Item = &'static Operation> {
    operations::all().iter().filter(|operation| operation.declaration.effect != Effect::Read)
}

#[tokio::test]
async fn a_dry_run_leaves_the_database_as_it_was() {
    let studio = fixture("dry").await;
    for operation in writes() {
        let name = operation.declaration.name;
        let mut call = studio.right(operation).await;
        let before = fingerprint(&studio.world).await;
        call.insert("dry_run".to_owned(), json!(true));
        let answer = studio.world.ok(name, Value::Object(call)).await;
        assert_eq!(answer["dry_run"], true, "{name}");
        assert_eq!(answer.get("action"), None, "{name}");
        assert_eq!(fingerprint(&studio.world).await, before, "{name} has kept something");
    }
}

#[tokio::test]
async fn a_write_repeated_with_its_key_happens_once_and_answers_the_same() {
    for operation in writes() {
        let (name, secret) = (operation.declaration.name, operation.declaration.secret);
        let studio = fixture("again").await;
        let mut call = studio.right(operation).await;
        call.insert("idempotency_key".to_owned(), json!("once"));
        let first = studio.world.ok(name, Value::Object(call.clone())).await;
        let after = fingerprint(&studio.world).await;
        let second = studio.world.call(name, Value::Object(call.clone())).await;
        if name == "leave_organization" {
            assert_eq!(second.map_err(|error| error.code), Err(Code::Forbidden), "whoever has left is told nothing here any more");
            continue;
        }
        if secret {
            assert_eq!(second.map_err(|error| error.code), Err(Code::Conflict), "{name} shows its secret again");
        } else {
            let second = second.expect("the same answer");
            assert_eq!((first.get("repeated"), &second["repeated"]), (None, &json!(true)), "{name} does not say that it was done before");
            assert_eq!(first, crate::testing::without_repeated_flag(second), "{name} answers something else the second time");
        }
        assert_eq!(fingerprint(&studio.world).await, after, "{name} has happened twice");
        let other = if operation.declaration.needs == Permission::SignedIn { "update_profile" } else { "create_client" };
        let other = studio.world.code(other, json!({"name": "Other", "idempotency_key": "once"})).await;
        assert_eq!(other, Code::IdempotencyMismatch, "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_is_given_again_says_that_what_it_tells_was_taken_back() {
    let studio = World::new("back").await;
    let call = json!({"name": "Acme", "idempotency_key": "once"});
    let first = studio.ok("create_client", call.clone()).await;
    studio.ok("undo_action", json!({"action": first["action"]})).await;
    let again = studio.ok("create_client", call).await;
    assert_eq!((&again["repeated"], &again["id"]), (&json!(true), &first["id"]));
    assert!(again["warnings"][0].as_str().is_some_and(|told| told.contains("taken back since")), "{again}");
}

#[tokio::test]
async fn a_dry_run_says_how_many_changes_there_are_beyond_those_that_it_shows() {
    let studio = World::new("many").await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let log = json!({"project": "Dashboard", "date": "2026-11-20", "duration": "5m"});
    studio.token(WriteMode::Drafts).await.ok("create_time_entry", log).await;
    studio
        .sql(
            "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, seconds, rate, state, source,
                 created_by, created_through, created_at, updated_at)
             select organization_id, gen_random_uuid(), member_id, project_id, description, billable, day, seconds, rate, state, source,
                 created_by, created_through, created_at, updated_at
             from time_entry, generate_series(1, 500) where organization_id = $1",
        )
        .await;
    let answer = studio.ok("confirm_time_entries", json!({"all": true, "dry_run": true})).await;
    assert_eq!(answer["changes"].as_array().map(Vec::len), Some(500));
    assert_eq!(answer["warnings"][0], "This changes 501 records, of which not all are shown.");
}
