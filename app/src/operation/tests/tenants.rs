//! Another tenant's records are not there: for every operation that takes a reference.

use serde_json::{Value, json};

use super::{arguments, furnished};
use crate::{
    error::Code,
    operations,
    testing::{World, owner},
};

/// The log of calls: it grows with every one of them, whatever they do.
const LOG: [&str; 2] = ["action", "audit_head"];

/// What belongs to the person of a world beside their organization: who they are, where they belong and where they are signed in.
const PERSON: [(&str, &str); 4] = [
    ("the person", "select * from app_user where id = $1"),
    ("their places", "select * from member where user_id = $1"),
    ("their sign-ins", "select * from sign_in where user_id = $1"),
    ("their security events", "select * from security_event where user_id = $1"),
];

/// A fingerprint of every row of an organization and of its founder, table by table, but for the log of calls.
pub async fn fingerprint(world: &World) -> Vec<(String, String)> {
    let owner = owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
         join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r' order by 1",
    )
    .fetch_all(&owner)
    .await
    .expect("tables");
    let mut prints = Vec::new();
    for table in tables.into_iter().filter(|table| !LOG.contains(&table.as_str())) {
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
    let (theirs, mine) = (furnished("theirs").await, furnished("mine").await);
    let before = fingerprint(&theirs.world).await;
    let mut walked = 0;
    for operation in operations::all() {
        let name = operation.declaration.name;
        let own = arguments(operation, &mine.ids);
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
            // A dry run checks as much as the call itself, and leaves this studio furnished for the next operation.
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
