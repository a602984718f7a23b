//! A write that changes nothing warns a program: for every idempotent write in the registry.

use serde_json::{Value, json};

use super::fixture;
use crate::{
    access::{Permission, Role, WriteMode},
    context::Channel,
    operation::Effect,
    operations,
    testing::World,
};

/// Whether an answer warns that nothing was changed.
fn is_told(answer: &Value) -> bool {
    answer["warnings"].as_array().is_some_and(|warnings| warnings.contains(&json!("Nothing was changed.")))
}

/// Operations that start something new each time.
const ALWAYS_DONE: [&str; 1] = ["start_audit_verification"];

/// Operations whose record no longer exists afterwards.
const GONE: [&str; 1] = ["revoke_token"];

/// Operations whose sample arguments ask for the current state, beside updates without any field.
const STANDS_SO: [&str; 8] = [
    "assign_project_members",
    "change_member_role",
    "restore_client",
    "restore_project",
    "set_assistant",
    "set_budget",
    "set_rate",
    "start_timer",
];

#[tokio::test]
async fn a_program_that_does_again_what_was_done_is_told_that_nothing_was_changed() {
    let writes = operations::all().iter().filter(|operation| {
        let declared = operation.declaration;
        declared.effect != Effect::Read && declared.idempotent && declared.needs != Permission::SignedIn
    });
    let mut told_at_first = Vec::new();
    for operation in writes {
        let (name, studio) = (operation.declaration.name, fixture("unchanged").await);
        let call = Value::Object(studio.right(operation).await);
        let program = studio.world.through(Channel::CommandLine);
        if is_told(&program.ok(name, call.clone()).await) {
            told_at_first.push(name);
        }
        // At a page, saving without a change is intended.
        for (caller, tells) in [(&program, !ALWAYS_DONE.contains(&name)), (&studio.world, false)] {
            match caller.call(name, call.clone()).await {
                Ok(again) => assert_eq!(is_told(&again), tells, "{name} {call}: {again:#}"),
                Err(error) => assert!(GONE.contains(&name), "{name} {call}: {error:?}"),
            }
        }
    }
    told_at_first.retain(|name| !name.starts_with("update_"));
    told_at_first.sort_unstable();
    assert_eq!(told_at_first, STANDS_SO, "whatever changes something does not say that it was nothing");
}

/// A studio with an agent of its owner, whose client Acme has the project Dashboard, with a budget of ten hours.
async fn studio() -> (World, World) {
    let studio = World::new("unchanged").await;
    let agent = studio.token(WriteMode::Direct).await;
    agent.ok("create_client", json!({"name": "Acme", "tax_rate": "19"})).await;
    agent.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    agent.ok("set_budget", json!({"project": "Dashboard", "hours": 10})).await;
    (studio, agent)
}

#[tokio::test]
async fn whatever_changes_something_does_not_say_that_it_was_nothing() {
    let (studio, agent) = studio().await;
    let barbara = studio.as_role(Role::Member).await.member();
    let draft = agent.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Deposit", "price": "100.00"}]})).await;
    for (operation, call) in [
        ("update_client", json!({"client": "Acme", "name": "Acme Ltd"})),
        ("update_project", json!({"project": "Dashboard", "name": "Overview"})),
        ("set_budget", json!({"project": "Overview", "hours": 12})),
        ("assign_project_members", json!({"project": "Overview", "members": [barbara]})),
        ("update_invoice_draft", json!({"invoice": draft["id"], "notes": "Thank you"})),
        ("archive_project", json!({"project": "Overview"})),
        ("archive_client", json!({"client": "Acme Ltd"})),
    ] {
        let done = agent.ok(operation, call.clone()).await;
        assert!(!is_told(&done), "{operation} {call}: {done:#}");
        let again = match operation {
            "update_client" => json!({"client": "Acme Ltd", "name": "Acme Ltd"}),
            "update_project" => json!({"project": "Overview", "name": "Overview"}),
            _ => call,
        };
        let same = agent.ok(operation, again).await;
        assert!(is_told(&same), "{operation}: {same:#}");
        assert_eq!(same.get("version"), done.get("version"), "{operation}: no version is another");
    }
}

/// A dry run lists what would change: without the warning, an empty list could be one that shows no changes.
#[tokio::test]
async fn a_program_that_tries_what_changes_nothing_is_told_so() {
    let (studio, agent) = studio().await;
    let entry = agent.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await["id"].clone();
    let tells = |answer: &Value| answer["warnings"].to_string().contains("This would change nothing.");
    for (operation, same, other) in [
        ("set_budget", json!({"project": "Dashboard", "hours": 10}), json!({"project": "Dashboard", "hours": 12})),
        ("update_client", json!({"client": "Acme", "name": "Acme"}), json!({"client": "Acme", "name": "Acme Ltd"})),
        ("update_time_entry", json!({"time_entry": entry, "duration": "60m"}), json!({"time_entry": entry, "duration": "2h"})),
        ("update_time_entries", json!({"time_entries": [entry], "billable": true}), json!({"time_entries": [entry], "billable": false})),
    ] {
        let tried = |call: &Value| {
            let mut call = call.clone();
            call["dry_run"] = json!(true);
            call
        };
        let none = agent.ok(operation, tried(&same)).await;
        assert!(tells(&none) && none.get("changes").is_none(), "{operation}: {none:#}");
        let some = agent.ok(operation, tried(&other)).await;
        assert!(!tells(&some) && some["changes"].is_array(), "{operation}: {some:#}");
        let at_a_page = studio.ok(operation, tried(&same)).await;
        assert!(!tells(&at_a_page), "{operation}: what is saved as it is was meant so: {at_a_page:#}");
    }
}

#[tokio::test]
async fn a_client_that_is_archived_again_stays_archived_since_then() {
    let (studio, agent) = studio().await;
    let since = async || studio.number("select extract(epoch from archived_at)::bigint from client where organization_id = $1").await;
    agent.ok("archive_client", json!({"client": "Acme"})).await;
    let first = since().await;
    studio.set_clock("2030-01-01T09:00:00Z");
    studio.ok("archive_client", json!({"client": "Acme"})).await;
    assert_eq!(since().await, first);
}

/// Marking as read has no images of changes: the call has done something all the same.
#[tokio::test]
async fn what_was_read_is_something_that_was_changed() {
    let studio = fixture("unread").await;
    let program = studio.world.through(Channel::CommandLine);
    let first = program.ok("mark_notifications_read", json!({"all": true})).await;
    let again = program.ok("mark_notifications_read", json!({"all": true})).await;
    assert_eq!((is_told(&first), is_told(&again)), (false, true), "{first:#} {again:#}");
}
