//! What an invoice with tax is called where the law has a name for it, and the number that makes it one.

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
    assert!(asked("AU", "123 456 782").await.is_some_and(|told| told.starts_with("123 456 782 is no ABN")));
    assert_eq!(asked("AU", "51 824 753 556").await, None);
    assert_eq!(asked("US", "").await, None, "there is none");
}
