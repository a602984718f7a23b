//! Tests of sending: atomic, once, numbers without a gap; and of its consequences.

use std::sync::atomic::Ordering;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;

use super::*;
use crate::{access::Role, error::Code};

#[tokio::test]
async fn sending_gives_number_document_mail_and_locks_the_time() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h30m").await;
    let invoice = draft(&studio).await;
    let sent = studio.ok("send_invoice", json!({"invoice": invoice["id"]})).await;
    assert_eq!((&sent["number"], &sent["status"]), (&json!("2026-0001"), &json!("sent")));
    assert_eq!((&sent["issued_on"], &sent["due_on"]), (&json!("2026-11-21"), &json!("2026-12-21")));
    assert_eq!(sent["mail"], json!({"recipient": "billing@acme.example", "state": "waiting"}));
    assert_eq!(studio.code("delete_time_entry", json!({"time_entry": entry["id"]})).await, Code::Locked);
    let file = studio.ok("get_invoice_document", json!({"invoice": "2026-0001"})).await;
    assert_eq!((&file["file_name"], &file["frozen"]), (&json!("2026-0001.pdf"), &json!(true)));
    let mails = studio.ok("list_mails", json!({})).await;
    assert!(mails["items"][0]["body"].as_str().is_some_and(|body| body.contains("2026-0001") && body.contains("214.20 EUR")));
}

#[tokio::test]
async fn a_sent_invoice_is_frozen_even_against_the_owner_of_the_tables() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let before = studio.ok("get_invoice_document", json!({"invoice": sent["id"]})).await;
    assert_eq!(studio.code("update_invoice_draft", json!({"invoice": sent["id"], "notes": "more"})).await, Code::Locked);
    assert_eq!(studio.code("delete_invoice_draft", json!({"invoice": sent["id"]})).await, Code::Locked);
    studio.ok("update_client", json!({"client": "Acme", "name": "Acme Inc.", "rate": "999.00"})).await;
    assert_eq!(studio.ok("get_invoice_document", json!({"invoice": sent["id"]})).await, before);
    for statement in [
        "update invoice set total = total + 1 where organization_id = $1",
        "update invoice_line set net = 0 where organization_id = $1",
        "delete from invoice_document where organization_id = $1",
        "update time_entry set seconds = 1 where organization_id = $1",
    ] {
        assert!(studio.try_sql(statement).await.is_err(), "{statement}");
    }
}

#[tokio::test]
async fn a_second_send_is_refused_and_changes_nothing() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let refused = studio.refused("send_invoice", json!({"invoice": sent["id"]})).await;
    assert_eq!(refused.code, Code::Locked);
    assert!(refused.message.contains("2026-0001"), "{}", refused.message);
    assert_eq!(studio.number("select count(*) from outgoing_mail where organization_id = $1").await, 1);
}

#[tokio::test]
async fn a_double_click_sends_once_and_shows_the_same_answer() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    let click = || {
        let (studio, id) = (studio.clone(), invoice["id"].clone());
        tokio::spawn(async move { studio.ok("send_invoice", json!({"invoice": id, "idempotency_key": "send-1"})).await })
    };
    let (first, second) = (click(), click());
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert!((first["repeated"] == true) != (second["repeated"] == true), "one of them is told that it is the other's answer");
    assert_eq!(crate::testing::without_repeated_flag(first), crate::testing::without_repeated_flag(second));
    assert_eq!(studio.number("select count(*) from outgoing_mail where organization_id = $1").await, 1);
}

#[tokio::test]
async fn two_tabs_sending_the_same_draft_give_one_number() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    let tab = || {
        let (studio, id) = (studio.clone(), invoice["id"].clone());
        tokio::spawn(async move { studio.call("send_invoice", json!({"invoice": id})).await })
    };
    let tabs = [tab(), tab(), tab()];
    let mut sent = 0;
    for tab in tabs {
        sent += usize::from(tab.await.unwrap().is_ok());
    }
    assert_eq!(sent, 1);
    assert_eq!(studio.number("select last from invoice_counter where organization_id = $1").await, 1);
}

#[tokio::test]
async fn when_the_pdf_fails_nothing_was_sent_and_no_number_is_lost() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    studio.documents.fail.store(true, Ordering::SeqCst);
    assert_eq!(studio.code("send_invoice", json!({"invoice": invoice["id"]})).await, Code::Unavailable);
    assert_eq!(studio.ok("get_invoice", json!({"invoice": invoice["id"]})).await["status"], "draft");
    for table in ["outgoing_mail", "invoice_document", "invoice_counter"] {
        assert_eq!(studio.number(&format!("select count(*) from {table} where organization_id = $1")).await, 0, "{table}");
    }
    studio.documents.fail.store(false, Ordering::SeqCst);
    assert_eq!(studio.ok("send_invoice", json!({"invoice": invoice["id"]})).await["number"], "2026-0001");
}

#[tokio::test]
async fn a_client_is_made_before_anybody_thinks_of_tax_and_sending_asks_for_it() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Globex", "email": "accounts@globex.example", "rate": "90.00"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Site"})).await;
    studio.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-20", "duration": "1h"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Globex"})).await;
    let refused = studio.refused("send_invoice", json!({"invoice": draft["id"]})).await;
    assert!(refused.field("lines.tax_rate").is_some_and(|message| message.contains("Globex")), "it says whose tax is missing: {refused:?}");
    assert_eq!(studio.ok("get_invoice", json!({"invoice": draft["id"]})).await["status"], "draft");
}

#[tokio::test]
async fn an_invoice_needs_somebody_to_go_to() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "email": ""})).await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    assert!(studio.refused("send_invoice", json!({"invoice": invoice["id"]})).await.fields.contains_key("to"));
    assert!(studio.refused("send_invoice", json!({"invoice": invoice["id"], "to": "nobody"})).await.fields.contains_key("to"));
    let sent = studio.ok("send_invoice", json!({"invoice": invoice["id"], "without_email": true})).await;
    assert_eq!((&sent["number"], sent.get("mail")), (&json!("2026-0001"), None));
}

#[tokio::test]
async fn payments_add_up_and_never_too_much() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let pay = |amount: i64, date: &str| json!({"invoice": sent["id"], "amount": euros(amount), "date": date});
    assert_eq!(studio.ok("record_payment", pay(10_000, "2026-11-21")).await["status"], "partly_paid");
    for (field, wrong) in [
        ("amount", pay(11_421, "2026-11-21")),
        ("amount", pay(0, "2026-11-21")),
        ("amount", pay(-5, "2026-11-21")),
        ("date", pay(1, "2026-11-22")),
        ("date", pay(1, "2026-02-30")),
    ] {
        assert!(studio.refused("record_payment", wrong.clone()).await.fields.contains_key(field), "{wrong}");
    }
    let paid = studio.ok("record_payment", pay(11_420, "2026-11-21")).await;
    assert_eq!((&paid["status"], &paid["balance"]["amount"]), (&json!("paid"), &json!("0.00")));
    assert_eq!(studio.code("record_payment", pay(1, "2026-11-21")).await, Code::Conflict);
}

#[tokio::test]
async fn concurrent_payments_never_exceed_the_total() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (studio, id) = (studio.clone(), sent["id"].clone());
            tokio::spawn(async move {
                studio.call("record_payment", json!({"invoice": id, "amount": "100.00", "date": "2026-11-21"})).await.is_ok()
            })
        })
        .collect();
    let mut accepted = 0;
    for task in tasks {
        accepted += i64::from(task.await.unwrap());
    }
    assert_eq!(accepted, 2, "214.20 EUR has room for two payments of 100.00");
}

#[tokio::test]
async fn an_unpaid_invoice_is_overdue_the_day_after() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    studio.set_clock("2026-12-21T23:00:00Z");
    assert_eq!(studio.ok("get_invoice", json!({"invoice": sent["id"]})).await["status"], "sent");
    studio.set_clock("2026-12-22T00:00:00Z");
    assert_eq!(studio.ok("get_invoice", json!({"invoice": sent["id"]})).await["status"], "overdue");
    assert_eq!(studio.ok("list_invoices", json!({"status": "overdue"})).await["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn voiding_releases_the_time_and_keeps_the_number() {
    let studio = studio().await;
    let first = sent(&studio).await;
    assert_eq!(studio.as_role(Role::Manager).await.code("void_invoice", json!({"invoice": first["id"]})).await, Code::Forbidden);
    let void = studio.ok("void_invoice", json!({"invoice": first["id"]})).await;
    assert_eq!((&void["number"], &void["status"]), (&json!("2026-0001"), &json!("void")));
    let again = draft(&studio).await;
    let second = studio.ok("send_invoice", json!({"invoice": again["id"]})).await;
    assert_eq!(second["number"], "2026-0002");
    studio.ok("record_payment", json!({"invoice": second["id"], "amount": "0.01", "date": "2026-11-21"})).await;
    assert_eq!(studio.code("void_invoice", json!({"invoice": second["id"]})).await, Code::Conflict);
}

#[tokio::test]
async fn a_thousand_sends_with_random_repeats_leave_gapless_numbers() {
    const INVOICES: usize = 40;
    let studio = studio().await;
    let mut drafts = Vec::new();
    for at in 0..INVOICES {
        let line = json!({"client": "Acme", "period": "2020", "lines": [{"description": format!("Line {at}"), "price": "1.00"}]});
        drafts.push(studio.ok("draft_invoice", line).await["id"].clone());
    }
    let mut order = 7_usize;
    let tasks: Vec<_> = (0..1000)
        .map(|_| {
            order = (order * 1_103_515_245 + 12_345) % (1 << 31);
            let (studio, id) = (studio.clone(), drafts[order % INVOICES].clone());
            tokio::spawn(async move {
                let call = json!({"invoice": id, "idempotency_key": format!("send-{id}")});
                studio.call("send_invoice", call).await.map(|answer| answer["number"].clone())
            })
        })
        .collect();
    let mut numbers = std::collections::BTreeSet::new();
    for task in tasks {
        // A call that got no connection in time has changed nothing and may be repeated.
        if let Ok(number) = task.await.unwrap() {
            numbers.insert(number.to_string());
        }
    }
    // A repetition with the same idempotency key returns the result of a call that got no answer.
    for id in &drafts {
        let again = studio.ok("send_invoice", json!({"invoice": id, "idempotency_key": format!("send-{id}")})).await;
        numbers.insert(again["number"].to_string());
    }
    let expected: std::collections::BTreeSet<_> = (1..=INVOICES).map(|n| format!("\"2026-{n:04}\"")).collect();
    assert_eq!(numbers, expected);
    let counted = studio.number("select count(*) from invoice where organization_id = $1 and state = 'sent'").await;
    assert_eq!(studio.number("select last from invoice_counter where organization_id = $1").await, counted);
}

#[tokio::test]
async fn a_dry_run_of_sending_shows_the_number_and_keeps_nothing() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    let trial = studio.ok("send_invoice", json!({"invoice": invoice["id"], "dry_run": true})).await;
    assert_eq!((&trial["number"], &trial["dry_run"]), (&json!("2026-0001"), &json!(true)));
    assert!(trial["changes"].as_array().is_some_and(|changes| changes.iter().any(|change| change["kind"] == "invoice")));
    assert_eq!(studio.ok("get_invoice", json!({"invoice": invoice["id"]})).await["status"], "draft");
    assert_eq!(studio.number("select count(*) from invoice_counter where organization_id = $1").await, 0);
}

#[tokio::test]
async fn markup_reaches_the_document_as_it_was_written() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    studio.ok("update_client", json!({"client": "Acme", "name": "#panic() *x* <script>"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "#panic() *x* <script>"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    let file = studio.ok("get_invoice_document", json!({"invoice": sent["id"]})).await;
    let bytes = STANDARD.decode(file["base64"].as_str().unwrap()).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("#panic() *x* <script>"));
}
