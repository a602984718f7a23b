//! The hints of declarations for careful clients: destructive operations, and dry runs without approval.

use serde_json::{Value, json};

use super::fixture;
use crate::{
    access::WriteMode,
    error::Code,
    operation::{Audience, Effect, Operation, needs_approval},
    operations,
};

/// Does and undoes every write: one that cannot be undone must be declared destructive, and so must one that reaches people outside.
#[tokio::test]
async fn whatever_no_undo_takes_back_is_declared_to_be_destructive() {
    let mut mild = Vec::new();
    let offered =
        |operation: &&Operation| operation.declaration.effect != Effect::Read && operation.declaration.audience != Audience::Person;
    for operation in operations::all().iter().filter(offered) {
        let declaration = operation.declaration;
        let studio = fixture("hints").await;
        let mut arguments = studio.right(operation).await;
        arguments.insert("dry_run".to_owned(), json!(true));
        let tried = studio.world.ok(declaration.name, Value::Object(arguments.clone())).await;
        arguments.remove("dry_run");
        let done = studio.world.ok(declaration.name, Value::Object(arguments)).await;
        let undone = studio.world.call("undo_action", json!({ "action": done["action"] })).await;
        // A write that changed nothing has nothing to undo, and loses nothing.
        let changes = tried["changes"].as_array().is_some_and(|changes| !changes.is_empty()) || !declaration.idempotent;
        if let (Err(error), true, false) = (&undone, changes, declaration.is_destructive()) {
            mild.push((declaration.name, error.message.clone()));
        }
    }
    assert!(mild.is_empty(), "{mild:#?} cannot be undone and do not say so");
}

/// An agent may show by a dry run what only a person may do.
#[tokio::test]
async fn a_dry_run_needs_nobodys_approval_and_keeps_nothing() {
    let mut asked = 0;
    for operation in operations::all().iter().filter(|operation| needs_approval(WriteMode::Ask, operation.declaration)) {
        let name = operation.declaration.name;
        if operation.declaration.audience == Audience::Person {
            continue;
        }
        let studio = fixture("approval").await;
        let mut arguments = studio.right(operation).await;
        let before = studio.world.number("select count(*) from action where organization_id = $1").await;
        for writes in [WriteMode::Drafts, WriteMode::Ask] {
            let agent = studio.world.token(writes).await;
            arguments.remove("dry_run");
            let refused = agent.refused(name, Value::Object(arguments.clone())).await;
            assert_eq!(refused.code, Code::NeedsApproval, "{name}: {refused:?}");
            // A token that writes drafts does not see operations without a draft, and no client calls an unlisted tool.
            let shown = writes == WriteMode::Ask;
            assert_eq!(refused.hint.is_some_and(|hint| hint.contains("dry_run")), shown, "{name}");
            arguments.insert("dry_run".to_owned(), json!(true));
            assert_eq!(agent.ok(name, Value::Object(arguments.clone())).await["dry_run"], true, "{name}");
        }
        let tokens = 2;
        assert_eq!(studio.world.number("select count(*) from action where organization_id = $1").await, before + tokens, "{name}");
        asked += 1;
    }
    assert!(asked > 20, "{asked} operations");
}

#[test]
fn what_reaches_people_or_their_money_is_declared_to_be_destructive() {
    let asked_before = [
        "send_invoice",
        "resend_invoice",
        "invite_member",
        "resend_invitation",
        "remove_member",
        "stop_invoice_mail",
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
        assert!(operations::find(name).is_some_and(|operation| operation.declaration.is_destructive()), "{name}");
    }
}
