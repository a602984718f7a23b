//! Whoever was let go, or is less than before, while their call waited, has done nothing with it.

use serde_json::Value;

use super::furnished;
use crate::{
    access::{Permission, Role},
    operation::Effect,
    operations,
};

/// Every operation that changes something in an organization, called by somebody whose call came in before.
async fn nothing_is_kept_once(change: &str) {
    let studio = furnished("standing").await;
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
