//! Tests of the title that a law requires for an invoice with tax, and of the number that the title depends on.

use serde_json::{Value, json};

use super::{documents::printed, studio};
use crate::testing::World;

/// A draft with tax by a seller in this country with this number.
async fn drafted(studio: &World, country: &str, number: &str) -> Value {
    studio.ok("update_organization", json!({"country": country, "tax_number": number})).await;
    studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Logo", "price": "100.00"}]})).await
}

#[tokio::test]
async fn a_tax_invoice_is_called_one_and_names_its_number_as_its_country_does() {
    let studio = studio().await;
    for (country, number, named) in [
        ("AU", "51824753556", "ABN 51824753556"),
        ("AU", "ABN 51 824 753 556", "ABN 51 824 753 556"),
        ("SG", "M90367530X", "GST Reg. No. M90367530X"),
        ("IN", "29ABCDE1234F1Z5", "GSTIN 29ABCDE1234F1Z5"),
        ("AE", "100123456700003", "TRN 100123456700003"),
    ] {
        let document = printed(&studio, &drafted(&studio, country, number).await).await;
        assert_eq!(document.title.as_deref(), Some("Tax invoice"), "{country}");
        assert_eq!((document.seller.tax_number, document.seller.registered.as_deref()), (None, Some(named)), "{country}");
    }
    for (language, title) in [("de", "Rechnung (Tax invoice)"), ("ja", "請求書（Tax invoice）")] {
        studio.ok("update_client", json!({"client": "Acme", "language": language})).await;
        let document = printed(&studio, &drafted(&studio, "AU", "51824753556").await).await;
        assert_eq!(document.title.as_deref(), Some(title), "the law wants its own words");
    }
    for country in ["DE", "US", "JP", "CA"] {
        let document = printed(&studio, &drafted(&studio, country, "12/345/67890").await).await;
        assert_eq!(document.title, None, "{country}");
    }
}

/// A zero-rated supply or an export is a taxable supply there.
#[tokio::test]
async fn a_supply_at_the_rate_of_zero_has_a_tax_invoice_with_its_number() {
    let studio = studio().await;
    for (country, category, number, named) in [
        ("AE", "Z", "100123456700003", "TRN 100123456700003"),
        ("ZA", "Z", "4123456789", "VAT number 4123456789"),
        ("IN", "G", "27AAPFU0939F1ZV", "GSTIN 27AAPFU0939F1ZV"),
    ] {
        studio.ok("update_client", json!({"client": "Acme", "country": "US", "tax_category": category})).await;
        let document = printed(&studio, &drafted(&studio, country, number).await).await;
        assert_eq!((document.title.as_deref(), document.seller.registered.as_deref()), (Some("Tax invoice"), Some(named)), "{country}");
    }
}

/// Section 29-70 (1) (c) of the GST Act 1999.
#[tokio::test]
async fn without_the_number_it_is_no_tax_invoice_and_not_called_one() {
    let studio = studio().await;
    for (country, number) in [("AU", ""), ("AU", "ABN 51 824 753 557"), ("AU", "123 456 782"), ("AE", "12345"), ("ZA", "9123456789")] {
        assert_eq!(printed(&studio, &drafted(&studio, country, number).await).await.title, None, "{country} {number}");
    }
}

#[tokio::test]
async fn without_tax_it_is_an_invoice_and_states_the_abn_all_the_same() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "O"})).await;
    let document = printed(&studio, &drafted(&studio, "AU", "51824753556").await).await;
    assert_eq!((document.title, document.seller.registered.as_deref()), (None, Some("ABN 51824753556")));
    let document = printed(&studio, &drafted(&studio, "SG", "201234567A").await).await;
    assert_eq!((document.title, document.seller.tax_number.as_deref()), (None, Some("201234567A")), "not registered for the tax");
}

#[tokio::test]
async fn the_number_of_a_tax_invoice_is_asked_for() {
    let studio = studio().await;
    let asked = async |country: &str, number: &str| {
        let remarks = drafted(&studio, country, number).await["remarks"].as_array().cloned().unwrap_or_default();
        let of_number = remarks.into_iter().find(|remark| remark["field"] == "organization.tax_number");
        of_number.map(|remark| remark["message"].as_str().unwrap_or_default().to_owned())
    };
    let missing = asked("AU", "").await.expect("a remark");
    assert!(missing.contains("no ABN, which has 11") && missing.contains("section 29-70"), "{missing}");
    assert!(missing.contains("11 digits") && missing.contains("no tax invoice") && !missing.contains("letters"), "{missing}");
    assert!(asked("AU", "51 824 753 557").await.is_some_and(|told| told.contains("check the others")), "a slip");
    assert_eq!(asked("AU", "ABN 51 824 753 556, ACN 004 085 616").await, None);
    assert_eq!(asked("AU", "51 824 753 556 (GST registered)").await, None);
    assert!(asked("AU", "123 456 782").await.is_some_and(|told| told.starts_with("123 456 782 is no ABN")));
    assert_eq!(asked("AU", "51 824 753 556").await, None);
    assert_eq!(asked("US", "").await, None, "there is none");
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "O"})).await;
    let untaxed = asked("AU", "").await.expect("a remark");
    assert!(untaxed.contains("section 12-190") && untaxed.contains("withhold") && !untaxed.contains("29-70"), "{untaxed}");
}
