//! Another tenant's records do not exist for a caller: for every operation that takes a reference.

use serde_json::{Value, json};

use std::time::Duration;

use super::{arguments, fixture};
use crate::{
    error::Code,
    operations,
    testing::{World, apart, owner},
};

/// The audit log, which grows with every call. Access records are in a table for each month.
const LOG: [&str; 4] = ["access_record", "action", "audit_checkpoint", "audit_head"];

/// Tables with rows of the person of a world outside of their organization: account, memberships and sign-ins.
const PERSON: [(&str, &str); 4] = [
    ("the person", "select * from app_user where id = $1"),
    ("their places", "select * from member where user_id = $1"),
    ("their sign-ins", "select * from sign_in where user_id = $1"),
    ("their security events", "select * from security_event where user_id = $1"),
];

/// A fingerprint of every row of an organization and of its founder, table by table, without the audit log.
pub async fn fingerprint(world: &World) -> Vec<(String, String)> {
    fingerprint_without(&LOG, world).await
}

/// The same without the tables whose names begin with one of these.
async fn fingerprint_without(others: &[&str], world: &World) -> Vec<(String, String)> {
    let owner = owner().await;
    let mut prints = Vec::new();
    for table in tables(&owner).await.into_iter().filter(|table| !others.iter().any(|other| table.starts_with(other))) {
        let query =
            format!("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t where organization_id = $1");
        let print = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(world.organization().0).fetch_one(&owner).await.expect("rows");
        prints.push((table, print));
    }
    for (what, query) in PERSON {
        let query = format!("select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from ({query}) t");
        let person = world.person().id.0;
        let print = sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(person).fetch_one(&owner).await.expect("rows");
        prints.push((what.to_owned(), print));
    }
    owner.close().await;
    prints
}

#[tokio::test]
async fn no_operation_reads_or_writes_another_tenants_records() {
    walk().await;
}

#[tokio::test]
async fn the_filters_of_the_statements_hold_by_themselves() {
    apart("filters", async {
        without_row_security().await;
        walk().await;
    })
    .await;
}

#[tokio::test]
async fn without_row_security_every_write_that_is_done_stays_within_its_organization() {
    apart("writes", async {
        without_row_security().await;
        let theirs = fixture("theirs").await;
        // The other studio has records for every write that affects many at once.
        theirs.right(operations::find("confirm_time_entries").expect("an operation")).await;
        assert_eq!(theirs.world.caller.services.recorder.flush_within(Duration::from_secs(60)).await, 0);
        let before = fingerprint_without(&[], &theirs.world).await;
        let writes = operations::all().iter().filter(|operation| is_write(operation)).map(|operation| (operation, None));
        let wide = wide().into_iter().filter_map(|(name, call)| Some((operations::find(name)?, Some(call))));
        for (operation, wide) in writes.chain(wide) {
            let (name, mine) = (operation.declaration.name, fixture("mine").await);
            let right = mine.right(operation).await;
            let call = wide.unwrap_or(Value::Object(right));
            mine.world.ok(name, call.clone()).await;
            assert_eq!(fingerprint_without(&[], &theirs.world).await, before, "{name} {call} has changed rows of another tenant");
        }
    })
    .await;
}

/// Writes to all records of a kind at once, and writes without a reference, each with something to change.
fn wide() -> [(&'static str, Value); 9] {
    let reprice = |of: Value, rate: &str| {
        let mut call = json!({"rate": rate, "applies_to": "unbilled_time"});
        call.as_object_mut().into_iter().for_each(|call| call.extend(of.as_object().cloned().unwrap_or_default()));
        ("set_rate", call)
    };
    [
        ("confirm_time_entries", json!({"all": true})),
        ("mark_notifications_read", json!({"all": true})),
        reprice(json!({}), "95.00"),
        reprice(json!({"client": "Acme"}), "96.00"),
        reprice(json!({"project": "Dashboard"}), "97.00"),
        ("update_organization", json!({"name": "Elsewhere", "rate": "98.00", "payment_terms_days": 10})),
        ("update_profile", json!({"name": "Ada Elsewhere"})),
        ("update_timer", json!({"description": "Elsewhere"})),
        ("draft_invoice", json!({"client": "Acme"})),
    ]
}

/// Turns row security off, so that only the filters of the statements protect.
async fn without_row_security() {
    let owner = owner().await;
    for table in tables(&owner).await.iter().map(String::as_str).chain(["organization"]) {
        let open = format!("alter table {table} disable row level security");
        sqlx::query(sqlx::AssertSqlSafe(open)).execute(&owner).await.expect("a table without row security");
    }
    owner.close().await;
}

#[tokio::test]
async fn row_security_holds_by_itself() {
    let (theirs, mine) = (fixture("theirs").await, fixture("mine").await);
    let (before, known) = (fingerprint(&theirs.world).await, ids(&theirs.world).await);
    let mistaken = mine.world.mistaken_for(theirs.world.organization()).await;
    let all = operations::all().iter().map(|operation| (operation, arguments(operation, &theirs.ids)));
    let wide = wide().into_iter().filter_map(|(name, call)| Some((operations::find(name)?, call.as_object()?.clone())));
    for (operation, mut call) in all.chain(wide) {
        let name = operation.declaration.name;
        if is_write(operation) {
            // A committed call would fail at its audit record at the latest; a dry run shows what was done before.
            call.insert("dry_run".to_owned(), json!(true));
        }
        if let Ok(answer) = mistaken.call(name, Value::Object(call)).await {
            assert_nothing_of(&known, name, &answer);
        }
    }
    assert_eq!(fingerprint(&theirs.world).await, before, "the other tenant's rows have changed");
}

/// Calls every operation with every reference to a record of another tenant.
async fn walk() {
    let (theirs, mine) = (fixture("theirs").await, fixture("mine").await);
    let (before, known) = (fingerprint(&theirs.world).await, ids(&theirs.world).await);
    let mut walked = 0;
    for operation in operations::all() {
        let name = operation.declaration.name;
        let own = arguments(operation, &mine.ids);
        if !is_write(operation)
            && let Ok(answer) = mine.world.call(name, Value::Object(own.clone())).await
        {
            assert_nothing_of(&known, name, &answer);
        }
        for (argument, id) in &theirs.ids {
            if !own.contains_key(argument) {
                continue;
            }
            walked += 1;
            let mut call = own.clone();
            call.insert(argument.clone(), id.clone());
            if !is_write(operation) {
                assert_hidden(&mine.world, name, argument, call).await;
                continue;
            }
            // A dry run checks as much as the call itself, and leaves this studio unchanged for the next operation.
            call.insert("dry_run".to_owned(), json!(true));
            let refused = mine.world.refused(name, Value::Object(call)).await;
            assert!(
                matches!(refused.code, Code::NotFound | Code::Invalid),
                "{name}({argument}) answers {:?}: {}",
                refused.code,
                refused.message
            );
        }
    }
    assert!(walked > 30, "only {walked} references were tried");
    assert_eq!(fingerprint(&theirs.world).await, before, "the other tenant's rows have changed");
}

/// Fails when an answer contains the id of a record of another tenant.
fn assert_nothing_of(known: &[String], name: &str, answer: &Value) {
    let said = answer.to_string();
    let found = known.iter().find(|id| said.contains(id.as_str()));
    assert_eq!(found, None, "{name} tells of another tenant's record: {answer:#}");
}

/// The ids of all records of an organization, and its own.
async fn ids(world: &World) -> Vec<String> {
    let owner = owner().await;
    let mut ids = vec![world.organization().to_string()];
    for table in tables(&owner).await {
        let query = format!("select to_jsonb(t) ->> 'id' from {table} t where organization_id = $1 and to_jsonb(t) ? 'id'");
        let found: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(query)).bind(world.organization().0).fetch_all(&owner).await.expect("ids");
        ids.extend(found);
    }
    owner.close().await;
    // Some ids are numbers, which occur in many answers.
    ids.retain(|id| id.len() == 36);
    ids
}

/// The tables whose rows belong to an organization.
async fn tables(owner: &sqlx::PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
         join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') order by 1",
    )
    .fetch_all(owner)
    .await
    .expect("tables")
}

/// A read either refuses a foreign id, or (when it only filters by it) finds nothing.
async fn assert_hidden(mine: &World, name: &str, argument: &str, call: serde_json::Map<String, Value>) {
    match mine.call(name, Value::Object(call)).await {
        Err(refused) => assert!(matches!(refused.code, Code::NotFound | Code::Invalid), "{name}({argument}) answers {:?}", refused.code),
        Ok(answer) => {
            let found = answer["items"].as_array().map(Vec::len);
            assert!(found == Some(0) || answer["entries"] == json!(0), "{name}({argument}) found {answer:#}");
        }
    }
}

fn is_write(operation: &crate::operation::Operation) -> bool {
    operation.input.get("properties").is_some_and(|properties| properties.get("dry_run").is_some())
}
