//! Unique values that another record has now: the refusal names that record, and how to free the value.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{instead::alike, log, studio, undo};
use crate::{
    access::{Role, WriteMode},
    database::{AccessMode, RowScope},
    error::Code,
    history::undo::undoable_among,
};

fn id(done: &Value) -> &str {
    done["action"].as_str().expect("an id")
}

#[tokio::test]
async fn a_budget_comes_back_where_there_is_no_other_by_now() {
    let studio = studio().await;
    studio.ok("set_budget", json!({"project": "Dashboard", "hours": "2"})).await;
    let cleared = studio.ok("clear_budget", json!({"project": "Dashboard"})).await;
    let set = studio.ok("set_budget", json!({"project": "Dashboard", "hours": "3"})).await;
    let words = format!(
        "Acme / Dashboard has another budget by now, so clear_budget cannot be undone. Undo {} (set_budget) first, or clear that budget.",
        id(&set)
    );
    alike(&studio, &cleared, Code::Conflict, &words).await;
    undo(&studio, &set).await;
    undo(&studio, &cleared).await;
}

/// Where actions are examined for any caller, as on a card.
#[tokio::test]
async fn what_another_has_by_now_is_not_offered_to_be_undone() {
    let studio = studio().await;
    studio.ok("set_budget", json!({"project": "Dashboard", "hours": "2"})).await;
    let cleared = studio.ok("clear_budget", json!({"project": "Dashboard"})).await;
    let action: Uuid = id(&cleared).parse().expect("an id");
    let is_open = async || {
        let scope = RowScope::Organization(studio.organization());
        let mut db = studio.caller.services.database.begin(scope, AccessMode::Read).await.expect("a transaction");
        undoable_among(&mut db, &[action]).await.expect("an answer").contains(&action)
    };
    assert!(is_open().await);
    let set = studio.ok("set_budget", json!({"project": "Dashboard", "hours": "3"})).await;
    assert!(!is_open().await);
    undo(&studio, &set).await;
    assert!(is_open().await);
}

#[tokio::test]
async fn nobody_is_put_back_on_a_project_that_they_are_on_again() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    let place = json!({"project": "Dashboard", "members": [barbara.member()]});
    studio.ok("assign_project_members", place.clone()).await;
    let taken_off = studio.ok("unassign_project_members", place.clone()).await;
    let again = studio.ok("assign_project_members", place).await;
    let words = format!(
        "Barbara is on Acme / Dashboard again, so unassign_project_members cannot be undone. Undo {} (assign_project_members) first, or",
        id(&again)
    );
    alike(&studio, &taken_off, Code::Conflict, &words).await;
    undo(&studio, &again).await;
    undo(&studio, &taken_off).await;
}

#[tokio::test]
async fn a_name_comes_back_where_nobody_else_has_it_by_now() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    let renamed = studio.ok("update_client", json!({"client": "Globex", "name": "Initech"})).await;
    // Names that differ only in case are the same.
    let other = studio.ok("create_client", json!({"name": "GLOBEX"})).await;
    let words = format!(
        "Another client is called GLOBEX by now, so update_client cannot be undone. Undo {} (create_client) first, or rename that client.",
        id(&other)
    );
    alike(&studio, &renamed, Code::Conflict, &words).await;
    studio.ok("update_client", json!({"client": "GLOBEX", "name": "Umbrella"})).await;
    undo(&studio, &renamed).await;

    let deleted = studio.ok("delete_client", json!({"client": "Globex"})).await;
    let named = studio.ok("update_client", json!({"client": "Umbrella", "name": "Globex"})).await;
    alike(&studio, &deleted, Code::Conflict, &format!("Undo {} (update_client) first, or rename that client.", id(&named))).await;
    undo(&studio, &named).await;
    undo(&studio, &deleted).await;
}

#[tokio::test]
async fn a_project_has_its_name_among_those_of_its_client() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let renamed = studio.ok("update_project", json!({"project": "Site", "name": "Lab"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Site"})).await;
    undo(&studio, &renamed).await;
    let deleted = studio.ok("delete_project", json!({"project": "Acme / Site"})).await;
    let other = studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let words = format!(
        "Another project is called Acme / Site by now, so delete_project cannot be undone. Undo {} (create_project) first",
        id(&other)
    );
    alike(&studio, &deleted, Code::Conflict, &words).await;
}

/// The hints for `last` do not lead in a circle.
#[tokio::test]
async fn what_is_taken_by_now_is_not_named_as_the_newest_that_can_be_undone() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let kept = log(&agent, "2026-11-17").await;
    agent.ok("set_budget", json!({"project": "Dashboard", "hours": "20"})).await;
    let cleared = agent.ok("clear_budget", json!({"project": "Dashboard"})).await;
    agent.ok("invite_member", json!({"email": "grace@example.com", "role": "member"})).await;
    studio.ok("set_budget", json!({"project": "Dashboard", "hours": "30"})).await;
    let refused = agent.refused("undo_action", json!({"action": "last"})).await;
    let hint = refused.hint.unwrap_or_default();
    assert!(hint.contains(id(&kept)) && !hint.contains(id(&cleared)), "{hint}");
    alike(&agent, &cleared, Code::Conflict, "Ask Ada to undo that first, or clear that budget.").await;
    undo(&agent, &kept).await;
}

/// An exhausted budget shows only in a trial.
#[tokio::test]
async fn what_is_named_as_the_newest_that_can_be_undone_was_tried() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Lab"})).await;
    studio.ok("set_budget", json!({"project": "Dashboard", "hours": "2", "period": "lifetime", "hard_stop": true})).await;
    let kept = agent.ok("create_time_entry", json!({"project": "Lab", "date": "2026-11-16", "duration": "1h"})).await;
    let (first, second) = (log(&agent, "2026-11-17").await, log(&agent, "2026-11-18").await);
    let older = agent.ok("delete_time_entry", json!({"time_entry": first["id"]})).await;
    agent.ok("delete_time_entry", json!({"time_entry": second["id"]})).await;
    for day in ["2026-11-17", "2026-11-18"] {
        log(&studio, day).await;
    }
    let refused = agent.refused("undo_action", json!({"action": "last"})).await;
    assert_eq!(refused.code, Code::BudgetExhausted);
    let hint = refused.hint.unwrap_or_default();
    assert!(hint.contains(id(&kept)) && !hint.contains(id(&older)), "{hint}");
}
