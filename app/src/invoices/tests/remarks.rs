//! What a careful person would want to know before an invoice is sent.

use serde_json::{Value, json};

use super::{draft, log, studio};
use crate::{access::Role, testing::World};

/// The fields that are remarked of a draft of one line.
async fn remarks(studio: &World, client: &str) -> Vec<(String, String)> {
    let line = json!([{"description": "Logo", "price": "100.00"}]);
    let preview = studio.ok("preview_invoice", json!({"client": client, "lines": line})).await;
    let drafted = studio.ok("draft_invoice", json!({"client": client, "lines": line})).await;
    let told = |of: &Value| {
        let remarks = of["remarks"].as_array().into_iter().flatten();
        remarks.map(|remark| (remark["field"].as_str().unwrap_or_default().to_owned(), remark["message"].to_string())).collect::<Vec<_>>()
    };
    assert_eq!(told(&preview), told(&drafted), "a draft says what its preview said");
    studio.ok("delete_invoice_draft", json!({"invoice": drafted["id"]})).await;
    told(&drafted)
}

async fn says(studio: &World, client: &str, field: &str, words: &str) -> bool {
    remarks(studio, client).await.iter().any(|(of, message)| of == field && message.contains(words))
}

/// What every new client inherits is the tax of the organization: for a business abroad that is mostly a slip.
#[tokio::test]
async fn work_for_a_business_abroad_with_the_tax_of_the_sellers_country_is_remarked() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE"})).await;
    log(&studio, "2026-11-02", "1h").await;
    let draft = draft(&studio).await;
    let told = async || {
        let invoice = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
        invoice["remarks"].to_string().contains("is charged the tax of your own country")
    };
    assert!(!told().await);
    studio.ok("update_client", json!({"client": "Acme", "country": "FR", "vat_id": "FR40303265045"})).await;
    assert!(told().await);
    studio.ok("update_client", json!({"client": "Acme", "country": "US", "vat_id": ""})).await;
    assert!(told().await, "where there is no VAT, nobody has a number of it");
    studio.ok("update_client", json!({"client": "Acme", "country": "DE", "vat_id": "FR40303265045"})).await;
    assert!(!told().await, "a business here with a number from abroad is none abroad");
}

/// § 14c UStG, Article 203 of Directive 2006/112/EC: tax that is charged is owed, whether it had to be charged or not.
#[tokio::test]
async fn a_client_who_is_taxed_otherwise_than_the_organization_is_remarked() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE", "tax_rate": "19", "tax_category": "S"})).await;
    assert!(!says(&studio, "Acme", "client.tax_category", "settings").await);
    studio.ok("update_organization", json!({"tax_category": "E"})).await;
    assert!(says(&studio, "Acme", "client.tax_category", "you charge none").await);
    studio.ok("create_client", json!({"name": "Kunde", "currency": "EUR"})).await;
    assert!(!says(&studio, "Kunde", "client.tax_category", "settings").await, "both are a small business's");
    studio.ok("update_organization", json!({"tax_category": "S", "tax_rate": "19"})).await;
    assert!(says(&studio, "Kunde", "client.tax_category", "you charge 19 %").await);
}

/// Article 230 of Directive 2006/112/EC: the tax is stated in the seller's own currency, too.
#[tokio::test]
async fn tax_in_a_foreign_currency_alone_is_remarked() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex", "currency": "USD", "tax_rate": "19"})).await;
    for (country, told) in [("DE", true), ("JP", true), ("US", false)] {
        studio.ok("update_organization", json!({"country": country})).await;
        assert_eq!(says(&studio, "Globex", "notes", "stated in USD alone").await, told, "{country}");
        assert!(!says(&studio, "Acme", "notes", "alone").await, "{country}");
    }
}

/// Work that is billed before it is done is a payment in advance, and has to be called so (§ 14 (5) UStG).
#[tokio::test]
async fn a_service_period_that_is_still_to_come_is_remarked() {
    let studio = studio().await;
    log(&studio, "2026-11-02", "1h").await;
    let drafted = draft(&studio).await;
    let told = |invoice: &Value| invoice["remarks"].to_string().contains("still to come");
    assert!(!told(&drafted));
    let moved = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "period_to": "2027-01-31"})).await;
    assert!(told(&moved), "{moved:#}");
}

/// Auckland is at Sunday while the organization is at Saturday: what is over there is no payment in advance.
#[tokio::test]
async fn work_of_a_day_that_has_begun_for_whoever_did_it_is_not_still_to_come() {
    let studio = studio().await;
    studio.set_clock("2026-11-28T15:00:00Z");
    let told = |invoice: &Value| invoice.to_string().contains("still to come");
    let ahead = studio.as_role(Role::Manager).await;
    ahead.ok("set_time_zone", json!({"time_zone": "Pacific/Auckland"})).await;
    let ahead = ahead.at(&ahead).await;
    assert_eq!(log(&ahead, "today", "2h").await["day"], "2026-11-29");
    assert!(!told(&studio.ok("preview_invoice", json!({"client": "Acme"})).await));
    let drafted = draft(&studio).await;
    assert!(drafted["period"]["to"] == "2026-11-29" && !told(&drafted), "{drafted:#}");
    let moved = studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "period_to": "2026-11-30"})).await;
    assert!(told(&moved), "it has begun nowhere: {moved:#}");
}

/// A flat fee for October is not one of the day on which it is billed.
#[tokio::test]
async fn an_invoice_of_lines_alone_has_the_days_that_were_asked_for() {
    let studio = studio().await;
    let lines = json!([{"description": "Retainer", "price": "1500.00"}]);
    let asked = json!({"client": "Acme", "from": "2026-10-01", "to": "2026-10-31", "lines": lines});
    let days = json!({"from": "2026-10-01", "to": "2026-10-31"});
    assert_eq!(studio.ok("preview_invoice", asked.clone()).await["period"], days);
    assert_eq!(studio.ok("draft_invoice", asked).await["period"], days);
}

/// Not every account has an IBAN (EN 16931 BT-84).
#[tokio::test]
async fn an_account_without_an_iban_says_where_to_pay() {
    let studio = studio().await;
    assert!(says(&studio, "Acme", "organization.iban", "bank details").await);
    studio.ok("update_organization", json!({"bank_name": "Chase", "account_number": "021000021 / 123456789"})).await;
    assert!(!says(&studio, "Acme", "organization.iban", "bank details").await);
}

/// What was set to exempt by mistake is taxed again by its category alone.
#[tokio::test]
async fn a_line_is_taxed_again_at_the_usual_rate() {
    let studio = studio().await;
    log(&studio, "2026-11-02", "1h").await;
    let draft = draft(&studio).await;
    let line = draft["lines"][0]["id"].clone();
    let set = async |change: Value| studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": [change]})).await;
    let exempt = set(json!({"line": line, "tax_category": "E"})).await;
    assert_eq!(exempt["lines"][0]["tax_rate"], "0");
    let taxed = set(json!({"line": line, "tax_category": "S"})).await;
    assert_eq!((&taxed["lines"][0]["tax_rate"], &taxed["total"]["amount"]), (&json!("19"), &json!("142.80")));
}
