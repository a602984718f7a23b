//! Amounts of a client that has another currency now: they are not restored until it has theirs again.

use serde_json::{Value, json};

use super::{instead::alike, log, studio, undo};
use crate::{access::WriteMode, error::Code, testing::World};

/// The expected hint to undo this change of the currency first.
fn first(operation: &str, changed: &Value) -> String {
    let id = changed["action"].as_str().expect("an id");
    format!(
        "Osaka has another currency since then, and nothing is converted, so {operation} cannot be undone. Undo {id} (update_client) first."
    )
}

async fn in_currency(studio: &World, currency: &str) -> Value {
    studio.ok("update_client", json!({"client": "Osaka", "currency": currency})).await
}

#[tokio::test]
async fn what_holds_no_amount_comes_back_whatever_the_currency() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Osaka", "currency": "EUR"})).await;
    let made = studio.ok("create_project", json!({"client": "Osaka", "name": "Robots"})).await;
    let archived = studio.ok("archive_project", json!({"project": "Robots"})).await;
    let restored = studio.ok("restore_project", json!({"project": "Robots"})).await;
    studio.ok("set_budget", json!({"project": "Robots", "hours": "2"})).await;
    let cleared = studio.ok("clear_budget", json!({"project": "Robots"})).await;
    in_currency(&studio, "USD").await;
    let undone = undo(&studio, &cleared).await;
    undo(&studio, &undone).await;
    for done in [&restored, &archived, &made] {
        undo(&studio, done).await;
    }
}

#[tokio::test]
async fn an_amount_comes_back_after_the_currency_that_it_was_in() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Osaka", "currency": "EUR"})).await;
    studio.ok("create_project", json!({"client": "Osaka", "name": "Rated", "rate": "70.00"})).await;
    let rated = studio.ok("delete_project", json!({"project": "Rated"})).await;
    // This undo restores only the amount of its budget.
    studio.ok("create_project", json!({"client": "Osaka", "name": "Capped"})).await;
    studio.ok("set_budget", json!({"project": "Capped", "amount": "500.00"})).await;
    let capped = studio.ok("delete_project", json!({"project": "Capped"})).await;
    let changed = in_currency(&studio, "USD").await;
    let again = in_currency(&studio, "JPY").await;
    for done in [&rated, &capped] {
        alike(&studio, done, Code::Stale, &first("delete_project", &again)).await;
    }
    // The hint must not name a change that is undone already.
    undo(&studio, &again).await;
    for done in [&rated, &capped] {
        alike(&studio, done, Code::Stale, &first("delete_project", &changed)).await;
    }
    undo(&studio, &changed).await;
    for done in [&capped, &rated] {
        undo(&studio, done).await;
    }
}

/// Currency conflicts are known obstacles, so no such action is tried in vain.
#[tokio::test]
async fn however_many_the_currency_keeps_the_newest_that_can_be_undone_is_named() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    studio.ok("create_client", json!({"name": "Osaka", "currency": "EUR"})).await;
    let kept = log(&agent, "2026-11-17").await;
    for name in ["One", "Two", "Three", "Four", "Five"] {
        agent.ok("create_project", json!({"client": "Osaka", "name": name, "rate": "70.00"})).await;
        agent.ok("update_project", json!({"project": name, "rate": ""})).await;
    }
    in_currency(&studio, "USD").await;
    let refused = agent.refused("undo_action", json!({"action": "last"})).await;
    assert_eq!(refused.code, Code::Stale);
    let hint = refused.hint.unwrap_or_default();
    assert!(hint.contains("Ask Ada to undo that first.") && hint.contains(kept["action"].as_str().expect("an id")), "{hint}");
}
