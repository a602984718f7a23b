//! Tests of drafts: which time they bill, reserve and release.

use serde_json::json;

use super::*;
use crate::{access::Role, error::Code, invoices::UpdateInvoiceDraft};

#[tokio::test]
async fn the_preview_is_what_the_draft_becomes() {
    let studio = studio().await;
    log(&studio, "2026-10-05", "1h30m").await;
    log(&studio, "2026-10-06", "45m").await;
    log(&studio, "2026-11-01", "8h").await;
    let wanted = json!({"client": "Acme", "period": "2026-10", "discount": "10%", "lines": [{"description": "Hosting", "price": "50.00"}]});
    let preview = studio.ok("preview_invoice", wanted.clone()).await;
    let draft = studio.ok("draft_invoice", wanted).await;
    for sum in ["subtotal", "discount", "net", "taxes", "tax", "total"] {
        assert_eq!(preview[sum], draft[sum], "{sum}");
    }
    // 2.25 h × 120.00 + 50.00 = 320.00; − 10 % = 288.00; + 19 % = 342.72
    assert_eq!(draft["total"]["amount"], "342.72");
    assert_eq!(draft["lines"].as_array().map(Vec::len), Some(2));
    assert_eq!(draft["lines"][0]["quantity"], "2.25");
}

#[tokio::test]
async fn time_on_a_draft_is_reserved_and_released_with_it() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    assert_eq!(studio.code("draft_invoice", json!({"client": "Acme"})).await, Code::Invalid, "nothing is left to bill");
    assert_eq!(studio.code("update_time_entry", json!({"time_entry": entry["id"], "description": "x"})).await, Code::Locked);
    studio.ok("delete_invoice_draft", json!({"invoice": invoice["id"]})).await;
    studio.ok("update_time_entry", json!({"time_entry": entry["id"], "description": "x"})).await;
    assert_eq!(studio.code("get_invoice", json!({"invoice": invoice["id"]})).await, Code::NotFound);
}

#[tokio::test]
async fn deferred_time_stays_for_the_next_invoice() {
    let studio = studio().await;
    let later = log(&studio, "2026-11-19", "1h").await;
    log(&studio, "2026-11-20", "2h").await;
    let invoice = studio.ok("draft_invoice", json!({"client": "Acme", "defer": [later["id"]]})).await;
    assert_eq!(invoice["subtotal"]["amount"], "240.00");
    let left = studio.ok("list_unbilled", json!({})).await;
    assert_eq!(left["items"][0]["worked"]["seconds"], 3600);
}

/// An unknown id in `defer` must be refused, since the time that was meant would be billed silently.
#[tokio::test]
async fn what_is_deferred_has_to_be_time_of_the_client() {
    let studio = studio().await;
    let own = log(&studio, "2026-11-19", "1h").await;
    studio.ok("create_client", json!({"name": "Globex", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Globex", "name": "Site"})).await;
    let of_others = studio.ok("create_time_entry", json!({"project": "Globex / Site", "date": "2026-11-19", "duration": "1h"})).await;
    let nobodys = json!("01a2248c-05cd-7000-8000-000000000007");
    for operation in ["preview_invoice", "draft_invoice"] {
        for wrong in [&nobodys, &of_others["id"], &json!("zz")] {
            let refused = studio.refused(operation, json!({"client": "Acme", "defer": [own["id"], wrong]})).await;
            assert_eq!(refused.code, Code::NotFound, "{operation} {wrong}");
            assert!(refused.message.contains("defer[1]") && refused.message.contains("Acme"), "{operation} {wrong}: {refused:?}");
        }
    }
    assert_eq!(studio.ok("list_invoices", json!({})).await["items"], json!([]), "nothing was drafted");
}

#[tokio::test]
async fn a_line_takes_another_text_and_a_custom_line_joins_it() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    let change = json!({
        "invoice": invoice["id"], "version": invoice["version"],
        "lines": [{"line": invoice["lines"][0]["id"], "description": "Dashboard, *charts* <b>& more</b>"}],
        "add": [{"description": "Domain", "quantity": "2.5", "price": "10.00", "tax_rate": "7"}],
        "notes": "Thank you"
    });
    let changed = studio.ok("update_invoice_draft", change.clone()).await;
    assert_eq!(changed["lines"][0]["description"], "Dashboard, *charts* <b>& more</b>");
    assert_eq!(changed["total"]["amount"], euros(12000 + 2280 + 2500 + 175));
    assert_eq!(studio.code("update_invoice_draft", change).await, Code::Stale, "the second tab looked at an older version");
}

#[tokio::test]
async fn every_button_of_a_draft_saves_what_else_was_typed() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let drafted = json!({"client": "Acme", "lines": [{"description": "Domain", "price": "10.00"}]});
    let invoice = studio.ok("draft_invoice", drafted).await;
    // The form as submitted by the remove button of the second line: each line, an empty new line, and the other fields.
    let form = json!({
        "invoice": invoice["id"], "version": invoice["version"], "discount": "10%", "notes": "Thank you", "payment_terms_days": 7,
        "lines": [
            {"line": invoice["lines"][0]["id"], "description": "Dashboard, reviewed"},
            {"line": invoice["lines"][1]["id"], "description": "Domain", "quantity": "1", "price": "10.00", "remove": true},
        ],
        "add": [{"description": "", "price": ""}],
    });
    let saved = studio.form::<UpdateInvoiceDraft>(form).await.expect("saved");
    assert_eq!((&saved["lines"][0]["description"], saved["lines"].as_array().map(Vec::len)), (&json!("Dashboard, reviewed"), Some(1)));
    assert_eq!(
        (&saved["notes"], &saved["discount_written"], &saved["payment_terms_days"]),
        (&json!("Thank you"), &json!("10%"), &json!(7))
    );
}

#[tokio::test]
async fn a_line_that_is_named_twice_is_asked_about() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    let line = &invoice["lines"][0]["id"];
    for second in [json!({"line": line, "remove": true}), json!({"line": line, "tax_rate": "7"})] {
        let lines = [json!({"line": line, "description": "Design"}), second];
        let told = studio.refused("update_invoice_draft", json!({"invoice": invoice["id"], "lines": lines})).await;
        assert!(told.code == Code::Invalid && told.message.contains("stands twice"), "{told:?}");
    }
}

#[tokio::test]
async fn the_price_of_tracked_time_is_not_written_by_hand() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    let line = &invoice["lines"][0]["id"];
    let refused =
        studio.refused("update_invoice_draft", json!({"invoice": invoice["id"], "lines": [{"line": line, "price": "0.01"}]})).await;
    assert_eq!(refused.code, Code::Invalid);
    let without = studio.ok("update_invoice_draft", json!({"invoice": invoice["id"], "lines": [{"line": line, "remove": true}]})).await;
    assert_eq!(without["total"]["amount"], "0.00");
    assert_eq!(studio.code("send_invoice", json!({"invoice": invoice["id"]})).await, Code::Invalid, "an empty invoice does not leave");
}

#[tokio::test]
async fn two_people_drafting_at_once_never_bill_the_same_hour_twice() {
    let studio = studio().await;
    for day in 1..=9 {
        log(&studio, &format!("2026-11-0{day}"), "1h").await;
    }
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let studio = studio.clone();
            tokio::spawn(async move { studio.call("draft_invoice", json!({"client": "Acme"})).await })
        })
        .collect();
    let mut billed = 0;
    for task in tasks {
        if let Ok(draft) = task.await.unwrap() {
            billed += draft["lines"][0]["worked"]["seconds"].as_i64().unwrap();
        }
    }
    assert_eq!(billed, 9 * 3600);
}

#[tokio::test]
async fn drafts_of_agents_running_timers_and_fixed_prices_are_not_billed() {
    let studio = studio().await;
    let agent = studio.token(crate::access::WriteMode::Drafts).await;
    agent.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Flat", "billing": "fixed_price"})).await;
    studio.ok("create_time_entry", json!({"project": "Flat", "date": "2026-11-20", "duration": "1h"})).await;
    studio.ok("start_timer", json!({"project": "Dashboard"})).await;
    assert_eq!(studio.ok("list_unbilled", json!({})).await["items"], json!([]));
}

#[tokio::test]
async fn what_is_wrong_with_an_invoice_is_said_at_its_argument() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    for (field, arguments) in [
        ("period", json!({"client": "Acme", "period": "someday"})),
        ("to", json!({"client": "Acme", "from": "2026-11-20"})),
        ("to", json!({"client": "Acme", "from": "2026-11-20", "to": "2026-11-19"})),
        ("discount", json!({"client": "Acme", "discount": "150%"})),
        ("discount", json!({"client": "Acme", "discount": "9999.00"})),
        ("lines[0].quantity", json!({"client": "Acme", "lines": [{"description": "x", "price": "0.01", "quantity": "-0"}]})),
        ("lines[0].description", json!({"client": "Acme", "lines": [{"description": "x".repeat(10_000), "price": "0.01"}]})),
        ("arguments", json!({"client": "Acme", "perod": "2026-11"})),
    ] {
        let refused = studio.refused("preview_invoice", arguments.clone()).await;
        assert_eq!(refused.code, Code::Invalid, "{arguments}");
        assert!(refused.fields.contains_key(field), "{arguments} names {:?} instead of {field}", refused.fields);
    }
}

#[tokio::test]
async fn a_member_finds_no_invoice() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let invoice = draft(&studio).await;
    let barbara = studio.as_role(Role::Member).await;
    assert_eq!(barbara.code("get_invoice", json!({"invoice": invoice["id"]})).await, Code::NotFound);
    assert_eq!(barbara.code("list_unbilled", json!({})).await, Code::NotFound);
    assert_eq!(barbara.code("send_invoice", json!({"invoice": invoice["id"]})).await, Code::Forbidden);
}

#[tokio::test]
async fn projects_of_an_invoice_are_named_as_everywhere_and_are_the_clients_own() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Beta", "rate": "90.00", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Beta", "name": "Dashboard"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Frontend / Backend"})).await;
    log(&studio, "2026-11-20", "1h").await;
    let split = json!({"project": "Frontend / Backend", "date": "2026-11-20", "duration": "2h"});
    studio.ok("create_time_entry", split).await;
    let preview = async |project: &str| studio.call("preview_invoice", json!({"client": "Acme", "projects": [project]})).await;
    for (project, seconds) in
        [("Dashboard", 3_600), ("acme / dashboard", 3_600), ("Frontend / Backend", 7_200), ("Acme / Frontend / Backend", 7_200)]
    {
        let found = preview(project).await.unwrap_or_else(|error| panic!("{project}: {error:?}"));
        assert_eq!(found["lines"][0]["worked"]["seconds"], seconds, "{project}: {found}");
    }
    for project in ["Beta / Dashboard", "Acme / Nowhere"] {
        let code = preview(project).await.expect_err(project).code;
        assert!(matches!(code, Code::NotFound | Code::Invalid), "{project}: {code:?}");
    }
}

#[tokio::test]
async fn what_is_taken_off_has_a_quantity_below_zero_and_never_a_price() {
    let studio = studio().await;
    let wanted = |quantity: &str, price: &str| {
        json!({"client": "Acme", "lines": [
            {"description": "Work", "quantity": "1", "price": "500.00"},
            {"description": "Deposit", "quantity": quantity, "price": price}]})
    };
    let preview = studio.ok("preview_invoice", wanted("-1", "100.00")).await;
    assert_eq!((&preview["lines"][1]["quantity"], &preview["lines"][1]["net"]["amount"]), (&json!("-1"), &json!("-100.00")));
    assert_eq!(preview["total"]["amount"], "476.00");
    let refused = studio.refused("preview_invoice", wanted("1", "-100.00")).await;
    assert!(refused.field("lines[1].price").is_some_and(|why| why.contains("BR-27") && why.contains("quantity below zero")), "{refused:?}");
    let draft = studio.ok("draft_invoice", wanted("-1", "100.00")).await;
    let line = json!([{"line": draft["lines"][1]["id"], "price": "-1.00"}]);
    assert_eq!(studio.code("update_invoice_draft", json!({"invoice": draft["id"], "lines": line})).await, Code::Invalid);
}

#[tokio::test]
async fn a_draft_and_its_sending_say_that_time_on_it_has_no_rate() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
    log(&studio, "2026-11-20", "1h30m").await;
    let draft = draft(&studio).await;
    let said = |remark: &Value| remark.as_str().is_some_and(|remark| remark.contains("1h 30m of this time had no rate"));
    assert!(said(&draft["remarks"][0]["message"]), "{draft:#}");
    let set = studio.ok("set_rate", json!({"client": "Acme", "rate": "50.00", "applies_to": "unbilled_time"})).await;
    assert!(set["warnings"][0].as_str().is_some_and(|warning| warning.contains("on a draft invoice")), "{set:#}");
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    assert!(sent["warnings"].as_array().is_some_and(|warnings| warnings.iter().any(said)), "{sent:#}");
    assert_eq!((&sent["status"], sent.get("remarks")), (&json!("paid"), None));
}

#[tokio::test]
async fn what_an_invoice_cannot_say_of_both_parties_is_told_before_and_when_it_is_sent() {
    let studio = World::new("studio").await;
    studio.ok("update_organization", json!({"country": "NO", "tax_number": ""})).await;
    let abroad = json!({"name": "Acme", "country": "US", "tax_category": "O", "email": "acme@example.com"});
    studio.ok("create_client", abroad).await;
    let lines = json!([{"description": "Hosting", "price": "50.00"}]);
    let told = |answer: &Value| {
        let warnings = answer["warnings"].as_array().expect("warnings").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
        ["Your organization has no postal address", "Acme has no postal address", "There are no bank details"]
            .map(|words| warnings.contains(words))
    };
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines})).await;
    assert_eq!(told(&preview), [true; 3]);
    let mends = preview["remarks"].as_array().expect("remarks").iter().map(|remark| (&remark["field"], &remark["message"]));
    let warnings = preview["warnings"].as_array().expect("warnings");
    assert!(mends.clone().all(|(_, message)| warnings.contains(message)), "each in the words of its warning: {preview:#}");
    let fields: Vec<_> = mends.map(|(field, _)| field).collect();
    assert_eq!(fields, ["organization.address", "client.address", "organization.iban"], "{preview:#}");
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    assert_eq!(told(&studio.ok("send_invoice", json!({"invoice": draft["id"]})).await), [true; 3]);
}

#[tokio::test]
async fn whoever_names_an_address_and_wants_no_mail_is_asked_which() {
    let studio = World::new("studio").await;
    studio.ok("create_client", json!({"name": "Acme", "tax_category": "O", "email": "acme@example.com"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "50.00"}]})).await;
    let both = json!({"invoice": draft["id"], "to": ["acme@example.com", "ada@example.com"], "without_email": true});
    let refused = studio.refused("send_invoice", both).await;
    assert_eq!(refused.field("to"), Some("It is to go to ada@example.com and to be sent without e-mail: choose one of the two."));
    let filled = json!({"invoice": draft["id"], "to": "acme@example.com", "without_email": true});
    assert_eq!(studio.ok("send_invoice", filled).await.get("mail"), None, "the page fills in the address of the client");
}

#[tokio::test]
async fn the_words_of_a_small_business_come_back_in_the_settings_too() {
    let studio = World::new("studio").await;
    let settings = async |tax: Value| studio.ok("update_organization", tax).await;
    let small = settings(json!({"country": "DE", "tax_category": "E", "tax_rate": "0", "tax_reason": ""})).await;
    let words = "Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG";
    assert_eq!(small["tax_reason"], words);
    assert!(small["warnings"][0].as_str().is_some_and(|told| told.contains(words)), "{small:#}");
    // A form sends the earlier reason along with another category.
    let taxed = settings(json!({"tax_category": "S", "tax_rate": "19", "tax_reason": words})).await;
    assert_eq!((taxed.get("tax_reason"), taxed.get("warnings")), (None, None));
    assert_eq!(settings(json!({"tax_category": "E", "tax_rate": "0", "tax_reason": ""})).await["tax_reason"], words);
    assert_eq!(settings(json!({"tax_reason": ""})).await["tax_reason"], words, "empty for the usual words");
    let other = settings(json!({"tax_category": "O"})).await;
    assert_eq!(other.get("tax_reason"), None);
    assert_eq!(settings(json!({"tax_category": "E", "tax_reason": "§ 4 Nr. 14 UStG"})).await["tax_reason"], "§ 4 Nr. 14 UStG");
    settings(json!({"country": "US", "tax_category": "O"})).await;
    assert_eq!(settings(json!({"tax_category": "E"})).await.get("tax_reason"), None, "there are no such words");
}

#[tokio::test]
async fn numbers_that_are_a_slip_and_work_that_is_taxed_as_goods_are_told_on_the_draft() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    studio.ok("update_organization", json!({"country": "DE", "vat_id": "DE136695976"})).await;
    let french = json!({"client": "Acme", "country": "FR", "vat_id": "FR40303265046", "tax_category": "K", "tax_rate": "0"});
    studio.ok("update_client", french).await;
    let invoice = draft(&studio).await;
    let told = |invoice: &Value| invoice["remarks"].to_string();
    assert!(told(&invoice).contains("check digits of FR40303265046"), "{invoice}");
    assert!(told(&invoice).contains("which is for goods"), "{invoice}");
    studio.ok("update_client", json!({"client": "Acme", "country": "DE", "vat_id": "DE136695976", "tax_category": "AE"})).await;
    let invoice = studio.ok("update_invoice_draft", json!({"invoice": invoice["id"], "client_tax": true})).await;
    assert!(told(&invoice).contains("is your own") && !told(&invoice).contains("for goods"), "{invoice}");
}

#[tokio::test]
async fn who_is_registered_elsewhere_is_told_of_and_can_be_billed() {
    let studio = studio().await;
    let acme = json!({"client": "Acme", "tax_category": "AE", "tax_rate": "0", "vat_id": "FR40303265045", "country": "AT"});
    studio.ok("update_client", acme).await;
    let wanted = json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "50.00"}]});
    let preview = studio.ok("preview_invoice", wanted.clone()).await;
    let warnings = preview["warnings"].as_array().expect("warnings");
    let told = |words: &Value| words.as_str().is_some_and(|words| words.contains("one of France, and their country is Austria"));
    assert!(warnings.iter().any(told), "{preview:#}");
    let linked = |remark: &Value| remark["field"] == "client.vat_id" && told(&remark["message"]);
    assert!(preview["remarks"].as_array().is_some_and(|remarks| remarks.iter().any(linked)), "a step to its mend: {preview:#}");
    let draft = studio.ok("draft_invoice", wanted).await;
    assert!(draft["remarks"].as_array().is_some_and(|remarks| remarks.iter().any(linked)), "and on the draft: {draft:#}");
    studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
}

#[tokio::test]
async fn every_client_with_unbilled_time_gets_its_draft_in_one_call() {
    let studio = studio().await;
    for (client, currency) in [("Globex", "USD"), ("Initech", "EUR")] {
        studio.ok("create_client", json!({"name": client, "currency": currency, "rate": "50.00", "tax_category": "G"})).await;
        studio.ok("create_project", json!({"client": client, "name": format!("{client} site")})).await;
    }
    log(&studio, "2026-10-30", "1h").await;
    log(&studio, "2026-11-02", "1h").await;
    studio.ok("create_time_entry", json!({"project": "Globex site", "date": "2026-10-29", "duration": "2h"})).await;
    let asked = json!({"period": "2026-10"});
    let mut tried = asked.clone();
    tried["dry_run"] = json!(true);
    assert_eq!(studio.ok("draft_invoices", tried).await["items"].as_array().map(Vec::len), Some(2));
    let done = studio.ok("draft_invoices", asked.clone()).await;
    let told: Vec<_> = done["items"].as_array().expect("a list").iter().map(|item| (&item["client"]["name"], &item["total"])).collect();
    assert_eq!(
        told,
        [
            (&json!("Acme"), &json!({"amount": "142.80", "currency": "EUR"})),
            (&json!("Globex"), &json!({"amount": "100.00", "currency": "USD"})),
        ]
    );
    assert_eq!((&done["from"], &done["to"]), (&json!("2026-10-01"), &json!("2026-10-31")));
    let drafted = studio.ok("get_invoice", json!({"invoice": done["items"][0]["id"]})).await;
    assert_eq!((&drafted["status"], &drafted["total"]["amount"]), (&json!("draft"), &json!("142.80")));
    let nothing = studio.refused("draft_invoices", asked).await;
    assert!(nothing.message.contains("No client has unbilled time"), "{nothing:?}");
    // The client without anything to bill is named, and no invoice is drafted for the others.
    let refused = studio.refused("draft_invoices", json!({"clients": ["Acme", "Initech"]})).await;
    assert!(refused.message.starts_with("Clients 2: "), "{refused:?}");
    assert_eq!(studio.ok("list_unbilled", json!({"client": "Acme"})).await["items"].as_array().map(Vec::len), Some(1));
    studio.ok("undo_action", json!({"action": done["action"]})).await;
    assert_eq!(studio.code("get_invoice", json!({"invoice": done["items"][0]["id"]})).await, Code::NotFound);
}

/// An empty list is a mistake that would otherwise bill all clients.
#[tokio::test]
async fn a_list_that_names_none_is_refused_where_all_would_be_meant() {
    let studio = studio().await;
    for (operation, arguments, field) in [
        ("draft_invoices", json!({"clients": []}), "clients"),
        ("draft_invoice", json!({"client": "Acme", "projects": []}), "projects"),
        ("draft_invoice", json!({"client": "Acme", "projects": [""]}), "projects[0]"),
        ("draft_invoice", json!({"client": "Acme", "projects": ["Dashboard", " "]}), "projects[1]"),
        ("draft_invoices", json!({"clients": [""]}), "clients[0]"),
        ("preview_invoice", json!({"client": "Acme", "projects": []}), "projects"),
    ] {
        let refused = studio.refused(operation, arguments.clone()).await;
        assert!(refused.code == Code::Invalid && refused.field(field).is_some(), "{operation} {arguments}: {refused:?}");
    }
}
