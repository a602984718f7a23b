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

/// Article 230 of Directive 2006/112/EC, section 9-85 of the GST Act 1999.
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

/// A studio in Germany with the client Globex in US dollars and a draft of one line at this price with this note.
async fn drafted_in_dollars(price: &str, notes: &str) -> (World, Value) {
    let studio = studio_in("DE").await;
    studio.ok("create_client", json!({"name": "Globex", "currency": "USD", "tax_category": "S", "tax_rate": "19"})).await;
    let lines = json!([{"description": "Logo", "price": price}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Globex", "lines": lines, "notes": notes})).await;
    (studio, draft)
}

/// The remark on the note of an invoice with these words.
fn of_note(invoice: &Value, words: &str) -> Option<String> {
    let remarks = invoice["remarks"].as_array().cloned().unwrap_or_default();
    let messages = remarks.iter().filter(|remark| remark["field"] == "notes").filter_map(|remark| remark["message"].as_str());
    messages.map(str::to_owned).find(|message| message.contains(words))
}

async fn with_line(studio: &World, draft: &Value, price: &str) -> Value {
    studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "add": [{"description": "More", "price": price}]})).await
}

#[tokio::test]
async fn a_tax_in_the_currency_of_home_that_its_rate_contradicts_is_remarked_with_the_right_one() {
    let (studio, draft) = drafted_in_dollars("10.00", "VAT: 1.75 EUR (1 USD = 0.92 EUR)").await;
    assert_eq!(of_note(&draft, "EUR"), None, "{draft:#}");
    let after = with_line(&studio, &draft, "1000.00").await;
    let told = of_note(&after, "at the rate in the note").expect("a remark");
    for words in ["states the tax as 1.75 EUR", "The tax of 191.90 USD is 176.55 EUR", "(1 USD = 0.92 EUR)"] {
        assert!(told.contains(words), "{told}");
    }
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    assert!(sent["warnings"].to_string().contains("is 176.55 EUR at the rate"), "{sent:#}");
    studio.ok("void_invoice", json!({"invoice": draft["id"]})).await;
    let again = studio.ok("redraft_invoice", json!({"invoice": draft["id"]})).await;
    assert!(of_note(&again, "is 176.55 EUR at the rate").is_some(), "{again:#}");
    for (price, notes, right) in [
        ("10.00", "VAT: 99.75 EUR (1 USD = 0.92 EUR)", Some("1.75 EUR")),
        ("1010.00", "VAT: 176.55 EUR (1 USD = 0.92 EUR)", None),
        ("10000.00", "USt.: 1.748,00 EUR (1 USD = 0,92 EUR)", None),
        ("1010.00", "VAT 153.52 EUR\n1 EUR = 1.25 USD", None),
        ("1010.00", "VAT 191.90 EUR\n1 EUR = 1,25 USD", Some("153.52 EUR")),
    ] {
        let (_, draft) = drafted_in_dollars(price, notes).await;
        let told = of_note(&draft, "at the rate in the note");
        assert_eq!(told.is_some(), right.is_some(), "{notes}: {told:?}");
        assert!(told.is_none_or(|told| told.contains(right.unwrap_or_default())), "{notes}");
    }
}

/// An amount without a rate may be right or not: it is asked about once the tax is another one than it was written for.
#[tokio::test]
async fn a_tax_in_the_currency_of_home_without_a_rate_is_remarked_when_the_tax_has_changed() {
    let words = "The tax was 1.90 USD when that was written, and is 191.90 USD by now";
    let (studio, draft) = drafted_in_dollars("10.00", "VAT: 1.75 EUR").await;
    assert_eq!(of_note(&draft, "EUR"), None, "{draft:#}");
    let after = with_line(&studio, &draft, "1000.00").await;
    assert!(of_note(&after, words).is_some(), "{after:#}");
    let noted = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "notes": "VAT: 176.55 EUR"})).await;
    assert_eq!(of_note(&noted, "EUR"), None, "it was written for this tax: {noted:#}");
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    studio.ok("void_invoice", json!({"invoice": draft["id"]})).await;
    let again = studio.ok("redraft_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!(of_note(&again, "EUR"), None, "{again:#}");
    let more = with_line(&studio, &again, "100.00").await;
    assert!(of_note(&more, "The tax was 191.90 USD").is_some(), "{more:#}");
}
