//! Tests of the read scope: callers who may not see money get hours alone, and other projects do not exist for them.

use serde_json::{Value, json};

use super::{barbara, log, set, studio, told, warnings};
use crate::{
    access::{Role, Scope, WriteMode},
    error::Code,
    testing::World,
};

/// Every key in an answer.
fn keys(answer: &Value) -> Vec<String> {
    match answer {
        Value::Object(map) => map.iter().flat_map(|(key, value)| std::iter::once(key.clone()).chain(keys(value))).collect(),
        Value::Array(items) => items.iter().flat_map(keys).collect(),
        _ => Vec::new(),
    }
}

/// Calls everything that answers about budgets, writes time past both caps, and asserts that only hours are shown.
async fn sees_hours_alone(world: &World) {
    let logged = log(world, "9h", json!({})).await;
    let mut answers = vec![logged.clone()];
    for (operation, arguments) in [
        ("get_budget", json!({"project": "Dashboard"})),
        ("list_budgets", json!({})),
        ("get_project_status", json!({"project": "Dashboard"})),
        ("get_project", json!({"project": "Dashboard"})),
        ("list_projects", json!({"with_hours": true})),
        ("list_notifications", json!({})),
        ("start_timer", json!({"project": "Dashboard"})),
        ("update_timer", json!({"description": "again"})),
        ("stop_timer", json!({})),
        ("update_time_entry", json!({"time_entry": logged["id"], "duration": "10h"})),
        ("delete_time_entry", json!({"time_entry": logged["id"]})),
    ] {
        answers.push(world.ok(operation, arguments).await);
    }
    for answer in answers {
        let found: Vec<_> =
            keys(&answer).into_iter().filter(|key| ["amount", "amount_per_week", "unbilled", "rate"].contains(&key.as_str())).collect();
        assert!(found.is_empty(), "{found:?} in {answer:#}");
        let text = answer.to_string();
        assert!(!text.contains(" EUR\"") && !text.contains(".00"), "{answer:#}");
    }
    let status = world.ok("get_budget", json!({"project": "Dashboard"})).await;
    assert_eq!(status["percent"], status["hours"]["percent"], "the usage is that of the hours");
}

#[tokio::test]
async fn a_member_sees_hours_alone() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10, "amount": "120.00"})).await;
    sees_hours_alone(&barbara(&studio).await).await;
}

#[tokio::test]
async fn a_token_that_was_not_made_for_money_sees_hours_alone() {
    let studio = studio().await;
    set(&studio, json!({"hours": 10, "amount": "120.00"})).await;
    let agent = studio.token_of(&[Scope::TimeRead, Scope::TimeWrite, Scope::WorkRead], WriteMode::Direct).await;
    sees_hours_alone(&agent).await;
}

#[tokio::test]
async fn a_threshold_that_money_crosses_is_kept_from_who_may_not_see_it() {
    let studio = studio().await;
    let barbara = barbara(&studio).await;
    set(&studio, json!({"hours": 100, "amount": "120.00"})).await;
    let crossing = log(&barbara, "2h", json!({})).await;
    assert_eq!((warnings(&crossing).len(), &crossing["budget"]["state"]), (0, &json!("ok")), "{crossing:#}");
    assert_eq!(told(&studio).await, ["Acme / Dashboard has reached 100 % of its budget: 2h of 100h, 240.00 EUR of 120.00 EUR."]);
    let agent = studio.token_of(&[Scope::WorkRead], WriteMode::Direct).await;
    assert_eq!((told(&barbara).await.len(), told(&agent).await.len()), (0, 0));
    log(&studio, "24h", json!({})).await;
    log(&studio, "24h", json!({})).await;
    log(&studio, "24h", json!({})).await;
    let crossing = log(&barbara, "2h", json!({})).await;
    assert_eq!(warnings(&crossing), ["Acme / Dashboard has reached 75 % of its budget: 76h of 100h."]);
    assert_eq!(told(&barbara).await, ["Acme / Dashboard has reached 75 % of its budget: 76h of 100h."]);
    assert_eq!(told(&studio).await.len(), 1, "those who lead were told of the higher threshold already");
}

#[tokio::test]
async fn a_budget_of_money_alone_shows_a_member_what_was_worked_and_no_cap() {
    let studio = studio().await;
    let barbara = barbara(&studio).await;
    set(&studio, json!({"amount": "120.00", "hard_stop": true})).await;
    let logged = log(&barbara, "1h", json!({})).await;
    let status = &logged["budget"];
    assert_eq!(
        (&status["hours"], status.get("percent"), status.get("state")),
        (&json!({"used": {"seconds": 3600, "text": "1h"}, "pending": {"seconds": 0, "text": "0m"}}), None, None)
    );
    let refused = barbara.refused("create_time_entry", json!({"project": "Dashboard", "duration": "1h"})).await;
    assert_eq!((refused.code, refused.message.as_str()), (Code::BudgetExhausted, "The budget of Acme / Dashboard has no room."));
    let details = refused.details.unwrap_or_default().to_string();
    assert!(!details.contains("amount") && !details.contains("percent\":{"), "{details}");
}

#[tokio::test]
async fn a_member_sees_the_budgets_of_their_projects_and_changes_none() {
    let studio = studio().await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Secret"})).await;
    studio.ok("set_budget", json!({"project": "Secret", "hours": 1})).await;
    set(&studio, json!({"hours": 10})).await;
    let barbara = barbara(&studio).await;
    assert_eq!(barbara.ok("list_budgets", json!({"with_total": true})).await["total"], 1);
    for operation in ["get_budget", "get_project_status"] {
        assert_eq!(barbara.code(operation, json!({"project": "Secret"})).await, Code::NotFound);
        assert_eq!(studio.as_role(Role::Viewer).await.code(operation, json!({"project": "Dashboard"})).await, Code::NotFound);
    }
    assert_eq!(barbara.code("set_budget", json!({"project": "Dashboard", "hours": 1})).await, Code::Forbidden);
    assert_eq!(barbara.code("clear_budget", json!({"project": "Dashboard"})).await, Code::Forbidden);
}

#[tokio::test]
async fn a_member_sees_who_works_there_and_only_their_own_hours() {
    let studio = studio().await;
    let barbara = barbara(&studio).await;
    log(&studio, "5h", json!({})).await;
    log(&barbara, "2h", json!({})).await;
    let status = barbara.ok("get_project_status", json!({"project": "Dashboard"})).await;
    let team: Vec<_> =
        status["team"].as_array().expect("a team").iter().map(|mate| (&mate["name"], mate.pointer("/worked/text"))).collect();
    assert_eq!(team, [(&json!("Ada"), None), (&json!("Barbara"), Some(&json!("2h")))]);
}

#[tokio::test]
async fn another_tenants_budgets_are_not_there() {
    let (ours, theirs) = (studio().await, studio().await);
    let project = set(&theirs, json!({"hours": 10})).await["project"]["id"].clone();
    for operation in ["get_budget", "get_project_status", "set_budget", "clear_budget"] {
        let mut call = json!({"project": project});
        if operation == "set_budget" {
            call["hours"] = json!(1);
        }
        assert_eq!(ours.code(operation, call).await, Code::NotFound, "{operation}");
    }
    assert_eq!(ours.ok("list_budgets", json!({})).await["items"], json!([]));
}
