//! Tests of invoices through the operations.

mod agents;
mod client_tax;
mod cross_border;
mod disbursements;
mod documents;
mod draft_warnings;
mod drafts;
mod exact;
mod examined;
mod glyph_coverage;
mod limits;
mod line_texts;
mod mails;
mod numbers;
mod omitted_tax;
mod party_numbers;
mod payments;
mod rates;
mod redrafts;
mod refusals;
mod remarks;
mod sending;
mod sent_document;
mod shares;
mod tax_numbers;
mod titles;
mod updates;
mod voiding;
mod waiting;
mod wanted_at_home;
mod zones;

use serde_json::{Value, json};

use crate::testing::{World, euros};

/// A studio with the client Acme (120.00 EUR an hour, 19 % tax) and its project Dashboard.
pub async fn studio() -> World {
    let studio = World::new("studio").await;
    let acme = json!({"name": "Acme", "currency": "EUR", "rate": "120.00", "tax_rate": "19", "email": "billing@acme.example", "payment_terms_days": 30});
    studio.ok("create_client", acme).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    studio
}

/// The same with a country set for the studio.
pub async fn studio_in(country: &str) -> World {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": country})).await;
    studio
}

/// The number of remarks on an invoice, without those on missing data of the two parties.
pub fn remarked(invoice: &Value) -> usize {
    let of_parties =
        |remark: &&Value| ["organization.address", "client.address", "organization.iban"].iter().any(|field| remark["field"] == *field);
    invoice["remarks"].as_array().into_iter().flatten().filter(|remark| !of_parties(remark)).count()
}

/// Logs time on Dashboard.
pub async fn log(studio: &World, date: &str, duration: &str) -> Value {
    studio
        .ok("create_time_entry", json!({"project": "Acme / Dashboard", "date": date, "duration": duration, "description": "Charts"}))
        .await
}

/// A draft of all unbilled time of Acme.
pub async fn draft(studio: &World) -> Value {
    studio.ok("draft_invoice", json!({"client": "Acme"})).await
}

/// A sent invoice over 90 minutes.
pub async fn sent(studio: &World) -> Value {
    log(studio, "2026-11-20", "1h30m").await;
    let draft = draft(studio).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"]})).await
}
