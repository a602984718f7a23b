//! Tests of payments: recorded, removed with a reason, restored.

use serde_json::json;

use super::*;
use crate::{
    access::{Scope, WriteMode},
    error::Code,
};

async fn pay(studio: &World, invoice: &Value, amount: i64) -> Value {
    studio.ok("record_payment", json!({"invoice": invoice["id"], "amount": euros(amount), "date": "2026-11-21"})).await
}

#[tokio::test]
async fn a_payment_that_was_recorded_by_mistake_is_removed_and_the_log_keeps_both() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let paid = pay(&studio, &sent, 21420).await;
    assert_eq!((&paid["status"], &paid["balance"]["amount"]), (&json!("paid"), &json!("0.00")));
    let removal = json!({"payment": paid["payments"][0]["id"], "reason": "Recorded on the wrong invoice"});
    let open = studio.ok("remove_payment", removal.clone()).await;
    assert_eq!((&open["status"], &open["balance"]["amount"], &open["payments"]), (&json!("sent"), &json!("214.20"), &Value::Null));
    assert_eq!(studio.code("remove_payment", removal).await, Code::NotFound);
    let kept = "select count(*) from action where organization_id = $1 and operation in ('record_payment', 'remove_payment')
        and (operation = 'record_payment' or arguments->>'reason' = 'Recorded on the wrong invoice')";
    assert_eq!(studio.number(kept).await, 2);
    studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
}

#[tokio::test]
async fn an_invoice_in_a_currency_of_small_units_is_written_discounted_and_paid() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Tehran", "currency": "IRR", "tax_rate": "19", "email": "billing@tehran.example"})).await;
    let fee = json!([{"description": "Fixed fee", "price": "400000000000.00"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Tehran", "lines": fee, "discount": "200000000000.00"})).await;
    assert_eq!(draft["discount"]["amount"], "200000000000.00");
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    let payment = json!({"invoice": sent["id"], "amount": "238000000000.00", "date": "2026-11-21"});
    let paid = studio.ok("record_payment", payment).await;
    assert_eq!((&paid["status"], &paid["balance"]["amount"]), (&json!("paid"), &json!("0.00")));
}

#[tokio::test]
async fn an_agent_removes_a_payment_where_it_may_record_one() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let paid = pay(&studio, &sent, 21420).await;
    let removal = json!({"payment": paid["payments"][0]["id"], "reason": "Recorded on the wrong invoice"});
    for writes in [WriteMode::Drafts, WriteMode::Ask] {
        let agent = studio.token(writes).await;
        assert_eq!(agent.code("remove_payment", removal.clone()).await, Code::NeedsApproval, "{writes:?}");
    }
    let agent = studio.token(WriteMode::Direct).await;
    assert_eq!(agent.ok("remove_payment", removal).await["balance"]["amount"], "214.20");
    let reader = studio.token_of(&[Scope::MoneyRead], WriteMode::Direct).await;
    assert_eq!(reader.code("remove_payment", json!({"payment": "x", "reason": "y"})).await, Code::Forbidden);
}

#[tokio::test]
async fn recording_and_removing_a_payment_can_be_undone() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let paid = pay(&studio, &sent, 10000).await;
    assert_eq!(studio.ok("get_audit_entry", json!({"action": paid["action"]})).await["undoable"], true);
    studio.ok("undo_action", json!({"action": paid["action"]})).await;
    let invoice = || studio.ok("get_invoice", json!({"invoice": sent["id"]}));
    assert_eq!(invoice().await["balance"]["amount"], "214.20");
    let paid = pay(&studio, &sent, 21420).await;
    let removed = studio.ok("remove_payment", json!({"payment": paid["payments"][0]["id"], "reason": "A slip"})).await;
    studio.ok("undo_action", json!({"action": removed["action"]})).await;
    let again = invoice().await;
    assert_eq!((&again["status"], &again["payments"]), (&json!("paid"), &paid["payments"]));
}

#[tokio::test]
async fn what_was_paid_since_is_not_lost_by_an_undo() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let first = pay(&studio, &sent, 10000).await;
    pay(&studio, &sent, 5000).await;
    assert_eq!(studio.code("undo_action", json!({"action": first["action"]})).await, Code::Stale);
    let balance = studio.ok("get_invoice", json!({"invoice": sent["id"]})).await["balance"]["amount"].clone();
    assert_eq!(balance, "64.20");
}

#[tokio::test]
async fn the_log_offers_no_undo_for_what_is_never_undone() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let void = studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    for action in [&sent["action"], &void["action"]] {
        assert_eq!(studio.ok("get_audit_entry", json!({"action": action})).await["undoable"], false);
        assert!(studio.call("undo_action", json!({"action": action})).await.is_err());
    }
}

#[tokio::test]
async fn a_payment_is_of_a_day_that_money_can_have_come_on() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    for date in ["1970-01-01", "2025-11-20", "2026-11-22"] {
        let refused = studio.refused("record_payment", json!({"invoice": sent["id"], "amount": "1.00", "date": date})).await;
        assert!(refused.field("date").is_some(), "{date}: {}", refused.message);
    }
    assert!(pay(&studio, &sent, 100).await["warnings"].is_null());
    let in_advance = json!({"invoice": sent["id"], "amount": "1.00", "date": "2026-11-01"});
    let warned = studio.ok("record_payment", in_advance).await["warnings"][0].clone();
    assert!(warned.as_str().is_some_and(|words| words.contains("before the day of issue")), "{warned}");
}

#[tokio::test]
async fn whoever_sends_a_form_from_a_second_window_is_told_so_in_words_of_the_page() {
    let studio = studio().await.through(crate::context::Channel::Page);
    let sent = sent(&studio).await;
    let payment = |amount| json!({"invoice": sent["id"], "amount": euros(amount), "date": "2026-11-21", "idempotency_key": "payment"});
    studio.ok("record_payment", payment(100)).await;
    let refused = studio.refused("record_payment", payment(200)).await;
    assert_eq!((refused.code, refused.message.contains("key")), (Code::IdempotencyMismatch, false), "{}", refused.message);
}

#[tokio::test]
async fn a_draft_owes_nothing_and_what_is_partly_paid_is_not_overdue() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    assert_eq!(draft(&studio).await["balance"]["amount"], "0.00");
    let sent = sent(&studio).await;
    pay(&studio, &sent, 100).await;
    let listed = |status: &'static str| studio.ok("list_invoices", json!({"status": status}));
    assert_eq!(listed("partly_paid").await["items"][0]["id"], sent["id"]);
    studio.advance(40 * 86_400);
    assert_eq!((&listed("partly_paid").await["items"], &listed("overdue").await["items"][0]["id"]), (&json!([]), &sent["id"]));
}

#[tokio::test]
async fn two_people_who_record_the_same_payment_record_it_once() {
    let studio = studio().await;
    let manager = studio.as_role(crate::access::Role::Manager).await;
    let sent = sent(&studio).await;
    let half = json!({"invoice": sent["id"], "amount": "100.00", "date": "2026-11-21", "balance": sent["balance"]["amount"]});
    let both = tokio::join!(studio.call("record_payment", half.clone()), manager.call("record_payment", half.clone()));
    let refused = [both.0, both.1].into_iter().filter_map(Result::err).collect::<Vec<_>>();
    assert_eq!(refused.iter().map(|error| error.code).collect::<Vec<_>>(), [Code::Stale]);
    assert!(refused[0].message.contains("114.20"), "{}", refused[0].message);
    let invoice = studio.ok("get_invoice", json!({"invoice": sent["id"]})).await;
    assert_eq!((&invoice["balance"]["amount"], invoice["payments"].as_array().map(Vec::len)), (&json!("114.20"), Some(1)));
}

#[tokio::test]
async fn a_payment_that_was_removed_can_be_recorded_again_in_the_form_of_its_page() {
    use crate::invoices::RecordPayment;
    let studio = studio().await;
    let sent = sent(&studio).await;
    let fields =
        |key: &str| json!({"invoice": sent["id"], "amount": "214.20", "date": "2026-11-21", "balance": "214.20", "idempotency_key": key});
    let paid = studio.form::<RecordPayment>(fields("one")).await.expect("recorded");
    studio.ok("remove_payment", json!({"payment": paid["payments"][0]["id"], "reason": "A slip"})).await;
    assert_eq!(studio.form::<RecordPayment>(fields("two")).await.expect("recorded")["status"], "paid");
}

#[tokio::test]
async fn of_a_payment_that_is_not_there_one_is_told_where_payments_are_shown() {
    let studio = studio().await;
    let unknown = json!({"payment": "0190163d-8694-739b-8ea1-000000000007", "reason": "A slip"});
    let refused = studio.through(crate::context::Channel::Rest).refused("remove_payment", unknown).await;
    assert_eq!(refused.code, Code::NotFound);
    assert!(refused.hint.is_some_and(|hint| hint.contains("get_invoice shows the payments")));
}
