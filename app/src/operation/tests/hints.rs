//! What a careful client is told before it calls.

use serde_json::{Value, json};

use super::furnished;
use crate::{
    operation::{Effect, Operation, Reach},
    operations,
};

/// Every write is done and taken back: what cannot be is declared to be destructive, and so is what reaches people outside.
#[tokio::test]
async fn whatever_no_undo_takes_back_is_declared_to_be_destructive() {
    let mut mild = Vec::new();
    let offered = |operation: &&Operation| operation.declaration.effect != Effect::Read && operation.declaration.reach != Reach::Person;
    for operation in operations::all().iter().filter(offered) {
        let declaration = operation.declaration;
        let studio = furnished("hints").await;
        let mut arguments = studio.right(operation).await;
        arguments.insert("dry_run".to_owned(), json!(true));
        let tried = studio.world.ok(declaration.name, Value::Object(arguments.clone())).await;
        arguments.remove("dry_run");
        let done = studio.world.ok(declaration.name, Value::Object(arguments)).await;
        let undone = studio.world.call("undo_action", json!({ "action": done["action"] })).await;
        let changes = tried["changes"].as_array().is_some_and(|changes| !changes.is_empty());
        if let (Err(error), true, false) = (undone, changes, declaration.is_destructive()) {
            mild.push((declaration.name, error.message));
        }
    }
    assert!(mild.is_empty(), "{mild:#?} cannot be undone and do not say so");
}

#[test]
fn what_reaches_people_or_their_money_is_declared_to_be_destructive() {
    let asked_before = [
        "send_invoice",
        "resend_invoice",
        "invite_member",
        "resend_invitation",
        "remove_member",
        "record_payment",
        "remove_payment",
        "discard_timer",
        "clear_budget",
        "revoke_invitation",
        "change_member_role",
        "set_client_grants",
        "unassign_project_members",
        "delete_time_entry",
        "delete_client",
        "delete_project",
        "delete_invoice_draft",
        "void_invoice",
    ];
    for name in asked_before {
        assert!(operations::named(name).is_some_and(|operation| operation.declaration.is_destructive()), "{name}");
    }
}
