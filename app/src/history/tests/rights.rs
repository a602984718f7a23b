//! Permissions of undo: those that the operation needs, at the time of the undo.

use serde_json::json;

use super::{instead::why_not, log, studio, undo};
use crate::{access::Role, error::Code, testing::World};

/// The same person after a change of their role.
async fn becomes(studio: &World, person: &World, role: Role) -> World {
    studio.ok("change_member_role", json!({"member": person.member(), "role": role})).await;
    person.at(studio).await
}

#[tokio::test]
async fn taking_an_undo_back_takes_the_right_to_the_first_operation() {
    let studio = studio().await;
    let edsger = studio.as_role(Role::Manager).await;
    let made = edsger.ok("create_client", json!({"name": "Globex"})).await;
    let undone = undo(&edsger, &made).await;
    let again = undo(&edsger, &undone).await;
    let gone = undo(&edsger, &again).await;
    for role in [Role::Member, Role::Viewer] {
        let edsger = becomes(&studio, &edsger, role).await;
        let refused = edsger.refused("undo_action", json!({"action": gone["action"]})).await;
        assert_eq!(refused.code, Code::Forbidden, "{role:?}");
        assert_eq!(why_not(&edsger, &gone).await, refused.message, "{role:?} is told so before they try");
    }
    assert_eq!(studio.code("get_client", json!({"client": "Globex"})).await, Code::NotFound);
    undo(&studio, &gone).await;
    studio.ok("get_client", json!({"client": "Globex"})).await;
}

#[tokio::test]
async fn what_was_done_to_the_time_of_others_is_for_who_leads_the_work() {
    let studio = studio().await;
    let (barbara, edsger) = (studio.as_role(Role::Member).await, studio.as_role(Role::Manager).await);
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member(), edsger.member()]})).await;
    let (hers, his) = (log(&barbara, "2026-11-18").await, log(&edsger, "2026-11-18").await);
    let deleted = edsger.ok("delete_time_entry", json!({"time_entry": hers["id"]})).await;
    let own = edsger.ok("delete_time_entry", json!({"time_entry": his["id"]})).await;
    let edsger = becomes(&studio, &edsger, Role::Member).await;
    assert_eq!(edsger.code("undo_action", json!({"action": deleted["action"]})).await, Code::NotFound);
    undo(&edsger, &own).await;
    undo(&studio, &deleted).await;
    barbara.ok("get_time_entry", json!({"time_entry": hers["id"]})).await;
}

#[tokio::test]
async fn a_viewer_takes_nothing_back_that_they_once_did() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    let logged = log(&barbara, "2026-11-18").await;
    barbara.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(600);
    let stopped = barbara.ok("stop_timer", json!({})).await;
    let barbara = becomes(&studio, &barbara, Role::Viewer).await;
    for done in [&logged, &stopped] {
        assert_eq!(barbara.code("undo_action", json!({"action": done["action"]})).await, Code::Forbidden);
    }
}

#[tokio::test]
async fn a_rate_of_its_own_comes_back_through_whoever_may_set_one() {
    let studio = studio().await;
    let edsger = studio.as_role(Role::Manager).await;
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [edsger.member()]})).await;
    let entry = log(&edsger, "2026-11-18").await;
    let priced = async |rate: &str| edsger.ok("update_time_entry", json!({"time_entry": entry["id"], "rate": rate})).await;
    let given = priced("888.00").await;
    let taken = priced("").await;
    let edsger = becomes(&studio, &edsger, Role::Member).await;
    let refused = edsger.refused("undo_action", json!({"action": taken["action"]})).await;
    assert_eq!(refused.code, Code::Forbidden);
    assert_eq!(why_not(&edsger, &taken).await, refused.message, "it is told before they try");
    undo(&studio, &taken).await;
    assert_eq!(edsger.code("undo_action", json!({"action": given["action"]})).await, Code::Forbidden);
    let deleted = edsger.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    undo(&edsger, &deleted).await;
    assert_eq!(studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await["rate"]["amount"], "888.00", "it has what it had");
}

#[tokio::test]
async fn time_comes_back_onto_no_project_that_one_was_taken_off() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Later"})).await;
    for project in ["Dashboard", "Later"] {
        studio.ok("assign_project_members", json!({"project": project, "members": [barbara.member()]})).await;
    }
    let on_later = async |day: &str| barbara.ok("create_time_entry", json!({"project": "Later", "date": day, "duration": "1h"})).await;
    let (moving, going) = (on_later("2026-11-17").await, on_later("2026-11-16").await);
    let moved = barbara.ok("update_time_entry", json!({"time_entry": moving["id"], "project": "Dashboard"})).await;
    let deleted = barbara.ok("delete_time_entry", json!({"time_entry": going["id"]})).await;
    barbara.ok("start_timer", json!({"project": "Later"})).await;
    studio.advance(600);
    let stopped = barbara.ok("stop_timer", json!({})).await;
    studio.ok("unassign_project_members", json!({"project": "Later", "members": [barbara.member()]})).await;
    let listed = barbara.ok("list_actions", json!({})).await;
    for done in [&moved, &deleted, &stopped] {
        let told = listed["items"].as_array().into_iter().flatten().find(|action| action["id"] == done["action"]).expect("listed");
        assert_eq!(told["undoable"], false, "{told}");
        assert_eq!(barbara.code("undo_action", json!({"action": done["action"]})).await, Code::NotFound, "{done}");
        assert_eq!(barbara.code("undo_action", json!({"action": done["action"], "dry_run": true})).await, Code::NotFound, "{done}");
    }
    studio.ok("assign_project_members", json!({"project": "Later", "members": [barbara.member()]})).await;
    for done in [&stopped, &deleted, &moved] {
        undo(&barbara, done).await;
    }
}

/// By hand no time can be logged there either; the hint is to restore the project.
#[tokio::test]
async fn time_comes_back_onto_nothing_that_is_archived() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Later"})).await;
    for (archive, restore, what) in [
        ("archive_project", "restore_project", json!({"project": "Later"})),
        ("archive_client", "restore_client", json!({"client": "Acme"})),
    ] {
        let logged = studio.ok("create_time_entry", json!({"project": "Later", "date": "2026-11-16", "duration": "1h"})).await;
        let deleted = studio.ok("delete_time_entry", json!({"time_entry": logged["id"]})).await;
        studio.ok(archive, what.clone()).await;
        let taken_back = json!({"action": deleted["action"]});
        let refused = studio.refused("undo_action", taken_back.clone()).await;
        assert_eq!(refused.code, Code::Invalid, "{refused:?}");
        assert!(refused.message.contains("Restore it first"), "{refused:?}");
        let listed = studio.ok("list_actions", json!({"limit": 5})).await;
        let told = listed["items"].as_array().into_iter().flatten().find(|action| action["id"] == deleted["action"]).expect("listed");
        assert_eq!((&told["undoable"], &told["why_not"]), (&json!(false), &json!(refused.message)));
        studio.ok(restore, what).await;
        undo(&studio, &deleted).await;
    }
}

/// Not even its present name is disclosed.
#[tokio::test]
async fn whoever_was_taken_off_an_archived_project_is_told_no_name_of_it() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Later"})).await;
    studio.ok("assign_project_members", json!({"project": "Later", "members": [barbara.member()]})).await;
    let logged = barbara.ok("create_time_entry", json!({"project": "Later", "date": "2026-11-17", "duration": "1h"})).await;
    let deleted = barbara.ok("delete_time_entry", json!({"time_entry": logged["id"]})).await;
    studio.ok("unassign_project_members", json!({"project": "Later", "members": [barbara.member()]})).await;
    studio.ok("update_project", json!({"project": "Later", "name": "Secret takeover"})).await;
    studio.ok("archive_project", json!({"project": "Secret takeover"})).await;
    let refused = barbara.refused("undo_action", json!({"action": deleted["action"]})).await;
    let listed = barbara.ok("list_actions", json!({})).await.to_string();
    assert_eq!(refused.code, Code::NotFound);
    assert!(!refused.message.contains("Secret") && !listed.contains("Secret"), "{refused:?} {listed}");
}

#[tokio::test]
async fn whoever_takes_time_back_from_a_project_that_they_were_taken_off_is_told_no_name_of_it() {
    let studio = studio().await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Later"})).await;
    for project in ["Dashboard", "Later"] {
        studio.ok("assign_project_members", json!({"project": project, "members": [barbara.member()]})).await;
    }
    let logged = barbara.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-17", "duration": "1h"})).await;
    let moved = barbara.ok("update_time_entry", json!({"time_entry": logged["id"], "project": "Later"})).await;
    studio.ok("unassign_project_members", json!({"project": "Later", "members": [barbara.member()]})).await;
    studio.ok("update_project", json!({"project": "Later", "name": "Secret takeover"})).await;
    let listed = barbara.ok("list_actions", json!({})).await.to_string();
    let undone = barbara.ok("undo_action", json!({"action": moved["action"]})).await.to_string();
    assert!(!listed.contains("Secret") && !undone.contains("Secret"), "{listed} {undone}");
}

/// Images of time, rates and budgets contain no currency.
#[tokio::test]
async fn amounts_come_back_in_no_other_currency() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Osaka", "currency": "EUR", "rate": "100.00", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Osaka", "name": "Robots"})).await;
    let logged = studio.ok("create_time_entry", json!({"project": "Robots", "date": "2026-11-17", "duration": "1h"})).await;
    let time = studio.ok("delete_time_entry", json!({"time_entry": logged["id"]})).await;
    studio.ok("create_project", json!({"client": "Osaka", "name": "Rated", "rate": "123.45"})).await;
    let project = studio.ok("delete_project", json!({"project": "Rated"})).await;
    let line = json!([{"description": "Parts", "price": "70.00"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Osaka", "lines": line})).await;
    let draft = studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
    studio.ok("update_client", json!({"client": "Osaka", "currency": "JPY"})).await;
    for done in [&time, &project, &draft] {
        let refused = studio.refused("undo_action", json!({"action": done["action"]})).await;
        assert_eq!(refused.code, Code::Stale, "{refused:?}");
    }
    studio.ok("update_client", json!({"client": "Osaka", "currency": "EUR"})).await;
    for done in [&draft, &project, &time] {
        undo(&studio, done).await;
    }
}

#[tokio::test]
async fn whoever_sees_only_those_beside_them_is_told_no_other_name() {
    let studio = studio().await;
    let (barbara, helga) = (studio.as_role(Role::Member).await, studio.as_role(Role::Manager).await);
    studio.ok("assign_project_members", json!({"project": "Dashboard", "members": [barbara.member()]})).await;
    let logged = log(&barbara, "2026-11-18").await;
    let undone = undo(&helga, &logged).await;
    let told = async |world: &World| {
        let refused = world.refused("undo_action", json!({"action": logged["action"]})).await;
        let leads_on = refused.hint.is_some_and(|hint| hint.contains(undone["action"].as_str().expect("an id")));
        assert_eq!(leads_on, world.member() != barbara.member(), "whose undo it is, and who leads the work, may undo that");
        refused.message
    };
    assert_eq!(told(&barbara).await, "Somebody took this back already.");
    assert!(!told(&studio).await.starts_with("Somebody"), "whoever sees everybody is told who it was");
}
