//! Tests of the document of an invoice: content, language, and rendering without exhausting connections.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{document::InvoiceDocument, text::file_name};
use serde_json::{Value, json};
use sqlx::postgres::PgPoolOptions;

use super::*;
use crate::{
    access::sign_up_policy::SignUpPolicy,
    context::{BoxFuture, Caller, DocumentRenderer, RenderPermit, Services},
    database::{self, AccessMode, Database, RowScope},
    error::{Code, Error},
};

/// The printed document: the fake typesetter writes its input as the file.
pub(super) async fn printed(studio: &World, invoice: &Value) -> InvoiceDocument {
    let file = studio.ok("get_invoice_document", json!({"invoice": invoice["id"]})).await;
    let bytes = STANDARD.decode(file["base64"].as_str().expect("Base64")).expect("bytes");
    let json = bytes.split(|byte| *byte == b'\n').nth(1).expect("the document");
    serde_json::from_slice(json).expect("a document")
}

#[tokio::test]
async fn the_file_of_an_invoice_has_one_name_wherever_it_is_given_out() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"number_pattern": "R/{0001}", "number_yearly_reset": false})).await;
    let sent = sent(&studio).await;
    let file = studio.ok("get_invoice_document", json!({"invoice": sent["id"]})).await;
    assert_eq!(file["file_name"], "R-0001.pdf");
    assert_eq!(file_name::file_name(sent["number"].as_str().expect("a number")), "R-0001.pdf");
}

/// The exemption reasons on a document with these lines and their reasons.
async fn reasons(studio: &World, lines: &[(&str, &str)]) -> Vec<String> {
    let line = |(description, reason): &(&str, &str)| json!({"description": description, "price": "10.00", "tax_category": "E", "tax_reason": reason});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    printed(studio, &draft).await.taxes.into_iter().filter_map(|tax| tax.reason).collect()
}

/// Article 226 (11) of Directive 2006/112/EC: the invoice shows which supply is exempt by which law.
#[tokio::test]
async fn where_a_document_has_several_reasons_for_no_tax_each_names_its_lines() {
    let studio = studio().await;
    let (course, rent) = (("Course", "§ 4 no. 21 UStG"), ("Rent\nNovember", "§ 4 no. 12 UStG"));
    assert_eq!(reasons(&studio, &[course]).await, ["§ 4 no. 21 UStG"], "the only one is that of all");
    assert_eq!(reasons(&studio, &[course, rent, rent]).await, ["Course: § 4 no. 21 UStG\nRent: § 4 no. 12 UStG"]);
    let rents = ["October", "November", "December", "January"].map(|month| (month, rent.1));
    let many = reasons(&studio, &[&rents[..], &[course]].concat()).await;
    assert_eq!(many, ["§ 4 no. 12 UStG\nCourse: § 4 no. 21 UStG"], "what many have is that of all the others");
}

/// The numbers are those before the lines of the document, taxed ones counted; answers give the same text.
#[tokio::test]
async fn a_reason_gives_the_numbers_of_lines_that_share_their_name_with_lines_of_another_reason() {
    let studio = studio().await;
    let line = |category: &str, reason: &str| {
        let line = json!({"description": "Course", "price": "10.00", "tax_category": category, "tax_reason": reason});
        if category == "S" { json!({"description": "Course", "price": "10.00"}) } else { line }
    };
    let lines = [line("S", ""), line("E", "§ 4 no. 21 UStG"), line("E", "§ 4 no. 12 UStG"), line("E", "§ 4 no. 21 UStG")];
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    let reason = "#2 Course, #4 Course: § 4 no. 21 UStG\n#3 Course: § 4 no. 12 UStG";
    let printed: Vec<String> = printed(&studio, &draft).await.taxes.into_iter().filter_map(|tax| tax.reason).collect();
    assert_eq!(printed, [reason]);
    let answered = draft["taxes"].as_array().expect("taxes").iter().find_map(|tax| tax.get("reason"));
    assert_eq!(answered.and_then(Value::as_str), Some(reason.replace('\n', "; ").as_str()));
}

/// Otherwise, 400 lines would make a reason of several pages, on the document and in each answer.
#[tokio::test]
async fn a_reason_of_very_many_lines_counts_those_that_it_does_not_name() {
    let studio = studio().await;
    let names: Vec<String> = (1..=34).map(|count| format!("Fee {count}")).collect();
    let line = |(at, name): (usize, &'_ String)| (name.clone(), if at < 14 { "§ 4 no. 12 UStG" } else { "§ 4 no. 21 UStG" });
    let lines: Vec<(String, &str)> = names.iter().enumerate().map(line).collect();
    let lines: Vec<(&str, &str)> = lines.iter().map(|(name, reason)| (name.as_str(), *reason)).collect();
    let named = names[..12].join(", ");
    for (language, others) in [("en", "and 2 other lines"), ("de", "und 2 weitere Positionen"), ("ja", "ほか2件")] {
        studio.ok("update_client", json!({"client": "Acme", "language": language})).await;
        let wanted = format!("{named} {others}: § 4 no. 12 UStG\n§ 4 no. 21 UStG");
        assert_eq!(reasons(&studio, &lines).await, [wanted], "the larger group is that of all the others");
    }
    studio.ok("update_client", json!({"client": "Acme", "language": "en"})).await;
    let one_more = reasons(&studio, &lines[1..]).await;
    assert!(one_more[0].contains("Fee 13 and 1 other line: "), "{one_more:?}");
}

/// EN 16931 has one text per category (BT-120); answers and pages show that of the document.
#[tokio::test]
async fn answers_give_the_reasons_that_the_document_prints() {
    let studio = studio().await;
    for country in ["AU", "DE", "FR", "IN", "IS", "JP", "NO", "RE"] {
        studio.ok("update_organization", json!({"country": country})).await;
        for category in ["AE", "E", "G", "K"] {
            let line = json!({"description": "Crate", "price": "10.00", "tax_category": category});
            let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [line]})).await;
            let tax = printed(&studio, &draft).await.taxes.remove(0);
            assert!(tax.reason.is_some(), "{country} {category}");
            assert_eq!(draft["taxes"][0]["reason"].as_str(), tax.reason.as_deref(), "{country} {category}");
        }
    }
    let line = |name: &str, reason: &str| json!({"description": name, "price": "10.00", "tax_category": "E", "tax_reason": reason});
    let lines = [line("Course", "§ 4 no. 21 UStG"), line("Rent", "§ 4 no. 12 UStG"), line("Loan", "")];
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines})).await;
    assert_eq!(preview["taxes"][0]["reason"], "Course: § 4 no. 21 UStG; Rent: § 4 no. 12 UStG; Loan: Exempt from tax");
}

/// Preview, draft and sent invoice give the reason in the language of the document, and none where its name for the tax says it.
#[tokio::test]
async fn answers_give_the_reason_in_the_language_of_the_document() {
    for (seller, buyer, language, category) in [
        ("CH", "DE", "de", "O"),
        ("DE", "AT", "de", "AE"),
        ("DE", "DE", "de", "E"),
        ("DE", "US", "en", "O"),
        ("DE", "JP", "ja", "O"),
        ("DE", "DE", "ja", "E"),
    ] {
        let studio = studio_in(seller).await;
        let own = if seller == "CH" { "CHE-123.456.788 MWST" } else { "DE136695976" };
        studio.ok("update_organization", json!({"tax_category": "S", "tax_rate": "19", "vat_id": own})).await;
        let vat_id = if buyer == "AT" { "ATU12345675" } else { "" };
        studio.ok("update_client", json!({"client": "Acme", "country": buyer, "language": language, "vat_id": vat_id})).await;
        let wanted = json!({"client": "Acme", "lines": [{"description": "Logo", "price": "10.00", "tax_category": category}]});
        let preview = studio.ok("preview_invoice", wanted.clone()).await;
        let draft = studio.ok("draft_invoice", wanted).await;
        // No font of these tests has the signs of Japanese, so such a document stays a draft.
        let sent = match language {
            "ja" => draft.clone(),
            _ => studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await,
        };
        let reason = printed(&studio, &sent).await.taxes.remove(0).reason.map(|reason| reason.replace('\n', "; "));
        assert_eq!(reason.is_some(), category != "O" || seller == "CH", "{seller} {buyer} {language}: {reason:?}");
        for answer in [preview, draft, sent] {
            let given = answer["taxes"][0].get("reason").and_then(Value::as_str);
            assert_eq!((given, answer["taxes"][0].get("not_printed")), (reason.as_deref(), None), "{seller} {buyer} {language} {category}");
        }
    }
}

#[tokio::test]
async fn a_german_invoice_is_german_throughout() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "language": "de", "tax_category": "AE", "vat_id": "DE136695976"})).await;
    log(&studio, "2026-11-20", "9h15m").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "discount": "7.5%"})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    let document = printed(&studio, &sent).await;
    // 9.25 h × 120.00 = 1,110.00; − 7.5 % = 1,026.75
    let line = &document.lines[0];
    assert_eq!((line.quantity.as_str(), line.price.as_str(), line.net.as_str()), ("9,25", "120,00", "1.110,00"));
    assert_eq!(line.tax, "Reverse Charge");
    assert_eq!((document.subtotal.as_str(), document.net.as_str(), document.total.as_str()), ("1.110,00", "1.026,75", "1.026,75"));
    let discount = document.discount.expect("a discount");
    assert_eq!((discount.label.as_str(), discount.amount.as_str()), ("Rabatt 7,5 %", "-83,25"));
    let tax = &document.taxes[0];
    assert_eq!((tax.label.as_str(), tax.base.as_str(), tax.amount.as_str()), ("Reverse Charge", "1.026,75", "0,00"));
    assert_eq!(tax.reason.as_deref(), Some("Steuerschuldnerschaft des Leistungsempfängers"));
    assert_eq!(document.terms, "Zahlbar innerhalb von 30 Tagen bis zum 21.12.2026 ohne Abzug.");
    let mail = studio.ok("list_mails", json!({})).await["items"][0].clone();
    assert_eq!(mail["subject"], "Rechnung 2026-0001 von studio");
    let words = mail["body"].as_str().expect("words");
    assert!(words.contains("die Rechnung 2026-0001 über 1.026,75 EUR, zahlbar bis zum 21.12.2026"), "{words}");
}

#[tokio::test]
async fn a_japanese_invoice_is_japanese_throughout() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "JP"})).await;
    let terms =
        json!({"client": "Acme", "language": "ja", "country": "DE", "tax_category": "S", "tax_rate": "10", "address": "Weg 1\nBerlin"});
    studio.ok("update_client", terms).await;
    log(&studio, "2026-11-20", "9h15m").await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "discount": "7.5%"})).await;
    let document = printed(&studio, &draft).await;
    let line = &document.lines[0];
    assert_eq!((line.quantity.as_str(), line.unit.as_str(), line.tax.as_str(), line.net.as_str()), ("9.25", "時間", "10%", "1,110.00"));
    assert_eq!(document.discount.map(|discount| discount.label).as_deref(), Some("値引 7.5%"));
    assert_eq!((document.taxes[0].label.as_str(), document.taxes[0].reason.as_deref()), ("消費税 10%", None));
    assert_eq!(document.buyer.address.as_deref(), Some("Weg 1\nBerlin\nドイツ"));
    assert_eq!(document.terms, "発行日より30日以内（2026年12月21日まで）に、全額をお支払いくださいますようお願いいたします。");
    assert_eq!((document.language.as_str(), document.tax_name), ("ja", None));
}

#[tokio::test]
async fn an_english_invoice_reads_as_before() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "9h15m").await;
    let document = printed(&studio, &draft(&studio).await).await;
    assert_eq!((document.lines[0].quantity.as_str(), document.subtotal.as_str()), ("9.25", "1,110.00"));
    assert_eq!((document.taxes[0].label.as_str(), document.taxes[0].reason.as_deref()), ("VAT 19%", None));
    assert_eq!(document.terms, "Payable within 30 days, by 21 December 2026, without deduction.");
}

#[tokio::test]
async fn a_tax_is_called_what_it_is_where_the_seller_is_and_none_is_said_once() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "US"})).await;
    let line = |category: &str| json!({"client": "Acme", "lines": [{"description": "Work", "price": "1.00", "tax_category": category}]});
    let taxed = studio.ok("draft_invoice", line("S")).await;
    assert_eq!(printed(&studio, &taxed).await.taxes[0].label, "Sales tax 19%");
    let free = studio.ok("draft_invoice", line("O")).await;
    let tax = printed(&studio, &free).await.taxes.remove(0);
    assert_eq!((tax.label.as_str(), tax.reason), ("Not subject to tax", None));
}

#[tokio::test]
async fn the_document_of_a_void_invoice_says_so_and_asks_for_nothing() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"iban": "DE89370400440532013000"})).await;
    let sent = sent(&studio).await;
    let before = printed(&studio, &sent).await;
    assert!(!before.void && before.bank.is_some());
    studio.ok("void_invoice", json!({"invoice": sent["id"]})).await;
    let after = printed(&studio, &sent).await;
    assert!(after.void && after.bank.is_none() && after.terms.contains("Nothing is to be paid"), "{after:?}");
    assert_eq!((after.lines, after.total), (before.lines, before.total), "else it is what was sent");
}

#[tokio::test]
async fn where_nothing_is_left_to_pay_the_document_asks_for_nothing() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"iban": "DE89370400440532013000"})).await;
    for (language, words) in [("en", "Nothing is to be paid."), ("de", "Es ist nichts zu zahlen.")] {
        studio.ok("update_client", json!({"client": "Acme", "language": language})).await;
        log(&studio, "2026-11-20", "1h").await;
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "discount": "100%"})).await;
        let preview = printed(&studio, &draft).await;
        let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
        for document in [preview, printed(&studio, &sent).await] {
            assert!(document.settled && document.bank.is_none() && document.terms == words, "{document:?}");
        }
    }
    let owed = sent(&studio).await;
    assert!(!printed(&studio, &owed).await.settled);
}

#[tokio::test]
async fn a_document_in_german_names_the_tax_as_the_country_of_the_seller_does() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "language": "de"})).await;
    let lines = json!({"client": "Acme", "lines": [{"description": "Work", "price": "1.00", "tax_category": "S", "tax_rate": "8"}]});
    let draft = studio.ok("draft_invoice", lines).await;
    for (country, name) in [("US", "Steuer"), ("JP", "Steuer"), ("CH", "MwSt."), ("DE", "USt.")] {
        studio.ok("update_organization", json!({"country": country})).await;
        let document = printed(&studio, &draft).await;
        assert_eq!((document.tax_name.as_deref(), &document.taxes[0].label), (Some(name), &format!("{name} 8 %")));
    }
    let free = json!({"client": "Acme", "lines": [{"description": "Work", "price": "1.00", "tax_category": "O"}]});
    let free = studio.ok("draft_invoice", free).await;
    for (country, reason) in [("US", "der Steuer"), ("CH", "der Mehrwertsteuer"), ("DE", "der Umsatzsteuer")] {
        studio.ok("update_organization", json!({"country": country})).await;
        let tax = printed(&studio, &free).await.taxes.remove(0);
        assert_eq!(tax.reason, Some(format!("Die Leistung unterliegt nicht {reason}")), "{country}");
    }
}

/// A typesetter that needs the only connection of the pool.
struct Needy(Database);

impl DocumentRenderer for Needy {
    fn invoice(&self, _: &Caller, _: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        let database = self.0.clone();
        Box::pin(async move {
            drop(database.begin(RowScope::Nobody, AccessMode::Read).await?);
            Ok(b"%PDF".to_vec())
        })
    }
}

/// A typesetter without a free render permit.
struct Full;

impl DocumentRenderer for Full {
    fn invoice(&self, _: &Caller, _: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        Box::pin(async { Ok(b"%PDF".to_vec()) })
    }

    fn render_permit(&self, _: &Caller) -> BoxFuture<'static, Result<RenderPermit, Error>> {
        Box::pin(async { Err(Error::unavailable("Too many invoices are being sent at this moment.")) })
    }
}

/// A typesetter that grants a render permit once the only connection is free.
struct Late(Database);

impl DocumentRenderer for Late {
    fn invoice(&self, _: &Caller, _: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        Box::pin(async { Ok(b"%PDF".to_vec()) })
    }

    fn render_permit(&self, _: &Caller) -> BoxFuture<'static, Result<RenderPermit, Error>> {
        let database = self.0.clone();
        Box::pin(async move { database.begin(RowScope::Nobody, AccessMode::Read).await.map(|_| RenderPermit::default()) })
    }
}

/// The database of the studio with a pool of one connection.
async fn only_connection(studio: &World) -> Database {
    let options = PgPoolOptions::new().max_connections(1).acquire_timeout(Duration::from_secs(2));
    let server = studio.caller.services.database.options();
    Database::new(database::as_application(options).connect_with(server).await.expect("a connection"))
}

/// The same studio with another pool and typesetter.
fn with(studio: &World, database: Database, documents: impl DocumentRenderer + 'static) -> World {
    let before = &studio.caller.services;
    let services = Services {
        workers: before.workers.clone(),
        admission: before.admission.clone(),
        database,
        documents: Box::new(documents),
        clock: Box::new(studio.clock.clone()),
        public_url: before.public_url.clone(),
        mail_leaves: false,
        quotas: before.quotas,
        sign_up: SignUpPolicy::Open,
        outbox_wakeup: tokio::sync::Notify::new(),
        verification_wakeup: tokio::sync::Notify::new(),
        access_log_days: before.access_log_days,
        tasks: before.tasks.clone(),
        recorder: before.recorder.clone(),
        extensions: http::Extensions::new(),
    };
    World { caller: Caller { services: Arc::new(services), ..studio.caller.clone() }, ..studio.clone() }
}

#[tokio::test]
async fn a_draft_is_printed_without_holding_a_connection() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    let only = only_connection(&studio).await;
    let narrow = with(&studio, only.clone(), Needy(only));
    let file = narrow.ok("get_invoice_document", json!({"invoice": draft["id"]})).await;
    assert_eq!((&file["file_name"], &file["frozen"]), (&json!("draft.pdf"), &json!(false)));
    // Sending renders within its transaction, so that number, document and mail are committed together.
    assert_eq!(narrow.code("send_invoice", json!({"invoice": draft["id"]})).await, Code::Unavailable);
    assert_eq!(narrow.ok("get_invoice", json!({"invoice": draft["id"]})).await["status"], "draft");
}

#[tokio::test]
async fn a_place_for_sending_is_waited_for_without_a_connection() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    let only = only_connection(&studio).await;
    let narrow = with(&studio, only.clone(), Late(only));
    assert_eq!(narrow.ok("send_invoice", json!({"invoice": draft["id"]})).await["number"], "2026-0001");
}

#[tokio::test]
async fn who_finds_no_place_is_told_so_and_no_number_is_lost() {
    let studio = studio().await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    let full = with(&studio, studio.caller.services.database.clone(), Full);
    let refused = full.refused("send_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!((refused.code, refused.message.contains("try again")), (Code::Unavailable, true), "{}", refused.message);
    full.ok("get_invoice_document", json!({"invoice": draft["id"]})).await;
    assert_eq!(studio.ok("send_invoice", json!({"invoice": draft["id"]})).await["number"], "2026-0001");
}

#[tokio::test]
async fn an_invoice_that_crosses_a_border_names_both_countries_in_its_language() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"country": "GB", "address": "12 St James's Square\nLondon"})).await;
    let acme = json!({"client": "Acme", "country": "DE", "address": "Hafenstraße 12\n20457 Hamburg", "language": "de"});
    studio.ok("update_client", acme).await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [{"description": "Hosting", "price": "50.00"}]})).await;
    let addresses = async || {
        let document = printed(&studio, &draft).await;
        [document.seller.address, document.buyer.address].map(Option::unwrap_or_default)
    };
    assert_eq!(addresses().await, ["12 St James's Square\nLondon\nVereinigtes Königreich", "Hafenstraße 12\n20457 Hamburg\nDeutschland"]);
    studio.ok("update_client", json!({"client": "Acme", "address": "Hafenstraße 12\n20457 Hamburg\nGERMANY", "language": "en"})).await;
    assert_eq!(addresses().await, ["12 St James's Square\nLondon\nUnited Kingdom", "Hafenstraße 12\n20457 Hamburg\nGERMANY"]);
    studio.ok("update_organization", json!({"country": "DE"})).await;
    assert_eq!(addresses().await, ["12 St James's Square\nLondon", "Hafenstraße 12\n20457 Hamburg\nGERMANY"]);
}

#[tokio::test]
async fn a_large_quantity_is_printed_as_amounts_are_and_read_as_a_plain_number() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "language": "de"})).await;
    let lines = json!([{"description": "Words", "quantity": "12345.5", "price": "0.10"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    let line = printed(&studio, &sent).await.lines.remove(0);
    assert_eq!((line.quantity.as_str(), line.price.as_str(), line.net.as_str()), ("12.345,5", "0,10", "1.234,55"));
    assert_eq!(sent["lines"][0]["quantity"], "12345.5");
}
