//! Promises about clients, over the operations.

use serde_json::{Value, json};

use crate::{error::Code, testing::World};

/// A studio with the client Acme, billed in euros, and its projects Dashboard and Site.
async fn studio() -> World {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19", "currency": "EUR"})).await;
    for project in ["Dashboard", "Site"] {
        studio.ok("create_project", json!({"client": "Acme", "name": project})).await;
    }
    studio
}

fn to_dollars() -> Value {
    json!({"client": "Acme", "currency": "USD"})
}

#[tokio::test]
async fn the_currency_stays_while_a_rate_or_a_budget_is_an_amount_in_it() {
    let studio = studio().await;
    studio.ok("update_project", json!({"project": "Dashboard", "rate": 9000})).await;
    studio.ok("set_budget", json!({"project": "Site", "amount": 400_000})).await;
    let refused = studio.refused("update_client", to_dollars()).await;
    assert_eq!(refused.code, Code::InUse);
    assert_eq!(
        refused.message,
        "The currency of Acme stays EUR: the rate of Dashboard and the budget of Site are in it. Take what is an amount away first, or add another client for USD."
    );
    studio.ok("clear_budget", json!({"project": "Site"})).await;
    let refused = studio.refused("update_client", to_dollars()).await;
    assert!(refused.message.contains("stays EUR: the rate of Dashboard is in it."), "{}", refused.message);
    studio.sql("update project set rate = null where organization_id = $1").await;
    assert_eq!(studio.ok("update_client", to_dollars()).await["currency"], "USD");
}

#[tokio::test]
async fn a_budget_of_hours_is_in_no_currency() {
    let studio = studio().await;
    studio.ok("set_budget", json!({"project": "Site", "hours": 40})).await;
    assert_eq!(studio.ok("update_client", to_dollars()).await["currency"], "USD");
}

#[tokio::test]
async fn the_currency_stays_once_there_is_time() {
    let studio = studio().await;
    studio.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-20", "duration": "1h"})).await;
    let refused = studio.refused("update_client", to_dollars()).await;
    assert_eq!(refused.code, Code::InUse);
    assert!(refused.message.contains("there is time or an invoice in it"), "{}", refused.message);
}

#[tokio::test]
async fn many_amounts_are_not_all_named() {
    let studio = studio().await;
    for at in 1..=6 {
        studio.ok("create_project", json!({"client": "Acme", "name": format!("Project {at}"), "rate": 9000})).await;
    }
    let refused = studio.refused("update_client", to_dollars()).await;
    assert!(refused.message.contains("the rate of Project 5 and others are in it"), "{}", refused.message);
    assert!(!refused.message.contains("Project 6"), "{}", refused.message);
}
