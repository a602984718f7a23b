//! Tests of redrafts: a void invoice is drafted again once, unchanged except for the present tax.

mod texts;

use leptos::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    access::{Role, WriteMode},
    error::Code,
    invoices::Invoice,
    pages::invoices::redraft_section,
    testing::provide_organization,
};

/// Drafts an invoice with these arguments, sends and voids it.
async fn void(studio: &World, wanted: Value) -> Value {
    let draft = studio.ok("draft_invoice", wanted).await;
    void_of(studio, &draft).await
}

/// Sends and voids an existing draft.
async fn void_of(studio: &World, draft: &Value) -> Value {
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    studio.ok("void_invoice", json!({"invoice": draft["id"]})).await
}

async fn redraft(studio: &World, void: &Value) -> Value {
    studio.ok("redraft_invoice", json!({"invoice": void["id"]})).await
}

fn lines(invoice: &Value) -> &[Value] {
    invoice["lines"].as_array().expect("lines")
}

/// An invoice without the fields that are unique to it.
fn said(invoice: &Value) -> Value {
    let line = |line: &Value| {
        let fields =
            ["kind", "description", "project", "worked", "billed", "quantity", "price", "net", "tax_category", "tax_rate", "tax_reason"];
        fields.map(|name| line[name].clone())
    };
    let whole = ["client", "currency", "period", "payment_terms_days", "discount_written", "notes", "group_by", "rounding", "total"];
    json!({"lines": lines(invoice).iter().map(line).collect::<Vec<_>>(), "whole": whole.map(|name| invoice[name].clone())})
}

fn warned(answer: &Value, words: &str) -> bool {
    answer["warnings"].as_array().into_iter().flatten().any(|warning| warning.as_str().is_some_and(|warning| warning.contains(words)))
}

#[tokio::test]
async fn a_void_invoice_is_drafted_again_as_it_was() {
    let studio = studio().await;
    studio.ok("update_project", json!({"project": "Dashboard", "rate": "100.00"})).await;
    log(&studio, "2026-11-19", "1h7m").await;
    log(&studio, "2026-11-20", "20m").await;
    let custom = json!([
        {"description": "Hosting", "quantity": "2.5", "price": "1200.00", "tax_rate": "7"},
        {"description": "Goodwill", "quantity": "-1", "price": "50.00"},
    ]);
    let rounding = json!({"step_minutes": 15, "mode": "up", "basis": "entry"});
    let wanted = json!({"client": "Acme", "group_by": "day", "rounding": rounding, "lines": custom, "discount": "10%", "notes": "Thanks"});
    let draft = studio.ok("draft_invoice", wanted).await;
    assert_eq!((&lines(&draft)[0]["net"]["amount"], &lines(&draft)[1]["net"]["amount"]), (&json!("125.00"), &json!("50.00")));
    let words = json!([{"line": lines(&draft)[0]["id"], "description": "The charts that were asked for"}]);
    let change =
        json!({"invoice": draft["id"], "lines": words, "payment_terms_days": 7, "period_from": "2026-11-01", "period_to": "2026-11-30"});
    let changed = studio.ok("update_invoice_draft", change).await;
    let void = void_of(&studio, &changed).await;
    let again = redraft(&studio, &void).await;
    assert_eq!(said(&again), said(&changed));
    let entries = |line: &Value| line["entries"].as_array().map_or(0, Vec::len);
    assert_eq!(lines(&again).iter().map(entries).collect::<Vec<_>>(), [1, 1, 0, 0], "its time is reserved");
    assert_eq!((&again["status"], &again["redraft_of"]), (&json!("draft"), &json!({"invoice": void["id"], "number": "2026-0001"})));
    let seen = studio.ok("get_invoice", json!({"invoice": "2026-0001"})).await;
    assert_eq!(seen["redrafted_as"], json!({"invoice": again["id"]}));
}

#[tokio::test]
async fn a_period_of_the_time_alone_is_that_of_the_time_again_and_one_of_the_day_of_issue_is_none() {
    let studio = studio().await;
    let line = json!([{"description": "Hosting", "price": "50.00"}]);
    let of_issue = void(&studio, json!({"client": "Acme", "lines": line})).await;
    let asked = void(&studio, json!({"client": "Acme", "period": "2026-10", "lines": line})).await;
    log(&studio, "2026-11-19", "1h").await;
    let of_time = void(&studio, json!({"client": "Acme"})).await;
    assert_eq!(redraft(&studio, &of_issue).await.get("period"), None);
    assert_eq!(redraft(&studio, &asked).await["period"], json!({"from": "2026-10-01", "to": "2026-10-31"}));
    assert_eq!(redraft(&studio, &of_time).await["period"], json!({"from": "2026-11-19", "to": "2026-11-19"}));
}

#[tokio::test]
async fn only_the_time_that_was_on_it_comes_back_and_what_is_left_out_is_told() {
    let studio = studio().await;
    let (gone, billed) = (log(&studio, "2026-11-18", "30m").await, log(&studio, "2026-11-19", "45m").await);
    log(&studio, "2026-11-20", "1h").await;
    let void = void(&studio, json!({"client": "Acme"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
    studio.ok("create_time_entry", json!({"project": "Site", "date": "2026-11-20", "duration": "3h"})).await;
    log(&studio, "2026-11-20", "2h").await;
    studio.ok("delete_time_entry", json!({"time_entry": gone["id"]})).await;
    studio.ok("draft_invoice", json!({"client": "Acme", "from": "2026-11-19", "to": "2026-11-19"})).await;
    let again = redraft(&studio, &void).await;
    assert_eq!((&lines(&again)[0]["worked"]["seconds"], &again["net"]["amount"]), (&json!(3_600), &json!("120.00")), "{billed}");
    assert!(warned(&again, "1h 15m of the time on 2026-0001 is left out"), "{again:#}");
}

#[tokio::test]
async fn time_at_two_rates_by_now_takes_two_lines_and_the_other_sum_is_told() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-19", "1h").await;
    log(&studio, "2026-11-20", "1h").await;
    let void = void(&studio, json!({"client": "Acme"})).await;
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "rate": "80.00"})).await;
    let again = redraft(&studio, &void).await;
    let told: Vec<_> = lines(&again).iter().map(|line| (line["description"].clone(), line["net"]["amount"].clone())).collect();
    assert_eq!(told, [(json!("Dashboard"), json!("80.00")), (json!("Dashboard"), json!("120.00"))]);
    assert!(!warned(&again, "left out"), "{again:#}");
    assert!(warned(&again, "came to 240.00 EUR and come to 200.00 EUR by now"), "{again:#}");
}

/// Lines that share rounded time cannot stay unchanged, and texts name the days and projects of the time.
#[tokio::test]
async fn of_time_that_is_not_as_it_was_the_lines_are_those_that_would_be_drafted_now() {
    let rounding = json!({"step_minutes": 15, "mode": "up", "basis": "day_and_project"});
    let changes = [
        json!({"duration": "6m"}),
        json!({"date": "2026-11-12"}),
        json!({"description": "Others"}),
        json!({"project": "Site"}),
        Value::Null,
    ];
    for group_by in ["entry", "day", "project"] {
        for change in &changes {
            let studio = studio().await;
            studio.ok("create_project", json!({"client": "Acme", "name": "Site", "rate": "77.00"})).await;
            let first = log(&studio, "2026-11-20", "5m").await;
            for day in ["2026-11-20", "2026-11-20", "2026-11-19"] {
                log(&studio, day, "5m").await;
            }
            let wanted = json!({"client": "Acme", "group_by": group_by, "rounding": rounding});
            let void = void(&studio, wanted.clone()).await;
            let mut update = change.clone();
            update["time_entry"] = first["id"].clone();
            match change {
                Value::Null => studio.ok("delete_time_entry", update).await,
                _ => studio.ok("update_time_entry", update).await,
            };
            let again = redraft(&studio, &void).await;
            assert!(warned(&again, "drafted anew"), "{group_by} {change}: {again:#}");
            studio.ok("delete_invoice_draft", json!({"invoice": again["id"]})).await;
            let fresh = studio.ok("draft_invoice", wanted).await;
            assert_eq!(said(&again), said(&fresh), "{group_by} {change}");
        }
    }
}

/// A draft from which a line was removed has the same total when it is redrafted.
#[tokio::test]
async fn what_was_not_changed_comes_to_the_same_however_it_was_rounded() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "20m").await;
    log(&studio, "2026-11-20", "10m").await;
    let rounding = json!({"step_minutes": 30, "mode": "up", "basis": "day_and_project"});
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "entry", "rounding": rounding})).await;
    let off = json!([{"line": lines(&draft)[1]["id"], "remove": true}]);
    let left = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": off})).await;
    let void = void_of(&studio, &left).await;
    assert_eq!(said(&redraft(&studio, &void).await), said(&left));
}

#[tokio::test]
async fn one_that_would_come_to_less_than_nothing_says_what_takes_off_too_much_and_how_to_go_on() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h").await;
    let off = json!([{"description": "Deposit", "quantity": "-1", "price": "100.00"}]);
    let void = void(&studio, json!({"client": "Acme", "lines": off})).await;
    let gone = studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    let refused = studio.refused("redraft_invoice", json!({"invoice": void["id"]})).await;
    let told = ["2026-0001 would come to less than nothing", "\"Deposit\" (-100.00 EUR) takes off more", "Draft a new invoice"];
    assert!(refused.code == Code::Conflict && told.iter().all(|words| refused.message.contains(*words)), "{refused:?}");
    studio.ok("undo_action", json!({"action": gone["action"]})).await;
    assert_eq!(redraft(&studio, &void).await["total"], void["total"], "once its time is right");
}

/// The invoice is voided since the client was taxed wrongly; a tax chosen per line stays.
#[tokio::test]
async fn the_clients_present_tax_takes_the_place_of_what_they_had() {
    let studio = studio_in("DE").await;
    log(&studio, "2026-11-20", "1h").await;
    let custom = json!([{"description": "Hosting", "price": "50.00"}, {"description": "Book", "price": "10.00", "tax_rate": "7"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": custom})).await;
    studio.ok("update_client", json!({"client": "Acme", "tax_rate": "16"})).await;
    // A line that is added later has the client's tax at that time.
    let add = json!([{"description": "Later", "price": "5.00"}]);
    let draft = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "add": add})).await;
    let void = void_of(&studio, &draft).await;
    studio.ok("update_client", json!({"client": "Acme", "tax_rate": "20"})).await;
    let again = redraft(&studio, &void).await;
    let rates: Vec<_> = lines(&again).iter().map(|line| line["tax_rate"].as_str().expect("a rate")).collect();
    assert_eq!(rates, ["20", "20", "7", "20"]);
    assert!(warned(&again, "is taxed as Acme is by now (20 %)") && warned(&again, "\"Book\" (7 %) has a tax of its own"), "{again:#}");
    assert_eq!(remarked(&again), 0, "nothing is left to take up: {again:#}");
}

#[tokio::test]
async fn a_tax_that_was_right_all_along_stays_untold() {
    let studio = studio_in("DE").await;
    let custom = json!([{"description": "Hosting", "price": "50.00"}, {"description": "Book", "price": "10.00", "tax_rate": "7"}]);
    let void = void(&studio, json!({"client": "Acme", "lines": custom})).await;
    let again = redraft(&studio, &void).await;
    assert_eq!(again["total"], void["total"]);
    assert!(!warned(&again, "tax of its own") && !warned(&again, "taxed as"), "{again:#}");
}

#[tokio::test]
async fn it_is_drafted_again_once_until_that_draft_is_deleted_or_void() {
    let studio = studio().await;
    let line = json!([{"description": "Hosting", "price": "50.00"}]);
    let void = void(&studio, json!({"client": "Acme", "lines": line})).await;
    let again = redraft(&studio, &void).await;
    let refused = studio.refused("redraft_invoice", json!({"invoice": "2026-0001"})).await;
    let names_it = again["id"].as_str().is_some_and(|id| refused.message.contains(id));
    assert!(refused.code == Code::Conflict && names_it && refused.message.contains("Once it is deleted"), "{refused:?}");
    studio.ok("delete_invoice_draft", json!({"invoice": again["id"]})).await;
    let again = redraft(&studio, &void).await;
    studio.ok("send_invoice", json!({"invoice": again["id"], "without_email": true})).await;
    let refused = studio.refused("redraft_invoice", json!({"invoice": void["id"]})).await;
    assert!(refused.code == Code::Conflict && refused.message.contains("sent as 2026-0002"), "{refused:?}");
    studio.ok("void_invoice", json!({"invoice": "2026-0002"})).await;
    let refused = studio.refused("redraft_invoice", json!({"invoice": void["id"]})).await;
    assert!(refused.message.contains("Draft 2026-0002 again"), "{refused:?}");
    let third = redraft(&studio, &again).await;
    assert_eq!(third["redraft_of"]["number"], "2026-0002");
}

#[tokio::test]
async fn of_several_who_draft_it_again_at_once_one_does() {
    let studio = studio().await;
    let line = json!([{"description": "Hosting", "price": "50.00"}]);
    let void = void(&studio, json!({"client": "Acme", "lines": line})).await;
    let tries: Vec<_> = (0..4)
        .map(|_| {
            let (studio, invoice) = (studio.clone(), void["id"].clone());
            tokio::spawn(async move { studio.call("redraft_invoice", json!({"invoice": invoice})).await })
        })
        .collect();
    let mut done = 0;
    for tried in tries {
        match tried.await.expect("a task") {
            Ok(_) => done += 1,
            Err(refused) => assert_eq!(refused.code, Code::Conflict, "{refused:?}"),
        }
    }
    let drafts = "select count(*) from invoice where organization_id = $1 and redraft_of_id is not null";
    assert_eq!((done, studio.number(drafts).await), (1, 1));
}

#[tokio::test]
async fn only_a_void_invoice_with_something_left_to_bill_is_drafted_again() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    assert_eq!(studio.code("redraft_invoice", json!({"invoice": draft["id"]})).await, Code::Conflict);
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!(studio.code("redraft_invoice", json!({"invoice": sent["number"]})).await, Code::Conflict);
    studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    let refused = studio.refused("redraft_invoice", json!({"invoice": sent["id"]})).await;
    assert!(refused.code == Code::Conflict && refused.message.contains("Nothing of 2026-0001 is left"), "{refused:?}");
    assert_eq!(studio.code("redraft_invoice", json!({"invoice": "2026-0099"})).await, Code::NotFound);
    for role in [Role::Member, Role::Viewer] {
        let refused = studio.as_role(role).await.code("redraft_invoice", json!({"invoice": sent["id"]})).await;
        assert!(matches!(refused, Code::Forbidden | Code::NotFound), "{role:?}: {refused:?}");
    }
}

#[tokio::test]
async fn an_amount_off_that_is_more_than_what_is_left_is_left_out() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h").await;
    let line = json!([{"description": "Hosting", "price": "50.00"}]);
    let void = void(&studio, json!({"client": "Acme", "lines": line, "discount": "60.00"})).await;
    studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    let again = redraft(&studio, &void).await;
    assert_eq!((&again["net"]["amount"], again.get("discount_written")), (&json!("50.00"), None));
    assert!(warned(&again, "The discount of 60.00 EUR is left out"), "{again:#}");
}

#[tokio::test]
async fn it_is_taken_back_tried_and_told_as_other_drafts_are() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let void = void(&studio, json!({"client": "Acme"})).await;
    let tried = studio.ok("redraft_invoice", json!({"invoice": void["id"], "dry_run": true})).await;
    assert_eq!((&tried["dry_run"], &tried["total"]), (&json!(true), &void["total"]));
    let agent = studio.token(WriteMode::Drafts).await;
    let again = redraft(&agent, &void).await;
    assert!(warned(&again, "This is a draft"), "{again:#}");
    let history = studio.ok("get_invoice_history", json!({"invoice": "2026-0001"})).await;
    assert_eq!(history["events"][0]["told"], "Invoice 2026-0001 drafted again");
    agent.ok("undo_action", json!({"action": again["action"]})).await;
    assert_eq!(studio.code("get_invoice", json!({"invoice": again["id"]})).await, Code::NotFound);
    let history = studio.ok("get_invoice_history", json!({"invoice": "2026-0001"})).await;
    assert_eq!(history["events"][0]["undone"], true, "what is gone is told, too: {history:#}");
    redraft(&studio, &void).await;
}

#[tokio::test]
async fn a_deleted_draft_does_not_come_back_beside_the_one_that_was_drafted_since() {
    let studio = studio().await;
    let line = json!([{"description": "Hosting", "price": "50.00"}]);
    let void = void(&studio, json!({"client": "Acme", "lines": line})).await;
    let first = redraft(&studio, &void).await;
    let deleted = studio.ok("delete_invoice_draft", json!({"invoice": first["id"]})).await;
    redraft(&studio, &void).await;
    let refused = studio.refused("undo_action", json!({"action": deleted["action"]})).await;
    assert!(refused.code == Code::Conflict && refused.message.contains("drafted again since"), "{refused:?}");
}

#[tokio::test]
async fn the_pages_of_both_lead_to_each_other() {
    let studio = studio().await;
    let line = json!([{"description": "Hosting", "price": "50.00"}]);
    let void = void(&studio, json!({"client": "Acme", "lines": line})).await;
    let again = redraft(&studio, &void).await;
    let seen = studio.ok("get_invoice", json!({"invoice": void["id"]})).await;
    let [void, draft] = [seen, again.clone()].map(|invoice| serde_json::from_value::<Invoice>(invoice).expect("an invoice"));
    let pages = async move {
        provide_organization();
        (
            redraft_section::part(&void).to_html(),
            redraft_section::redrafted_from(&void).is_some(),
            redraft_section::redrafted_from(&draft).map(|origin| origin.to_html()),
        )
    };
    let (part, is_of_another, origin) = studio.caller.clone().run(pages).await;
    let leads_there = again["id"].as_str().is_some_and(|id| part.contains(&format!("invoices/{id}\"")));
    assert!(leads_there && !part.contains("Draft it again") && !is_of_another, "{part}");
    assert!(origin.as_ref().is_some_and(|origin| origin.contains("Drafted again from ") && origin.contains("2026-0001")), "{origin:?}");
}
