//! A call has no effect when its caller was removed, or lost rights, while it waited.

use serde_json::Value;

use super::fixture;
use crate::{
    access::{Permission, Role, Scope, WriteMode},
    error::Code,
    operation::Effect,
    operations,
};

/// Every write in an organization, by a caller whose call came in before the change.
async fn nothing_is_kept_once(change: &str) {
    let studio = fixture("standing").await;
    let world = &studio.world;
    let mut calls = Vec::new();
    for operation in operations::all() {
        let declaration = operation.declaration;
        if declaration.effect != Effect::Read && declaration.needs != Permission::SignedIn {
            calls.push((operation, studio.right(operation).await));
        }
    }
    world.as_role(Role::Owner).await;
    world.sql(&format!("update member set {change} where organization_id = $1 and id = '{}'", world.member())).await;
    let log = "select count(*) from action where organization_id = $1 and outcome = 'done'";
    let before = world.number(log).await;
    for (operation, arguments) in calls {
        let answer = operation.call(world.caller.clone(), Value::Object(arguments)).await;
        assert!(answer.is_err(), "{} was done although {change}", operation.declaration.name);
    }
    assert_eq!(world.number(log).await, before, "something was kept although {change}");
}

#[tokio::test]
async fn of_whoever_was_let_go_meanwhile() {
    nothing_is_kept_once("removed_at = now()").await;
}

#[tokio::test]
async fn of_whoever_was_demoted_meanwhile() {
    nothing_is_kept_once("role = 'viewer'").await;
}

/// Every operation, reads included, by a caller who was recognized before `end` happened: each is refused with this code, or earlier
/// because such a credential may never call it.
async fn nothing_is_answered_once(with_token: bool, end: &str, code: Code) {
    let studio = fixture("ended").await;
    let world = &studio.world;
    let asks = if with_token { world.token_of(Scope::ALL, WriteMode::Direct).await } else { world.clone() };
    let mut calls = Vec::new();
    for operation in operations::all() {
        calls.push((operation, studio.right(operation).await));
    }
    world.as_role(Role::Owner).await;
    world.sql(&end.replace("{member}", &world.member().to_string()).replace("{person}", &world.person().id.0.to_string())).await;
    let mut asked = 0;
    for (operation, arguments) in calls {
        let declaration = operation.declaration;
        if code == Code::Forbidden && declaration.needs == Permission::SignedIn {
            continue;
        }
        let answer = operation.call(asks.caller.clone(), Value::Object(arguments)).await;
        let error = answer.expect_err(declaration.name);
        let never = with_token && error.code == Code::Forbidden;
        assert!(error.code == code || never, "{}: {error:?}", declaration.name);
        asked += usize::from(error.code == code);
    }
    assert!(asked > 40, "{asked} operations");
}

#[tokio::test]
async fn whoever_was_signed_out_meanwhile_is_nobody() {
    nothing_is_answered_once(false, "delete from sign_in where $1::uuid is not null and user_id = '{person}'", Code::Unauthenticated).await;
}

#[tokio::test]
async fn whose_token_was_revoked_meanwhile_is_nobody() {
    nothing_is_answered_once(true, "update access_token set revoked_at = now() where organization_id = $1", Code::Unauthenticated).await;
}

#[tokio::test]
async fn whoever_was_let_go_meanwhile_sees_nothing() {
    let gone = "update member set removed_at = now() where organization_id = $1 and id = '{member}'";
    nothing_is_answered_once(false, gone, Code::Forbidden).await;
}
