//! From a card to its commit, with a clock that moves on and other people at work.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::{
    access::Role,
    assistant::{CardState, card_actions, store},
    database::AccessMode,
    error::Code,
    operation::{Effect, Operation, tests::fixture},
};

/// A clock between whole seconds that moves on with every reading.
fn let_it_go(world: &World) {
    world.clock.set(world.now() + SignedDuration::from_millis(61_437));
    world.clock.go_on_by(SignedDuration::from_micros(700));
}

/// The time that passes until somebody has read a card.
fn read(world: &World) {
    world.clock.set(world.now() + SignedDuration::from_millis(2_300));
}

/// Every write that the drawer offers to an owner.
pub async fn writes() -> Vec<&'static Operation> {
    let user = at_the_drawer(&World::new("offer").await);
    user.offered_operations().filter(|operation| operation.declaration.effect != Effect::Read).collect()
}

async fn code(world: &World, card: &Card) -> Result<CardState, Code> {
    card_actions::commit(&at_the_drawer(world), card.id).await.map(|card| card.state).map_err(|error| error.code)
}

/// Every write that can be proposed can be committed: values that differ in every run are not taken for a change.
#[tokio::test]
async fn every_card_can_be_committed_while_time_goes_by() {
    let writes = writes().await;
    assert!(writes.len() > 30, "only {} writes are offered", writes.len());
    for operation in writes {
        let (name, studio) = (operation.declaration.name, fixture("commits").await);
        let call = studio.right(operation).await;
        let_it_go(&studio.world);
        let card = card(&studio.world, name, Value::Object(call)).await;
        read(&studio.world);
        let done = card_actions::commit(&at_the_drawer(&studio.world), card.id).await;
        assert_eq!(done.map(|card| card.state), Ok(CardState::Committed), "{name}");
    }
}

#[tokio::test]
async fn a_timer_is_started_stopped_and_replaced_from_cards() {
    let (world, _) = studio(vec![]).await;
    let_it_go(&world);
    for (operation, arguments) in [
        ("start_timer", json!({"project": "Dashboard", "description": "Charts"})),
        // Proposed within the second in which the timer began, and so is the one that replaces the next timer.
        ("stop_timer", json!({})),
        ("start_timer", json!({"project": "Dashboard", "description": "Charts"})),
        ("start_timer", json!({"project": "Dashboard", "description": "Tables", "stop_running": true})),
        ("update_timer", json!({"description": "Rows"})),
        ("stop_timer", json!({})),
    ] {
        let card = card(&world, operation, arguments).await;
        read(&world);
        assert_eq!(code(&world, &card).await, Ok(CardState::Committed), "{operation}");
    }
    let entries = world.ok("list_time_entries", json!({})).await;
    assert_eq!(entries["items"].as_array().map(Vec::len), Some(3), "{entries:#}");
}

#[tokio::test]
async fn somebody_whose_timer_runs_is_removed_from_a_card() {
    let (world, _) = studio(vec![]).await;
    let barbara = world.as_role(Role::Member).await;
    world.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    barbara.ok("start_timer", json!({"project": "Dashboard"})).await;
    let_it_go(&world);
    let card = card(&world, "remove_member", json!({"member": barbara.member()})).await;
    read(&world);
    assert_eq!(code(&world, &card).await, Ok(CardState::Committed));
}

#[tokio::test]
async fn a_mail_does_not_go_to_an_address_that_the_card_did_not_show() {
    let (world, _) = studio(vec![]).await;
    world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await;
    let draft = world.ok("draft_invoice", json!({"client": "Acme"})).await;
    let sending = card(&world, "send_invoice", json!({"invoice": draft["id"]})).await;
    world.ok("update_client", json!({"client": "Acme", "email": "eve@elsewhere.example"})).await;
    let refused = card_actions::commit(&at_the_drawer(&world), sending.id).await.expect_err("stale");
    assert_eq!(refused.code, Code::Stale);
    let shown: Card = serde_json::from_value(refused.details.expect("the card")).expect("a card");
    assert!(shown.effect.iter().any(|line| line.label == "Mailed to" && line.value == "eve@elsewhere.example"), "{shown:#?}");
    assert_eq!(world.number("select count(*) from outgoing_mail where organization_id = $1").await, 0);
    assert_eq!(code(&world, &sending).await, Ok(CardState::Committed), "once it was looked at again");
}

/// A dry run reports a limited number of records; beyond it, a card would show a part of what a commit changes.
#[tokio::test]
async fn what_is_too_much_to_show_is_not_proposed() {
    let (world, _) = studio(vec![]).await;
    let alan = world.as_role(Role::Viewer).await;
    let clients =
        "insert into client (organization_id, id, name, color, currency, payment_terms_days, tax_category, tax_rate, language, created_at)
        select $1, gen_random_uuid(), 'Client ' || n, '#000000', 'EUR', 14, 'S', 1900, 'en', now() from generate_series(1, 499) n";
    world.sql(clients).await;
    let grants = "insert into client_grant (organization_id, member_id, client_id)
        select $1, m.id, c.id from client c join member m on m.organization_id = c.organization_id
        where c.organization_id = $1 and m.role = 'viewer'";
    world.sql(grants).await;
    let revoking = json!({"member": alan.member(), "clients": []});
    let refused = propose(&world, "set_client_grants", revoking.clone()).await.map(|_| ()).map_err(|error| error.code);
    assert_eq!(refused, Err(Code::Conflict), "of five hundred grants");
    world.ok("delete_client", json!({"client": "Client 1"})).await;
    assert!(propose(&world, "set_client_grants", revoking).await.is_ok(), "of one less");
}

/// Check and commit are atomic: a change by a colleague between them is not missed.
#[tokio::test]
async fn a_call_that_comes_to_something_else_than_was_agreed_to_leaves_nothing() {
    let (world, _) = studio(vec![]).await;
    let entry = world.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await["id"].clone();
    let change = json!({"time_entry": entry, "duration": "2h"});
    let (ada, shown) = (at_the_drawer(&world), card(&world, "update_time_entry", change.clone()).await);
    let mut db = ada.db(AccessMode::Read).await.expect("a transaction");
    let print = store::card::find(&mut db, shown.id, ada.membership.member).await.expect("the card").fingerprint.expect("a print");
    drop(db);
    let keyed = json!({"time_entry": entry, "duration": "2h", "idempotency_key": "once"});
    let operation = operations::find("update_time_entry").expect("an operation");
    world.ok("update_time_entry", json!({"time_entry": entry, "description": "A colleague was here"})).await;
    let refused = ada.commit(operation, keyed.clone(), print).await.map_err(|error| error.code);
    assert_eq!(refused, Err(Code::Stale));
    assert_eq!(world.ok("get_time_entry", json!({"time_entry": entry})).await["worked"]["text"], "1h");
    assert_eq!(world.number("select count(*) from idempotency where organization_id = $1").await, 0, "its key is free");
    let refusals =
        "select count(*) from access_record where organization_id = $1 and operation = 'update_time_entry' and outcome = 'stale'";
    ada.caller.services.recorder.flush().await;
    assert_eq!(world.number(refusals).await, 1, "it is written down as refused");
}
