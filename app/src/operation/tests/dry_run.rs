//! A dry run changes nothing, and a repeated call is done once: for every write in the registry.

use serde_json::{Value, json};

use super::{as_given_first, fixture, tenants::fingerprint};
use crate::{
    access::{Permission, WriteMode},
    context::Channel,
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
            assert_eq!(first, as_given_first(second), "{name} answers something else the second time");
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

/// A write of a studio with its client Acme, its project and a sent invoice, and what changes or deletes its records later.
type WriteAndLater = (&'static str, Value, &'static [(&'static str, &'static str)]);

/// Calls an operation on what another has answered: `{argument: answer["id"]}`, or its payment.
async fn later(studio: &World, first: &Value, operation: &str, argument: &str) -> Value {
    let id = if argument == "payment" { &first["payments"][0]["id"] } else { &first["id"] };
    let mut call = json!({ argument: id });
    match operation {
        "remove_payment" => call["reason"] = json!("A slip"),
        "update_time_entry" => call["description"] = json!("Charts"),
        "update_client" => call["name"] = json!("Initech"),
        "stop_timer" => call = json!({}),
        _ => {}
    }
    studio.ok(operation, call).await
}

#[tokio::test]
async fn an_answer_that_is_given_again_says_which_later_action_has_changed_what_it_tells() {
    let studio = World::new("later").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    let lines = json!([{"description": "Deposit", "price": "100.00"}]);
    let sent = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    studio.ok("send_invoice", json!({"invoice": sent["id"], "without_email": true})).await;
    let entry = json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"});
    let payment = json!({"invoice": sent["id"], "amount": "7.00", "date": "2026-11-21"});
    let writes: [WriteAndLater; 6] = [
        ("record_payment", payment, &[("remove_payment", "payment")]),
        ("draft_invoice", json!({"client": "Acme", "lines": lines}), &[("delete_invoice_draft", "invoice")]),
        ("create_client", json!({"name": "Globex"}), &[("delete_client", "client")]),
        ("create_client", json!({"name": "Hooli"}), &[("update_client", "client")]),
        ("create_time_entry", entry, &[("update_time_entry", "time_entry"), ("delete_time_entry", "time_entry")]),
        ("start_timer", json!({"project": "Dashboard"}), &[("stop_timer", "")]),
    ];
    for (operation, mut call, changes) in writes {
        call["idempotency_key"] = json!(format!("{operation} {}", changes[0].0));
        let program = studio.through(Channel::Rest);
        let first = program.ok(operation, call.clone()).await;
        let told = program.ok(operation, call.clone()).await["warnings"].to_string();
        assert!(!told.contains("changed or deleted since"), "{operation}: nothing has changed yet: {told}");
        for (change, argument) in changes {
            studio.advance(60);
            let changed = later(&studio, &first, change, argument).await;
            let told = program.ok(operation, call.clone()).await["warnings"].to_string();
            let by = format!("last by action {} ({change})", changed["action"].as_str().expect("an action"));
            assert!(told.contains(&by), "{operation}, then {change}: {told}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_given_again_is_true_again_where_what_took_it_back_was_undone() {
    let studio = World::new("redone").await;
    let call = json!({"name": "Acme", "idempotency_key": "once"});
    let first = studio.ok("create_client", call.clone()).await;
    let undone = studio.ok("undo_action", json!({"action": first["action"]})).await;
    studio.ok("undo_action", json!({"action": undone["action"]})).await;
    let again = studio.ok("create_client", call).await;
    assert_eq!(again["warnings"], first["warnings"], "{again}");
}

#[tokio::test]
async fn a_person_whose_form_is_sent_again_is_told_that_it_changed_since_without_names_of_operations() {
    let studio = World::new("person").await;
    let call = json!({"name": "Acme", "idempotency_key": "once"});
    let first = studio.ok("create_client", call.clone()).await;
    studio.ok("delete_client", json!({"client": first["id"]})).await;
    let again = studio.ok("create_client", call).await;
    let told = again["warnings"].to_string();
    assert!(told.contains("changed or deleted since. Load the page anew") && !told.contains("delete_client"), "{told}");
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

/// A new invoice is inserted, and changed once its sums are known: it is one record.
#[tokio::test]
async fn a_record_that_is_changed_twice_is_counted_once() {
    let studio = World::new("once").await;
    studio.ok("create_client", json!({"name": "Acme", "rate": "120.00", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "5m"})).await;
    studio
        .sql(
            "insert into time_entry (organization_id, id, member_id, project_id, description, billable, day, seconds, rate, state, source,
                 created_by, created_through, created_at, updated_at)
             select organization_id, gen_random_uuid(), member_id, project_id, description, billable, day, seconds, rate, state, source,
                 created_by, created_through, created_at, updated_at
             from time_entry, generate_series(1, 599) where organization_id = $1",
        )
        .await;
    let tried = studio.ok("draft_invoice", json!({"client": "Acme", "dry_run": true})).await;
    let told = json!("This changes 602 records, of which not all are shown.");
    assert!(tried["warnings"].as_array().is_some_and(|warnings| warnings.contains(&told)), "{}", tried["warnings"]);
}
