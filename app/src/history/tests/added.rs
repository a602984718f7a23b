//! An undo does not lose what another member added to the record.

use serde_json::json;

use super::{log, studio, undo};
use crate::{access::Role, error::Code};

#[tokio::test]
async fn a_draft_with_the_lines_of_somebody_else_stays_though_its_sums_are_the_same() {
    let studio = studio().await;
    log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let edsger = studio.as_role(Role::Manager).await;
    let lines = json!([{"description": "Kept warm", "price": "0.00"}]);
    let added = edsger.ok("update_invoice_draft", json!({"invoice": draft["id"], "add": lines})).await;
    assert_eq!(added["total"], draft["total"]);
    let refused = studio.refused("undo_action", json!({"action": draft["action"]})).await;
    assert_eq!(refused.code, Code::InUse);
    assert!(refused.message.contains("has an invoice line since then"), "{}", refused.message);
    let kept = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!(kept["lines"].as_array().map(Vec::len), Some(2));
    undo(&edsger, &added).await;
    undo(&studio, &draft).await;
    assert_eq!(studio.code("get_invoice", json!({"invoice": draft["id"]})).await, Code::NotFound);
}

#[tokio::test]
async fn a_client_that_was_granted_and_a_project_with_a_team_stay() {
    let studio = studio().await;
    let client = studio.ok("create_client", json!({"name": "Globex"})).await;
    let project = studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let (alan, barbara) = (studio.as_role(Role::Viewer).await, studio.as_role(Role::Member).await);
    let granted = studio.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Globex"]})).await;
    let joined = studio.ok("assign_project_members", json!({"project": "Site", "members": [barbara.member()]})).await;
    for (made, later) in [(&client, &granted), (&project, &joined)] {
        assert_eq!(studio.code("undo_action", json!({"action": made["action"]})).await, Code::InUse);
        undo(&studio, later).await;
        undo(&studio, made).await;
    }
}
