//! Created records to which others refer now: the refusal names that record and the action to undo first.

use serde_json::{Value, json};

use super::{instead::alike, log, studio, undo};
use crate::{context::Caller, error::Code, testing::World};

fn id(done: &Value) -> &str {
    done["action"].as_str().expect("an id")
}

#[tokio::test]
async fn what_an_undo_brought_back_is_named_with_that_undo() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Lab"})).await;
    let project = studio.ok("delete_project", json!({"project": "Lab"})).await;
    let client = studio.ok("delete_client", json!({"client": "Globex"})).await;
    let client = undo(&studio, &client).await;
    let project = undo(&studio, &project).await;
    let words = format!(
        "Globex has the project Lab since then, so undo_action cannot be undone. Undo {} (undo_action) first, or delete that project, or archive the \
         client by hand.",
        id(&project)
    );
    alike(&studio, &client, Code::InUse, &words).await;
    let refused = studio.refused("undo_action", json!({"action": client["action"]})).await;
    assert_eq!(refused.details.expect("details")["later_action"], project["action"]);
    undo(&studio, &project).await;
    undo(&studio, &client).await;
}

/// Moved records count like created ones.
#[tokio::test]
async fn time_that_was_moved_onto_a_new_project_is_named_with_its_move() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-17").await;
    let made = studio.ok("create_project", json!({"client": "Acme", "name": "Lab"})).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": logged["id"], "project": "Lab"})).await;
    let words = format!(
        "Acme / Lab has a time entry since then, so create_project cannot be undone. Undo {} (update_time_entry) first, or \
         move or delete that time entry, or archive the project by hand.",
        id(&moved)
    );
    alike(&studio, &made, Code::InUse, &words).await;
    undo(&studio, &moved).await;
    undo(&studio, &made).await;
}

/// The acceptance of an invitation cannot be undone, so the hint is to remove the member from the project.
#[tokio::test]
async fn a_member_who_came_onto_a_new_project_by_an_invitation_is_taken_off_it_and_not_out_of_the_organization() {
    let studio = studio().await;
    let made = studio.ok("create_project", json!({"client": "Acme", "name": "Lab"})).await;
    let elsewhere = World::new("elsewhere").await;
    let services = studio.caller.services.clone();
    let person = World { caller: Caller { services, ..elsewhere.caller.clone() }, ..studio.clone() };
    let invitation = json!({"email": person.person().email, "role": "member", "projects": ["Lab"]});
    let invited = studio.ok("invite_member", invitation).await;
    let secret = invited["link"].as_str().and_then(|link| link.rsplit('/').next()).expect("a link");
    person.ok("answer_invitation", json!({"invitation": secret, "accept": true})).await;
    let words = "Acme / Lab has a member since then, so create_project cannot be undone. First take that member off it, or archive or \
                 delete the project by hand.";
    alike(&studio, &made, Code::InUse, words).await;
}

/// A sent invoice is not deleted, and no hint recommends to undo its draft.
#[tokio::test]
async fn a_client_with_an_invoice_that_was_sent_is_archived() {
    let studio = studio().await;
    let made = studio.ok("create_client", json!({"name": "Globex", "country": "DE", "address": "Weg 1\n10115 Berlin"})).await;
    let line = json!({"description": "Hosting", "price": "10.00", "tax_rate": "19"});
    let draft = studio.ok("draft_invoice", json!({"client": "Globex", "lines": [line]})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let refused = studio.refused("undo_action", json!({"action": made["action"]})).await;
    assert_eq!((refused.code, refused.hint.as_deref()), (Code::InUse, Some("You can archive the client by hand.")), "{refused:?}");
}

/// A call takes a hundred entries: the list detects one that was corrected since, wherever it is among them.
#[tokio::test]
async fn of_many_entries_one_that_was_changed_since_keeps_all_of_them_in_the_list_too() {
    let studio = studio().await;
    let entry = |at: usize| json!({"project": "Dashboard", "date": "2026-11-17", "duration": "5m", "description": format!("part{at}")});
    let many = studio.ok("create_time_entries", json!({"entries": (1..=100).map(entry).collect::<Vec<_>>()})).await;
    let last = studio.ok("list_time_entries", json!({"query": "part100"})).await["items"][0]["id"].clone();
    let changed = studio.ok("update_time_entry", json!({"time_entry": last, "description": "Else"})).await;
    alike(&studio, &many, Code::Stale, id(&changed)).await;
    for _ in 0..48 {
        log(&studio, "2026-11-18").await;
    }
    let page = studio.ok("list_actions", json!({})).await;
    assert!(page["next_cursor"].is_string(), "there are more behind a usual page");
    let listed = page["items"].as_array().expect("a list").iter().find(|action| action["id"] == many["action"]).expect("listed");
    assert!(listed["why_not"].as_str().expect("why not").contains(id(&changed)), "{listed:#}");
    undo(&studio, &changed).await;
    undo(&studio, &many).await;
}
