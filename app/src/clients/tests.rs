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
    studio.ok("update_project", json!({"project": "Dashboard", "rate": "90.00"})).await;
    studio.ok("set_budget", json!({"project": "Site", "amount": "4000.00"})).await;
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
        studio.ok("create_project", json!({"client": "Acme", "name": format!("Project {at}"), "rate": "90.00"})).await;
    }
    let refused = studio.refused("update_client", to_dollars()).await;
    assert!(refused.message.contains("the rate of Project 5 and others are in it"), "{}", refused.message);
    assert!(!refused.message.contains("Project 6"), "{}", refused.message);
}

#[tokio::test]
async fn a_bare_number_is_no_amount_and_the_text_to_write_is_said() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_rate": "19"})).await;
    let line = json!([{"description": "Hosting", "price": 5000}]);
    for (operation, arguments, field, text) in [
        ("create_client", json!({"name": "Beta", "rate": 120}), "rate", "\"120.00\""),
        ("update_client", json!({"client": "Acme", "rate": 99.5}), "rate", "\"99.50\""),
        ("set_budget", json!({"project": "Dashboard", "amount": -1}), "amount", "\"-1.00\""),
        ("preview_invoice", json!({"client": "Acme", "lines": line}), "price", "\"5000.00\""),
    ] {
        let refused = studio.through(crate::context::Door::Rest).refused(operation, arguments).await;
        let why = refused.field(field).unwrap_or_else(|| panic!("{operation}: {refused:?}"));
        assert!(why.contains(text) && why.contains("major units"), "{operation}: {why}");
    }
}

#[tokio::test]
async fn the_log_and_a_dry_run_show_amounts_in_the_currency_of_their_record() {
    let studio = World::new("studio").await;
    let made = studio.ok("create_client", json!({"name": "Osaka", "currency": "JPY", "rate": "15000", "tax_rate": "10"})).await;
    let entry = studio.ok("get_audit_entry", json!({"action": made["action"]})).await;
    assert_eq!(entry["changes"][0]["after"]["rate"], "15000", "{entry}");
    studio.ok("create_project", json!({"client": "Osaka", "name": "Robots"})).await;
    let logged = studio.ok("create_time_entry", json!({"project": "Robots", "date": "2026-11-20", "duration": "1h"})).await;
    let entry = studio.ok("get_audit_entry", json!({"action": logged["action"]})).await;
    let image = entry["changes"].as_array().and_then(|changes| changes.iter().find(|change| change["kind"] == "time_entry"));
    assert_eq!(image.expect("the entry")["after"]["rate"], "15000", "{entry}");
    let line = json!([{"description": "Parts", "quantity": "2", "price": "700"}]);
    let tried = studio.ok("draft_invoice", json!({"client": "Osaka", "lines": line, "dry_run": true})).await;
    let images = tried["changes"].as_array().expect("changes");
    assert!(images.iter().any(|change| change["kind"] == "invoice_line" && change["after"]["price"] == "700"), "{tried}");
    assert!(images.iter().any(|change| change["kind"] == "invoice" && change["after"]["currency"] == "JPY"), "{tried}");
}

#[tokio::test]
async fn the_tax_of_an_organization_goes_together_as_that_of_its_clients_does() {
    let studio = World::new("studio").await;
    studio.ok("update_organization", json!({"tax_category": "S", "tax_rate": "19"})).await;
    let exempt = studio.ok("update_organization", json!({"tax_category": "E"})).await;
    assert_eq!((&exempt["tax_category"], &exempt["tax_rate"]), (&json!("E"), &json!("0")), "{exempt}");
    let client = studio.ok("create_client", json!({"name": "X"})).await;
    assert_eq!((&client["tax_category"], &client["tax_rate"]), (&json!("E"), &json!("0")));
    for wrong in [json!({"tax_category": "E", "tax_rate": "19"}), json!({"tax_category": "S"}), json!({"tax_rate": "7"})] {
        let refused = studio.refused("update_organization", wrong.clone()).await;
        assert!(refused.field("tax_rate").is_some(), "{wrong}: {refused:?}");
    }
    studio.ok("update_organization", json!({"tax_category": "E", "tax_rate": "0", "name": "Studio"})).await;
}

#[tokio::test]
async fn another_currency_of_the_organization_makes_no_rate_of_one_in_the_currency_before() {
    let studio = World::new("studio").await;
    studio.ok("update_organization", json!({"currency": "EUR", "rate": "120.00"})).await;
    let changed = studio.ok("update_organization", json!({"currency": "USD"})).await;
    assert_eq!(changed.get("rate").filter(|rate| rate["amount"] != "0.00"), None, "{changed}");
    assert!(changed["warnings"][0].as_str().is_some_and(|words| words.contains("120.00 EUR") && words.contains("USD")), "{changed}");
    let both = studio.ok("update_organization", json!({"currency": "GBP", "rate": "95.00"})).await;
    assert_eq!((&both["rate"], both.get("warnings")), (&json!({"amount": "95.00", "currency": "GBP"}), None));
}
