//! What an undo restores along with a record: project members, budgets, client grants.

use serde_json::json;

use super::{log, studio, undo};
use crate::{access::Role, error::Code, testing::World};

async fn viewer(studio: &World, client: &str) -> World {
    let alan = studio.as_role(Role::Viewer).await;
    studio.ok("set_client_grants", json!({"member": alan.member(), "clients": [client]})).await;
    alan
}

#[tokio::test]
async fn a_new_project_goes_away_and_a_deleted_one_is_there_again_with_its_team_and_its_budget() {
    let studio = studio().await;
    let made = studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    undo(&studio, &made).await;
    assert_eq!(studio.code("get_project", json!({"project": made["id"]})).await, Code::NotFound);

    let made = studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Site", "members": [barbara.member()]})).await;
    studio.ok("set_budget", json!({"project": "Site", "hours": 10})).await;
    let deleted = studio.ok("delete_project", json!({"project": "Site"})).await;
    let undone = undo(&studio, &deleted).await;
    barbara.ok("get_project", json!({"project": made["id"]})).await;
    studio.ok("get_budget", json!({"project": "Site"})).await;

    let again = undo(&studio, &undone).await;
    assert_eq!(barbara.code("get_project", json!({"project": made["id"]})).await, Code::NotFound);
    undo(&studio, &again).await;
    barbara.ok("get_project", json!({"project": made["id"]})).await;
}

#[tokio::test]
async fn a_deleted_client_is_there_again_for_the_viewer_to_whom_it_was_granted() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    let alan = viewer(&studio, "Globex").await;
    let deleted = studio.ok("delete_client", json!({"client": "Globex"})).await;
    assert_eq!(alan.code("get_client", json!({"client": "Globex"})).await, Code::NotFound);
    undo(&studio, &deleted).await;
    alan.ok("get_client", json!({"client": "Globex"})).await;
}

#[tokio::test]
async fn whoever_has_left_meanwhile_does_not_come_back_with_a_project_or_a_client() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    let (barbara, alan) = (studio.as_role(Role::Member).await, viewer(&studio, "Globex").await);
    studio.ok("assign_project_members", json!({"project": "Site", "members": [barbara.member()]})).await;
    let project = studio.ok("delete_project", json!({"project": "Site"})).await;
    let client = studio.ok("delete_client", json!({"client": "Globex"})).await;
    studio.ok("remove_member", json!({"member": barbara.member()})).await;
    studio.ok("change_member_role", json!({"member": alan.member(), "role": "member"})).await;

    let undone = undo(&studio, &project).await;
    assert!(undone["warnings"][0].as_str().is_some_and(|warning| warning.starts_with("Barbara")), "{undone:#}");
    undo(&studio, &client).await;
    let places = format!("select count(*) from project_member where organization_id = $1 and member_id = '{}'", barbara.member());
    assert_eq!(studio.number(&places).await, 0);
    assert_eq!(studio.number("select count(*) from client_grant where organization_id = $1").await, 0);
}

#[tokio::test]
async fn a_currency_is_not_put_back_once_there_is_time_in_the_other() {
    let studio = studio().await;
    let changed = studio.ok("update_client", json!({"client": "Acme", "currency": "USD"})).await;
    let logged = log(&studio, "2026-11-18").await;
    let refused = studio.refused("undo_action", json!({"action": changed["action"]})).await;
    assert_eq!(refused.code, Code::InUse);
    assert!(refused.message.contains("stays USD"), "{}", refused.message);
    undo(&studio, &logged).await;
    undo(&studio, &changed).await;
    assert_eq!(studio.ok("get_client", json!({"client": "Acme"})).await["currency"], "EUR");
}

#[tokio::test]
async fn settings_and_tokens_are_not_put_back_and_the_refusal_says_what_to_do() {
    let studio = studio().await;
    let changed = studio.ok("update_organization", json!({"phone": "555"})).await;
    let refused = studio.refused("undo_action", json!({"action": changed["action"]})).await;
    assert_eq!(refused.code, Code::Invalid);
    assert!(refused.message.contains("settings of the organization are not put back"), "{}", refused.message);
    let token = studio.ok("create_token", json!({"name": "agent"})).await;
    let refused = studio.refused("undo_action", json!({"action": token["action"]})).await;
    assert!(refused.message.contains("Revoke it"), "{}", refused.message);
    let logged = log(&studio, "2026-11-18").await;
    for (done, undoable) in [(&changed, false), (&token, false), (&logged, true)] {
        assert_eq!(studio.ok("get_audit_entry", json!({"action": done["action"]})).await["undoable"], undoable);
    }
}
