//! The numbers of both parties as a document states them, and what is asked of them.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::{documents::printed, studio, studio_in};
use crate::{invoices::InvoicePreview, pages::invoices::lines_table, testing::World};

fn work() -> Value {
    json!([{"description": "Logo", "price": "100.00"}])
}

/// What is told of a field before an invoice is sent, as a problem or as a remark.
async fn told(studio: &World, of: &str, field: &str) -> String {
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": work()})).await;
    let told = preview[of].as_array().into_iter().flatten().filter(|told| told["field"] == field);
    told.map(|told| told["message"].as_str().unwrap_or_default()).collect()
}

async fn drafted(studio: &World, lines: Value) -> Value {
    studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await
}

#[tokio::test]
async fn what_is_no_tax_number_is_told_with_the_one_that_is_wanted() {
    let studio = studio().await;
    let change = json!({"country": "DE", "vat_id": "", "tax_number": "Kundennummer 4711007"});
    let saved = studio.ok("update_organization", change).await;
    for message in [saved["warnings"].to_string(), told(&studio, "problems", "organization.tax_number").await] {
        assert!(message.contains("Steuernummer 12/345/67890") && message.contains("DE123456788"), "{message}");
    }
    let draft = drafted(&studio, work()).await;
    let refused = studio.refused("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    assert!(refused.field("organization.tax_number").is_some(), "{refused:?}");
    studio.ok("update_organization", json!({"tax_number": "12/345/67890"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
}

#[tokio::test]
async fn a_number_of_which_nobody_knows_the_words_is_told_where_no_form_is_known() {
    let studio = studio().await;
    for (number, is_told) in [("Foo-Nr. 4711", true), ("Tax ID 12-3456789", false), ("12-3456789", false)] {
        studio.ok("update_organization", json!({"country": "US", "tax_number": number})).await;
        assert_eq!(told(&studio, "problems", "organization.tax_number").await, "", "it is sent as it stands");
        let remark = told(&studio, "remarks", "organization.tax_number").await;
        assert_eq!(remark.contains("its words do not say that it is one"), is_told, "{number}: {remark}");
    }
}

#[tokio::test]
async fn a_number_of_another_kind_is_stated_with_its_word_and_not_as_a_vat_identifier() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "AT", "vat_id": "ATU12345675"})).await;
    for (country, number) in
        [("GB", "EORI GB123456782000"), ("DE", "W-IdNr. DE136695976"), ("DE", "EORI-Nr. DE136695976"), ("DE", "W-IdNr. DE136695976-00001")]
    {
        studio.ok("update_client", json!({"client": "Acme", "country": country, "vat_id": number})).await;
        let buyer = printed(&studio, &drafted(&studio, work()).await).await.buyer;
        assert_eq!((buyer.vat_id, buyer.registered.as_deref()), (None, Some(number)));
        let saved = studio.ok("update_organization", json!({"country": country, "vat_id": number})).await;
        assert_eq!(saved["vat_id"], number);
        let seller = printed(&studio, &drafted(&studio, work()).await).await.seller;
        assert_eq!((seller.vat_id, seller.registered.as_deref()), (None, Some(number)));
    }
}

/// Article 26 (2) a of the Swiss VAT Act.
#[tokio::test]
async fn the_swiss_number_of_the_tax_is_told_from_that_of_every_enterprise() {
    let studio = studio().await;
    for (given, kept) in [
        ("Mehrwertsteuer-Nr. CHE-123.456.788", "CHE-123.456.788 MWST"),
        ("CHE-123.456.788 Mehrwertsteuer", "CHE-123.456.788 MWST"),
        ("CHE-123.456.788 VAT", "CHE-123.456.788 MWST"),
        ("VAT no. CHE-123.456.788", "CHE-123.456.788 MWST"),
        ("CHE-123.456.788 TVA", "CHE-123.456.788 TVA"),
    ] {
        let saved = studio.ok("update_organization", json!({"country": "CH", "tax_number": "", "vat_id": given})).await;
        assert_eq!(saved["vat_id"], kept, "{given}");
        assert_eq!(told(&studio, "remarks", "organization.vat_id").await, "", "{given}");
    }
    studio.ok("update_organization", json!({"vat_id": "CHE-123.456.788"})).await;
    let remark = told(&studio, "remarks", "organization.vat_id").await;
    assert!(remark.contains("write CHE-123.456.788 MWST") && remark.contains("Article 26"), "{remark}");
}

/// What every enterprise has is no number of the tax, whatever the language of the document.
#[tokio::test]
async fn a_swiss_business_that_charges_no_tax_prints_its_uid_as_that() {
    let studio = studio().await;
    for country in ["CH", "LI"] {
        for (vat_id, tax_number) in [("CHE-123.456.788", ""), ("", "CHE-123.456.788"), ("", "UID CHE-123.456.788")] {
            let change = json!({"country": country, "tax_category": "O", "vat_id": vat_id, "tax_number": tax_number});
            let saved = studio.ok("update_organization", change).await;
            assert!(!saved["warnings"].to_string().contains("CHE-"), "{country}: {saved:#}");
            for language in ["en", "de"] {
                studio.ok("update_client", json!({"client": "Acme", "tax_category": "O", "language": language})).await;
                let seller = printed(&studio, &drafted(&studio, work()).await).await.seller;
                assert_eq!((seller.vat_id, seller.tax_number), (None, None), "{country} {language}");
                assert_eq!(seller.registered.as_deref(), Some("UID CHE-123.456.788"), "{country} {language}");
            }
            for field in ["organization.vat_id", "organization.tax_number"] {
                assert_eq!(told(&studio, "remarks", field).await, "", "{country} {field}");
            }
        }
    }
    studio.ok("update_organization", json!({"country": "LI", "vat_id": "", "tax_number": "MWST-Nr. 50123"})).await;
    let remark = told(&studio, "remarks", "organization.tax_category").await;
    assert!(remark.contains("which says that you are registered"), "{remark}");
}

#[tokio::test]
async fn several_reasons_why_no_tax_is_charged_stand_each_on_a_line_of_its_own() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "DE", "vat_id": "DE136695976"})).await;
    let exempt = |of: &str| {
        let reason = format!("Steuerfrei nach § 4 {of} UStG");
        json!({"description": of, "price": "100.00", "tax_category": "E", "tax_reason": reason})
    };
    let lines = json!([exempt("Nr. 21"), exempt("Nr. 14"), exempt("Nr. 21")]);
    let document = printed(&studio, &drafted(&studio, lines.clone()).await).await;
    assert_eq!(
        document.taxes[0].reason.as_deref(),
        Some("Nr. 21: Steuerfrei nach § 4 Nr. 21 UStG\nNr. 14: Steuerfrei nach § 4 Nr. 14 UStG")
    );
    let preview: InvoicePreview =
        serde_json::from_value(studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines})).await).expect("a preview");
    let reason = preview.sums.taxes[0].reason.as_deref();
    let in_one = "Nr. 21: Steuerfrei nach § 4 Nr. 21 UStG; Nr. 14: Steuerfrei nach § 4 Nr. 14 UStG";
    assert_eq!(reason, Some(in_one), "in one text elsewhere (BT-120)");
}

#[tokio::test]
async fn whoever_charges_no_tax_and_says_that_they_are_registered_is_asked() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "O"})).await;
    let asked = async |country: &str, vat_id: &str, tax_number: &str| {
        let numbers = json!({"country": country, "tax_category": "O", "vat_id": vat_id, "tax_number": tax_number});
        studio.ok("update_organization", numbers).await;
        told(&studio, "remarks", "organization.tax_category").await
    };
    for (country, vat_id, tax_number, law) in [
        ("CH", "CHE-123.456.788 MWST", "", "Article 27 MWSTG"),
        ("LI", "CHE-123.456.788 MWST", "", "Article 27 MWSTG"),
        ("GB", "GB123456782", "", "Value Added Tax Act 1994"),
        ("GB", "", "VAT No. 123456782", "Value Added Tax Act 1994"),
        ("JP", "", "T7000012050002", "57-2"),
        ("NO", "NO 123 456 785 MVA", "", "merverdiavgiftsloven"),
        ("SG", "", "GST Reg. No. M90367530X", "registered for it"),
        ("ZA", "", "VAT No. 4123456789", "registered for it"),
        ("NZ", "", "GST 123-456-785", "registered for it"),
        ("CA", "", "BN 123456789 RT0001", "registered for it"),
    ] {
        let remark = asked(country, vat_id, tax_number).await;
        assert!(remark.contains("which says that you are registered") && remark.contains(law), "{country}: {remark}");
    }
    for (country, vat_id, tax_number) in [
        ("CH", "CHE-123.456.788", ""),
        ("GB", "", "UTR 1234567890"),
        ("NO", "", "Org.nr. 123 456 785"),
        ("JP", "", "法人番号 7000012050002"),
        ("AU", "", "ABN 51 824 753 556"),
        ("NZ", "", "123-456-785"),
        ("NZ", "", "IRD 123-456-785"),
        ("CA", "", "BN 123456789"),
        ("US", "", "EIN 12-3456789"),
        ("IE", "IE1234567T", ""),
    ] {
        let remark = asked(country, vat_id, tax_number).await;
        assert!(!remark.contains("which says that you are registered"), "{country}: {remark}");
    }
    studio.ok("update_client", json!({"client": "Acme", "country": "US"})).await;
    assert_eq!(asked("GB", "GB123456782", "").await, "", "work abroad has none");
}

#[tokio::test]
async fn the_number_of_a_client_is_called_as_in_their_country() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "AT", "vat_id": "ATU12345675"})).await;
    let buyer = async |country: &str, number: &str| {
        studio.ok("update_client", json!({"client": "Acme", "country": country, "vat_id": number})).await;
        let buyer = printed(&studio, &drafted(&studio, work()).await).await.buyer;
        (buyer.vat_id, buyer.tax_number, buyer.registered)
    };
    for (country, number, named) in [
        ("AU", "53 004 085 616", "ABN 53 004 085 616"),
        ("IN", "29ABCDE1234F1Z5", "GSTIN 29ABCDE1234F1Z5"),
        ("AE", "100123456700003", "TRN 100123456700003"),
        ("SA", "310123456700003", "VAT number 310123456700003"),
        ("ZA", "VAT No. 4123456789", "VAT number 4123456789"),
    ] {
        assert_eq!(buyer(country, number).await, (None, None, Some(named.to_owned())), "{country}");
    }
    for (country, number) in [("AU", "53 004 085 617"), ("IN", "12345"), ("SA", "310123456700004"), ("SG", "201234567A")] {
        assert_eq!(buyer(country, number).await, (None, Some(number.to_owned()), None), "{country} has no such number");
    }
}

/// What was laid out for the client is no exempt supply (Article 79 (c) of Directive 2006/112/EC).
#[tokio::test]
async fn what_was_laid_out_is_not_called_exempt() {
    let studio = studio().await;
    let words = "Durchlaufender Posten (§ 10 Abs. 1 Satz 5 UStG)";
    let laid_out = json!({"description": "Domain", "price": "36.50", "tax_category": "E", "tax_reason": words});
    let lines = json!([{"description": "Logo", "price": "100.00"}, laid_out]);
    for (language, column, row) in [("de", "ohne Steuer", "Ohne Steuer"), ("en", "no tax", "Without tax"), ("ja", "課税なし", "課税なし")]
    {
        studio.ok("update_client", json!({"client": "Acme", "language": language})).await;
        let document = printed(&studio, &drafted(&studio, lines.clone()).await).await;
        assert_eq!(document.lines[1].tax, column);
        let tax = document.taxes.iter().find(|tax| tax.reason.is_some()).expect("a row without tax");
        assert_eq!((tax.label.as_str(), tax.reason.as_deref()), (row, Some(words)));
    }
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines})).await;
    let preview: InvoicePreview = serde_json::from_value(preview).expect("a preview");
    let page = Owner::new().with(|| view! { <lines_table::LinesTable lines=preview.lines /> }.to_html());
    assert!(page.contains("No tax") && !page.contains("Exempt"), "{page}");
    let mut exempt = lines;
    exempt[1]["tax_reason"] = json!("Steuerfrei nach § 4 Nr. 21 UStG");
    studio.ok("update_client", json!({"client": "Acme", "language": "de"})).await;
    let document = printed(&studio, &drafted(&studio, exempt).await).await;
    assert_eq!(document.lines[1].tax, "steuerfrei", "an exempt supply is called so");
}

#[tokio::test]
async fn a_rate_with_the_tax_of_a_province_in_it_is_remarked_upon() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "CA", "tax_number": "GST/HST 123456789 RT0001"})).await;
    for (rate, label) in [("14.975", "Sales tax 14.975%"), ("12", "Sales tax 12%"), ("13", "GST/HST 13%"), ("5", "GST/HST 5%")] {
        studio.ok("update_client", json!({"client": "Acme", "tax_rate": rate})).await;
        let document = printed(&studio, &drafted(&studio, work()).await).await;
        assert_eq!(document.taxes[0].label, label);
        let remark = told(&studio, "remarks", "lines.tax_rate").await;
        assert_eq!(remark.contains("is no rate of GST or HST"), label.starts_with("Sales"), "{rate}: {remark}");
    }
}

/// A number of a register by which the tax office knows a business, and a number of the value added tax that it does not have.
#[tokio::test]
async fn an_exempt_small_business_bills_with_the_number_that_its_country_has_on_invoices() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "E", "tax_rate": "0"})).await;
    for (country, number) in [
        ("FR", "SIRET 732 829 320 00074"),
        ("SE", "Org.nr. 123456-7897"),
        ("DK", "CVR 12345607"),
        ("CZ", "IČO 12345679"),
        ("BG", "ЕИК 123456786"),
        ("BE", "numéro d'entreprise 0123.456.749"),
        ("CH", "UID CHE-123.456.788"),
        ("CZ", "RČ 780101/1234"),
        ("EE", "Isikukood 38001011234"),
        ("GR", "ΑΦΜ 123456783"),
        ("LT", "Individualios veiklos pažymos Nr. 123456"),
        ("LV", "Personas kods 123456-12345"),
        ("MT", "EXO 12345634"),
        ("NO", "Org.nr. 123 456 785"),
        ("SI", "DŠ 12345679"),
        ("DE", "KU-IdNr. DE123456788-EX"),
    ] {
        let change = json!({"country": country, "vat_id": "", "tax_number": number, "tax_category": "E", "tax_rate": "0"});
        let saved = studio.ok("update_organization", change).await;
        assert!(!saved["warnings"].to_string().contains(number), "{country}: {saved:#}");
        assert_eq!(told(&studio, "remarks", "organization.tax_number").await, "", "{country}");
        let draft = drafted(&studio, work()).await;
        let seller = printed(&studio, &draft).await.seller;
        assert_eq!((seller.tax_number, seller.registered.as_deref()), (None, Some(number)), "{country}");
        studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    }
}

/// Section 29-70 of the GST Act 1999.
#[tokio::test]
async fn an_invoice_for_what_is_free_of_tax_in_australia_is_no_tax_invoice() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "AU", "tax_number": "51 824 753 556"})).await;
    for category in ["Z", "G"] {
        studio.ok("update_client", json!({"client": "Acme", "country": "NZ", "tax_category": category})).await;
        let document = printed(&studio, &drafted(&studio, work()).await).await;
        assert_eq!((document.title, document.seller.registered.as_deref()), (None, Some("ABN 51 824 753 556")), "{category}");
    }
    let lines = json!([{"description": "Logo", "price": "100.00"}, {"description": "Hosting", "price": "10.00", "tax_rate": "10"}]);
    assert_eq!(printed(&studio, &drafted(&studio, lines).await).await.title.as_deref(), Some("Tax invoice"), "one line is taxed");
}

/// Every enterprise in Switzerland has the number; by the name of the tax it is a VAT identifier.
#[tokio::test]
async fn beside_an_export_a_swiss_number_without_the_name_of_the_tax_is_told_with_it() {
    let studio = studio_in("CH").await;
    studio.ok("update_organization", json!({"vat_id": "CHE-123.456.788"})).await;
    let line = json!({"description": "Machine", "price": "100.00", "tax_category": "G"});
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [line]})).await;
    let problem =
        |invoice: &Value| invoice["problems"].as_array().into_iter().flatten().find(|it| it["field"] == "organization.vat_id").cloned();
    let told = problem(&draft).expect("a problem").to_string();
    assert!(told.contains("Write CHE-123.456.788 MWST") || told.contains("write CHE-123.456.788 MWST"), "{told}");
    studio.ok("update_organization", json!({"vat_id": "CHE-123.456.788 MWST"})).await;
    assert_eq!(problem(&studio.ok("get_invoice", json!({"invoice": draft["id"]})).await), None);
}
