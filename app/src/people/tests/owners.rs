//! Tests of the last owner: an organization always has one.

use serde_json::json;

use super::studio;
use crate::{
    access::Role,
    error::Code,
    testing::{World, owner},
};

const OWNERS: &str = "select count(*) from member where organization_id = $1 and role = 'owner' and removed_at is null";

#[tokio::test]
async fn the_last_owner_neither_leaves_nor_becomes_anything_else() {
    let studio = studio().await;
    for (operation, arguments) in [
        ("change_member_role", json!({"member": "me", "role": "admin"})),
        ("remove_member", json!({"member": "me"})),
        ("leave_organization", json!({})),
    ] {
        let refused = studio.refused(operation, arguments).await;
        assert_eq!((refused.code, refused.message.contains("Ada is the only owner")), (Code::Conflict, true), "{operation}: {refused:?}");
    }
    let other = studio.as_role(Role::Owner).await;
    studio.ok("leave_organization", json!({})).await;
    assert_eq!(other.code("leave_organization", json!({})).await, Code::Conflict);
    assert_eq!(studio.number(OWNERS).await, 1);
}

#[tokio::test]
async fn of_two_owners_who_demote_each_other_at_once_exactly_one_succeeds() {
    for _ in 0..8 {
        let ada = World::new("owners").await;
        let grace = ada.as_role(Role::Owner).await;
        let demote = |other: &World| json!({"member": other.member(), "role": "admin"});
        let (one, other) = tokio::join!(ada.call("change_member_role", demote(&grace)), grace.call("change_member_role", demote(&ada)));
        assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
        assert_eq!(ada.number(OWNERS).await, 1);
    }
}

/// Two owners leave at the same time, past the checks of the operation: the second transaction waits for the first, and finds that nobody
/// else is owner any more.
#[tokio::test]
async fn the_database_itself_keeps_an_owner() {
    let ada = World::new("owners").await;
    let grace = ada.as_role(Role::Owner).await;
    let (first, second) = (owner().await, owner().await);
    let leave = "update member set removed_at = now() where organization_id = $1 and id = $2";
    let organization = ada.organization().0;
    let mut one = first.begin().await.expect("a transaction");
    sqlx::query(leave).bind(organization).bind(ada.member().0).execute(&mut *one).await.expect("Grace is owner still");
    let other = tokio::spawn(async move { sqlx::query(leave).bind(organization).bind(grace.member().0).execute(&second).await });
    until_it_waits(&ada).await;
    one.commit().await.expect("committed");
    let refused = other.await.expect("an answer").expect_err("nobody would be owner");
    assert_eq!(refused.as_database_error().and_then(|problem| problem.constraint()), Some("organization_owner"));
    assert!(ada.try_sql("delete from member where organization_id = $1 and removed_at is null").await.is_err());
    assert_eq!(ada.number(OWNERS).await, 1);
}

/// Waits until a transaction waits for the lock on the organization.
async fn until_it_waits(ada: &World) {
    for _ in 0..2_000 {
        let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'update member set removed_at = now()%' and $1 is not null and datname = current_database()";
        if ada.number(waiting).await > 0 {
            return;
        }
    }
    panic!("nobody waits");
}
