//! Tests of the exemption reason after a change of the country or of the reason.

use serde_json::{Value, json};

use crate::testing::World;

const GERMAN: &str = "Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG";
const AUSTRIAN: &str = "Umsatzsteuerfrei aufgrund der Kleinunternehmerregelung (§ 6 Abs. 1 Z 27 UStG)";

/// The founder of an organization in this country without a tax rate, with a client that has its tax.
async fn founded(country: &str) -> World {
    let first = World::new("studio").await;
    let answer = first.ok("create_organization", json!({"name": "Own", "country": country})).await;
    let own = first.signed_in(first.person().id, answer["slug"].as_str().expect("a place in addresses")).await;
    own.ok("create_client", json!({"name": "Acme", "country": country})).await;
    own
}

/// The remarks about this field on an invoice with this line.
async fn remarked(own: &World, line: Value, field: &str) -> Vec<String> {
    let preview = own.ok("preview_invoice", json!({"client": "Acme", "lines": [line]})).await;
    let remarks = preview["remarks"].as_array().cloned().unwrap_or_default();
    remarks.iter().filter(|remark| remark["field"] == field).map(|remark| remark["message"].to_string()).collect()
}

#[tokio::test]
async fn another_country_brings_its_own_words_for_the_organization_and_its_clients() {
    for (from, to, words, told) in [
        ("DE", "AT", Some(AUSTRIAN), AUSTRIAN),
        ("AT", "DE", Some(GERMAN), GERMAN),
        ("FR", "US", None, "nothing of tax"),
        ("IT", "CH", None, "nothing of tax"),
        ("DE", "ES", None, "write its article"),
    ] {
        let own = founded(from).await;
        let changed = own.ok("update_organization", json!({"country": to, "also_clients": true})).await;
        let client = own.ok("get_client", json!({"client": "Acme"})).await;
        let category = if words.is_some() { "E" } else { "O" };
        for answer in [&changed, &client] {
            assert_eq!((answer["tax_category"].as_str(), answer["tax_reason"].as_str()), (Some(category), words), "{from} to {to}");
        }
        assert!(changed["warnings"].to_string().contains(told), "{from} to {to}: {changed:#}");
    }
}

#[tokio::test]
async fn where_the_law_stays_the_same_so_do_the_words_and_nothing_is_told() {
    for (from, to) in [("FR", "RE"), ("FI", "AX")] {
        let own = founded(from).await;
        let before = own.ok("get_organization", json!({})).await;
        let changed = own.ok("update_organization", json!({"country": to, "also_clients": true})).await;
        assert_eq!((&changed["tax_category"], &changed["tax_reason"]), (&before["tax_category"], &before["tax_reason"]));
        assert!(!changed["warnings"].to_string().contains("invoices say"), "{from} to {to}: {changed:#}");
    }
}

#[tokio::test]
async fn a_country_that_was_corrected_has_its_words_again() {
    for (home, slip, words) in [("DE", "CH", GERMAN), ("AT", "US", AUSTRIAN), ("DE", "ES", GERMAN)] {
        let own = founded(home).await;
        own.ok("update_organization", json!({"country": slip, "also_clients": true})).await;
        let back = own.ok("update_organization", json!({"country": home, "also_clients": true})).await;
        let client = own.ok("get_client", json!({"client": "Acme"})).await;
        for answer in [&back, &client] {
            assert_eq!((&answer["tax_category"], &answer["tax_reason"]), (&json!("E"), &json!(words)), "{home} over {slip}");
        }
        assert!(back["warnings"].to_string().contains(words), "{back:#}");
    }
}

#[tokio::test]
async fn a_country_that_is_said_later_brings_what_one_that_is_said_at_once_does() {
    let first = World::new("studio").await;
    let answer = first.ok("create_organization", json!({"name": "Own"})).await;
    let own = first.signed_in(first.person().id, answer["slug"].as_str().expect("a place in addresses")).await;
    let changed = own.ok("update_organization", json!({"country": "DE"})).await;
    assert_eq!((&changed["tax_category"], &changed["tax_reason"]), (&json!("E"), &json!(GERMAN)));
    assert!(changed["warnings"].to_string().contains(GERMAN), "{changed:#}");
}

#[tokio::test]
async fn a_category_that_comes_with_the_country_stays() {
    let own = founded("DE").await;
    let spanish = own.ok("update_organization", json!({"country": "ES", "tax_category": "E"})).await;
    assert_eq!((&spanish["tax_category"], spanish["tax_reason"].as_str()), (&json!("E"), None));
    let back = own.ok("update_organization", json!({"country": "DE", "tax_category": "O"})).await;
    assert_eq!((&back["tax_category"], back["tax_reason"].as_str()), (&json!("O"), None));
}

#[tokio::test]
async fn the_words_of_another_country_are_asked_about_although_those_of_before_were_said() {
    let own = founded("DE").await;
    own.ok("update_organization", json!({"tax_reason_said": true})).await;
    let line = json!({"description": "Hosting", "price": "10.00"});
    assert!(remarked(&own, line.clone(), "organization.tax_reason").await.is_empty());
    own.ok("update_organization", json!({"country": "AT", "also_clients": true})).await;
    let asked = remarked(&own, line, "organization.tax_reason").await;
    assert!(matches!(&asked[..], [asked] if asked.contains(AUSTRIAN)), "{asked:?}");
}

/// § 4 no. 14 UStG: a reason written by hand is not replaced, nor is one that is given along with the country.
#[tokio::test]
async fn a_reason_in_words_of_ones_own_stays_in_another_country() {
    let own = founded("DE").await;
    own.ok("update_organization", json!({"tax_reason": "Steuerfrei nach § 4 Nr. 14 UStG"})).await;
    let changed = own.ok("update_organization", json!({"country": "AT"})).await;
    assert_eq!(changed["tax_reason"], "Steuerfrei nach § 4 Nr. 14 UStG");
    let changed = own.ok("update_organization", json!({"country": "FR", "tax_reason": GERMAN})).await;
    assert_eq!(changed["tax_reason"], GERMAN);
}

#[tokio::test]
async fn a_line_that_claims_the_law_of_another_country_is_remarked_on() {
    let own = founded("AT").await;
    let line = |reason: &str| json!({"description": "Hosting", "price": "10.00", "tax_category": "E", "tax_reason": reason});
    let told = remarked(&own, line(GERMAN), "lines").await;
    assert!(told.iter().any(|told| told.contains("§ 19 UStG") && told.contains("Austria")), "{told:?}");
    let told = remarked(&own, line(AUSTRIAN), "lines").await;
    assert!(told.iter().all(|told| !told.contains("another country")), "{told:?}");

    let own = founded("DE").await;
    own.ok("update_organization", json!({"country": "AT"})).await;
    let told = remarked(&own, json!({"description": "Hosting", "price": "10.00"}), "client.tax_reason").await;
    assert!(told.iter().any(|told| told.contains("§ 19 UStG")), "the client keeps the tax of before: {told:?}");
}

#[tokio::test]
async fn an_emptied_reason_becomes_the_usual_words_which_nobody_has_said() {
    for emptied in ["", "  "] {
        let own = founded("DE").await;
        own.ok("update_organization", json!({"tax_reason": "Steuerfrei nach § 4 Nr. 14 UStG"})).await;
        let changed = own.ok("update_organization", json!({"tax_reason": emptied, "also_clients": true})).await;
        assert_eq!(changed["tax_reason"], GERMAN);
        assert!(changed["warnings"].to_string().contains(GERMAN), "{changed:#}");
        let asked = remarked(&own, json!({"description": "Hosting", "price": "10.00"}), "organization.tax_reason").await;
        assert_eq!(asked.len(), 1, "{asked:?}");
    }
}
