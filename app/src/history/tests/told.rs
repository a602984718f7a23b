//! What was done, in people's words: on the page of an invoice, and in the log.

use super::*;

/// An invoice that was sent, mailed again, paid by mistake, and voided after that was put right.
async fn voided(studio: &World) -> Value {
    log(studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let number = sent["number"].clone();
    studio.ok("resend_invoice", json!({"invoice": number, "to": ["anna@acme.example"]})).await;
    let paid = studio.ok("record_payment", json!({"invoice": number, "amount": "100.00", "date": "2026-11-21"})).await;
    studio.ok("remove_payment", json!({"payment": paid["payments"][0]["id"], "reason": "typed twice"})).await;
    studio.ok("void_invoice", json!({"invoice": number})).await
}

/// The invoice is numbered as the first of the year.
const TOLD: [&str; 6] = [
    "Invoice 2026-0001 for Acme voided",
    "Payment of 100.00 EUR removed from 2026-0001: typed twice",
    "Payment of 100.00 EUR recorded on 2026-0001",
    "Invoice 2026-0001 mailed to anna@acme.example",
    "Invoice 2026-0001 for Acme sent",
    "Invoice for Acme drafted",
];

fn words(events: &Value) -> Vec<&str> {
    events.as_array().into_iter().flatten().filter_map(|event| event["told"].as_str()).collect()
}

#[tokio::test]
async fn the_history_of_an_invoice_says_what_was_done_to_it_by_whom_and_why() {
    let studio = studio().await;
    let invoice = voided(&studio).await;
    let history = studio.ok("get_invoice_history", json!({"invoice": invoice["number"]})).await;
    assert_eq!(words(&history["events"]), TOLD);
    let name = studio.person().name.clone();
    assert!(history["events"].as_array().is_some_and(|events| events.iter().all(|event| event["member"]["name"] == name)), "{history}");
    assert_eq!(studio.code("get_invoice_history", json!({"invoice": "2026-0099"})).await, Code::NotFound);
}

#[tokio::test]
async fn what_was_taken_back_is_said_to_be() {
    let studio = studio().await;
    log(&studio, "2026-11-18").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let paid = studio.ok("record_payment", json!({"invoice": sent["id"], "amount": "100.00", "date": "2026-11-21"})).await;
    undo(&studio, &paid).await;
    let history = studio.ok("get_invoice_history", json!({"invoice": sent["id"]})).await;
    let events = &history["events"];
    assert_eq!(
        words(events)[..2],
        ["Taken back: Payment of 100.00 EUR recorded on 2026-0001", "Payment of 100.00 EUR recorded on 2026-0001"]
    );
    assert_eq!((&events[0]["undone"], &events[1]["undone"]), (&Value::Null, &json!(true)));
}

#[tokio::test]
async fn whoever_leads_no_work_reads_no_history_of_invoices() {
    let studio = studio().await;
    let invoice = voided(&studio).await;
    for role in [Role::Owner, Role::Admin, Role::Manager] {
        studio.as_role(role).await.ok("get_invoice_history", json!({"invoice": invoice["id"]})).await;
    }
    for role in [Role::Member, Role::Viewer] {
        let refused = studio.as_role(role).await.code("get_invoice_history", json!({"invoice": invoice["id"]})).await;
        assert!(matches!(refused, Code::Forbidden | Code::NotFound), "{role:?}: {refused:?}");
    }
    let stranger = World::new("stranger").await.at(&studio).await;
    let refused = stranger.code("get_invoice_history", json!({"invoice": invoice["id"]})).await;
    assert!(matches!(refused, Code::Forbidden | Code::NotFound), "{refused:?}");
}

#[tokio::test]
async fn the_log_names_in_each_row_what_was_done_to_what() {
    let studio = studio().await;
    voided(&studio).await;
    studio.ok("archive_project", json!({"project": "Dashboard"})).await;
    _ = studio.call("void_invoice", json!({"invoice": "2026-0001"})).await;
    let log = studio.ok("list_audit", json!({"reads": false})).await;
    let told = words(&log["items"]);
    let wanted = ["Void an invoice: 2026-0001", "Project Acme / Dashboard archived"].into_iter().chain(TOLD);
    let wanted = wanted.chain(["1h logged on Acme / Dashboard: Work", "Project Acme / Dashboard added", "Client Acme added"]);
    assert_eq!(told[..11], wanted.collect::<Vec<_>>());
    let removed = &log["items"][3];
    let entry = studio.ok("get_audit_entry", json!({"action": removed["id"]})).await;
    assert_eq!(entry["told"], removed["told"]);
    let names: Vec<&Value> = entry["changes"].as_array().into_iter().flatten().map(|change| &change["names"]).collect();
    assert!(names.iter().any(|names| names.to_string().contains("2026-0001")), "{names:?}");
}
