//! Tests of the mail state of sent invoices, which every answer about an invoice shows.

use serde_json::json;

use super::*;
use crate::{
    access::Role,
    delivery,
    delivery::{DeliveryOutcome, DueMail},
    error::Code,
    invoices::{ResendInvoice, SendInvoice},
    outbox::{STOPPED, limits::TOO_OLD},
    quotas::MailShare,
};

/// Sets the delivery outcome of the newest mail of the studio.
async fn became(studio: &World, outcome: DeliveryOutcome) {
    let mail = studio.ok("list_mails", json!({})).await["items"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a mail");
    delivery::record_outcome(&studio.caller.services, DueMail::of(studio.organization(), mail), 1, &outcome).await.expect("written");
}

/// The mail state of the newest invoice in the list, which must equal that of the invoice itself.
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
    became(&studio, DeliveryOutcome::RefusedForGood("no such mailbox".to_owned(), None)).await;
    let failed = json!({"recipient": "billing@acme.example", "state": "failed", "last_error": "no such mailbox", "stays": true});
    assert_eq!(shown(&studio).await, failed);
    studio.advance(60);
    studio.ok("resend_invoice", json!({"invoice": sent["id"], "to": "accounts@acme.example"})).await;
    assert_eq!(shown(&studio).await, json!({"recipient": "accounts@acme.example", "state": "waiting"}));
    became(&studio, DeliveryOutcome::Sent).await;
    assert_eq!(shown(&studio).await, json!({"recipient": "accounts@acme.example", "state": "sent"}));
}

#[tokio::test]
async fn a_mail_that_waits_for_a_person_stays_and_one_that_was_put_off_does_not() {
    let studio = studio().await;
    sent(&studio).await;
    became(&studio, DeliveryOutcome::Refused("later".to_owned())).await;
    let later = json!({"recipient": "billing@acme.example", "state": "waiting", "last_error": "later"});
    assert_eq!(shown(&studio).await, later);
    studio.sql("update outgoing_mail set queued_at = now() - interval '8 days' where organization_id = $1").await;
    let old = shown(&studio).await;
    assert_eq!((&old["state"], &old["last_error"], &old["stays"]), (&json!("waiting"), &json!(TOO_OLD), &json!(true)));
    let mail = studio.ok("list_mails", json!({})).await["items"][0].clone();
    assert_eq!((&mail["state"], &mail["stays"]), (&json!("waiting"), &json!(true)));
}

#[tokio::test]
async fn each_invoice_of_a_list_has_its_own_mail_or_none() {
    let studio = studio().await;
    sent(&studio).await;
    became(&studio, DeliveryOutcome::RefusedForGood("no such mailbox".to_owned(), None)).await;
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
    became(&studio, DeliveryOutcome::Sent).await;
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

/// Recipient and state of the mails of the studio, the newest first.
async fn mails(studio: &World) -> Vec<(String, String)> {
    let list = studio.ok("list_mails", json!({})).await;
    let text = |mail: &Value, name: &str| mail[name].as_str().expect("a text").to_owned();
    list["items"].as_array().expect("mails").iter().map(|mail| (text(mail, "recipient"), text(mail, "state"))).collect()
}

fn expected(mails: &[(&str, &str)]) -> Vec<(String, String)> {
    mails.iter().map(|(recipient, state)| ((*recipient).to_owned(), (*state).to_owned())).collect()
}

/// A sent invoice whose mail has left.
async fn mailed(studio: &World) -> Value {
    let sent = sent(studio).await;
    became(studio, DeliveryOutcome::Sent).await;
    studio.advance(60);
    sent
}

#[tokio::test]
async fn an_invoice_is_mailed_again_to_one_or_several_and_to_each_once() {
    let studio = studio().await;
    let sent = mailed(&studio).await;
    let to = json!(["ada@acme.example", "billing@acme.example", "ADA@acme.example"]);
    let again = studio.ok("resend_invoice", json!({"invoice": sent["id"], "to": to})).await;
    assert_eq!(again["mail"], json!({"recipient": "ada@acme.example, billing@acme.example", "state": "waiting"}));
    let waiting = [("billing@acme.example", "waiting"), ("ada@acme.example", "waiting"), ("billing@acme.example", "sent")];
    assert_eq!(mails(&studio).await, expected(&waiting));
    assert_eq!(studio.code("resend_invoice", json!({"invoice": sent["id"]})).await, Code::Conflict);
}

#[tokio::test]
async fn one_address_as_text_and_a_field_of_several_are_taken_at_every_door() {
    let studio = studio().await;
    let draft = draft_of(&studio).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "to": "ada@acme.example"})).await;
    assert_eq!(mails(&studio).await, expected(&[("ada@acme.example", "waiting")]));
    became(&studio, DeliveryOutcome::Sent).await;
    studio.advance(60);
    let fields = json!({"invoice": draft["id"], "to": "billing@acme.example,grace@acme.example", "message": "Once more"});
    studio.form::<ResendInvoice>(fields).await.expect("mailed again");
    let waiting = [("grace@acme.example", "waiting"), ("billing@acme.example", "waiting"), ("ada@acme.example", "sent")];
    assert_eq!(mails(&studio).await, expected(&waiting));
}

async fn draft_of(studio: &World) -> Value {
    log(studio, "2026-11-20", "1h30m").await;
    draft(studio).await
}

#[tokio::test]
async fn an_empty_field_means_the_client_and_what_is_no_address_is_refused_by_its_name() {
    let studio = studio().await;
    let draft = draft_of(&studio).await;
    let eleven: Vec<_> = (0..11).map(|at| format!("a{at}@acme.example")).collect();
    for wrong in [json!("ada"), json!(["ada@acme.example", "ada"]), json!(eleven), json!(eleven.join(","))] {
        let refused = studio.refused("send_invoice", json!({"invoice": draft["id"], "to": wrong})).await;
        assert!(refused.field("to").is_some(), "{refused:?}");
    }
    studio.form::<SendInvoice>(json!({"invoice": draft["id"], "to": ""})).await.expect("sent");
    assert_eq!(mails(&studio).await, expected(&[("billing@acme.example", "waiting")]));
}

#[tokio::test]
async fn where_one_of_several_failed_it_is_told_and_mailed_again_alone() {
    let studio = studio().await;
    let draft = draft_of(&studio).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "to": ["ada@acme.example", "grace@acme.example"]})).await;
    became(&studio, DeliveryOutcome::RefusedForGood("no such mailbox".to_owned(), None)).await;
    assert_eq!(shown(&studio).await["recipient"], "grace@acme.example");
    let items = studio.ok("list_mails", json!({})).await["items"].clone();
    let ada = items[1]["id"].as_str().and_then(|id| id.parse().ok()).expect("a mail");
    delivery::record_outcome(&studio.caller.services, DueMail::of(studio.organization(), ada), 1, &DeliveryOutcome::Sent)
        .await
        .expect("written");
    assert_eq!((&shown(&studio).await["state"], &shown(&studio).await["recipient"]), (&json!("failed"), &json!("grace@acme.example")));
    studio.advance(60);
    let again = studio.ok("resend_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!(again["mail"], json!({"recipient": "grace@acme.example", "state": "waiting"}));
}

#[tokio::test]
async fn a_mail_that_waits_is_stopped_and_the_invoice_mailed_elsewhere() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let refused = studio.refused("resend_invoice", json!({"invoice": sent["id"], "to": "ada@acme.example"})).await;
    assert!(refused.hint.is_some_and(|hint| hint.contains("Stop it first")));
    let stopped = studio.ok("stop_invoice_mail", json!({"invoice": sent["number"]})).await;
    let why = json!({"recipient": "billing@acme.example", "state": "failed", "last_error": STOPPED, "stays": true});
    assert_eq!((&stopped["mail"], &stopped["status"]), (&why, &json!("sent")));
    let due = delivery::due(&studio.caller.services, 10_000, MailShare::ALL, &[], &[]).await.expect("what is due");
    assert!(due.iter().all(|due| due.organization != studio.organization()), "nothing leaves any more");
    assert_eq!(studio.code("stop_invoice_mail", json!({"invoice": sent["number"]})).await, Code::Conflict, "none waits");
    studio.advance(60);
    studio.ok("resend_invoice", json!({"invoice": sent["id"], "to": "ada@acme.example"})).await;
    assert_eq!(mails(&studio).await, expected(&[("ada@acme.example", "waiting"), ("billing@acme.example", "failed")]));
}

#[tokio::test]
async fn a_mail_in_the_hand_of_the_mail_server_is_said_so_and_one_that_is_only_claimed_is_stopped() {
    let studio = studio().await;
    let (services, sent) = (&studio.caller.services, sent(&studio).await);
    let id = studio.ok("list_mails", json!({})).await["items"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a mail");
    let due = DueMail::of(studio.organization(), id);
    delivery::claim(services, due).await.expect("an answer").expect("the mail");
    assert!(delivery::hand_over(services, due, 1).await.expect("an answer"));
    let refused = studio.refused("stop_invoice_mail", json!({"invoice": sent["id"]})).await;
    assert_eq!(refused.code, Code::Conflict);
    assert!(refused.message.contains("billing@acme.example in hand"), "{refused:?}");
    delivery::record_outcome(services, due, 1, &DeliveryOutcome::Refused("later".to_owned())).await.expect("written");
    studio.sql("update outgoing_mail set next_attempt_at = now() where organization_id = $1").await;
    delivery::claim(services, due).await.expect("an answer").expect("the mail");
    studio.ok("stop_invoice_mail", json!({"invoice": sent["id"]})).await;
    assert!(!delivery::hand_over(services, due, 2).await.expect("an answer"), "the mail server is not given it");
}

#[tokio::test]
async fn of_several_mails_those_are_stopped_that_the_mail_server_has_not() {
    let studio = studio().await;
    let draft = draft_of(&studio).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "to": ["ada@acme.example", "grace@acme.example"]})).await;
    let id = studio.ok("list_mails", json!({})).await["items"][0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a mail");
    let due = DueMail::of(studio.organization(), id);
    delivery::claim(&studio.caller.services, due).await.expect("an answer").expect("the mail");
    assert!(delivery::hand_over(&studio.caller.services, due, 1).await.expect("an answer"));
    let stopped = studio.ok("stop_invoice_mail", json!({"invoice": draft["id"]})).await;
    assert!(stopped["warnings"][0].as_str().is_some_and(|words| words.contains("grace@acme.example in hand")), "{stopped}");
    assert_eq!(mails(&studio).await, expected(&[("grace@acme.example", "waiting"), ("ada@acme.example", "failed")]));
}
