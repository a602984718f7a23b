//! What is said and stated of numbers that stand in the field of another one.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::studio;
use crate::{invoices::document::InvoiceDocument, testing::World};

async fn document(studio: &World) -> InvoiceDocument {
    let lines = json!([{"description": "Logo", "price": "100.00"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    let file = studio.ok("get_invoice_document", json!({"invoice": draft["id"]})).await;
    studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
    let bytes = STANDARD.decode(file["base64"].as_str().expect("Base64")).expect("bytes");
    // The stand-in for the typesetter writes the document as it is given, below its own line.
    serde_json::from_slice(bytes.split(|byte| *byte == b'\n').nth(1).expect("the document")).expect("a document")
}

async fn remarked(studio: &World, field: &str) -> String {
    let lines = json!([{"description": "Logo", "price": "100.00"}]);
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines})).await;
    let of_field = |remark: &&Value| remark["field"] == field;
    preview["remarks"].as_array().into_iter().flatten().filter(of_field).map(|remark| remark["message"].to_string()).collect()
}

#[tokio::test]
async fn a_number_of_a_client_that_is_no_vat_identifier_is_said_to_be_none_and_not_stated_as_one() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "AT", "vat_id": "ATU12345675"})).await;
    for (country, number, words) in [
        ("ES", "NIF B12345674", "it is written ESB12345674"),
        ("DK", "CVR 12345607", "it is written DK12345607"),
        ("DE", "HRB 12345 B", "one of a register (HRB)"),
        ("FR", "SIRET 73282932000074", "one of a register (SIRET)"),
        ("GB", "123456782 VAT", "it is written GB123456782"),
    ] {
        let saved = studio.ok("update_client", json!({"client": "Acme", "country": country, "vat_id": number})).await;
        assert_eq!(saved["vat_id"], number, "it is kept");
        let remark = remarked(&studio, "client.vat_id").await;
        for told in [saved["warnings"].to_string(), remark] {
            assert!(told.contains("no VAT identifier") && told.contains(words), "{number}: {told}");
        }
        let buyer = document(&studio).await.buyer;
        assert_eq!((buyer.vat_id, buyer.registered.as_deref()), (None, Some(number)));
    }
    for (country, number) in [("US", "12-3456789"), ("AU", "51 824 753 556")] {
        let saved = studio.ok("update_client", json!({"client": "Acme", "country": country, "vat_id": number})).await;
        assert!(saved["warnings"].is_null() && remarked(&studio, "client.vat_id").await.is_empty(), "{saved:#}");
        let buyer = document(&studio).await.buyer;
        assert_eq!((buyer.vat_id, buyer.tax_number.as_deref()), (None, Some(number)), "there it is right");
    }
    studio.ok("update_client", json!({"client": "Acme", "country": "FR", "vat_id": "FR40303265045"})).await;
    assert_eq!(document(&studio).await.buyer.vat_id.as_deref(), Some("FR40303265045"));
}

#[tokio::test]
async fn a_number_of_the_organization_is_said_to_belong_into_the_other_field() {
    let studio = studio().await;
    let save = async |change: Value| studio.ok("update_organization", change).await["warnings"].to_string();
    for number in ["DE136695976", "USt-IdNr. DE136695976", "DE136695976 USt-IdNr.", "ＤＥ１３６６９５９７６"] {
        let told = save(json!({"country": "DE", "vat_id": "", "tax_number": number})).await;
        assert!(told.contains("Write it as your VAT identifier"), "{number}: {told}");
        assert!(remarked(&studio, "organization.tax_number").await.contains("Write it as your VAT identifier"), "{number}");
        let seller = document(&studio).await.seller;
        assert_eq!((seller.vat_id.as_deref(), seller.tax_number), (Some("DE136695976"), None), "{number}");
        studio.ok("update_organization", json!({"tax_number": ""})).await;
    }
    for (number, way) in [
        ("12/345/67890", "write it as your tax number"),
        ("12/345/67890 Steuernummer", "Write it as your tax number"),
        ("HRB 12345 B", "under your postal address"),
    ] {
        let told = save(json!({"vat_id": number, "tax_number": ""})).await;
        assert!(told.contains("no VAT identifier") && told.contains(way), "{number}: {told}");
        assert_eq!(document(&studio).await.seller.vat_id, None, "{number}");
    }
    let right = save(json!({"vat_id": "DE136695976", "tax_number": "12/345/67890"})).await;
    assert_eq!((right.as_str(), remarked(&studio, "organization.tax_number").await), ("null", String::new()));
    assert_eq!(save(json!({"country": "US", "vat_id": "12-3456789"})).await, "null", "there it is no VAT identifier of anybody");
}
