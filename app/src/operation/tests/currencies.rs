//! No concurrent write stores an amount in the former currency of a client.

use domain::money::AMOUNT;
use serde_json::{Map, Value, json};
use sqlx::{PgConnection, PgPool};

use super::{Fixture, fixture};
use crate::{
    access::Permission,
    error::{Code, Error},
    operation::{Effect, Operation},
    operations,
    testing::{World, apart, owner, until_waiting, waiting},
};

type Answer = tokio::task::JoinHandle<Result<Value, Error>>;

fn spawned(world: &World, operation: &'static str, arguments: Value) -> Answer {
    let world = world.clone();
    tokio::spawn(async move { world.call(operation, arguments).await })
}

/// Valid arguments of an operation, with every amount that it takes, as a dry run. An existing invoice would keep its client from
/// getting another currency.
async fn with_amounts(studio: &Fixture, operation: &Operation) -> Value {
    let mut call = studio.right(operation).await;
    let properties = operation.input.get("properties").and_then(Value::as_object).into_iter().flatten();
    let of_invoice = call.contains_key("invoice");
    let amounts = properties.filter(|(_, schema)| schema["format"] == AMOUNT && !of_invoice);
    let given: Map<String, Value> = amounts.map(|(name, _)| (name.clone(), json!("1.00"))).collect();
    for (name, amount) in given {
        call.entry(name).or_insert(amount);
    }
    call.insert("dry_run".to_owned(), json!(true));
    Value::Object(call)
}

/// Whether a call waits for a lock of the holder; otherwise it is answered.
async fn waits(holder: &mut PgConnection, call: &Answer) -> bool {
    while !call.is_finished() {
        if waiting(holder).await > 0 {
            return true;
        }
    }
    false
}

/// The kinds of records in which a change has written an amount in the currency of a client. Those on an existing invoice keep the
/// client from getting another currency, and a client is locked itself.
fn priced(answer: &Value) -> Vec<String> {
    let changes = answer["changes"].as_array().into_iter().flatten();
    let writes = |change: &Value, column: &str| !change["after"][column].is_null() && change["after"][column] != change["before"][column];
    let wrote = |change: &&Value| match change["kind"].as_str() {
        Some("time_entry" | "project") => writes(change, "rate"),
        Some("budget") => writes(change, "amount"),
        Some("invoice") => change["before"].is_null(),
        _ => false,
    };
    changes.filter(wrote).map(|change| change["kind"].to_string()).collect()
}

#[tokio::test]
async fn whoever_writes_an_amount_waits_for_a_client_that_gets_another_currency() {
    apart("currencies", async {
        let studio = fixture("currencies").await;
        let pool = owner().await;
        let mut waited = Vec::new();
        for operation in operations::all() {
            let declaration = operation.declaration;
            if declaration.effect == Effect::Read || declaration.needs == Permission::SignedIn {
                continue;
            }
            let call = with_amounts(&studio, operation).await;
            let mut holder = held(&pool).await;
            let answer = spawned(&studio.world, declaration.name, call);
            let waits = waits(&mut holder, &answer).await;
            holder.rollback().await.expect("let go");
            match (waits, answer.await.expect("an answer")) {
                (true, _) => waited.push(declaration.name),
                (false, Ok(answer)) => assert_eq!(priced(&answer), Vec::<String>::new(), "{} waits for nobody", declaration.name),
                (false, Err(error)) => panic!("{}: {error:?}", declaration.name),
            }
        }
        pool.close().await;
        for name in ["create_time_entry", "start_timer", "draft_invoice", "draft_invoices", "set_budget", "set_rate", "update_project"] {
            assert!(waited.contains(&name), "{name} waits for nobody");
        }
    })
    .await;
}

/// The organization, locked as by a change of it.
async fn held(pool: &PgPool) -> sqlx::Transaction<'_, sqlx::Postgres> {
    let mut holder = pool.begin().await.expect("a transaction");
    sqlx::query("select from organization for no key update").execute(&mut *holder).await.expect("held");
    holder
}

#[tokio::test]
async fn a_client_gets_another_currency_only_after_what_is_being_written() {
    apart("currency", async {
        let studio = World::new("currency").await;
        studio.ok("create_client", json!({"name": "Acme", "rate": "100.00"})).await;
        studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
        let to_yen = studio.ok("update_client", json!({"client": "Acme", "currency": "JPY", "rate": "9000"})).await;
        let pool = owner().await;
        // A write of time waits for the lock on the project after it has read the currency.
        let mut holder = pool.begin().await.expect("a transaction");
        sqlx::query("select from project for update").execute(&mut *holder).await.expect("held");
        let entry = spawned(&studio, "create_time_entry", json!({"project": "Dashboard", "duration": "1h"}));
        until_waiting(&mut holder, 1).await;
        let back = spawned(&studio, "undo_action", json!({"action": to_yen["action"]}));
        until_waiting(&mut holder, 2).await;
        let change = spawned(&studio, "update_client", json!({"client": "Acme", "currency": "USD"}));
        until_waiting(&mut holder, 3).await;
        holder.rollback().await.expect("let go");
        let entry = entry.await.expect("an answer").expect("an entry");
        for answer in [back, change] {
            let refused = answer.await.expect("an answer").expect_err("there is an amount in yen");
            assert_eq!(refused.code, Code::InUse, "{refused:?}");
        }
        pool.close().await;
        assert_eq!(studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await["amount"], entry["amount"]);
    })
    .await;
}
