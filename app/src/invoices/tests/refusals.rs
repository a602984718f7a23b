//! Tests of the hints in refusals.

use serde_json::{Value, json};

use super::*;
use crate::{
    error::Code,
    invoices::{InvoiceProblem, rules},
    operation::refusal_for_person,
    operations,
};

/// The hint for an invoice that is no draft, the same in each operation that requires one.
async fn way(studio: &World, invoice: &Value) -> String {
    let mut ways = Vec::new();
    for operation in ["update_invoice_draft", "delete_invoice_draft", "send_invoice"] {
        let refused = studio.refused(operation, json!({"invoice": invoice["id"]})).await;
        assert_eq!(refused.code, Code::Locked, "{operation}: {refused:?}");
        ways.push(refused.hint.expect("a way out"));
    }
    ways.dedup();
    assert_eq!(ways.len(), 1, "{ways:?}");
    ways.remove(0)
}

/// The hint how to void an invoice, as given when redrafting it is refused.
async fn way_to_void(studio: &World, invoice: &Value) -> Option<String> {
    studio.refused("redraft_invoice", json!({"invoice": invoice["id"]})).await.hint
}

#[tokio::test]
async fn what_can_be_done_with_an_invoice_that_does_not_change_depends_on_how_far_it_is() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    let (at_once, later) = ("An owner or admin can void it.", "An owner or admin can void it once its payments are removed.");
    let recorded = "What is paid of it can still be recorded.";
    assert_eq!(way(&studio, &sent).await, format!("{at_once} {recorded}"));
    assert_eq!(way_to_void(&studio, &sent).await.as_deref(), Some(at_once));
    let mut paid = Value::Null;
    for (amount, way_on) in [(1_420, format!("{later} {recorded}")), (20_000, later.to_owned())] {
        let payment = json!({"invoice": sent["id"], "amount": euros(amount), "date": "2026-11-21"});
        paid = studio.ok("record_payment", payment).await;
        assert_eq!(way(&studio, &sent).await, way_on, "{paid:#}");
        assert_eq!(way_to_void(&studio, &sent).await.as_deref(), Some(later));
    }
    assert_eq!(paid["status"], "paid");
    for payment in paid["payments"].as_array().expect("payments") {
        studio.ok("remove_payment", json!({"payment": payment["id"], "reason": "Recorded on the wrong invoice"})).await;
    }
    studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    assert_eq!(way(&studio, &sent).await, "It can be drafted again.");
    studio.ok("redraft_invoice", json!({"invoice": sent["id"]})).await;
}

#[tokio::test]
async fn of_an_invoice_that_came_to_nothing_no_payment_is_awaited() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "discount": "100%"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!(way(&studio, &draft).await, "An owner or admin can void it.");
}

#[tokio::test]
async fn where_there_is_nothing_to_bill_days_are_named_only_where_some_were_given() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h").await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    let told = async |wanted: Value, said: &str, way: &str| {
        let mut arguments = wanted;
        arguments["client"] = json!("Acme");
        let preview = studio.ok("preview_invoice", arguments.clone()).await;
        let refused = studio.refused("draft_invoice", arguments).await;
        assert_eq!(refused.message, format!("There is nothing to bill to Acme{said}"));
        assert_eq!((&preview["warnings"][0], refused.hint.as_deref()), (&json!(refused.message), Some(way)));
    };
    let (projects, days) = ("Choose other projects, leave less out, or add a custom line.", "Choose other days, or add a custom line.");
    told(json!({"period": "2026-10"}), " in these days.", days).await;
    told(json!({"projects": ["Site"]}), " of what was chosen.", projects).await;
    told(json!({"defer": [entry["id"]]}), " of what was chosen.", projects).await;
    let both = json!({"from": "2026-11-01", "to": "2026-11-30", "projects": ["Site"]});
    told(both, " in these days of what was chosen.", "Choose other days or projects, leave less out, or add a custom line.").await;
    let drafted = draft(&studio).await;
    let page = format!("/invoices/{}).", drafted["id"].as_str().expect("an id"));
    let program = studio.through(crate::context::Channel::Rest);
    for (wanted, of) in
        [(json!({}), ""), (json!({"period": "2026-11"}), " in these days"), (json!({"projects": ["Dashboard"]}), " of what")]
    {
        let mut arguments = wanted;
        arguments["client"] = json!("Acme");
        let preview = studio.ok("preview_invoice", arguments.clone()).await;
        let refused = studio.refused("draft_invoice", arguments.clone()).await;
        let begins = refused.message.starts_with(&format!("There is nothing to bill to Acme{of}"));
        assert!(begins && refused.message.ends_with("the time is on a draft already (see the invoices page)."), "{refused:?}");
        let told = program.refused("draft_invoice", arguments).await.message;
        assert!(told.contains("the time is on a draft already (http") && told.ends_with(&page), "a program opens it itself: {told}");
        assert_eq!(refused.hint.as_deref(), Some("Send or change what is drafted, or add a custom line."));
        assert_eq!(preview["warnings"][0], json!(refused.message));
    }
    told(json!({"period": "2026-10"}), " in these days.", days).await;
    studio.ok("send_invoice", json!({"invoice": drafted["id"]})).await;
    let none = ": they have no billable time that is on no invoice or draft.";
    told(json!({}), none, "Log time, or add a custom line.").await;
}

#[tokio::test]
async fn where_no_client_has_anything_to_bill_days_are_named_only_where_some_were_given() {
    let studio = studio().await;
    for (wanted, days) in [(json!({}), false), (json!({"period": "2026-10"}), true)] {
        let refused = studio.refused("draft_invoices", wanted).await;
        assert!(refused.message.starts_with("No client has unbilled time"), "{refused:?}");
        let way = refused.hint.unwrap_or_default();
        assert_eq!((refused.message.contains("days"), way.contains("days")), (days, days), "{} {way}", refused.message);
    }
}

#[test]
fn whoever_sends_at_a_page_is_told_where_to_correct_what_is_wrong() {
    // Names of operations are known once the registry is.
    operations::all();
    for (field, way) in [
        ("client.vat_id", "Correct it at the client."),
        ("organization.vat_id", "An owner or admin corrects it in Settings, Organization."),
        ("lines", "Correct the draft."),
    ] {
        let problem = InvoiceProblem { rule: None, field: field.to_owned(), message: "It is missing.".to_owned() };
        let told = refusal_for_person(rules::refusal(vec![problem]).expect("a refusal"));
        let expected = format!("Nothing was sent, and no number was given. {way} Then send again: the draft takes it up.");
        assert_eq!(told.hint, Some(expected), "{field}");
    }
}
