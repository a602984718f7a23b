//! Tests of sellers who charge no tax: what their documents claim, and which data is asked for.

use domain::document::InvoiceDocument;
use leptos::prelude::*;
use serde_json::{Value, json};

use super::documents::printed;
use crate::{
    invoices::{Invoice, InvoiceLine, InvoicePreview, Sums},
    pages::invoices::lines_table,
    testing::World,
};

/// A studio in this country that charges no tax, with a client of the same tax.
async fn untaxed(country: &str) -> World {
    let studio = World::new("studio").await;
    studio.ok("update_organization", json!({"country": country, "tax_category": "O", "tax_number": ""})).await;
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR"})).await;
    studio
}

async fn drafted(studio: &World, line: Value) -> Value {
    studio.ok("draft_invoice", json!({"client": "Acme", "lines": [line]})).await
}

fn work() -> Value {
    json!({"description": "Logo", "price": "100.00"})
}

/// All statements of a document about tax.
fn said(document: &InvoiceDocument) -> String {
    let lines = document.lines.iter().map(|line| line.tax.clone());
    let taxes = document.taxes.iter().flat_map(|tax| [tax.label.clone(), tax.reason.clone().unwrap_or_default()]);
    lines.chain(taxes).collect()
}

#[tokio::test]
async fn whoever_charges_no_tax_claims_nothing_that_they_have_not_said() {
    for (country, language) in [
        ("JP", "ja"),
        ("JP", "en"),
        ("ES", "en"),
        ("", "en"),
        ("CH", "de"),
        ("LI", "de"),
        ("GB", "en"),
        ("NO", "en"),
        ("US", "en"),
        ("AU", "en"),
    ] {
        let studio = untaxed(country).await;
        studio.ok("update_client", json!({"client": "Acme", "language": language})).await;
        let document = printed(&studio, &drafted(&studio, work()).await).await;
        assert_eq!(said(&document), "", "{country} {language}");
        assert_eq!(document.subtotal, document.total, "{country} {language}");
    }
}

/// The rendered page of these lines and sums.
fn shown(lines: Vec<InvoiceLine>, sums: Sums) -> String {
    Owner::new().with(|| view! { <lines_table::LinesTable lines /> <lines_table::TotalsList sums /> }.to_html())
}

/// The preview, the draft and the sent invoice of this line, each as answer and as rendered page.
async fn stages(studio: &World, line: Value) -> [(Value, String); 3] {
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": [line]})).await;
    let draft = drafted(studio, line).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    let read = |invoice: &Value| serde_json::from_value::<Invoice>(invoice.clone()).expect("an invoice");
    let of_preview: InvoicePreview = serde_json::from_value(preview.clone()).expect("a preview");
    let pages = [
        shown(of_preview.lines, of_preview.sums),
        shown(read(&draft).lines, read(&draft).sums),
        shown(read(&sent).lines, read(&sent).sums),
    ];
    let [of_preview, of_draft, of_sent] = pages;
    [(preview, of_preview), (draft, of_draft), (sent, of_sent)]
}

#[tokio::test]
async fn pages_and_answers_claim_no_more_than_the_document() {
    for country in ["ES", "", "AU", "US"] {
        let studio = untaxed(country).await;
        for (answer, page) in stages(&studio, work()).await {
            assert_eq!(
                (&answer["taxes"][0]["category"], answer["taxes"][0].get("reason"), &answer["taxes"][0]["not_printed"]),
                (&json!("O"), None, &json!(true)),
                "{country}: {answer}"
            );
            assert!(!page.contains("subject to tax") && !page.contains("Tax 0"), "{country}: {page}");
        }
    }
    let studio = untaxed("ES").await;
    let said = json!({"description": "Logo", "price": "100.00", "tax_reason": "Exento, art. 20 LIVA"});
    for (answer, page) in stages(&studio, said).await {
        assert_eq!(answer["taxes"][0]["reason"], "Exento, art. 20 LIVA");
        assert!(page.contains("Exento, art. 20 LIVA") && !page.contains("subject to tax"), "{page}");
    }
}

/// A sent invoice is shown as printed, whatever the present settings are.
#[tokio::test]
async fn what_was_sent_says_on_its_page_what_its_document_says() {
    let studio = untaxed("AU").await;
    let draft = drafted(&studio, work()).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    studio.ok("update_organization", json!({"tax_category": "S", "tax_rate": "10", "tax_number": "51 824 753 556"})).await;
    let sent: Invoice = serde_json::from_value(studio.ok("get_invoice", json!({"invoice": sent["id"]})).await).expect("an invoice");
    assert!(!shown(sent.lines, sent.sums).contains("subject to tax"));
}

#[tokio::test]
async fn what_somebody_has_said_of_it_stands_alone() {
    let studio = untaxed("CH").await;
    let words = "Nicht mehrwertsteuerpflichtig (Art. 10 Abs. 2 MWSTG)";
    studio.ok("update_client", json!({"client": "Acme", "language": "de", "tax_reason": words})).await;
    assert_eq!(said(&printed(&studio, &drafted(&studio, work()).await).await), words);
}

/// Article 226 (11) of Directive 2006/112/EC: a reason belongs to its line, and is not extended to a line without one.
#[tokio::test]
async fn the_reason_of_one_line_is_not_taken_for_that_of_all() {
    let studio = untaxed("US").await;
    let fee = |name: &str| json!({"description": name, "price": "50.00", "tax_reason": "Disbursement"});
    for (lines, reason) in [
        (vec![fee("Filing fee")], "Disbursement"),
        (vec![work(), fee("Filing fee")], "Filing fee: Disbursement"),
        (vec![work(), fee("Filing"), fee("Copies"), fee("Stamps"), fee("Courier")], "Filing, Copies, Stamps, Courier: Disbursement"),
    ] {
        let wanted = json!({"client": "Acme", "lines": lines});
        let preview = studio.ok("preview_invoice", wanted.clone()).await;
        let draft = studio.ok("draft_invoice", wanted).await;
        assert_eq!(said(&printed(&studio, &draft).await), reason);
        let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
        for answer in [preview, draft, sent] {
            assert_eq!(answer["taxes"][0]["reason"], reason);
            let read = |part: &Value| serde_json::from_value(part.clone()).expect("lines");
            let sums: Sums = serde_json::from_value(answer.clone()).expect("sums");
            assert!(shown(read(&answer["lines"]), sums).contains(reason), "{reason}");
        }
    }
}

/// Category O for one supply of a seller who charges tax on others is a claim, and a valid one for a supply abroad.
#[tokio::test]
async fn whoever_charges_tax_says_what_is_not_subject_to_it() {
    let studio = untaxed("DE").await;
    studio.ok("update_organization", json!({"tax_category": "S", "tax_rate": "19", "vat_id": "DE136695976"})).await;
    studio.ok("update_client", json!({"client": "Acme", "country": "US"})).await;
    let document = printed(&studio, &drafted(&studio, work()).await).await;
    assert_eq!((document.lines[0].tax.as_str(), document.taxes[0].label.as_str()), ("not taxable", "Not subject to tax"));
    for (answer, page) in stages(&studio, work()).await {
        assert_eq!(answer["taxes"][0].get("reason"), None, "its name says it already: {answer}");
        assert!(page.contains("Not subject to tax"), "{page}");
    }
}

#[tokio::test]
async fn what_would_tell_why_is_asked_for() {
    let asked = async |studio: &World| {
        let invoice = drafted(studio, work()).await;
        let remarks = invoice["remarks"].as_array().cloned().unwrap_or_default();
        let of_tax = |remark: &&Value| remark["message"].as_str().is_some_and(|message| message.contains("whether you charge tax"));
        remarks.iter().find(of_tax).map(|remark| (remark["field"].clone(), remark["message"].as_str().unwrap_or_default().to_owned()))
    };
    let (field, message) = asked(&untaxed("").await).await.expect("a remark");
    assert!(field == "organization.country" && message.contains("in which country"), "{message}");
    let studio = untaxed("ES").await;
    let (field, message) = asked(&studio).await.expect("a remark");
    assert!(field == "organization.tax_category" && message.contains("One from Spain") && message.contains("226 (11)"), "{message}");
    studio.ok("update_client", json!({"client": "Acme", "tax_reason": "Exento, art. 20 LIVA"})).await;
    assert_eq!(asked(&studio).await, None, "somebody said why");
    for complete in ["JP", "CH", "GB", "US", "AU"] {
        assert_eq!(asked(&untaxed(complete).await).await, None, "{complete}");
    }
}

/// Without a country, the requirements of its law are unknown, also for a seller who charges tax.
#[tokio::test]
async fn a_missing_country_is_said_whatever_is_charged() {
    for (charged, vat_id) in [(true, ""), (true, "DE136695976"), (false, "")] {
        let studio = World::new("studio").await;
        let tax = if charged { json!({"tax_category": "S", "tax_rate": "8.25", "vat_id": vat_id}) } else { json!({"tax_category": "O"}) };
        studio.ok("update_organization", tax).await;
        studio.ok("create_client", json!({"name": "Acme", "currency": "EUR"})).await;
        let line = json!({"client": "Acme", "lines": [work()]});
        for operation in ["preview_invoice", "draft_invoice"] {
            let answer = studio.ok(operation, line.clone()).await;
            let remarks = answer["remarks"].as_array().cloned().unwrap_or_default();
            let of_country: Vec<&Value> = remarks.iter().filter(|remark| remark["field"] == "organization.country").collect();
            assert_eq!(of_country.len(), 1, "{operation} {charged}: {remarks:?}");
            let message = of_country[0]["message"].as_str().expect("words");
            assert!(message.contains("in which country") && message.contains("Settings"), "{message}");
        }
        studio.ok("update_organization", json!({"country": "US"})).await;
        let after = studio.ok("preview_invoice", line).await;
        let remarks = after["remarks"].as_array().cloned().unwrap_or_default();
        assert!(remarks.iter().all(|remark| remark["field"] != "organization.country"), "{remarks:?}");
    }
}
