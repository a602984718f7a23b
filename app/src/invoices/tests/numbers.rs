//! Tests of invoice numbers: one counter for every pattern and reset, and a report that proves that none is missing.

use std::collections::BTreeSet;

use serde_json::json;

use super::*;
use crate::error::Code;

/// Sends an invoice over a deposit; returns its number.
async fn send(studio: &World) -> String {
    let lines = json!([{"description": "Deposit", "quantity": "1", "price": "100.00"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    sent["number"].as_str().expect("a number").to_owned()
}

async fn report(studio: &World) -> Value {
    studio.ok("report_invoice_numbers", json!({})).await
}

async fn set(studio: &World, settings: Value) {
    studio.ok("update_organization", settings).await;
}

#[tokio::test]
async fn the_counter_goes_on_when_the_yearly_reset_is_switched_off_and_on() {
    let studio = studio().await;
    assert_eq!(send(&studio).await, "2026-0001");
    set(&studio, json!({"number_yearly_reset": false})).await;
    assert_eq!(send(&studio).await, "2026-0002");
    set(&studio, json!({"number_yearly_reset": true})).await;
    assert_eq!(send(&studio).await, "2026-0003");
    studio.set_clock("2027-01-02T10:00:00Z");
    assert_eq!(report(&studio).await["next_number"], "2027-0001");
    assert_eq!(send(&studio).await, "2027-0001");
    set(&studio, json!({"number_yearly_reset": false})).await;
    studio.set_clock("2028-01-02T10:00:00Z");
    assert_eq!(send(&studio).await, "2028-0002");
    assert_eq!(report(&studio).await["complete"], true);
}

#[tokio::test]
async fn whoever_comes_with_30_invoices_goes_on_with_31_and_the_report_says_why() {
    let studio = studio().await;
    let report = studio.ok("set_next_invoice_number", json!({"next": 31})).await;
    assert_eq!((&report["next_number"], &report["complete"]), (&json!("2026-0031"), &json!(true)));
    let skipped = &report["skipped"][0];
    assert_eq!((&skipped["first"], &skipped["last"], &skipped["reason"]), (&json!(1), &json!(30), &json!("set")));
    assert_eq!(send(&studio).await, "2026-0031");
    for next in [0, 31, 1_000_000_000] {
        let refused = studio.refused("set_next_invoice_number", json!({"next": next})).await;
        assert!(refused.field("next").is_some_and(|why| why.contains("2026-0032")), "{}", refused.message);
    }
    let report = studio.ok("set_next_invoice_number", json!({"next": 32})).await;
    assert_eq!(report["skipped"].as_array().map(Vec::len), Some(1), "nothing was left out");
}

#[tokio::test]
async fn a_whole_number_that_is_taken_for_a_count_is_asked_about_and_the_last_count_leaves_a_report() {
    let studio = studio().await;
    let refused = studio.refused("set_next_invoice_number", json!({"next": 20_260_031})).await;
    assert!(refused.field("next").is_some_and(|why| why.contains("20260030 numbers") && why.contains("2026-0001")), "{}", refused.message);
    let report = studio.ok("set_next_invoice_number", json!({"next": 999_999_999, "leave_out_many": true})).await;
    assert_eq!((&report["next"], &report["complete"]), (&json!(999_999_999), &json!(true)));
    assert_eq!(send(&studio).await, "2026-999999999");
    let report = self::report(&studio).await;
    assert_eq!((report.get("next"), &report["items"][0]["number"]), (None, &json!("2026-999999999")), "{report}");
}

#[tokio::test]
async fn a_number_that_an_invoice_has_under_an_earlier_pattern_is_left_out_on_record() {
    let studio = studio().await;
    set(&studio, json!({"number_pattern": "R{1}"})).await;
    for number in ["R1", "R2"] {
        assert_eq!(send(&studio).await, number);
    }
    set(&studio, json!({"number_pattern": "{YYYY}-{0001}"})).await;
    studio.set_clock("2027-01-02T10:00:00Z");
    assert_eq!(send(&studio).await, "2027-0001");
    set(&studio, json!({"number_pattern": "R{1}"})).await;
    assert_eq!(send(&studio).await, "R3", "R2 is on an invoice");
    let report = report(&studio).await;
    assert_eq!((&report["skipped"][0]["reason"], &report["complete"]), (&json!("taken"), &json!(true)), "{report}");
}

#[tokio::test]
async fn a_counter_that_cannot_start_again_each_year_is_warned_of() {
    let studio = studio().await;
    let told = async |change: Value| {
        let saved = studio.ok("update_organization", change).await;
        saved["warnings"].to_string().contains("does not start again each year")
    };
    assert!(told(json!({"number_pattern": "{MM}-{0001}", "number_yearly_reset": true})).await);
    assert!(!told(json!({"number_pattern": "{MM}-{0001}", "number_yearly_reset": true})).await, "a form sends both back unchanged");
    assert!(told(json!({"number_yearly_reset": true})).await, "it is asked for again");
    assert!(told(json!({"number_pattern": "2026-{0001}"})).await, "a year in digits stays the same");
    assert!(!told(json!({"number_yearly_reset": false})).await);
    assert!(!told(json!({"number_pattern": "{YY}-{0001}", "number_yearly_reset": true})).await);
}

#[tokio::test]
async fn an_invoice_that_was_taken_out_of_the_database_is_missed() {
    let studio = studio().await;
    for _ in 0..3 {
        send(&studio).await;
    }
    // Simulates two numbers that were assigned and whose invoices are lost.
    studio.sql("update invoice_counter set last = last + 2 where organization_id = $1").await;
    send(&studio).await;
    let report = report(&studio).await;
    let missing = (&report["missing"][0]["first"], &report["missing"][0]["last"]);
    assert_eq!((&report["complete"], missing), (&json!(false), (&json!(4), &json!(5))), "{report}");
}

#[tokio::test]
async fn a_void_invoice_keeps_its_number_in_the_report() {
    let studio = studio().await;
    let number = send(&studio).await;
    studio.ok("void_invoice", json!({"invoice": number})).await;
    assert_eq!(send(&studio).await, "2026-0002");
    let report = report(&studio).await;
    let given: Vec<_> = report["items"].as_array().expect("numbers").iter().map(|item| (&item["number"], &item["status"])).collect();
    assert_eq!(given, [(&json!("2026-0002"), &json!("sent")), (&json!("2026-0001"), &json!("void"))]);
    assert_eq!(studio.ok("report_invoice_numbers", json!({"year": 2025})).await["items"], json!([]));
}

#[tokio::test]
async fn only_who_manages_the_organization_sets_the_next_number() {
    let studio = studio().await;
    let manager = studio.as_role(crate::access::Role::Manager).await;
    assert_eq!(manager.code("set_next_invoice_number", json!({"next": 5})).await, Code::Forbidden);
    assert_eq!(report(&manager).await["next"], 1);
}

/// A random step: changes the numbering, then sends an invoice.
async fn step(studio: &World, drawn: u64) {
    let patterns = ["{YYYY}-{0001}", "R{1}", "{YY}{MM}{001}", "{YYYY}/{1}", "1{1}"];
    match drawn % 7 {
        0 => set(studio, json!({"number_pattern": patterns[(drawn / 7) as usize % patterns.len()]})).await,
        1 => set(studio, json!({"number_yearly_reset": (drawn / 7).is_multiple_of(2)})).await,
        2 => {
            let next = report(studio).await["next"].as_i64().expect("a count");
            studio.ok("set_next_invoice_number", json!({"next": next + (drawn / 7 % 5) as i64})).await;
        }
        3 => studio.advance(86_400 * (drawn / 7 % 300) as i64),
        _ => {}
    }
}

#[tokio::test]
async fn under_every_order_of_changes_each_number_is_given_once_as_announced_and_none_is_missing() {
    for seed in [1_u64, 20_261_127, 77] {
        let (studio, mut drawn, mut numbers) = (studio().await, seed, BTreeSet::new());
        for _ in 0..25 {
            drawn = drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            step(&studio, drawn >> 33).await;
            let announced = report(&studio).await["next_number"].clone();
            let number = send(&studio).await;
            assert_eq!(announced, number, "seed {seed}");
            assert!(numbers.insert(number.clone()), "seed {seed}: {number} was given twice");
        }
        let report = studio.ok("report_invoice_numbers", json!({"with_total": true})).await;
        assert_eq!((&report["complete"], &report["total"]), (&json!(true), &json!(25)), "seed {seed}: {report}");
    }
}
