//! Tests of the warnings of new and changed drafts: what keeps them from being sent, time without a rate, rounding.

use serde_json::{Value, json};

use super::{draft, log, studio};
use crate::{access::WriteMode, context::Channel, testing::World};

/// The warnings of an answer.
fn warnings(answer: &Value) -> Vec<String> {
    answer["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Adds a client with one hour of time on its project.
async fn with_hour(studio: &World, client: Value) {
    let name = client["name"].clone();
    studio.ok("create_client", client).await;
    studio.ok("create_project", json!({"client": name, "name": "Site"})).await;
    let project = format!("{} / Site", name.as_str().expect("a name"));
    studio.ok("create_time_entry", json!({"project": project, "date": "2026-11-20", "duration": "1h"})).await;
}

#[tokio::test]
async fn several_drafts_tell_what_keeps_each_from_being_sent() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let beta = json!({"name": "Beta", "currency": "EUR", "country": "FR", "rate": "100.00", "tax_category": "AE"});
    with_hour(&studio, beta).await;
    with_hour(&studio, json!({"name": "Ceta", "currency": "EUR", "rate": "100.00", "tax_rate": "19"})).await;
    studio.ok("update_organization", json!({"country": "DE", "tax_number": ""})).await;
    let program = studio.through(Channel::Rest);
    for (caller, dry_run, at_page) in [(&studio, true, true), (&program, true, false), (&program, false, false)] {
        let told = warnings(&caller.ok("draft_invoices", json!({"dry_run": dry_run})).await);
        let of_seller: Vec<_> = told.iter().filter(|told| told.contains("BR-S-02")).collect();
        assert_eq!(of_seller.len(), 1, "one problem of several clients is told once: {told:#?}");
        assert!(of_seller[0].starts_with("Acme, Ceta: This draft cannot be sent yet. Your VAT identifier or tax number"), "{told:#?}");
        let begins = "This draft cannot be sent yet. The VAT identifier of Beta is missing";
        let of_beta = told.iter().find(|told| told.starts_with(begins)).unwrap_or_else(|| panic!("{told:#?}"));
        assert_eq!(of_beta.contains("update_client does that."), !at_page, "{told:#?}");
    }
}

#[tokio::test]
async fn drafts_that_can_be_sent_warn_of_no_problem() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let told = warnings(&studio.ok("draft_invoices", json!({})).await);
    assert!(!told.iter().any(|told| told.contains("cannot be sent")), "{told:#?}");
}

/// A rate of the client reaches no time on a draft.
#[tokio::test]
async fn time_without_a_rate_is_told_with_what_prices_it_on_that_draft() {
    let studio = studio().await;
    with_hour(&studio, json!({"name": "Globex", "currency": "EUR", "tax_rate": "19"})).await;
    let wanted = json!({"client": "Globex"});
    let tried = warnings(&studio.ok("draft_invoice", json!({"client": "Globex", "dry_run": true})).await);
    assert!(tried.iter().any(|told| told.contains("Set a rate for Globex")), "{tried:#?}");
    let (program, agent) = (studio.through(Channel::Rest), studio.token(WriteMode::Drafts).await);
    let (by_call, by_person) = ("update_invoice_draft with time_rate does that.", "A person does that on the page of the draft.");
    for (caller, way) in [(&studio, None), (&program, Some(by_call)), (&agent, Some(by_person))] {
        let drafted = caller.ok("draft_invoice", wanted.clone()).await;
        let remark = drafted["remarks"].as_array().into_iter().flatten().find(|remark| remark["field"] == "time_rate").expect("a remark");
        let message = remark["message"].as_str().expect("a message");
        let expected = way.map_or_else(|| message.to_owned(), |way| format!("{message} {way}"));
        let told = warnings(&drafted);
        assert!(told.contains(&expected) && !told.iter().any(|told| told.contains("Set a rate for")), "{told:#?}");
        studio.ok("delete_invoice_draft", json!({"invoice": drafted["id"]})).await;
    }
}

#[tokio::test]
async fn a_rate_for_time_without_one_says_that_there_is_no_such_time() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let drafted = draft(&studio).await;
    let program = studio.through(Channel::Rest);
    let at_page = warnings(&studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "time_rate": "90"})).await);
    assert!(at_page.iter().any(|told| told.starts_with("No time on this draft is without a rate")), "{at_page:#?}");
    assert!(!at_page.iter().any(|told| told.contains("time_rate")), "{at_page:#?}");
    let told = warnings(&program.ok("update_invoice_draft", json!({"invoice": drafted["id"], "time_rate": "90"})).await);
    let reason = "No time on it is without a rate; time_rate gives one only to such time.";
    assert!(told.iter().any(|told| told.starts_with(reason)), "{told:#?}");
    assert!(!told.iter().any(|told| told.contains("has these rates already")), "{told:#?}");
    let current = warnings(&program.ok("update_invoice_draft", json!({"invoice": drafted["id"], "current_rates": true})).await);
    assert!(current.iter().any(|told| told.contains("has these rates already")), "{current:#?}");
}

#[tokio::test]
async fn time_before_the_lock_date_is_why_a_rate_reaches_none() {
    let studio = studio().await;
    with_hour(&studio, json!({"name": "Globex", "currency": "EUR", "tax_rate": "19"})).await;
    let drafted = studio.ok("draft_invoice", json!({"client": "Globex"})).await;
    studio.ok("update_organization", json!({"lock_date": "2026-11-21"})).await;
    let told = warnings(&studio.ok("update_invoice_draft", json!({"invoice": drafted["id"], "time_rate": "90"})).await);
    assert!(told.iter().any(|told| told.contains("has no rate is before the lock date")), "{told:#?}");
}

#[tokio::test]
async fn a_draft_tells_what_rounding_makes_of_its_time() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "100.00"})).await;
    with_hour(&studio, json!({"name": "Globex", "currency": "EUR", "rate": "50.00", "tax_rate": "19"})).await;
    for description in ["One", "Two", "Three"] {
        let entry = json!({"project": "Acme / Dashboard", "date": "2026-11-20", "duration": "20s", "description": description});
        studio.ok("create_time_entry", entry).await;
    }
    let less = "Rounding makes this invoice 0.01 EUR less than its time is worth (1.68 EUR).".to_owned();
    let tried = warnings(&studio.ok("draft_invoice", json!({"client": "Acme", "dry_run": true})).await);
    assert!(tried.contains(&less), "{tried:#?}");
    let up = json!({"step_minutes": 15, "mode": "up", "basis": "line"});
    let more = "Rounding makes this invoice 23.32 EUR more than its time is worth (1.68 EUR).".to_owned();
    let tried = warnings(&studio.ok("draft_invoice", json!({"client": "Acme", "rounding": up, "dry_run": true})).await);
    assert!(tried.contains(&more), "{tried:#?}");
    let each = warnings(&studio.ok("draft_invoices", json!({})).await);
    assert_eq!(each.iter().filter(|told| told.contains("Rounding")).collect::<Vec<_>>(), [&format!("Acme: {less}")], "{each:#?}");
}

#[tokio::test]
async fn a_service_period_that_ends_before_it_begins_is_refused_at_the_day_that_was_given() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let drafted = draft(&studio).await;
    for (change, field) in [
        (json!({"period_from": "2026-12-31"}), "period_from"),
        (json!({"period_from": "2026-12-31", "period_to": ""}), "period_from"),
        (json!({"period_to": "2026-01-01"}), "period_to"),
        (json!({"period_from": "2026-12-31", "period_to": "2026-12-01"}), "period_to"),
    ] {
        let mut given = change.clone();
        given["invoice"] = drafted["id"].clone();
        let refused = studio.refused("update_invoice_draft", given).await;
        assert_eq!(refused.fields.keys().collect::<Vec<_>>(), [field], "{change}: {refused:?}");
    }
}
