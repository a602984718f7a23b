//! Tests of changing drafts.

use serde_json::json;

use super::*;
use crate::{access::WriteMode, error::Code};

/// The version a caller has seen stays valid if nothing has changed.
#[tokio::test]
async fn a_draft_of_which_nothing_becomes_another_keeps_its_version_and_nothing_was_done() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let drafted = json!({"client": "Acme", "lines": [{"description": "Domain", "price": "10.00"}]});
    let invoice = studio.ok("draft_invoice", drafted).await;
    let said = json!({
        "invoice": invoice["id"], "discount": "10%", "notes": "Thank you", "payment_terms_days": 7,
        "period_from": "2026-11-01", "period_to": "2026-11-30",
    });
    let changed = studio.ok("update_invoice_draft", said.clone()).await;
    assert_ne!(changed["version"], invoice["version"]);
    let lines = json!({"invoice": invoice["id"], "lines": [
        {"line": changed["lines"][0]["id"], "description": changed["lines"][0]["description"]},
        {"line": changed["lines"][1]["id"], "quantity": "1", "price": "10.00", "tax_rate": "19"},
    ]});
    for same in [json!({"invoice": invoice["id"]}), said, lines] {
        let again = studio.ok("update_invoice_draft", same.clone()).await;
        assert_eq!((&again["version"], &again["total"]), (&changed["version"], &changed["total"]), "{same}");
    }
    let undone = studio.ok("undo_action", json!({"action": "last"})).await;
    assert_eq!(undone["undone"], changed["action"], "what changed nothing is not taken back");
}

/// The rate 0 was chosen, although it changes no line.
#[tokio::test]
async fn a_rate_of_nothing_for_time_that_had_none_makes_another_version() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Initech", "currency": "JPY", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Initech", "name": "Site"})).await;
    studio.ok("create_time_entry", json!({"project": "Initech / Site", "date": "2026-11-20", "duration": "1h"})).await;
    let invoice = studio.ok("draft_invoice", json!({"client": "Initech"})).await;
    let changed = studio.ok("update_invoice_draft", json!({"invoice": invoice["id"], "time_rate": "0"})).await;
    assert_eq!(changed["total"], invoice["total"]);
    assert_ne!(changed["version"], invoice["version"]);
}

#[tokio::test]
async fn a_version_that_never_was_is_told_from_one_that_is_past() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let drafted = draft(&studio).await;
    let version = drafted["version"].as_i64().expect("a version");
    let refused =
        studio.refused("update_invoice_draft", json!({"invoice": drafted["id"], "notes": "Thanks.", "version": version + 5})).await;
    let words = format!("This draft never had version {}: it is at version {version}.", version + 5);
    assert!(refused.code == Code::Stale && refused.message.starts_with(&words), "{refused:?}");
}

#[tokio::test]
async fn a_discount_that_may_have_been_a_fraction_is_told_to_be_an_amount() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let words = "The discount is an amount, 0.10 EUR. Write 10% if you mean 10 percent, or leave it as it is.";
    for (operation, discount, told) in [("draft_invoice", "0.1", true), ("draft_invoice", "0.1%", false), ("preview_invoice", "0.10", true)]
    {
        let mut wanted = json!({"client": "Acme", "discount": discount});
        if operation == "draft_invoice" {
            wanted["dry_run"] = json!(true);
        }
        let answer = studio.ok(operation, wanted).await;
        let warned = answer["warnings"].as_array().is_some_and(|warnings| warnings.contains(&json!(words)));
        assert_eq!(warned, told, "{operation} {discount}: {}", answer["warnings"]);
    }
    let drafted = draft(&studio).await;
    let changed = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "discount": "0.1"})).await;
    assert!(changed["warnings"].as_array().is_some_and(|warnings| warnings.contains(&json!(words))), "{}", changed["warnings"]);
}

/// A form sends the rate that stood there along with another category; a program that gives both means one of them.
#[tokio::test]
async fn a_rate_beside_a_category_without_tax_is_refused_except_from_a_form() {
    let studio = studio().await;
    let agent = studio.token(WriteMode::Direct).await;
    let line = json!({"description": "Domain", "price": "10.00", "tax_category": "E", "tax_rate": "19"});
    for operation in ["preview_invoice", "draft_invoice"] {
        let given = json!({"client": "Acme", "lines": [line]});
        let refused = agent.refused(operation, given.clone()).await;
        assert!(refused.field("lines[0].tax_rate").is_some_and(|why| why.contains("does not go with Exempt (E)")), "{refused:?}");
        let at_the_page = studio.ok(operation, given).await;
        assert_eq!((&at_the_page["lines"][0]["tax_category"], &at_the_page["tax"]["amount"]), (&json!("E"), &json!("0.00")));
    }
    let taxed = json!({"description": "Domain", "price": "10.00"});
    let draft = agent.ok("draft_invoice", json!({"client": "Acme", "lines": [taxed]})).await;
    let change = json!({"line": draft["lines"][0]["id"], "tax_category": "E", "tax_rate": "19"});
    for (field, given) in [
        ("lines[0].tax_rate", json!({"invoice": draft["id"], "lines": [change]})),
        ("add[0].tax_rate", json!({"invoice": draft["id"], "add": [line]})),
    ] {
        let refused = agent.refused("update_invoice_draft", given.clone()).await;
        assert!(refused.field(field).is_some(), "{field}: {refused:?}");
        studio.ok("update_invoice_draft", given).await;
    }
    let exempt = json!({"description": "Domain", "price": "10.00", "tax_category": "E", "tax_rate": "0"});
    agent.ok("preview_invoice", json!({"client": "Acme", "lines": [exempt]})).await;
}
