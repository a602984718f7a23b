//! Tests of voiding: only sent, unpaid invoices, together with their mails.

use serde_json::json;

use super::*;
use crate::error::Code;

#[tokio::test]
async fn an_invoice_that_came_to_nothing_was_paid_by_nobody_and_is_voided() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "discount": "100%"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!((&sent["status"], &sent["total"]["amount"]), (&json!("paid"), &json!("0.00")));
    assert_eq!(studio.code("delete_time_entry", json!({"time_entry": entry["id"]})).await, Code::Locked, "its time is billed");
    let void = studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    assert_eq!((&void["status"], &void["number"]), (&json!("void"), &json!("2026-0001")));
    studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
}

#[tokio::test]
async fn an_invoice_with_payments_is_not_voided() {
    let studio = studio().await;
    for amount in [100, 21420] {
        let sent = sent(&studio).await;
        studio.ok("record_payment", json!({"invoice": sent["id"], "amount": euros(amount), "date": "2026-11-21"})).await;
        let refused = studio.refused("void_invoice", json!({"invoice": sent["id"]})).await;
        assert_eq!((refused.code, refused.message.contains("Remove the payments first")), (Code::Conflict, true), "{}", refused.message);
    }
}

#[tokio::test]
async fn only_what_was_sent_and_not_paid_is_voided() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    assert_eq!(studio.code("void_invoice", json!({"invoice": draft["id"]})).await, Code::Conflict);
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    assert_eq!(studio.code("void_invoice", json!({"invoice": sent["id"]})).await, Code::Conflict);
}

#[tokio::test]
async fn a_void_invoice_takes_its_waiting_mail_along_and_no_other() {
    let studio = studio().await;
    let first = sent(&studio).await;
    let second = sent(&studio).await;
    let void = studio.ok("void_invoice", json!({"invoice": first["id"]})).await;
    assert_eq!(void["mail"]["state"], "failed");
    assert!(void["mail"]["last_error"].as_str().is_some_and(|why| why.contains("voided")), "{void}");
    assert_eq!(studio.ok("get_invoice", json!({"invoice": second["id"]})).await["mail"]["state"], "waiting");
}

#[tokio::test]
async fn a_mail_that_has_left_is_not_taken_back() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    studio.sql("update outgoing_mail set state = 'sent', sent_at = now() where organization_id = $1").await;
    assert_eq!(studio.ok("void_invoice", json!({"invoice": sent["id"]})).await["mail"]["state"], "sent");
}
