//! Tests of party identifiers that were entered in the wrong field: the remarks and the printed document.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::document::InvoiceDocument;
use serde_json::{Value, json};

use super::studio;
use crate::testing::World;

async fn document(studio: &World) -> InvoiceDocument {
    let lines = json!([{"description": "Logo", "price": "100.00"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    let file = studio.ok("get_invoice_document", json!({"invoice": draft["id"]})).await;
    studio.ok("delete_invoice_draft", json!({"invoice": draft["id"]})).await;
    let bytes = STANDARD.decode(file["base64"].as_str().expect("Base64")).expect("bytes");
    // The fake typesetter writes its input below a line of its own.
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
    for (country, number) in [("US", "12-3456789"), ("BR", "12.345.678/0001-95")] {
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
    let told = save(json!({"country": "NO", "vat_id": "", "tax_number": "Org.nr. NO 123 456 785 MVA"})).await;
    assert!(told.contains("is a VAT identifier") && !told.contains("of a register"), "{told}");
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
        ("Steuer-ID 12 345 678 901", "no invoice states it"),
    ] {
        let told = save(json!({"vat_id": number, "tax_number": ""})).await;
        assert!(told.contains("no VAT identifier") && told.contains(way), "{number}: {told}");
        assert_eq!(document(&studio).await.seller.vat_id, None, "{number}");
    }
    let right = save(json!({"vat_id": "DE136695976", "tax_number": "12/345/67890"})).await;
    assert_eq!((right.as_str(), remarked(&studio, "organization.tax_number").await), ("null", String::new()));
    assert_eq!(save(json!({"country": "US", "vat_id": "12-3456789"})).await, "null", "there it is no VAT identifier of anybody");
}

#[tokio::test]
async fn a_vat_identifier_without_its_letters_is_told_with_the_way_to_write_it() {
    let studio = studio().await;
    for (country, number, vat_id) in [
        ("DE", "136695976", "DE136695976"),
        ("GB", "123 4567 82", "GB123456782"),
        ("FR", "11123456782", "FR11123456782"),
        ("AT", "U12345675", "ATU12345675"),
        ("IT", "Partita IVA: 12345670017", "IT12345670017"),
        ("NO", "NO123456785", "NO 123456785 MVA"),
        ("NO", "Org.nr. 123 456 785", "NO 123456785 MVA"),
        ("NO", "123 456 785", "NO 123456785 MVA"),
        ("DE", "USt-ID-Nr DE136695976 (Finanzamt Berlin)", "DE136695976"),
        ("BE", "BTW BE 0123.456.749 RPR Brussel", "BE0123456749"),
    ] {
        let change = json!({"country": country, "vat_id": "", "tax_number": number});
        let saved = studio.ok("update_organization", change).await["warnings"].to_string();
        for told in [saved, remarked(&studio, "organization.tax_number").await] {
            assert!(told.contains("stands as your tax number") && told.contains(vat_id), "{number}: {told}");
        }
    }
    for (country, number) in
        [("PL", "1234567802"), ("ES", "B12345674"), ("DE", "12/345/67890"), ("GB", "1234567890"), ("AU", "ABN 51 824 753 556")]
    {
        let saved = studio.ok("update_organization", json!({"country": country, "tax_number": number})).await;
        assert!(saved["warnings"].is_null() && remarked(&studio, "organization.tax_number").await.is_empty(), "{saved:#}");
    }
    let founded =
        studio.ok("create_organization", json!({"name": "B", "country": "DE", "tax_rate": "19", "tax_number": "136695976"})).await;
    assert!(founded["warnings"].to_string().contains("DE136695976"), "{founded:#}");
}

/// A hint at the other field would be wrong, since that field would refer back.
#[tokio::test]
async fn a_number_of_the_tax_in_its_own_field_is_told_with_the_letters_of_its_country() {
    let studio = studio().await;
    for (country, number, vat_id) in [
        ("GB", "VAT Reg No 980 7806 84", "GB980780684"),
        ("GB", "VAT Reg No 123 4567 82", "GB123456782"),
        ("NO", "123456785 MVA", "NO 123456785 MVA"),
        ("DK", "SE-nr. 12345607", "DK12345607"),
        ("IT", "Partita IVA 12345670017", "IT12345670017"),
    ] {
        let saved = studio.ok("update_organization", json!({"country": country, "vat_id": number, "tax_number": ""})).await;
        for told in [saved["warnings"].to_string(), remarked(&studio, "organization.vat_id").await] {
            assert!(told.contains(&format!("Write it {vat_id}.")) && !told.contains("as your tax number"), "{number}: {told}");
        }
        let saved = studio.ok("update_organization", json!({"vat_id": vat_id})).await;
        assert!(!saved["warnings"].to_string().contains("no VAT identifier"), "{saved:#}");
        assert_eq!(remarked(&studio, "organization.vat_id").await, "", "{vat_id}");
    }
}

/// EN 16931 BR-G-02 and BR-CO-09: the tax number with the country prefix is the VAT identifier there.
#[tokio::test]
async fn the_number_of_the_tax_in_iceland_does_for_an_export() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "country": "DE", "tax_category": "G", "tax_rate": "0"})).await;
    for number in ["VSK-númer 12345", "12345"] {
        studio.ok("update_organization", json!({"country": "IS", "vat_id": "", "tax_number": number})).await;
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Charts", "price": "10.00"}]})).await;
        studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    }
    for number in ["VSK-númer 12345", "12345", "IS12345"] {
        let saved = studio.ok("update_organization", json!({"vat_id": number, "tax_number": ""})).await;
        assert_eq!(saved["vat_id"], "IS12345", "{number}");
        assert!(!saved["warnings"].to_string().contains("no VAT identifier"), "{saved:#}");
    }
}

#[tokio::test]
async fn two_numbers_in_one_field_are_refused_with_the_place_of_each() {
    let studio = studio().await;
    let both = "USt-IdNr.: DE136695976, St.-Nr. 12/345/67890";
    let refused = studio.refused("update_organization", json!({"country": "DE", "tax_number": both})).await;
    assert!(refused.field("tax_number").is_some_and(|told| told.contains("DE136695976 alone is the VAT identifier")), "{refused:?}");
    let refused = studio.refused("update_client", json!({"client": "Acme", "vat_id": both})).await;
    assert!(refused.field("vat_id").is_some_and(|told| told.contains("St.-Nr. 12/345/67890 is written as")), "{refused:?}");
}

#[tokio::test]
async fn no_word_is_said_twice() {
    let studio = studio().await;
    for number in ["St.-Nr. 12/345/67890", "Steuernummer 12/345/67890"] {
        studio.ok("update_organization", json!({"country": "DE", "vat_id": "", "tax_number": number})).await;
        let seller = document(&studio).await.seller;
        assert_eq!((seller.tax_number, seller.registered.as_deref()), (None, Some(number)));
    }
    for (country, number) in
        [("US", "FEIN 12-3456789"), ("JP", "法人番号 7000012050002"), ("HU", "Adószám 12345676-2-42"), ("DK", "SE 12345678")]
    {
        studio.ok("update_client", json!({"client": "Acme", "country": country, "vat_id": number})).await;
        let buyer = document(&studio).await.buyer;
        assert_eq!((buyer.vat_id, buyer.tax_number, buyer.registered.as_deref()), (None, None, Some(number)));
    }
}

#[tokio::test]
async fn a_norwegian_number_is_said_to_lack_the_name_of_the_tax() {
    let studio = studio().await;
    let saved = studio.ok("update_client", json!({"client": "Acme", "country": "NO", "vat_id": "NO123456785"})).await;
    let told = saved["warnings"].to_string();
    assert!(told.contains("which has MVA behind its digits") && told.contains("it is written NO 123456785 MVA"), "{told}");
}

/// The example in a message must be of the party's country.
#[tokio::test]
async fn a_number_that_is_no_vat_identifier_is_told_what_one_of_its_country_looks_like() {
    let studio = studio().await;
    for (country, number, form) in [
        ("NO", "123 456 785", "looks like NO 123 456 785 MVA in Norway"),
        ("NO", "Org.nr. 123 456 785", "looks like NO 123 456 785 MVA in Norway"),
        ("FR", "SIRET 73282932000074", "looks like FR11123456782 in France"),
        ("", "HRB 12345 B", "begins with the two letters of its country, such as DE"),
    ] {
        let saved = studio.ok("update_client", json!({"client": "Acme", "country": country, "vat_id": number})).await;
        for told in [saved["warnings"].to_string(), remarked(&studio, "client.vat_id").await] {
            assert!(told.contains(&format!("no VAT identifier, which {form}.")), "{country} {number}: {told}");
        }
    }
}

#[tokio::test]
async fn a_rate_below_one_percent_is_told() {
    let studio = studio().await;
    for (operation, change) in [
        ("update_organization", json!({"tax_rate": "0.19"})),
        ("update_client", json!({"client": "Acme", "tax_rate": "0.19"})),
        ("create_client", json!({"name": "Beta", "tax_rate": "0.19"})),
    ] {
        let saved = studio.ok(operation, change).await;
        assert!(saved["warnings"].to_string().contains("Write 19 if you mean 19 %"), "{operation}: {saved:#}");
    }
    assert!(remarked(&studio, "lines.tax_rate").await.contains("Write 19 if you mean 19 %"));
    let again = studio.ok("update_client", json!({"client": "Acme", "tax_rate": "0.19"})).await;
    assert!(again["warnings"].is_null(), "what stood there was told already: {again:#}");
}

/// A missing number and a wrong one in its place give one message without contradiction.
#[tokio::test]
async fn a_number_of_a_register_is_said_to_be_no_number_of_taxes() {
    let studio = World::new("studio").await;
    studio.ok("update_organization", json!({"country": "DE", "tax_category": "S", "tax_rate": "19", "tax_number": "HRB 12345 B"})).await;
    studio.ok("create_client", json!({"name": "Acme", "currency": "EUR"})).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Logo", "price": "100.00"}]})).await;
    let said = |list: &str, words: &str| {
        let told = draft[list].as_array().into_iter().flatten().filter_map(|told| told["message"].as_str());
        told.filter(|told| told.contains(words)).map(str::to_owned).collect::<Vec<_>>()
    };
    let missing = said("problems", "tax number").pop().unwrap_or_else(|| panic!("{draft:#}"));
    assert!(missing.contains("HRB 12345 B in the field Tax number is not the number that an invoice"), "{missing}");
    let beside = said("remarks", "HRB 12345 B").pop().expect("a remark");
    assert!(beside.contains("as no tax number"), "{beside}");
}
