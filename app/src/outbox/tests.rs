use serde_json::{Value, json};

use super::*;
use crate::testing::World;

/// A studio whose invoice over 50.00 EUR waits to be mailed, and its mail.
async fn studio() -> (World, Value, Due) {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "tax_rate": "19", "email": "billing@acme.example"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": 5000}]})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    let mail = mail(&studio).await["id"].as_str().and_then(|id| id.parse().ok()).expect("a mail");
    let due = Due { organization: studio.organization(), mail };
    (studio, sent, due)
}

/// The newest mail as the page shows it.
async fn mail(studio: &World) -> Value {
    studio.ok("list_mails", json!({})).await["items"][0].clone()
}

async fn taken(studio: &World, due: Due) -> Option<Outgoing> {
    claim(&studio.caller.services, due).await.expect("an answer")
}

#[tokio::test]
async fn a_mail_that_is_due_is_taken_once_with_its_document() {
    let (studio, sent, due) = studio().await;
    let outgoing = taken(&studio, due).await.expect("the mail");
    assert_eq!((outgoing.recipient.as_str(), outgoing.attempts), ("billing@acme.example", 1));
    let number = sent["number"].as_str().expect("a number");
    assert_eq!(outgoing.attachment.expect("the invoice").file_name, format!("{number}.pdf"));
    assert!(taken(&studio, due).await.is_none(), "its next attempt is planned for later");
    studio.advance(60);
    assert_eq!(taken(&studio, due).await.expect("the mail").attempts, 2);
}

#[tokio::test]
async fn the_mail_of_a_void_invoice_does_not_leave() {
    let (studio, sent, due) = studio().await;
    let void = studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    assert_eq!((&void["mail"]["state"], &void["mail"]["last_error"]), (&json!("failed"), &json!(VOIDED)));
    assert!(taken(&studio, due).await.is_none());
    // Also when it was put back behind our back.
    studio.sql("update outgoing_mail set state = 'waiting', last_error = null where organization_id = $1").await;
    assert!(taken(&studio, due).await.is_none());
    let kept = mail(&studio).await;
    assert_eq!((&kept["state"], &kept["last_error"], &kept["attempts"]), (&json!("failed"), &json!(VOIDED), &json!(0)));
}

#[tokio::test]
async fn the_mail_of_a_paid_invoice_leaves() {
    let (studio, sent, due) = studio().await;
    studio.ok("record_payment", json!({"invoice": sent["id"], "amount": 5950, "date": "2026-11-21"})).await;
    assert!(taken(&studio, due).await.is_some());
}

#[tokio::test]
async fn what_waited_longer_than_a_week_does_not_leave_by_itself() {
    let (studio, _, due) = studio().await;
    studio.advance(AGE_MAX.as_secs());
    assert!(taken(&studio, due).await.is_some(), "a week is not too long");
    studio.advance(2 * 24 * 60 * 60);
    assert!(taken(&studio, due).await.is_none());
    let kept = mail(&studio).await;
    let why = "It waited 9 days and does not leave by itself any more. If it is still wanted, send it by hand.";
    assert_eq!((&kept["state"], &kept["last_error"]), (&json!("failed"), &json!(why)));
    studio.advance(24 * 60 * 60);
    assert!(taken(&studio, due).await.is_none(), "it stays failed");
}

#[test]
fn waits_double_from_a_minute_to_six_hours() {
    let now = Timestamp::UNIX_EPOCH;
    let waits: Vec<i64> = (1..=12).map(|attempts| next_attempt(attempts, now).as_second() / 60).collect();
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]);
}

#[test]
fn a_number_with_slashes_names_a_file_and_no_folder() {
    assert_eq!(file_name("2026/0001"), "2026-0001.pdf");
}
