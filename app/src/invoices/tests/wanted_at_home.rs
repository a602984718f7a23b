//! Tests of statements that the seller's law requires on domestic invoices and that no field of the document holds.

use serde_json::{Value, json};

use super::{studio, studio_in};
use crate::testing::World;

/// The field of the remark with these words on an invoice of one line at this price.
async fn told(studio: &World, price: &str, notes: &str, words: &str) -> Option<String> {
    let wanted = json!({"client": "Acme", "lines": [{"description": "Logo", "price": price}], "notes": notes});
    let preview = studio.ok("preview_invoice", wanted).await;
    let remarks = preview["remarks"].as_array().cloned().unwrap_or_default();
    let is_told = |remark: &&Value| remark["message"].as_str().is_some_and(|message| message.contains(words));
    remarks.iter().find(is_told).and_then(|remark| remark["field"].as_str()).map(str::to_owned)
}

/// There, a buyer who deducts the tax needs their own number on the invoice.
#[tokio::test]
async fn the_number_of_a_client_at_home_is_asked_for_where_the_law_wants_it() {
    let studio = studio().await;
    for (country, law) in [("ES", "Article 6.1 d)"), ("HU", "§ 169"), ("IT", "Article 21 (2) f)"), ("PL", "Article 106e (1) no. 5")] {
        studio.ok("update_organization", json!({"country": country})).await;
        studio.ok("update_client", json!({"client": "Acme", "country": country})).await;
        assert_eq!(told(&studio, "1.00", "", law).await.as_deref(), Some("client.vat_id"), "{country}");
    }
    let asked = async |country: &str, vat_id: &str| {
        studio.ok("update_organization", json!({"country": "IT"})).await;
        studio.ok("update_client", json!({"client": "Acme", "country": country, "vat_id": vat_id})).await;
        told(&studio, "1.00", "", "of a person it wants the codice fiscale").await.is_some()
    };
    assert!(asked("IT", "").await);
    for (country, vat_id) in [("IT", "IT00743110157"), ("DE", ""), ("", "")] {
        assert!(!asked(country, vat_id).await, "{country} {vat_id}");
    }
    studio.ok("update_organization", json!({"country": "DE"})).await;
    studio.ok("update_client", json!({"client": "Acme", "country": "DE"})).await;
    assert_eq!(told(&studio, "1.00", "", "is no business").await, None, "no law of Germany wants it");
}

/// § 11 (1) UStG 1994: the number is required above 10000 EUR, not at exactly 10000 EUR.
#[tokio::test]
async fn in_austria_the_number_of_a_client_is_asked_for_above_ten_thousand_euros_with_tax() {
    let studio = studio_in("AT").await;
    studio.ok("update_client", json!({"client": "Acme", "country": "AT"})).await;
    let words = "on an invoice of more than 10000 EUR";
    assert_eq!(told(&studio, "8403.36", "", words).await, None);
    assert_eq!(told(&studio, "8403.37", "", words).await.as_deref(), Some("client.vat_id"));
}

/// Rule 46 (l) to (n) of the CGST Rules 2017.
#[tokio::test]
async fn in_india_the_parts_of_the_tax_are_asked_for_until_the_note_has_them() {
    let studio = studio_in("IN").await;
    let words = "19 % is stated as one tax";
    assert_eq!(told(&studio, "100.00", "Thank you", words).await.as_deref(), Some("notes"));
    for notes in ["CGST 9.5 %: 9.50, SGST 9.5 %: 9.50", "IGST 19 %: 19.00, place of supply Goa"] {
        assert_eq!(told(&studio, "100.00", notes, words).await, None, "{notes}");
    }
    studio.ok("update_organization", json!({"country": "DE"})).await;
    assert_eq!(told(&studio, "100.00", "", words).await, None);
}

/// Article 230 of Directive 2006/112/EC, section 9-85 of the GST Act 1999: the converted amount is not recalculated.
#[tokio::test]
async fn the_tax_in_the_currency_of_home_is_asked_for_until_the_note_has_it() {
    let words = "The tax is stated in EUR alone";
    for (country, stated, others) in [
        (
            "GB",
            &["VAT 19 %: 16.50 GBP (1 EUR = 0.8684 GBP)", "VAT: £16.50"][..],
            &["", "Thank you", "1 EUR = 0.8684 GBP", "Fee: 16.50 GBP"][..],
        ),
        ("PL", &["VAT 19 %: 80,94 zł"], &["VAT 19 %: 19,00 EUR"]),
        ("JP", &["消費税：3,089円"], &["1 EUR = 162.55 JPY"]),
        ("AU", &["GST: 31.10 AUD", "1 EUR = 1.6372 AUD"], &["Payable in AUD or EUR"]),
    ] {
        let studio = studio_in(country).await;
        for note in stated {
            assert_eq!(told(&studio, "100.00", note, words).await, None, "{country}: {note}");
        }
        for note in others {
            assert_eq!(told(&studio, "100.00", note, words).await.as_deref(), Some("notes"), "{country}: {note}");
        }
    }
}
