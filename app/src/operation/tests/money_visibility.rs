//! A caller without money visibility finds no money in any answer, refusal or dry run of any operation.

use domain::money::Money;
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use super::arguments;
use crate::{
    access::{Role, WriteMode},
    error::Code,
    operation::Effect,
    operations,
    testing::{World, euros},
};

/// Rates whose digits occur nowhere else: of the client, of the organization, and of Barbara herself.
const RATES: [i64; 4] = [7_654_321, 4_321_765, 6_543_217, 5_432_176];

/// The names of fields with money or invoices.
const NAMES: [&str; 14] = [
    "rate",
    "rate_overridden",
    "effective_rate",
    "bill_rate",
    "cost_rate",
    "amount",
    "amounts",
    "unbilled",
    "price",
    "invoice",
    "invoiced",
    "invoice_number",
    "invoice_line_id",
    "balance",
];

/// A studio where time of Barbara is on a sent invoice, on a draft, and unbilled.
struct Studio {
    ada: World,
    barbara: World,
    ids: Map<String, Value>,
}

async fn studio() -> Studio {
    let ada = World::new("blind").await;
    let barbara = ada.as_role(Role::Member).await;
    ada.ok("update_organization", json!({"rate": euros(RATES[1])})).await;
    ada.sql(&format!(
        "update member set bill_rate = {}, cost_rate = {} where organization_id = $1 and role = 'member'",
        RATES[2], RATES[3]
    ))
    .await;
    let client =
        ada.ok("create_client", json!({"name": "Acme", "rate": euros(RATES[0]), "tax_rate": "19", "email": "billing@acme.example"})).await;
    let project = ada.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    ada.ok("assign_project_members", json!({"project": "Dashboard", "members": ["Barbara"]})).await;
    let log = async |date: &str| barbara.ok("create_time_entry", json!({"project": project["id"], "date": date, "duration": "1h"})).await;
    log("2026-11-18").await;
    let sent = ada.ok("draft_invoice", json!({"client": "Acme"})).await;
    ada.ok("send_invoice", json!({"invoice": sent["id"]})).await;
    log("2026-11-19").await;
    let draft = ada.ok("draft_invoice", json!({"client": "Acme"})).await;
    let entry = log("2026-11-20").await;
    barbara.ok("start_timer", json!({"project": project["id"]})).await;
    let ids = json!({
        "client": client["id"], "project": project["id"], "time_entry": entry["id"], "invoice": draft["id"], "line": draft["lines"][0]["id"],
        "member": barbara.member(), "members": [barbara.member()], "projects": [project["id"]], "time_entries": [entry["id"]],
    });
    Studio { ada, barbara, ids: ids.as_object().cloned().expect("ids") }
}

/// The digits of every amount that the owner reads, and of every rate.
async fn amounts(studio: &Studio) -> Vec<String> {
    let mut found: Vec<i64> = RATES.to_vec();
    for operation in operations::all().iter().filter(|operation| operation.declaration.effect == Effect::Read) {
        if let Ok(answer) = studio.ada.call(operation.declaration.name, Value::Object(arguments(operation, &studio.ids))).await {
            gather(&answer, &mut found);
        }
    }
    found.sort_unstable();
    found.dedup();
    found.retain(|amount| *amount > 10_000);
    assert!(found.len() > RATES.len(), "the owner sees amounts: {found:?}");
    found.iter().map(ToString::to_string).collect()
}

fn gather(value: &Value, found: &mut Vec<i64>) {
    match value {
        Value::Object(fields) => {
            if let Ok(money) = Money::deserialize(value) {
                found.push(money.amount);
            }
            fields.values().for_each(|value| gather(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}

/// Fails when an answer contains money anywhere.
fn assert_blind(said: &Value, what: &str, amounts: &[String]) {
    let digits: String = said.to_string().chars().filter(|letter| !matches!(letter, '.' | ',')).collect();
    for amount in amounts {
        assert!(!digits.contains(amount.as_str()), "{what} tells {amount}: {said:#}");
    }
    assert_no_names(said, what);
}

fn assert_no_names(value: &Value, what: &str) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                assert!(value.is_null() || !NAMES.contains(&name.as_str()), "{what} holds {name}: {value}");
                assert_no_names(value, what);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| assert_no_names(item, what)),
        _ => {}
    }
}

/// Calls an operation as a caller without money visibility; what they may not do is refused as such.
async fn call(caller: &World, name: &str, call: Map<String, Value>, amounts: &[String]) -> bool {
    let allowed = operations::find(name).is_some_and(|operation| Role::Member.may(operation.declaration.needs));
    match caller.call(name, Value::Object(call)).await {
        Ok(answer) => {
            assert!(allowed, "{name} answers a member: {answer:#}");
            assert_blind(&answer, name, amounts);
            true
        }
        Err(error) => {
            if !allowed {
                assert!(matches!(error.code, Code::NotFound | Code::Forbidden | Code::NeedsApproval), "{name} answers {:?}", error.code);
            }
            assert_blind(&serde_json::to_value(&error).expect("JSON"), name, amounts);
            false
        }
    }
}

#[tokio::test]
async fn a_member_reads_no_money_anywhere_and_neither_does_their_agent() {
    let studio = studio().await;
    let amounts = amounts(&studio).await;
    let agent = studio.barbara.token(WriteMode::Direct).await;
    let mut answered = 0;
    for operation in operations::all().iter() {
        for caller in [&studio.barbara, &agent] {
            let mut arguments = arguments(operation, &studio.ids);
            if operation.declaration.effect != Effect::Read {
                // A dry run shows what would change, record by record.
                arguments.insert("dry_run".to_owned(), json!(true));
            }
            answered += u32::from(call(caller, operation.declaration.name, arguments, &amounts).await);
        }
    }
    assert!(answered > 30, "only {answered} calls were answered");
}

#[tokio::test]
async fn what_a_member_writes_answers_without_money() {
    let amounts = amounts(&studio().await).await;
    let writes = operations::all().iter().map(|operation| (operation, operation.declaration));
    let writes = writes.filter(|(_, declaration)| declaration.effect != Effect::Read && Role::Member.may(declaration.needs));
    let mut answered = Vec::new();
    for (operation, declaration) in writes {
        let studio = studio().await;
        if call(&studio.barbara, declaration.name, arguments(operation, &studio.ids), &amounts).await {
            answered.push(declaration.name);
        }
    }
    for expected in ["create_time_entry", "update_time_entry", "delete_time_entry", "stop_timer", "update_timer"] {
        assert!(answered.contains(&expected), "{expected} was refused; answered were {answered:?}");
    }
}
