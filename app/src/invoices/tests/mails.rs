//! An invoice that was sent says whether its client has it: how far its latest mail is stands beside it everywhere.

use serde_json::json;

use super::*;
use crate::{
    access::Role,
    outbox::{self, Due, Outcome},
};

/// What became of the newest mail of the studio.
async fn became(studio: &World, outcome: Outcome) {
    let mail = studio.ok("list_mails", json!({})).await["items"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a mail");
    outbox::settle(&studio.caller.services, Due::of(studio.organization(), mail), 1, &outcome).await.expect("written");
}

/// The mail that stands beside the newest invoice of the list, which is the one at its own page too.
async fn shown(studio: &World) -> Value {
    let listed = studio.ok("list_invoices", json!({})).await["items"][0].clone();
    let alone = studio.ok("get_invoice", json!({"invoice": listed["id"]})).await;
    assert_eq!(listed.get("mail"), alone.get("mail"));
    listed.get("mail").cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_sent_invoice_whose_mail_failed_says_so_until_it_was_mailed_again() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    assert_eq!(shown(&studio).await, json!({"recipient": "billing@acme.example", "state": "waiting"}));
    became(&studio, Outcome::RefusedForGood("no such mailbox".to_owned())).await;
    let failed = json!({"recipient": "billing@acme.example", "state": "failed", "last_error": "no such mailbox", "stays": true});
    assert_eq!(shown(&studio).await, failed);
    studio.advance(60);
    studio.ok("resend_invoice", json!({"invoice": sent["id"], "to": "accounts@acme.example"})).await;
    assert_eq!(shown(&studio).await, json!({"recipient": "accounts@acme.example", "state": "waiting"}));
    became(&studio, Outcome::Sent).await;
    assert_eq!(shown(&studio).await, json!({"recipient": "accounts@acme.example", "state": "sent"}));
}

#[tokio::test]
async fn a_mail_that_waits_for_a_person_stays_and_one_that_was_put_off_does_not() {
    let studio = studio().await;
    sent(&studio).await;
    became(&studio, Outcome::Refused("later".to_owned())).await;
    let later = json!({"recipient": "billing@acme.example", "state": "waiting", "last_error": "later"});
    assert_eq!(shown(&studio).await, later);
    studio.sql("update outgoing_mail set queued_at = now() - interval '8 days' where organization_id = $1").await;
    let old = shown(&studio).await;
    assert_eq!((&old["state"], &old["last_error"], &old["stays"]), (&json!("waiting"), &json!(outbox::TOO_OLD), &json!(true)));
    let mail = studio.ok("list_mails", json!({})).await["items"][0].clone();
    assert_eq!((&mail["state"], &mail["stays"]), (&json!("waiting"), &json!(true)));
}

#[tokio::test]
async fn each_invoice_of_a_list_has_its_own_mail_or_none() {
    let studio = studio().await;
    sent(&studio).await;
    became(&studio, Outcome::RefusedForGood("no such mailbox".to_owned())).await;
    for (at, arguments) in [json!({}), json!({"to": "office@acme.example"}), json!({"without_email": true})].into_iter().enumerate() {
        studio.advance(60);
        let line = json!({"client": "Acme", "period": "2020", "lines": [{"description": format!("Line {at}"), "price": "1.00"}]});
        let mut arguments = arguments;
        arguments["invoice"] = studio.ok("draft_invoice", line).await["id"].clone();
        studio.ok("send_invoice", arguments).await;
    }
    studio.advance(60);
    studio.ok("draft_invoice", json!({"client": "Acme", "period": "2020", "lines": [{"description": "Later", "price": "1.00"}]})).await;
    let list = studio.ok("list_invoices", json!({})).await;
    let mails: Vec<_> = list["items"].as_array().expect("invoices").iter().map(|invoice| invoice["mail"]["recipient"].clone()).collect();
    assert_eq!(
        mails,
        [json!(null), json!(null), json!("office@acme.example"), json!("billing@acme.example"), json!("billing@acme.example")]
    );
    assert_eq!(list["items"][4]["mail"]["stays"], true);
}

#[tokio::test]
async fn the_mail_of_what_is_paid_says_that_nothing_is_left_to_pay() {
    let studio = studio().await;
    let newest = async || studio.ok("list_mails", json!({})).await["items"][0]["body"].as_str().expect("a text").to_owned();
    log(&studio, "2026-11-20", "1h").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "discount": "100%"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    let free = newest().await;
    assert!(free.contains("invoice 2026-0001 for 0.00 EUR. Nothing is left to pay.") && !free.contains("due on"), "{free}");

    studio.advance(60);
    let sent = sent(&studio).await;
    assert!(newest().await.contains("invoice 2026-0002 for 214.20 EUR, due on 21 December 2026."), "{}", newest().await);
    became(&studio, Outcome::Sent).await;
    studio.ok("record_payment", json!({"invoice": sent["id"], "amount": "214.20", "date": "2026-11-21"})).await;
    studio.advance(60);
    studio.ok("resend_invoice", json!({"invoice": sent["id"], "message": "Once more"})).await;
    assert_eq!(newest().await, "Once more");
}

#[tokio::test]
async fn a_viewer_is_not_told_of_mails() {
    let studio = studio().await;
    sent(&studio).await;
    let alan = studio.as_role(Role::Viewer).await;
    studio.ok("set_client_grants", json!({"member": alan.member(), "clients": ["Acme"]})).await;
    assert_eq!(shown(&alan).await, Value::Null);
}
