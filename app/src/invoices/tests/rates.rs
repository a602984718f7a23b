//! Tests of changing the rates of time on a draft without drafting it again.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::{draft, log, remarked};
use crate::{access::Role, error::Code, invoices::InvoiceLine, pages::invoices::lines_table, testing::World};

/// A studio without any rate, with two projects of Acme.
async fn studio() -> World {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "tax_rate": "19"})).await;
    for name in ["Dashboard", "Shop"] {
        studio.ok("create_project", json!({"client": "Acme", "name": name})).await;
    }
    studio
}

async fn seen(studio: &World, draft: &Value) -> Value {
    studio.ok("get_invoice", json!({"invoice": draft["id"]})).await
}

async fn take(studio: &World, draft: &Value, with: Value) -> Value {
    let mut arguments = json!({"invoice": draft["id"]});
    arguments.as_object_mut().expect("arguments").extend(with.as_object().expect("arguments").clone());
    studio.ok("update_invoice_draft", arguments).await
}

fn nets(invoice: &Value) -> Vec<&str> {
    invoice["lines"].as_array().expect("lines").iter().map(|line| line["net"]["amount"].as_str().expect("a net")).collect()
}

#[tokio::test]
async fn a_draft_takes_up_the_rates_that_hold_by_now() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE"})).await;
    let entry = log(&studio, "2026-11-20", "1h30m").await;
    let hosting = json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "10.00"}], "notes": "Thank you"});
    let draft = studio.ok("draft_invoice", hosting).await;
    let text = json!({"lines": [{"line": draft["lines"][0]["id"], "description": "Charts of November"}]});
    take(&studio, &draft, text).await;
    studio.ok("set_rate", json!({"client": "Acme", "rate": "50.00"})).await;
    let told = seen(&studio, &draft).await;
    assert_eq!(told["remarks"][0]["field"], "current_rates", "{told:#}");

    let dry = take(&studio, &draft, json!({"current_rates": true, "dry_run": true})).await;
    assert_eq!((nets(&dry), nets(&seen(&studio, &draft).await)), (vec!["75.00", "10.00"], vec!["0.00", "10.00"]));
    let taken = take(&studio, &draft, json!({"current_rates": true})).await;
    assert_eq!((nets(&taken), &taken["tax"]["amount"], remarked(&taken)), (vec!["75.00", "10.00"], &json!("16.15"), 0));
    assert_eq!((&taken["lines"][0]["description"], &taken["notes"]), (&json!("Charts of November"), &json!("Thank you")));
    let read = studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!((&read["rate"]["amount"], &read["amount"]["amount"]), (&json!("50.00"), &json!("75.00")));

    studio.ok("undo_action", json!({"action": taken["action"]})).await;
    let back = seen(&studio, &draft).await;
    assert_eq!((nets(&back), &back["remarks"][0]["field"]), (vec!["0.00", "10.00"], &json!("current_rates")));
}

#[tokio::test]
async fn where_no_rate_holds_the_draft_is_given_one() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE"})).await;
    let entry = log(&studio, "2026-11-20", "1h30m").await;
    let draft = draft(&studio).await;
    assert_eq!(draft["remarks"][0]["field"], "time_rate", "{draft:#}");
    let current = take(&studio, &draft, json!({"current_rates": true})).await;
    assert!(current["warnings"][0].as_str().is_some_and(|warning| warning.contains("nothing was priced anew")), "{current:#}");
    let saved = take(&studio, &draft, json!({"time_rate": " "})).await;
    assert_eq!(nets(&saved), ["0.00"], "a form sends its empty field, too");
    for wrong in ["-1.00", "eighty"] {
        let given = json!({"invoice": draft["id"], "time_rate": wrong});
        assert!(studio.refused("update_invoice_draft", given).await.field("time_rate").is_some(), "{wrong}");
    }
    let priced = take(&studio, &draft, json!({"time_rate": "80.00"})).await;
    assert_eq!((nets(&priced), remarked(&priced)), (vec!["120.00"], 0));
    studio.ok("set_rate", json!({"client": "Acme", "rate": "50.00"})).await;
    let current = take(&studio, &draft, json!({"current_rates": true})).await;
    assert_eq!(nets(&current), ["120.00"], "it is the rate of that time by now");
    let read = studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!(read["amount"]["amount"], "120.00");
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    assert_eq!(sent["total"]["amount"], "142.80");
    let again = studio.code("update_invoice_draft", json!({"invoice": draft["id"], "time_rate": "90.00"})).await;
    assert_eq!(again, Code::Locked);
}

/// A price of 0.00 is what somebody has set, or what is left where nobody has set any.
#[tokio::test]
async fn a_line_of_time_without_a_rate_is_told_from_one_that_is_free() {
    let studio = studio().await;
    studio.ok("set_rate", json!({"project": "Shop", "rate": "0.00"})).await;
    for (project, duration) in [("Dashboard", "1h30m"), ("Shop", "2h")] {
        studio.ok("create_time_entry", json!({"project": project, "date": "2026-11-20", "duration": duration})).await;
    }
    let without = |answer: &Value| {
        let lines = answer["lines"].as_array().expect("lines").iter();
        lines.map(|line| (line["price"]["amount"].clone(), line.get("without_rate").cloned())).collect::<Vec<_>>()
    };
    let told = |answer: &Value| {
        let warnings = answer["warnings"].as_array().cloned().unwrap_or_default();
        let of_rate: Vec<String> =
            warnings.iter().filter_map(Value::as_str).filter(|told| told.contains("no rate")).map(str::to_owned).collect();
        of_rate.len() == 1 && of_rate[0].starts_with("1h 30m of this time")
    };
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    let draft = draft(&studio).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    for answer in [&preview, &draft, &sent] {
        let priced = without(answer);
        let [unrated, free] = priced.as_slice() else { panic!("{answer:#}") };
        assert_eq!((&unrated.0, &unrated.1, &free.1), (&free.0, &Some(json!(true)), &None), "{answer:#}");
        assert!(told(answer), "{answer:#}");
        let lines: Vec<InvoiceLine> = serde_json::from_value(answer["lines"].clone()).expect("lines");
        let page = Owner::new().with(|| view! { <lines_table::LinesTable lines /> }.to_html());
        assert_eq!(page.matches("no rate").count(), 1, "{page}");
    }
    let viewer = studio.as_role(Role::Viewer).await;
    studio.ok("set_client_grants", json!({"member": viewer.member(), "clients": ["Acme"]})).await;
    let shown = viewer.ok("get_invoice", json!({"invoice": sent["id"]})).await;
    assert!(without(&shown).iter().all(|(_, told)| told.is_none()), "what the studio forgot is no matter of the client: {shown:#}");
}

#[tokio::test]
async fn a_free_draft_is_given_no_rate_by_itself() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    assert_eq!(draft["lines"][0]["without_rate"], true);
    let free = take(&studio, &draft, json!({"time_rate": "0.00"})).await;
    assert_eq!((nets(&free), free["lines"][0].get("without_rate")), (vec!["0.00"], None), "somebody has said 0.00");
}

#[tokio::test]
async fn a_line_of_several_rates_becomes_one_line_each() {
    let studio = studio().await;
    for (project, duration) in [("Dashboard", "1h"), ("Shop", "2h")] {
        let entry = json!({"project": project, "date": "2026-11-20", "duration": duration});
        studio.ok("create_time_entry", entry).await;
    }
    let fee = json!({"client": "Acme", "group_by": "day", "lines": [{"description": "Fee", "price": "5.00"}]});
    let draft = studio.ok("draft_invoice", fee).await;
    assert_eq!(nets(&draft), ["0.00", "5.00"]);
    for (project, rate) in [("Dashboard", "100.00"), ("Shop", "80.00")] {
        studio.ok("set_rate", json!({"project": project, "rate": rate})).await;
    }
    let taken = take(&studio, &draft, json!({"current_rates": true})).await;
    assert_eq!((nets(&taken), &taken["subtotal"]["amount"]), (vec!["160.00", "100.00", "5.00"], &json!("265.00")), "{taken:#}");
    let lines = taken["lines"].as_array().expect("lines");
    assert_eq!(
        (&lines[0]["description"], &lines[1]["description"]),
        (&json!("20 November 2026, Shop"), &json!("20 November 2026, Dashboard")),
        "what was composed says what is on its line"
    );
    let worked = |line: &Value| (line["worked"]["seconds"].clone(), line["quantity"].clone(), line["entries"].as_array().map(Vec::len));
    assert_eq!(worked(&lines[0]), (json!(7_200), json!("2.00"), Some(1)));
    assert_eq!(worked(&lines[1]), (json!(3_600), json!("1.00"), Some(1)));

    studio.ok("undo_action", json!({"action": taken["action"]})).await;
    let back = seen(&studio, &draft).await;
    assert_eq!((nets(&back), worked(&back["lines"][0])), (vec!["0.00", "5.00"], worked(&draft["lines"][0])));
}

#[tokio::test]
async fn a_draft_at_new_rates_comes_to_what_one_drafted_again_would() {
    let studio = studio().await;
    for (project, duration) in [("Dashboard", "7m"), ("Shop", "11m"), ("Dashboard", "38m"), ("Shop", "1h 2m"), ("Dashboard", "4m")] {
        studio.ok("create_time_entry", json!({"project": project, "date": "2026-11-20", "duration": duration})).await;
    }
    for basis in ["line", "entry", "day_and_project"] {
        for group_by in ["project", "day", "member", "entry"] {
            let rounding = json!({"step_minutes": 15, "mode": "up", "basis": basis});
            let wanted = json!({"client": "Acme", "group_by": group_by, "rounding": rounding});
            let draft = studio.ok("draft_invoice", wanted.clone()).await;
            let dashboard = studio.ok("set_rate", json!({"project": "Dashboard", "rate": "99.99"})).await;
            let shop = studio.ok("set_rate", json!({"project": "Shop", "rate": "61.17"})).await;
            let taken = take(&studio, &draft, json!({"current_rates": true})).await;
            studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
            let again = studio.ok("draft_invoice", wanted).await;
            assert_eq!(taken["subtotal"], again["subtotal"], "{basis} by {group_by}");
            let sorted = |invoice: &Value| {
                let mut nets: Vec<String> = nets(invoice).into_iter().map(str::to_owned).collect();
                nets.sort_unstable();
                nets
            };
            assert_eq!(sorted(&taken), sorted(&again), "{basis} by {group_by}");
            studio.ok("delete_invoice_draft", json!({"invoice": again["id"]})).await;
            for set in [shop, dashboard] {
                studio.ok("undo_action", json!({"action": set["action"]})).await;
            }
            studio.ok("set_rate", json!({"client": "Acme", "applies_to": "unbilled_time"})).await;
        }
    }
}

#[tokio::test]
async fn rates_of_their_own_and_closed_days_stay_as_they_were() {
    let studio = studio().await;
    log(&studio, "2026-11-10", "1h").await;
    studio.ok("set_rate", json!({"project": "Dashboard", "rate": "100.00"})).await;
    log(&studio, "2026-11-20", "1h").await;
    studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-21", "duration": "1h", "rate": "70.00"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "day"})).await;
    studio.ok("set_rate", json!({"project": "Dashboard", "rate": "110.00"})).await;
    studio.ok("update_organization", json!({"lock_date": "2026-11-15"})).await;
    let taken = take(&studio, &draft, json!({"current_rates": true})).await;
    assert_eq!(nets(&taken), ["0.00", "110.00", "70.00"]);
    assert_eq!(taken["remarks"][0]["field"], "organization.lock_date", "{taken:#}");
    studio.ok("update_organization", json!({"lock_date": ""})).await;
    assert_eq!(nets(&take(&studio, &draft, json!({"current_rates": true})).await), ["110.00", "110.00", "70.00"]);
}

#[tokio::test]
async fn a_budget_is_told_of_time_that_is_worth_more_by_now() {
    let studio = studio().await;
    studio.ok("set_budget", json!({"project": "Dashboard", "amount": "100.00", "hard_stop": true})).await;
    log(&studio, "2026-11-20", "2h").await;
    let draft = draft(&studio).await;
    let priced = take(&studio, &draft, json!({"time_rate": "80.00"})).await;
    assert!(priced["warnings"][0].as_str().is_some_and(|warning| warning.contains("budget")), "{priced:#}");
}

#[tokio::test]
async fn a_rate_that_was_set_wrongly_is_set_again() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h30m").await;
    let draft = draft(&studio).await;
    let priced = take(&studio, &draft, json!({"time_rate": "800.00"})).await;
    let line = &priced["lines"][0];
    assert_eq!((nets(&priced), &line["rate"]["amount"]), (vec!["1200.00"], &json!("800.00")));
    let with = |rate: &str| json!({"lines": [{"line": line["id"], "rate": rate}]});
    for kept in [" ", "800.00", "800"] {
        let same = take(&studio, &draft, with(kept)).await;
        assert_eq!((nets(&same), same.get("warnings")), (vec!["1200.00"], None), "a form sends what stands there: {kept}");
    }
    let again = take(&studio, &draft, with("80.00")).await;
    assert_eq!((nets(&again), &again["lines"][0]["rate"]["amount"]), (vec!["120.00"], &json!("80.00")));
    let read = studio.ok("get_time_entry", json!({"time_entry": entry["id"]})).await;
    assert_eq!((&read["rate"]["amount"], &read["amount"]["amount"]), (&json!("80.00"), &json!("120.00")));
    let wrong = json!({"invoice": draft["id"], "lines": [{"line": line["id"], "rate": "eighty"}]});
    assert!(studio.refused("update_invoice_draft", wrong).await.field("rate").is_some());
    studio.ok("undo_action", json!({"action": again["action"]})).await;
    assert_eq!(nets(&seen(&studio, &draft).await), ["1200.00"]);
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    assert_eq!(sent["lines"][0].get("rate"), None, "it is the price by now");
}

#[tokio::test]
async fn only_a_rate_of_its_own_is_set_again_on_a_line() {
    let studio = studio().await;
    studio.ok("set_rate", json!({"project": "Dashboard", "rate": "100.00"})).await;
    log(&studio, "2026-11-20", "1h").await;
    studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-21", "duration": "1h", "rate": "70.00"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "day"})).await;
    assert_eq!((draft["lines"][0].get("rate"), &draft["lines"][1]["rate"]["amount"]), (None, &json!("70.00")));
    let with = |line: usize| json!({"invoice": draft["id"], "lines": [{"line": draft["lines"][line]["id"], "rate": "75.00"}]});
    let refused = studio.refused("update_invoice_draft", with(0)).await;
    assert!(refused.message.contains("takes the rate of its project"), "{refused:?}");
    studio.ok("update_organization", json!({"lock_date": "2026-11-22"})).await;
    assert_eq!(studio.code("update_invoice_draft", with(1)).await, Code::Locked);
    assert_eq!(seen(&studio, &draft).await["lines"][1].get("rate"), None);
}

/// The same studio, in which an hour for Acme costs 120.00.
async fn priced() -> World {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "120.00"})).await;
    studio
}

/// A corrected rate does not change time on a draft by itself: a remark names it and the difference.
#[tokio::test]
async fn a_draft_says_that_its_time_has_another_rate_than_holds_by_now() {
    let studio = priced().await;
    log(&studio, "2026-11-02", "20h").await;
    let draft = draft(&studio).await;
    let told = async || {
        let remarks = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await["remarks"].clone();
        remarks.as_array().into_iter().flatten().find(|remark| remark["field"] == "current_rates").cloned()
    };
    assert_eq!(told().await, None);
    studio.ok("set_rate", json!({"client": "Acme", "rate": "210.00", "applies_to": "unbilled_time"})).await;
    let remark = told().await.expect("a remark");
    let message = remark["message"].as_str().expect("words");
    assert!(message.contains("20h") && message.contains("+1,800.00 EUR"), "{message}");
    studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "current_rates": true})).await;
    assert_eq!(told().await, None);
}
