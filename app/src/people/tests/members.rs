//! Tests of roles and of the removal of members.

use serde_json::{Value, json};

use super::{invited, names, studio};
use crate::{
    access::{Role, WriteMode},
    account::token,
    database::{AccessMode, RowScope},
    error::Code,
    organizations,
    testing::{World, apart, until_waiting},
};

#[tokio::test]
async fn a_member_sees_the_names_they_work_with_and_no_addresses() {
    let studio = studio().await;
    let (barbara, grace) = (studio.as_role(Role::Member).await, studio.as_role(Role::Admin).await);
    let edsger = studio.as_role(Role::Manager).await;
    assert_eq!(names(&barbara.ok("list_members", json!({})).await), ["Barbara"]);
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": ["Barbara"]})).await;
    let seen = barbara.ok("list_members", json!({})).await;
    assert_eq!(names(&seen), ["Ada", "Barbara"], "Ada is on the project that she made");
    assert!(seen["items"].as_array().expect("items").iter().all(|member| member.get("email").is_none()), "{seen}");
    assert_eq!(barbara.code("get_member", json!({"member": "Grace"})).await, Code::NotFound);
    assert_eq!(barbara.ok("get_member", json!({"member": "me"})).await["id"], json!(barbara.member()));

    assert_eq!(names(&edsger.ok("list_members", json!({})).await), ["Ada", "Barbara", "Edsger", "Grace"]);
    assert_eq!(edsger.ok("get_member", json!({"member": "ada"})).await.get("email"), None, "addresses are for those who manage people");
    assert_eq!(grace.ok("get_member", json!({"member": "Barbara"})).await["email"], json!(barbara.person().email));
    let page = grace.ok("list_members", json!({"limit": 3})).await;
    let rest = grace.ok("list_members", json!({"limit": 3, "cursor": page["next_cursor"]})).await;
    assert_eq!((names(&page), names(&rest)), (vec!["Ada", "Barbara", "Edsger"], vec!["Grace"]));
    studio.as_role(Role::Member).await;
    assert!(grace.refused("get_member", json!({"member": "Barbara"})).await.field("member").is_some(), "there are two now");
}

/// Writers of time share the lock on the organization, and nobody who waits for it exclusively is starved.
#[tokio::test]
async fn a_member_who_writes_without_a_pause_keeps_nobody_from_removing_them() {
    apart("members", async {
        let studio = studio().await;
        let barbara = studio.as_role(Role::Member).await;
        studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
        let database = &studio.caller.services.database;
        let mut writing = database.begin(RowScope::Organization(studio.organization()), AccessMode::Write).await.expect("begun");
        organizations::store::lock_shared(&mut writing).await.expect("kept");
        let call = |world: &World, operation: &'static str, arguments: Value| {
            let world = world.clone();
            tokio::spawn(async move { world.call(operation, arguments).await })
        };
        let removed = call(&studio, "remove_member", json!({"member": barbara.member()}));
        until_waiting(writing.connection(), 1).await;
        let logged = call(&barbara, "create_time_entry", json!({"project": "Dashboard", "duration": "1h"}));
        until_waiting(writing.connection(), 2).await;
        writing.roll_back().await;
        removed.await.expect("an answer").expect("removed");
        assert!(logged.await.expect("an answer").is_err(), "who comes behind is gone by then");
        let entries = format!("select count(*) from time_entry where organization_id = $1 and member_id = '{}'", barbara.member());
        assert_eq!(studio.number(&entries).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_role_holds_from_the_next_request_on_and_is_never_given_above_ones_own() {
    let studio = studio().await;
    let (grace, barbara) = (studio.as_role(Role::Admin).await, studio.as_role(Role::Member).await);
    let changed = grace.ok("change_member_role", json!({"member": "Barbara", "role": "manager"})).await;
    assert_eq!((&changed["name"], &changed["role"]), (&json!("Barbara"), &json!("manager")));
    assert_eq!(barbara.at(&studio).await.ok("whoami", json!({})).await["organization"]["role"], "manager");
    for (member, role) in [("Ada", "member"), ("Barbara", "owner"), ("me", "owner")] {
        assert_eq!(grace.code("change_member_role", json!({"member": member, "role": role})).await, Code::Forbidden, "{member} {role}");
    }
    assert_eq!(grace.code("remove_member", json!({"member": "Ada"})).await, Code::Forbidden);
    assert_eq!(barbara.code("change_member_role", json!({"member": "Grace", "role": "member"})).await, Code::Forbidden);
    studio.ok("change_member_role", json!({"member": "Grace", "role": "owner"})).await;
}

#[tokio::test]
async fn who_was_demoted_meanwhile_changes_nobody_any_more() {
    let studio = studio().await;
    let (grace, barbara) = (studio.as_role(Role::Admin).await, studio.as_role(Role::Member).await);
    studio.ok("change_member_role", json!({"member": "Grace", "role": "member"})).await;
    // The call was authenticated before she was demoted: its caller is still an admin.
    assert_eq!(grace.caller.membership.as_ref().map(|membership| membership.role), Some(Role::Admin));
    for (operation, arguments) in [
        ("change_member_role", json!({"member": barbara.member(), "role": "manager"})),
        ("remove_member", json!({"member": barbara.member()})),
        ("invite_member", json!({"email": "a@example.com", "role": "member"})),
    ] {
        assert_eq!(grace.code(operation, arguments).await, Code::Forbidden, "{operation}");
    }
}

/// Barbara on the Dashboard, with an hour logged, a timer running and a token.
async fn at_work(studio: &World) -> (World, World, Value) {
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    let entry = barbara.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await;
    barbara.ok("start_timer", json!({"project": "Dashboard"})).await;
    let agent = barbara.token(WriteMode::Direct).await;
    (barbara, agent, entry)
}

#[tokio::test]
async fn who_is_removed_leaves_their_time_and_takes_nothing_along() {
    let studio = studio().await;
    let (barbara, agent, entry) = at_work(&studio).await;
    studio.advance(1800);
    let gone = studio.ok("remove_member", json!({"member": "Barbara"})).await;
    assert_eq!((&gone["stopped_timer"], &gone["revoked_tokens"]), (&json!(true), &json!(1)));
    let timer = "select seconds::bigint from time_entry where organization_id = $1 and started_at is not null and not running";
    assert_eq!(studio.number(timer).await, 1800, "the running timer was stopped and saved");
    assert_eq!(studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await["member"]["name"], "Barbara");
    assert_eq!(studio.number("select count(*) from project_member where organization_id = $1").await, 2, "Ada is on both still");

    assert!(barbara.at(&studio).await.caller.membership.is_none(), "their pages are not there any more");
    assert_eq!(barbara.ok("list_organizations", json!({})).await["items"], json!([]));
    let known = agent.caller.token.as_ref().expect("a token").id;
    let revoked = format!("select count(*) from access_token where organization_id = $1 and id = '{known}' and revoked_at is not null");
    assert_eq!(studio.number(&revoked).await, 1);
    assert_eq!(names(&studio.ok("list_members", json!({})).await), ["Ada"]);
    assert_eq!(names(&studio.ok("list_members", json!({"removed": true})).await), ["Ada", "Barbara"]);
    assert!(studio.ok("get_member", json!({"member": "Barbara"})).await["removed_at"].is_string(), "nobody else has the name");
    assert!(studio.ok("get_member", json!({"member": barbara.member()})).await["removed_at"].is_string());
    for operation in ["remove_member", "change_member_role"] {
        let mut call = json!({"member": barbara.member()});
        if operation == "change_member_role" {
            call["role"] = json!("manager");
        }
        assert_eq!(studio.code(operation, call).await, Code::Conflict, "{operation}");
    }
}

#[tokio::test]
async fn a_token_dies_with_its_membership_on_the_very_next_call() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    let made = barbara.ok("create_token", json!({"name": "agent"})).await["token"].as_str().expect("a token").to_owned();
    let recognized =
        async || token::authenticate(&studio.caller.services.database, &made, studio.now()).await.map(|known| known.membership.role);
    assert_eq!(recognized().await, Ok(Role::Member));
    studio.ok("remove_member", json!({"member": "Barbara"})).await;
    assert_eq!(recognized().await.map_err(|error| error.code), Err(Code::Unauthenticated));
    // Even a token that is not revoked is refused without a membership.
    studio.sql("update access_token set revoked_at = null where organization_id = $1").await;
    assert_eq!(recognized().await.map_err(|error| error.code), Err(Code::Unauthenticated));
}

#[tokio::test]
async fn no_token_is_made_for_whoever_was_let_go_and_none_opens_anything_when_they_come_back() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    let made = barbara.ok("create_token", json!({"name": "agent"})).await["token"].as_str().expect("a token").to_owned();
    studio.ok("remove_member", json!({"member": "Barbara"})).await;
    // The call was authenticated before she was removed.
    assert_eq!(barbara.code("create_token", json!({"name": "another"})).await, Code::Forbidden);
    studio.sql("update access_token set revoked_at = null where organization_id = $1").await;
    let invitation = invited(&studio, &barbara, Role::Member).await;
    barbara.ok("answer_invitation", json!({"invitation": invitation["id"], "accept": true})).await;
    let known = token::authenticate(&studio.caller.services.database, &made, studio.now()).await;
    assert_eq!(known.map(|_| ()).map_err(|error| error.code), Err(Code::Unauthenticated), "what she had before is over");
}

#[tokio::test]
async fn tokens_that_end_with_a_membership_are_in_the_log_of_their_person() {
    let studio = studio().await;
    for (who, from) in [("remove_member", None), ("leave_organization", Some("203.0.113.7"))] {
        let barbara = studio.as_role(Role::Member).await;
        barbara.token(WriteMode::Direct).await;
        let mut caller = if from.is_some() { barbara.clone() } else { studio.clone() };
        caller.caller.address = "203.0.113.7".to_owned();
        caller.ok(who, if from.is_some() { json!({}) } else { json!({"member": barbara.member()}) }).await;
        let events = barbara.ok("list_security_events", json!({})).await["items"].clone();
        let revoked: Vec<&Value> = events.as_array().expect("events").iter().filter(|event| event["kind"] == "token_revoked").collect();
        assert_eq!((revoked.len(), &revoked[0]["detail"]), (1, &json!("all tokens in studio, with the membership")), "{who}");
        assert_eq!(revoked[0].get("address").and_then(Value::as_str), from, "{who}: where others remove from is theirs");
    }
    let alan = studio.as_role(Role::Viewer).await;
    studio.ok("remove_member", json!({"member": alan.member()})).await;
    let events = alan.ok("list_security_events", json!({})).await;
    assert!(!events.to_string().contains("token_revoked"), "who has none loses none");
}

#[tokio::test]
async fn who_is_invited_again_comes_back_as_the_same_member() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("remove_member", json!({"member": "Barbara"})).await;
    let invitation = invited(&studio, &barbara, Role::Manager).await;
    barbara.ok("answer_invitation", json!({"invitation": invitation["id"], "accept": true})).await;
    let back = barbara.at(&studio).await;
    assert_eq!((back.member(), back.ok("whoami", json!({})).await["organization"]["role"].clone()), (barbara.member(), json!("manager")));
}

#[tokio::test]
async fn a_member_may_leave_by_themselves() {
    let studio = studio().await;
    let (barbara, _, _) = at_work(&studio).await;
    let gone = barbara.ok("leave_organization", json!({})).await;
    assert_eq!((&gone["name"], &gone["stopped_timer"]), (&json!("Barbara"), &json!(true)));
    assert!(barbara.at(&studio).await.caller.membership.is_none());
    let by = format!(
        "select count(*) from action where organization_id = $1 and operation = 'leave_organization' and member_id = '{}'",
        barbara.member()
    );
    assert_eq!(studio.number(&by).await, 1);
}
