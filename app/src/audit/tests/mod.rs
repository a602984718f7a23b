//! Tests of the audit log.

#[cfg(target_os = "linux")]
mod full;
mod images;
mod kept;
mod looked;
mod outages;
mod written;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::{
    access::{Permission, Role, WriteMode},
    database::{AccessMode, RowScope},
    error::Code,
    operation::tests::{arguments, fixture},
    operations,
    testing::World,
};

/// The recorded calls, the newest first.
async fn log(world: &World, filter: Value) -> Vec<Value> {
    world.caller.services.recorder.flush().await;
    world.ok("list_audit", filter).await["items"].as_array().expect("a list").clone()
}

/// How often the members of the organization have called an operation, there or in an organization that it created or joined.
async fn rows(world: &World, operation: &str) -> i64 {
    world.caller.services.recorder.flush().await;
    let query = format!(
        "select count(*) from (
             select organization_id, member_id, operation from action
             union all select organization_id, member_id, operation from access_record
         ) a join member m on m.organization_id = a.organization_id and m.id = a.member_id
         where m.user_id in (select user_id from member where organization_id = $1) and a.operation = '{operation}'"
    );
    world.number(&query).await
}

async fn proof(world: &World) -> Value {
    world.caller.services.recorder.flush().await;
    world.ok("verify_audit", json!({})).await
}

#[tokio::test]
async fn every_call_is_written_down_with_who_through_what_and_how_it_ended() {
    let studio = World::new("audit").await;
    let agent = studio.token(WriteMode::Direct).await;
    agent.ok("create_client", json!({"name": "Acme", "tax_rate": "19"})).await;
    agent.ok("get_client", json!({"client": "Acme"})).await;
    agent.refused("create_client", json!({"name": "Acme"})).await;
    agent.refused("create_client", json!({"nonsense": 1})).await;
    agent.ok("archive_client", json!({"client": "Acme", "dry_run": true})).await;
    studio.as_role(Role::Member).await.refused("create_client", json!({"name": "Globex"})).await;
    let entries = log(&studio, json!({})).await;
    let told: Vec<String> = entries
        .iter()
        .map(|entry| {
            let word = |field: &str| entry[field].as_str().unwrap_or("-").to_owned();
            format!("{} {} {} {}", word("channel"), entry["member"]["name"].as_str().unwrap_or("-"), word("operation"), word("outcome"))
        })
        .collect();
    for expected in [
        "mcp Ada create_client done",
        "mcp Ada get_client done",
        "mcp Ada create_client invalid",
        "mcp Ada archive_client dry_run",
        "page Barbara create_client forbidden",
        "page Ada create_token done",
    ] {
        assert!(told.iter().any(|line| line == expected), "{expected} is missing in {told:#?}");
    }
    assert_eq!(told.iter().filter(|line| *line == "mcp Ada create_client invalid").count(), 2);
    let made = entries.iter().find(|entry| entry["operation"] == "create_client" && entry["outcome"] == "done").expect("it");
    assert_eq!((&made["changed"], &made["token"]), (&json!(1), &json!("agent")));
    let whole = studio.ok("get_audit_entry", json!({"action": made["id"]})).await;
    assert_eq!(whole["changes"][0]["after"]["name"], "Acme");
}

/// How many memberships the person has.
async fn places(world: &World) -> i64 {
    world.number("select count(*) from member where user_id in (select user_id from member where organization_id = $1)").await
}

#[tokio::test]
async fn every_operation_of_the_registry_leaves_a_row_but_for_what_is_the_persons_own() {
    for operation in operations::all() {
        let name = operation.declaration.name;
        let studio = fixture("trail").await;
        let call = Value::Object(arguments(operation, &studio.ids));
        let (before, places_before) = (rows(&studio.world, name).await, places(&studio.world).await);
        // It matters only that it was called, not how it ended.
        _ = studio.world.call(name, call).await;
        let own = operation.declaration.needs == Permission::SignedIn && places(&studio.world).await == places_before;
        assert_eq!(rows(&studio.world, name).await, before + i64::from(!own), "{name} left no row, or more than it should");
        assert_eq!(proof(&studio.world).await["sound"], true, "after {name}");
    }
}

#[tokio::test]
async fn the_log_is_for_those_who_run_the_organization_and_never_for_agents() {
    let studio = World::new("audit").await;
    for role in [Role::Manager, Role::Member, Role::Viewer] {
        let other = studio.as_role(role).await;
        assert!(!role.may(Permission::ManageOrganization));
        assert_eq!(other.code("list_audit", json!({})).await, Code::NotFound, "{role:?}");
    }
    assert_eq!(studio.token(WriteMode::Direct).await.code("list_audit", json!({})).await, Code::Forbidden);
}

#[tokio::test]
async fn the_filters_find_what_they_name() {
    let studio = World::new("audit").await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    studio.refused("get_client", json!({"client": "Globex"})).await;
    let found = |filter: Value| log(&studio, filter);
    assert_eq!(found(json!({"operation": "create_client", "period": "today", "member": "me", "channel": "page"})).await.len(), 1);
    assert_eq!(found(json!({"outcome": "not_found"})).await.len(), 1);
    assert_eq!(found(json!({"changed": true})).await.len(), 1);
    assert_eq!(found(json!({"period": "last_year"})).await.len(), 0);
    let names = |entries: Vec<Value>| entries.iter().filter_map(|entry| entry["operation"].as_str().map(str::to_owned)).collect::<Vec<_>>();
    assert!(names(found(json!({})).await).iter().any(|name| name == "list_audit"));
    let noted = names(found(json!({"reads": false})).await);
    assert!(noted.iter().all(|name| name != "list_audit"), "{noted:?}");
    for kept in ["create_client", "get_client"] {
        assert!(noted.iter().any(|name| name == kept), "{kept} was done or refused and is missing in {noted:?}");
    }
}

#[tokio::test]
async fn writes_and_accesses_are_one_list_whose_pages_follow_each_other() {
    let studio = World::new("audit").await;
    for (at, name) in ["Acme", "Globex", "Initech", "Umbrella", "Hooli"].into_iter().enumerate() {
        studio.ok("create_client", json!({"name": name})).await;
        studio.refused("create_client", json!({"name": name})).await;
        studio.ok("create_client", json!({"name": format!("Not {name}"), "dry_run": true})).await;
        // Some have the same instant, so that only their ids order them.
        studio.advance(i64::from(at % 2 == 0));
    }
    let whole = log(&studio, json!({"operation": "create_client"})).await;
    assert_eq!(whole.len(), 15);
    let positions: Vec<i64> = whole.iter().filter_map(|entry| entry["position"].as_i64()).collect();
    assert_eq!(positions, [5, 4, 3, 2, 1], "writes have their place in the chain, accesses have none");
    let (mut walked, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let page = studio.ok("list_audit", json!({"operation": "create_client", "limit": 2, "cursor": cursor})).await;
        walked.extend(page["items"].as_array().expect("a list").clone());
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(walked, whole);
    for entry in whole {
        assert_eq!(studio.ok("get_audit_entry", json!({"action": entry["id"]})).await["outcome"], entry["outcome"]);
    }
    assert_eq!(studio.code("list_audit", json!({"cursor": "nonsense"})).await, Code::Invalid);
}

#[tokio::test]
async fn whatever_is_altered_later_breaks_the_chain_at_its_place() {
    let alterations = [
        ("update action set outcome = 'forbidden' where organization_id = $1 and position = 2", 2),
        ("update action set arguments = '{\"name\": \"Else\"}' where organization_id = $1 and position = 2", 2),
        (
            "update change set after = jsonb_set(after::jsonb, '{name}', '\"Else\"') where organization_id = $1 and action_id = (select id from action where organization_id = $1 and position = 2)",
            2,
        ),
        (
            "update change set after = replace(after::text, ', ', ',')::json where organization_id = $1 and action_id = (select id from action where organization_id = $1 and position = 2)",
            2,
        ),
        (
            "delete from change where organization_id = $1 and action_id = (select id from action where organization_id = $1 and position = 2)",
            2,
        ),
        ("delete from action where organization_id = $1 and position = 2", 3),
        ("update action set hash = '\\x00' where organization_id = $1 and position = 2", 2),
    ];
    for (alteration, at) in alterations {
        let studio = World::new("chain").await;
        for name in ["Acme", "Globex", "Initech"] {
            studio.ok("create_client", json!({"name": name})).await;
        }
        assert_eq!(proof(&studio).await["sound"], true);
        assert!(studio.sql(alteration).await > 0, "{alteration}");
        let proof = proof(&studio).await;
        assert_eq!((&proof["sound"], &proof["broken"]["position"]), (&json!(false), &json!(at)), "{alteration}: {proof}");
    }
}

#[tokio::test]
async fn rows_that_are_missing_at_the_end_are_missed() {
    let studio = World::new("chain").await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    assert_eq!(proof(&studio).await["sound"], true);
    studio.sql("delete from action where organization_id = $1 and position > 1").await;
    // Later calls continue from the head, so the gap shows.
    let proof = proof(&studio).await;
    assert_eq!(proof["sound"], false, "{proof}");
}

#[tokio::test]
async fn the_application_can_neither_change_nor_take_out_nor_slip_in_a_row() {
    let studio = World::new("chain").await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    for statement in [
        "update action set outcome = 'x'",
        "delete from action",
        "insert into action select * from action",
        "update change set after = null",
        "delete from change",
        "update audit_head set position = 0",
        "delete from audit_head",
        "truncate action",
        "insert into access_record select * from access_record",
        "update access_record set outcome = 'x'",
        "delete from access_record",
        "insert into audit_checkpoint select organization_id, position, hash, now() from audit_head",
        "update audit_checkpoint set hash = '\\x00'",
        "delete from audit_checkpoint",
        "update audit_verification set state = 'sound'",
        "insert into audit_verification select * from audit_verification",
        "delete from audit_verification",
    ] {
        let scope = RowScope::Organization(studio.organization());
        let mut db = studio.caller.services.database.begin(scope, AccessMode::Write).await.expect("a transaction");
        let refused = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(db.connection()).await;
        let code = refused.expect_err(statement).as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        assert_eq!(code.as_deref(), Some("42501"), "{statement}");
    }
}

#[tokio::test]
async fn the_chain_holds_when_everybody_calls_at_once() {
    let studio = World::new("crowd").await;
    let calls = (0..120).map(|at| {
        let studio = studio.clone();
        async move {
            match at % 3 {
                0 => drop(studio.call("create_client", json!({"name": format!("Client {at}")})).await),
                1 => drop(studio.call("list_clients", json!({})).await),
                _ => drop(studio.call("get_client", json!({"client": "nobody"})).await),
            }
        }
    });
    join_all(calls).await;
    let proof = proof(&studio).await;
    assert_eq!(proof["sound"], true, "{proof}");
    assert!(proof["checked"].as_i64().is_some_and(|checked| checked >= 40), "{proof}");
    let accesses = "select count(*) from access_record where organization_id = $1 and operation in ('list_clients', 'get_client')";
    assert_eq!(studio.number(accesses).await, 80, "none of those that changed nothing is missing");
}
