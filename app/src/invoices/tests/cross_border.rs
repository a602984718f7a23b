//! Tests of remarks on tax categories that require a border, without one or with another one.

use serde_json::{Value, json};

use super::{log, studio};
use crate::testing::World;

/// The remark on an invoice with one line of this tax that contains these words, as field and message.
async fn told(studio: &World, words: &str, tax: Value) -> Option<(String, String)> {
    let mut line = json!({"description": "Logo", "price": "100.00"});
    line.as_object_mut().expect("a line").extend(tax.as_object().cloned().unwrap_or_default());
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": [line]})).await;
    let remarks = preview["remarks"].as_array().cloned().unwrap_or_default();
    let found = remarks.into_iter().find(|remark| remark["message"].as_str().is_some_and(|message| message.contains(words)));
    found.map(|remark| (remark["field"].as_str().unwrap_or_default().to_owned(), remark["message"].as_str().unwrap_or_default().to_owned()))
}

/// Sets country, VAT identifier and tax category of the client.
async fn client(studio: &World, country: &str, vat_id: &str, category: &str) {
    let rate = if category == "S" { "19" } else { "0" };
    let change =
        json!({"client": "Acme", "country": country, "vat_id": vat_id, "tax_category": category, "tax_rate": rate, "tax_reason": ""});
    studio.ok("update_client", change).await;
}

/// Articles 44 and 196 of Directive 2006/112/EC.
#[tokio::test]
async fn work_for_the_union_that_carries_no_tax_for_another_reason_is_remarked() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE", "vat_id": "DE136695976", "tax_category": "S", "tax_rate": "19"})).await;
    for category in ["O", "Z", "E"] {
        client(&studio, "FR", "FR40303265045", category).await;
        let (field, words) = told(&studio, "is charged no tax as", json!({})).await.expect(category);
        assert_eq!(field, "client.tax_category", "{category}");
        assert!(words.contains("Reverse charge (AE) mostly") && words.contains("Intra-Community supply of goods (K)"), "{words}");
        assert_eq!(words.contains("write why"), category != "Z", "a rate of zero has no reason: {words}");
        client(&studio, "FR", "", category).await;
        let (field, words) = told(&studio, "has no VAT identifier", json!({})).await.expect(category);
        assert!(field == "client.vat_id" && words.contains("Reverse charge (AE)"), "{field} {words}");
    }
    client(&studio, "FR", "FR40303265045", "O").await;
    assert_eq!(told(&studio, "is charged no tax as", json!({"tax_reason": "Article 54"})).await, None, "somebody said why");
    client(&studio, "FR", "FR40303265045", "AE").await;
    assert_eq!(told(&studio, "is charged no tax as", json!({})).await, None);
    let (field, _) = told(&studio, "is charged no tax as", json!({"tax_category": "O"})).await.expect("a remark on the line");
    assert_eq!(field, "lines");
    client(&studio, "US", "", "O").await;
    assert_eq!(told(&studio, "is charged no tax as", json!({})).await, None, "so work for elsewhere is");
}

#[tokio::test]
async fn time_that_carries_no_tax_is_told_of_work_alone() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE"})).await;
    log(&studio, "2026-11-02", "1h").await;
    client(&studio, "FR", "FR40303265045", "O").await;
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await["remarks"].to_string();
    assert!(preview.contains("is charged no tax as") && !preview.contains("Goods that go there"), "{preview}");
}

/// In countries without VAT none of these is refused, so it is remarked.
#[tokio::test]
async fn goods_that_cross_no_border_are_remarked_where_there_is_no_vat() {
    let studio = studio().await;
    for country in ["JP", "US"] {
        studio.ok("update_organization", json!({"country": country})).await;
        client(&studio, country, "", "G").await;
        let (field, words) = told(&studio, "for what leaves the country", json!({})).await.expect(country);
        assert!(field == "client.tax_category" && words.contains("as you are"), "{field} {words}");
        client(&studio, "", "", "G").await;
        let (field, words) = told(&studio, "for what leaves the country", json!({})).await.expect(country);
        assert!(field == "client.country" && words.contains("Nobody has said"), "{field} {words}");
        client(&studio, "DE", "", "G").await;
        assert_eq!(told(&studio, "for what leaves the country", json!({})).await, None);
        for there in [country, "DE"] {
            client(&studio, there, "", "K").await;
            let (field, words) = told(&studio, "Article 138", json!({})).await.expect(there);
            assert!(field == "client.tax_category" && words.contains("your country is"), "{field} {words}");
        }
    }
    studio.ok("update_organization", json!({"country": "JP", "vat_id": "DE136695976"})).await;
    client(&studio, "FR", "FR40303265045", "K").await;
    assert_eq!(told(&studio, "Article 138", json!({})).await, None, "from a stock in Germany");
}

/// § 34a UStDV: an invoice of a small business says that it is one; Article 283 of the VAT directive: at home.
#[tokio::test]
async fn a_small_business_is_told_of_clients_who_are_untaxed_for_another_reason() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE", "tax_category": "E", "tax_rate": "0", "tax_number": "12/345/67890"})).await;
    let exempt = "your settings say that what you bill is Exempt (E)";
    for category in ["O", "Z", "AE"] {
        client(&studio, "DE", "DE123456788", category).await;
        let (field, words) = told(&studio, exempt, json!({})).await.expect(category);
        assert!(field == "client.tax_category" && words.contains("§ 19 UStG"), "{field} {words}");
    }
    client(&studio, "DE", "", "E").await;
    assert_eq!(told(&studio, exempt, json!({})).await, None);
    for (country, vat_id, wanted) in [
        ("FR", "FR40303265045", Some(("client.tax_category", "Reverse charge (AE) mostly"))),
        ("FR", "", Some(("client.vat_id", "has no VAT identifier"))),
        ("US", "", Some(("client.tax_category", "Not subject to tax (O) mostly"))),
        ("GB", "GB123456782", Some(("client.tax_category", "Not subject to tax (O) mostly"))),
        ("GB", "", None),
        ("DE", "", None),
    ] {
        client(&studio, country, vat_id, "E").await;
        let told = told(&studio, "is charged no tax as Exempt (E)", json!({})).await;
        let told = told.as_ref().map(|(field, words)| (field.as_str(), words.as_str()));
        match (told, wanted) {
            (Some((field, words)), Some((of, way))) => assert!(field == of && words.contains(way), "{country}: {field} {words}"),
            (told, wanted) => assert_eq!((told.is_some(), wanted.is_some()), (false, false), "{country} {vat_id}: {told:?}"),
        }
    }
}

/// Within one tax territory there is no border; some territories have exports of services.
#[tokio::test]
async fn work_within_one_area_of_tax_is_at_home() {
    let studio = studio().await;
    for (here, there) in [("CH", "LI"), ("GB", "IM"), ("FR", "MC"), ("FR", "RE"), ("FI", "AX")] {
        studio.ok("update_organization", json!({"country": here, "tax_category": "S", "tax_rate": "19"})).await;
        client(&studio, there, "", "S").await;
        assert_eq!(told(&studio, "the tax of your own country", json!({})).await, None, "{here} to {there}");
        client(&studio, there, "", "O").await;
        let (_, words) = told(&studio, "No tax is charged", json!({})).await.expect(there);
        assert!(words.contains("which has one tax with your country"), "{words}");
    }
    studio.ok("update_organization", json!({"country": "NO"})).await;
    client(&studio, "DE", "DE136695976", "S").await;
    let (_, words) = told(&studio, "the tax of your own country", json!({})).await.expect("a remark");
    assert!(words.contains("Export of goods (G) mostly"), "{words}");
}

/// The client's tax is right, but a line has an older one of its own.
#[tokio::test]
async fn what_a_line_alone_is_taxed_with_is_mended_in_the_line() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE", "vat_id": "DE136695976", "tax_category": "S", "tax_rate": "19"})).await;
    client(&studio, "FR", "FR40303265045", "AE").await;
    let own = json!({"tax_category": "S", "tax_rate": "7"});
    let (field, _) = told(&studio, "the tax of your own country", own.clone()).await.expect("a remark on the line");
    assert_eq!(field, "lines");
    client(&studio, "FR", "FR40303265045", "S").await;
    let (field, _) = told(&studio, "the tax of your own country", json!({})).await.expect("a remark on the client");
    assert_eq!(field, "client.tax_category");

    log(&studio, "2026-11-02", "1h").await;
    client(&studio, "FR", "FR40303265045", "AE").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme"})).await;
    let goods = json!([{"line": draft["lines"][0]["id"], "tax_category": "K"}]);
    let changed = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": goods})).await;
    let of_goods = |remark: &&Value| remark["message"].as_str().is_some_and(|message| message.contains("which is for goods"));
    let remarks = changed["remarks"].as_array().cloned().unwrap_or_default();
    assert_eq!(remarks.iter().find(of_goods).map(|remark| remark["field"].clone()), Some(json!("lines")), "{remarks:?}");

    studio.ok("update_organization", json!({"tax_category": "E", "tax_rate": "0"})).await;
    client(&studio, "DE", "", "E").await;
    let (field, words) = told(&studio, "you charge none", own).await.expect("a remark on the line");
    assert!(field == "lines" && words.contains("the tax of the lines"), "{field} {words}");
}

#[tokio::test]
async fn a_country_at_the_beginning_of_a_sentence_is_written_as_one() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE", "tax_category": "S", "tax_rate": "19"})).await;
    for (country, sentence) in [("AX", "own country. The Åland Islands are outside"), ("RE", "own country. Réunion is outside")] {
        client(&studio, country, "", "S").await;
        assert!(told(&studio, sentence, json!({})).await.is_some(), "{country}");
    }
}
