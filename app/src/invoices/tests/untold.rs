//! Documents of sellers who charge no tax: what they claim of it, and what is asked.

use serde_json::{Value, json};

use super::documents::printed;
use crate::{invoices::document::InvoiceDocument, testing::World};

/// A studio in this country that charges no tax, with a client who has its tax.
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

/// Everything that a document says of tax.
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

#[tokio::test]
async fn what_somebody_has_said_of_it_stands_alone() {
    let studio = untaxed("CH").await;
    let words = "Nicht mehrwertsteuerpflichtig (Art. 10 Abs. 2 MWSTG)";
    studio.ok("update_client", json!({"client": "Acme", "language": "de", "tax_reason": words})).await;
    assert_eq!(said(&printed(&studio, &drafted(&studio, work()).await).await), words);
}

/// The category that is chosen for one supply by a seller who charges tax on others is a claim, and a right one abroad.
#[tokio::test]
async fn whoever_charges_tax_says_what_is_not_subject_to_it() {
    let studio = untaxed("DE").await;
    studio.ok("update_organization", json!({"tax_category": "S", "tax_rate": "19", "vat_id": "DE136695976"})).await;
    studio.ok("update_client", json!({"client": "Acme", "country": "US"})).await;
    let document = printed(&studio, &drafted(&studio, work()).await).await;
    assert_eq!((document.lines[0].tax.as_str(), document.taxes[0].label.as_str()), ("not taxable", "Not subject to tax"));
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
