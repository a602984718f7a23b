//! Tests of exact figures: prices, quantities, taxes of each line, the service period.

use serde_json::{Value, json};

use super::*;

/// The only line of an invoice, as quantity, price and net.
fn line(invoice: &Value) -> (String, String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = &invoice["lines"][0];
    (text(&line["quantity"]), text(&line["price"]["amount"]), text(&line["net"]["amount"]))
}

fn is(quantity: &str, price: &str, net: &str) -> (String, String, String) {
    (quantity.to_owned(), price.to_owned(), net.to_owned())
}

#[tokio::test]
async fn a_price_may_be_finer_than_a_cent() {
    let studio = studio().await;
    let words = json!([{"description": "Words", "price": "0.1651", "quantity": "7000"}]);
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": words})).await;
    assert_eq!(line(&preview), is("7000", "0.1651", "1155.70"));
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": words})).await;
    assert_eq!((line(&draft), &draft["net"]["amount"]), (line(&preview), &euros(115_570)));
    let change = json!({"invoice": draft["id"], "lines": [{"line": draft["lines"][0]["id"], "price": "0.165125", "quantity": "0.5"}]});
    assert_eq!(line(&studio.ok("update_invoice_draft", change).await), is("0.5", "0.165125", "0.08"));
    let finer = json!({"client": "Acme", "lines": [{"description": "Words", "price": "0.1651251"}]});
    assert!(studio.refused("preview_invoice", finer).await.message.contains("up to 6 decimals"));
    let thousand = json!({"client": "Acme", "lines": [{"description": "Words", "price": "1.655"}]});
    assert!(studio.refused("preview_invoice", thousand).await.message.contains("1655 or 1.6550"));
}

#[tokio::test]
async fn the_hours_on_a_line_times_its_price_are_its_net() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "300.00"})).await;
    studio.ok("create_time_entry", json!({"project": "Acme / Dashboard", "date": "2026-11-20", "duration": "40m"})).await;
    assert_eq!(line(&draft(&studio).await), is("0.66667", "300.00", "200.00"));
}

#[tokio::test]
async fn the_hours_times_the_price_are_the_net_at_a_rate_of_millions_too() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Tehran", "currency": "IRR", "tax_rate": "19"})).await;
    studio.ok("create_project", json!({"client": "Tehran", "name": "Site"})).await;
    studio.ok("create_time_entry", json!({"project": "Tehran / Site", "date": "2026-11-20", "duration": "20m"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Tehran"})).await;
    let priced = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "time_rate": "50000000.00"})).await;
    assert_eq!(line(&priced), is("0.3333333333", "50000000.00", "16666666.67"));
    let dearer = json!({"project": "Tehran / Site", "date": "2026-11-20", "duration": "20m", "rate": "60000000.00"});
    studio.ok("create_time_entry", dearer).await;
    let preview = studio.ok("preview_invoice", json!({"client": "Tehran"})).await;
    assert_eq!(line(&preview), is("0.3333333333", "60000000.00", "20000000.00"));
}

#[tokio::test]
async fn a_rate_of_tax_has_up_to_four_decimals() {
    let studio = studio().await;
    studio.ok("create_client", json!({"name": "Texas", "currency": "USD", "tax_rate": "8.425"})).await;
    let preview = studio.ok("preview_invoice", json!({"client": "Texas", "lines": [{"description": "Work", "price": "7650.00"}]})).await;
    assert_eq!((preview["tax"]["amount"].as_str(), preview["total"]["amount"].as_str()), (Some("644.51"), Some("8294.51")));
    assert_eq!(preview["lines"][0]["tax_rate"], "8.425");
    let other = json!([{"description": "Work", "price": "300.00", "tax_rate": "9.975"}]);
    assert_eq!(studio.ok("preview_invoice", json!({"client": "Texas", "lines": other})).await["tax"]["amount"], "29.93");
    let half = studio.ok("draft_invoice", json!({"client": "Texas", "lines": other, "discount": "12.3456%"})).await;
    assert_eq!((half["discount_written"].as_str(), half["discount"]["amount"].as_str()), (Some("12.3456%"), Some("37.04")));
}

#[tokio::test]
async fn each_line_is_taxed_in_its_own_way() {
    let studio = studio().await;
    let lines = json!([
        {"description": "Work", "price": "100.00"},
        {"description": "Court fee", "price": "5.00", "tax_category": "E", "tax_reason": "Disbursement in your name"},
    ]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    assert_eq!((&draft["tax"]["amount"], &draft["total"]["amount"]), (&euros(1_900), &euros(12_400)));
    assert_eq!(draft["taxes"][1]["reason"], "Disbursement in your name");
    let fee = draft["lines"][1]["id"].clone();
    let reworded = json!({"invoice": draft["id"], "lines": [{"line": fee, "tax_reason": ""}]});
    assert_eq!(studio.ok("update_invoice_draft", reworded).await["taxes"][1]["reason"], "Exempt from tax");
    let taxed = json!({"invoice": draft["id"], "lines": [{"line": fee, "tax_rate": "7"}]});
    assert_eq!(studio.ok("update_invoice_draft", taxed).await["total"]["amount"], euros(12_435));
    let nobody_knows = json!({"client": "Acme", "lines": [{"description": "Fee", "price": "5.00", "tax_rate": "0"}]});
    assert!(studio.refused("preview_invoice", nobody_knows).await.field("lines[0].tax_rate").is_some());
}

#[tokio::test]
async fn a_draft_takes_up_another_tax_without_being_drafted_again() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "AE"})).await;
    let change = json!({"invoice": draft["id"], "lines": [{"line": draft["lines"][0]["id"], "tax_category": "AE"}]});
    let changed = studio.ok("update_invoice_draft", change).await;
    assert_eq!(changed["problems"][0]["field"], "client.vat_id");
    let refused = studio.refused("send_invoice", json!({"invoice": draft["id"]})).await;
    assert!(refused.field("client.vat_id").is_some_and(|message| message.contains("BR-AE-02")), "{refused:?}");
    studio.ok("update_client", json!({"client": "Acme", "vat_id": "FR40303265045"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!((sent["number"].as_str(), &sent["tax"]["amount"]), (Some("2026-0001"), &euros(0)));
}

#[tokio::test]
async fn the_preview_says_what_would_keep_it_from_being_sent() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"tax_number": ""})).await;
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": [{"description": "Work", "price": "100.00"}]})).await;
    assert_eq!(
        (preview["problems"][0]["rule"].as_str(), preview["problems"][0]["field"].as_str()),
        (Some("BR-S-02"), Some("organization.vat_id"))
    );
}

#[tokio::test]
async fn the_preview_says_that_a_number_or_a_category_cannot_be() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"vat_id": "DE136695976", "country": "DE"})).await;
    studio.ok("update_client", json!({"client": "Acme", "country": "US", "tax_category": "K", "vat_id": "FR40303265045"})).await;
    let wanted = json!({"client": "Acme", "lines": [{"description": "Chairs", "price": "100.00"}]});
    let told = async || {
        let preview = studio.ok("preview_invoice", wanted.clone()).await;
        (preview["problems"][0]["field"].clone(), preview["problems"][0].get("rule").cloned())
    };
    assert_eq!(told().await, (json!("lines.tax_category"), None), "no supply in the European Union");
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "G"})).await;
    assert_eq!(told().await.0, Value::Null);
    studio.ok("update_client", json!({"client": "Acme", "country": "", "vat_id": ""})).await;
    assert_eq!(told().await, (json!("client.country"), None), "an export goes somewhere");
    studio.ok("update_client", json!({"client": "Acme", "country": "FR"})).await;
    assert_eq!(told().await, (json!("lines.tax_category"), None), "no export");
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "AE", "vat_id": "XX123"})).await;
    assert_eq!(told().await, (json!("client.vat_id"), Some(json!("BR-CO-09"))));
    studio.ok("update_client", json!({"client": "Acme", "vat_id": "FR40303265045"})).await;
    studio.ok("update_organization", json!({"vat_id": "12/345"})).await;
    assert_eq!(told().await, (json!("organization.vat_id"), Some(json!("BR-CO-09"))));
}

#[tokio::test]
async fn every_invoice_has_a_service_period() {
    let studio = studio().await;
    log(&studio, "2026-10-03", "1h").await;
    log(&studio, "2026-10-28", "2h").await;
    let october = json!({"from": "2026-10-03", "to": "2026-10-28"});
    assert_eq!(studio.ok("preview_invoice", json!({"client": "Acme"})).await["period"], october);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "entry"})).await;
    assert_eq!(draft["period"], october);
    let remove = json!({"invoice": draft["id"], "lines": [{"line": draft["lines"][1]["id"], "remove": true}]});
    assert_eq!(studio.ok("update_invoice_draft", remove).await["period"], json!({"from": "2026-10-03", "to": "2026-10-03"}));
    let written = json!({"invoice": draft["id"], "period_from": "2026-10-01", "period_to": "2026-10-31"});
    assert_eq!(studio.ok("update_invoice_draft", written.clone()).await["period"], json!({"from": "2026-10-01", "to": "2026-10-31"}));
    let again = json!({"invoice": draft["id"], "period_from": "", "period_to": ""});
    assert_eq!(studio.ok("update_invoice_draft", again).await["period"], json!({"from": "2026-10-03", "to": "2026-10-03"}));
    studio.ok("update_invoice_draft", written).await;
    let one_end = json!({"invoice": draft["id"], "period_from": "", "period_to": "2026-11-30"});
    assert_eq!(studio.ok("update_invoice_draft", one_end).await["period"], json!({"from": "2026-10-03", "to": "2026-11-30"}));
    let other_end = json!({"invoice": draft["id"], "period_to": ""});
    assert_eq!(studio.ok("update_invoice_draft", other_end).await["period"], json!({"from": "2026-10-03", "to": "2026-10-03"}));
    let inverted = json!({"invoice": draft["id"], "period_from": "2026-10-31", "period_to": "2026-10-01"});
    assert!(studio.refused("update_invoice_draft", inverted).await.message.contains("is before"));
    studio.ok("create_client", json!({"name": "Globex", "tax_rate": "19"})).await;
    let fee = studio.ok("draft_invoice", json!({"client": "Globex", "lines": [{"description": "Fee", "price": "5.00"}]})).await;
    let half = studio.refused("update_invoice_draft", json!({"invoice": fee["id"], "period_from": "", "period_to": "2026-10-31"})).await;
    assert!(half.field("period_from").is_some_and(|told| told.contains("give both, or clear both")), "{half:?}");
    let sent = studio.ok("send_invoice", json!({"invoice": fee["id"], "without_email": true})).await;
    assert_eq!(sent["period"]["to"], sent["issued_on"], "without time it is the day of issue");
}

#[tokio::test]
async fn a_preview_names_the_unbilled_and_what_rounding_makes_of_it() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "rate": "100.00"})).await;
    for description in ["One", "Two", "Three"] {
        let entry = json!({"project": "Acme / Dashboard", "date": "2026-11-20", "duration": "20s", "description": description});
        studio.ok("create_time_entry", entry).await;
    }
    let unbilled = studio.ok("list_unbilled", json!({})).await["items"][0]["amount"].clone();
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    assert_eq!((&unbilled["amount"], &preview["unbilled"]["amount"]), (&euros(168), &euros(168)));
    assert_eq!((&preview["net"]["amount"], &preview["rounding_difference"]["amount"]), (&euros(167), &euros(-1)));
}

#[tokio::test]
async fn a_sent_invoice_shows_what_was_sent() {
    let studio = studio().await;
    let sent = sent(&studio).await;
    studio.ok("update_client", json!({"client": "Acme", "name": "Acme Inc.", "legal_name": "Acme Incorporated"})).await;
    let now = studio.ok("get_invoice", json!({"invoice": sent["id"]})).await;
    assert_eq!((now["client"]["name"].as_str(), now["lines"].clone()), (Some("Acme"), sent["lines"].clone()));
    assert_eq!(studio.ok("list_invoices", json!({})).await["items"][0]["client"]["name"], "Acme");
    assert_eq!(studio.ok("report_invoice_numbers", json!({})).await["items"][0]["client"], "Acme", "what the tax office is shown");
}

/// Entries are in the order of the work, not in that of their creation.
#[tokio::test]
async fn entries_come_on_the_document_in_the_order_of_the_work() {
    let studio = studio().await;
    for (start, end, description) in [("14:00", "15:00", "Afternoon"), ("09:00", "10:00", "Morning")] {
        let (start, end) = (format!("2026-11-20T{start}:00Z"), format!("2026-11-20T{end}:00Z"));
        let entry = json!({"project": "Acme / Dashboard", "started_at": start, "ended_at": end, "description": description});
        studio.ok("create_time_entry", entry).await;
    }
    log(&studio, "2026-11-19", "1h").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "group_by": "entry"})).await;
    let lines = draft["lines"].as_array().expect("lines").iter().map(|line| line["description"].as_str().unwrap_or_default());
    let told = ["Charts, 19 November 2026", "Morning, 20 November 2026", "Afternoon, 20 November 2026"];
    assert_eq!(lines.collect::<Vec<_>>(), told);
}
