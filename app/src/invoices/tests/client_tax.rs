//! Tests of drafts whose client has another tax now: the remark, and which lines take the present tax.

use serde_json::{Value, json};

use super::{draft, log, remarked, studio_in};
use crate::testing::World;

#[tokio::test]
async fn a_draft_says_that_its_client_is_taxed_otherwise_by_now_and_takes_that_up_on_request() {
    let studio = studio_in("DE").await;
    log(&studio, "2026-11-20", "1h30m").await;
    let draft = draft(&studio).await;
    assert_eq!(remarked(&draft), 0);
    studio.ok("update_client", json!({"client": "Acme", "tax_rate": "7"})).await;
    let seen = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    assert!(
        seen["remarks"][0]["message"]
            .as_str()
            .is_some_and(|remark| remark.contains("Standard rate (S) at 19 %") && remark.contains("Standard rate (S) at 7 %")),
        "{seen:#}"
    );
    // The button on the page submits the form, which also sends the tax of each line.
    let line = json!({"line": draft["lines"][0]["id"], "tax_category": "S", "tax_rate": "19"});
    let taken = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "client_tax": true, "lines": [line]})).await;
    assert_eq!((&taken["tax"]["amount"], remarked(&taken)), (&json!("12.60"), 0));
}

#[tokio::test]
async fn a_draft_of_lines_alone_says_that_its_client_is_taxed_otherwise_by_now() {
    let studio = studio_in("DE").await;
    let lines = json!([{"description": "Hosting", "price": "50.00"}, {"description": "Domain", "price": "10.00"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    assert_eq!(remarked(&draft), 0);
    studio
        .ok("update_client", json!({"client": "Acme", "tax_category": "AE", "tax_rate": "0", "vat_id": "ATU12345675", "country": "AT"}))
        .await;
    let seen = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    let remark = seen["remarks"][0]["message"].as_str().expect("a remark");
    assert!(remark.starts_with("The lines are taxed as Standard rate (S) at 19 % and Acme as Reverse charge (AE) by now."), "{remark}");
    let taken = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "client_tax": true})).await;
    assert_eq!((&taken["tax"]["amount"], remarked(&taken)), (&json!("0.00"), 0));
    // A tax that the client never had was chosen deliberately.
    let other = json!({"line": taken["lines"][0]["id"], "tax_category": "S", "tax_rate": "9"});
    let mixed = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": [other]})).await;
    let said = mixed["remarks"].as_array().into_iter().flatten();
    let abroad = |remark: &&Value| remark["message"].as_str().is_some_and(|told| told.contains("is charged the tax of your own country"));
    assert_eq!((remarked(&mixed), said.filter(abroad).count()), (1, 1), "nothing but that it is taxed at home: {mixed:#}");
    let nothing = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "client_tax": true})).await;
    assert!(nothing["warnings"][0].as_str().is_some_and(|told| told.starts_with("No line carries a tax")), "{nothing:#}");
}

#[tokio::test]
async fn the_words_of_a_small_business_come_back_with_its_category_and_a_draft_without_them_says_so() {
    let studio = World::new("studio").await;
    studio
        .ok(
            "update_organization",
            json!({"country": "DE", "tax_category": "E", "tax_rate": "0", "tax_reason": "§ 19 UStG", "tax_number": "12/345/67890"}),
        )
        .await;
    studio.ok("create_client", json!({"name": "Acme"})).await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "O"})).await;
    let draft = studio
        .ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "50.00", "tax_category": "E"}]}))
        .await;
    let client = studio.ok("update_client", json!({"client": "Acme", "tax_category": "E"})).await;
    assert_eq!(client["tax_reason"], "§ 19 UStG");
    let seen = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    let remark = seen["remarks"][0]["message"].as_str().expect("a remark");
    assert!(remark.starts_with("The reason for the tax of the lines is another one than Acme has by now."), "{remark}");
    let taken = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "client_tax": true})).await;
    assert_eq!((&taken["lines"][0]["tax_reason"], remarked(&taken)), (&json!("§ 19 UStG"), 0));
}

/// Category, rate and reason are chosen per line: a change of the client must not tax a line that is passed on untaxed.
#[tokio::test]
async fn lines_with_a_tax_of_their_own_keep_it_when_a_draft_takes_up_its_clients_tax() {
    let studio = studio_in("DE").await;
    log(&studio, "2026-11-20", "1h").await;
    let passed_on = json!({"description": "Postage\nOctober", "price": "50.00", "tax_category": "E", "tax_reason": "Passed on"});
    let lines =
        json!([{"description": "Printing", "price": "20.00"}, {"description": "Book", "price": "10.00", "tax_rate": "7"}, passed_on]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    studio.ok("update_client", json!({"client": "Acme", "tax_rate": "20"})).await;
    let seen = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    let kept = r#""Book" (7 %) and "Postage" (Exempt) have a tax of their own and keep it."#;
    assert!(seen["remarks"][0]["message"].as_str().is_some_and(|remark| remark.ends_with(kept)), "{seen:#}");
    let taken = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "client_tax": true})).await;
    let taxes: Vec<[&Value; 3]> = taken["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| ["tax_category", "tax_rate", "tax_reason"].map(|field| line.get(field).unwrap_or(&Value::Null)))
        .collect();
    let is = |category: &str, rate: &str, reason: Option<&str>| [json!(category), json!(rate), json!(reason)];
    let wanted = [is("S", "20", None), is("S", "20", None), is("S", "7", None), is("E", "0", Some("Passed on"))];
    assert_eq!(taxes, wanted.iter().map(|line| line.each_ref()).collect::<Vec<_>>());
    assert_eq!(remarked(&taken), 0, "{taken:#}");
    assert!(taken["warnings"].as_array().is_some_and(|told| told.iter().any(|told| told.to_string().contains("keep it"))), "{taken:#}");
}

/// The client's former tax comes from the log, not from the majority of the lines.
#[tokio::test]
async fn the_tax_that_the_client_had_is_taken_along_whatever_most_lines_carry() {
    let studio = studio_in("DE").await;
    let book = |name: &str| json!({"description": name, "price": "10.00", "tax_rate": "7"});
    let lines = json!([book("First"), book("Second"), {"description": "Flat price", "price": "100.00"}, {"description": "Due", "price": "50.00", "tax_rate": "16"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    studio.ok("update_client", json!({"client": "Acme", "tax_rate": "16"})).await;
    let seen = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
    let remark = seen["remarks"][0]["message"].as_str().expect("a remark");
    assert!(remark.contains("at 19 %") && remark.contains("\"First\" (7 %) and \"Second\" (7 %) have a tax of their own"), "{remark}");
    let taken = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "client_tax": true})).await;
    let rates: Vec<_> = taken["lines"].as_array().expect("lines").iter().map(|line| line["tax_rate"].as_str().expect("a rate")).collect();
    assert_eq!((rates, &taken["total"]["amount"]), (vec!["7", "7", "16", "16"], &json!("195.40")));
    assert_eq!(remarked(&taken), 0, "{taken:#}");
}
