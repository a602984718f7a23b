//! Tests of undo.

mod added;
mod back;
mod chain;
mod currency;
mod examined;
mod gone;
mod held;
mod instead;
mod listed;
mod locks;
mod named;
mod rights;
mod taken;
mod timers;
mod told;

use serde_json::{Value, json};

use crate::{
    access::{Role, WriteMode},
    error::Code,
    testing::World,
};

/// A studio with a client and a project.
async fn studio() -> World {
    let studio = World::new("undo").await;
    studio.ok("create_client", json!({"name": "Acme", "rate": "120.00", "tax_rate": "19", "email": "billing@acme.example"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio
}

async fn log(studio: &World, day: &str) -> Value {
    studio.ok("create_time_entry", json!({"project": "Dashboard", "date": day, "duration": "1h", "description": "Work"})).await
}

async fn undo(studio: &World, done: &Value) -> Value {
    studio.ok("undo_action", json!({"action": done["action"]})).await
}

/// The compared fields: all but the counters that increase.
async fn entry(studio: &World, id: &Value) -> Value {
    let mut entry = studio.ok("get_time_entry", json!({"time_entry": id})).await;
    entry.as_object_mut().expect("an entry").remove("version");
    entry
}

#[tokio::test]
async fn a_new_entry_goes_away_a_changed_one_is_as_before_and_a_deleted_one_is_there_again() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let id = logged["id"].clone();
    let before = entry(&studio, &id).await;

    let changed = studio.ok("update_time_entry", json!({"time_entry": id, "description": "Else", "duration": "2h"})).await;
    undo(&studio, &changed).await;
    assert_eq!(entry(&studio, &id).await, before);

    let deleted = studio.ok("delete_time_entry", json!({"time_entry": id})).await;
    let undone = undo(&studio, &deleted).await;
    assert_eq!((&undone["restored"][0]["record"], &undone["removed"]), (&id, &json!([])));
    assert_eq!(entry(&studio, &id).await, before);

    let undone = undo(&studio, &logged).await;
    assert_eq!((&undone["removed"][0]["record"], &undone["restored"]), (&id, &json!([])), "nobody is told that it is there again");
    assert_eq!(studio.code("get_time_entry", json!({"time_entry": id})).await, Code::NotFound);
}

#[tokio::test]
async fn a_stopped_timer_runs_on_and_a_started_one_was_never_started() {
    let studio = studio().await;
    let started = studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    studio.advance(600);
    let stopped = studio.ok("stop_timer", json!({})).await;
    undo(&studio, &stopped).await;
    assert_eq!(studio.ok("get_timer", json!({})).await["timer"]["id"], started["id"]);
    undo(&studio, &started).await;
    assert_eq!(studio.ok("get_timer", json!({})).await.get("timer"), None);
}

#[tokio::test]
async fn clients_and_projects_are_put_back() {
    let studio = studio().await;
    let renamed = studio.ok("update_client", json!({"client": "Acme", "name": "Acme Ltd", "rate": "99.00"})).await;
    undo(&studio, &renamed).await;
    assert_eq!(studio.ok("get_client", json!({"client": "Acme"})).await["rate"]["amount"], "120.00");
    let archived = studio.ok("archive_project", json!({"project": "Dashboard"})).await;
    undo(&studio, &archived).await;
    assert_eq!(studio.ok("get_project", json!({"project": "Dashboard"})).await["archived"], false);
    let made = studio.ok("create_client", json!({"name": "Globex"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Site"})).await;
    assert_eq!(studio.code("undo_action", json!({"action": made["action"]})).await, Code::InUse, "a project holds it by now");
}

#[tokio::test]
async fn undoing_a_draft_releases_its_time_and_undoing_its_deletion_takes_it_again() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let whole = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    let deleted = studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
    undo(&studio, &deleted).await;
    let mut again = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    again["version"] = whole["version"].clone();
    assert_eq!(again, whole);
    // The draft is undone as a whole, though it was deleted and restored meanwhile.
    let undone = undo(&studio, &draft).await;
    let kinds = |part: &str| {
        undone[part]
            .as_array()
            .expect("records")
            .iter()
            .map(|record| record["kind"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds("restored"), ["time_entry"], "the time can be billed again");
    let mut removed = kinds("removed");
    removed.sort_unstable();
    assert_eq!(removed, ["invoice", "invoice_line"], "each is told once: {undone:#}");
    assert_eq!(studio.code("get_invoice", json!({"invoice": draft["id"]})).await, Code::NotFound);
    assert_eq!(entry(&studio, &logged["id"]).await["locked"], false);
}

#[tokio::test]
async fn what_was_overtaken_stays_and_says_by_whom() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let edsger = studio.as_role(Role::Manager).await;
    let changed = edsger.ok("update_time_entry", json!({"time_entry": logged["id"], "description": "Else"})).await;
    let refused = studio.refused("undo_action", json!({"action": logged["action"]})).await;
    assert_eq!(refused.code, Code::Stale);
    assert!(refused.message.contains("Edsger") && refused.message.contains("update_time_entry"), "{}", refused.message);
    // Once the later change is undone, the earlier one can be.
    undo(&studio, &changed).await;
    undo(&studio, &logged).await;
}

#[tokio::test]
async fn an_undo_can_be_undone_and_nothing_is_undone_twice() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let undone = undo(&studio, &logged).await;
    let twice = studio.refused("undo_action", json!({"action": logged["action"]})).await;
    assert_eq!(twice.code, Code::Stale);
    assert!(twice.message.contains("Ada"), "{}", twice.message);
    undo(&studio, &undone).await;
    assert_eq!(entry(&studio, &logged["id"]).await["description"], "Work");
    // It is there again, so it can be undone again.
    undo(&studio, &logged).await;
}

#[tokio::test]
async fn invoiced_time_and_closed_days_stay() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    assert_eq!(studio.code("undo_action", json!({"action": logged["action"]})).await, Code::Locked);
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    for action in [&logged["action"], &draft["action"], &sent["action"]] {
        let refused = studio.refused("undo_action", json!({"action": action})).await;
        assert!(matches!(refused.code, Code::Locked | Code::Stale | Code::Invalid), "{refused:?}");
    }
    let later = log(&studio, "2026-11-19").await;
    studio.ok("update_organization", json!({"lock_date": "2026-11-19"})).await;
    assert_eq!(studio.code("undo_action", json!({"action": later["action"]})).await, Code::Locked);
}

#[tokio::test]
async fn nobody_undoes_what_is_not_theirs_to_undo() {
    let studio = studio().await;
    let logged = log(&studio, "2026-11-18").await;
    let call = json!({"action": logged["action"]});
    assert_eq!(studio.as_role(Role::Member).await.code("undo_action", call.clone()).await, Code::NotFound);
    assert_eq!(World::new("elsewhere").await.code("undo_action", call.clone()).await, Code::NotFound);
    // An agent undoes its own actions and not those of the person that it works for.
    let agent = studio.token(WriteMode::Direct).await;
    assert_eq!(agent.code("undo_action", call.clone()).await, Code::NotFound);
    let own = log(&agent, "2026-11-18").await;
    undo(&agent, &own).await;
    // A member cannot undo what they did to a client as a manager.
    studio.as_role(Role::Manager).await.ok("undo_action", call).await;
}

#[tokio::test]
async fn an_action_that_changed_nothing_to_put_back_is_refused() {
    let studio = studio().await;
    let token = studio.ok("create_token", json!({"name": "agent"})).await;
    assert_eq!(studio.code("undo_action", json!({"action": token["action"]})).await, Code::Invalid);
    assert_eq!(studio.code("undo_action", json!({"action": "nonsense"})).await, Code::NotFound);
}

#[tokio::test]
async fn a_budget_follows_what_is_undone_and_is_put_back_itself() {
    let studio = studio().await;
    let set = studio.ok("set_budget", json!({"project": "Dashboard", "hours": "2", "period": "lifetime", "hard_stop": true})).await;
    let used = async || studio.ok("get_budget", json!({"project": "Dashboard"})).await["hours"]["used"]["seconds"].clone();
    let first = log(&studio, "2026-11-18").await;
    log(&studio, "2026-11-19").await;
    let (full, deleted) = (used().await, studio.ok("delete_time_entry", json!({"time_entry": first["id"]})).await);
    assert_ne!(used().await, full);
    // Another entry has used up what the deleted hour left of the budget.
    let other = log(&studio, "2026-11-20").await;
    assert_eq!(studio.code("undo_action", json!({"action": deleted["action"]})).await, Code::BudgetExhausted);
    undo(&studio, &other).await;
    undo(&studio, &deleted).await;
    assert_eq!(used().await, full);
    undo(&studio, &set).await;
    assert_eq!(studio.code("get_budget", json!({"project": "Dashboard"})).await, Code::NotFound);
}
