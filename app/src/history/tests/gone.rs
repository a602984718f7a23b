//! Records whose parent was deleted: the refusal names the parent, and how to restore it.

use serde_json::{Value, json};

use super::{instead::alike, log, studio, undo};
use crate::{
    access::{Role, WriteMode},
    error::Code,
    testing::World,
};

/// The expected hint to undo this action first.
fn first(what: &str, done: &Value, operation: &str) -> String {
    let id = done["action"].as_str().expect("an id");
    format!("{what} cannot be undone. Undo {id} ({operation}) first.")
}

/// An hour on a project that is created for it.
async fn on_site(studio: &World) -> Value {
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    studio.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-17", "duration": "1h"})).await
}

#[tokio::test]
async fn time_of_a_project_that_is_gone_comes_back_after_it() {
    let studio = studio().await;
    let logged = on_site(&studio).await;
    let deleted = studio.ok("delete_time_entry", json!({"time_entry": logged["id"]})).await;
    studio.ok("start_timer", json!({"project": "Site"})).await;
    let discarded = studio.ok("discard_timer", json!({})).await;
    let other = studio.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-18", "duration": "1h"})).await;
    let moved = studio.ok("update_time_entry", json!({"time_entry": other["id"], "project": "Dashboard"})).await;
    let gone = studio.ok("delete_project", json!({"project": "Site"})).await;
    for (done, operation) in [(&deleted, "delete_time_entry"), (&discarded, "discard_timer"), (&moved, "update_time_entry")] {
        let what = format!("The project Acme / Site is gone, so {operation}");
        alike(&studio, done, Code::Stale, &first(&what, &gone, "delete_project")).await;
    }
    undo(&studio, &gone).await;
    for done in [&moved, &discarded, &deleted] {
        undo(&studio, done).await;
    }
}

#[tokio::test]
async fn a_project_of_a_client_that_is_gone_comes_back_after_it() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Lab"})).await;
    let project = studio.ok("delete_project", json!({"project": "Lab"})).await;
    let client = studio.ok("delete_client", json!({"client": "Globex"})).await;
    let words = first("The client Globex is gone, so delete_project", &client, "delete_client");
    alike(&studio, &project, Code::Stale, &words).await;
    undo(&studio, &client).await;
    undo(&studio, &project).await;
}

/// A removed line is restored on its draft, with its time.
#[tokio::test]
async fn a_line_of_a_draft_that_is_gone_comes_back_after_it() {
    let studio = studio().await;
    log(&studio, "2026-11-18").await;
    let lines = json!([{"description": "Hosting", "price": "10.00"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    let before = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    let off = json!([{"line": before["lines"][0]["id"], "remove": true}]);
    let off = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": off})).await;
    let gone = studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
    let words = format!("so update_invoice_draft cannot be undone. Undo {}", gone["action"].as_str().expect("an id"));
    alike(&studio, &off, Code::Stale, &words).await;
    undo(&studio, &gone).await;
    undo(&studio, &off).await;
    let after = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!((&after["lines"], &after["total"]), (&before["lines"], &before["total"]));
}

/// The name of the project is known although its client was deleted, too.
#[tokio::test]
async fn what_was_taken_back_one_after_the_other_is_done_again_in_the_other_order() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    agent.ok("create_client", json!({"name": "Globex"})).await;
    agent.ok("create_project", json!({"client": "Globex", "name": "Lab"})).await;
    agent.ok("create_time_entry", json!({"project": "Lab", "date": "2026-11-17", "duration": "1h"})).await;
    let last = async || agent.ok("undo_action", json!({"action": "last"})).await;
    let (time, project, client) = (last().await, last().await, last().await);
    let words = first("The project Globex / Lab is gone, so undo_action", &project, "undo_action");
    alike(&agent, &time, Code::Stale, &words).await;
    alike(&agent, &project, Code::Stale, &first("The client Globex is gone, so undo_action", &client, "undo_action")).await;
    for undone in [&client, &project, &time] {
        undo(&agent, undone).await;
    }
}

#[tokio::test]
async fn whoever_did_not_delete_it_and_leads_no_work_is_told_no_name_and_no_id() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let barbara = studio.as_role(Role::Member).await;
    studio.ok("assign_project_members", json!({"project": "Site", "members": [barbara.member()]})).await;
    let logged = barbara.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-17", "duration": "1h"})).await;
    let deleted = barbara.ok("delete_time_entry", json!({"time_entry": logged["id"]})).await;
    studio.ok("delete_project", json!({"project": "Site"})).await;
    let words =
        "The project that it was on is gone, so delete_time_entry cannot be undone. Ask who leads the work to take that back first.";
    alike(&barbara, &deleted, Code::Stale, words).await;
    let refused = barbara.refused("undo_action", json!({"action": deleted["action"]})).await;
    assert_eq!(refused.details, None);
    // The hint for a token does not recommend the actions of its person.
    let agent = studio.token(WriteMode::Direct).await;
    let own = on_site(&agent).await;
    let own = agent.ok("delete_time_entry", json!({"time_entry": own["id"]})).await;
    studio.ok("delete_project", json!({"project": "Site"})).await;
    alike(&agent, &own, Code::Stale, "The project Acme / Site is gone, so delete_time_entry cannot be undone. Ask Ada to undo that").await;
}
