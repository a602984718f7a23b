//! Letters that no font has: told in the preview and the draft, and never sent. The stand-in for the typesetter has no Japanese and no
//! Devanagari.

use super::*;
use crate::error::Code;

const JAPANESE: &str = "株式会社テスト";
const DEVANAGARI: &str = "परीक्षण प्रा. लि.";

/// The problems of an answer: field and message.
fn problems(answer: &Value) -> Vec<(&str, &str)> {
    let problems = answer["problems"].as_array().map(Vec::as_slice).unwrap_or_default();
    problems.iter().map(|problem| (problem["field"].as_str().expect("a field"), problem["message"].as_str().expect("a message"))).collect()
}

#[tokio::test]
async fn a_client_whose_name_no_font_has_is_told_before_and_nothing_is_sent() {
    for (name, letters, package) in
        [(JAPANESE, "has 株 式 会 社 テ ス ト. Install", "fonts-noto-cjk"), (DEVANAGARI, "has प र ी क", "fonts-noto-core")]
    {
        let studio = studio().await;
        studio.ok("update_client", json!({"client": "Acme", "name": name})).await;
        studio.ok("create_time_entry", json!({"project": "Dashboard", "date": "2026-11-20", "duration": "1h"})).await;
        let preview = studio.ok("preview_invoice", json!({"client": name})).await;
        let draft = studio.ok("draft_invoice", json!({"client": name})).await;
        assert_eq!(problems(&preview), problems(&draft));
        let [(field, message)] = problems(&draft)[..] else { panic!("one problem: {draft:#}") };
        assert_eq!(field, "client.name");
        assert!(message.starts_with("The name of the client cannot be printed: no font on this machine "), "{message}");
        assert!(message.contains(letters) && message.contains(&format!("apt install {package}")), "{message}");
        let refused = studio.refused("send_invoice", json!({"invoice": draft["id"]})).await;
        assert_eq!((refused.code, refused.field("client.name")), (Code::Invalid, Some(message)));
        assert_eq!(studio.ok("get_invoice", json!({"invoice": draft["id"]})).await["status"], "draft");
        studio.ok("get_invoice_document", json!({"invoice": draft["id"]})).await;
        studio.ok("update_client", json!({"client": name, "legal_name": "Test K.K."})).await;
        assert_eq!(studio.ok("send_invoice", json!({"invoice": draft["id"]})).await["number"], "2026-0001", "no number was lost");
    }
}

#[tokio::test]
async fn each_place_on_the_document_is_named() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "address": "東京都"})).await;
    let settings =
        json!({"legal_name": "会社", "address": "京都", "tax_number": "号1", "iban": "DE89370400440532013000", "bank_name": "銀行"});
    studio.ok("update_organization", settings).await;
    let lines = json!([
        {"description": "Hosting", "price": "1.00"},
        {"description": "翻訳", "price": "1.00"},
        {"description": "翻訳 校正", "price": "1.00", "tax_category": "E", "tax_reason": "免税"},
    ]);
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines, "notes": "ありがとう"})).await;
    let found = problems(&preview);
    let fields: Vec<&str> = found.iter().map(|(field, _)| *field).collect();
    let expected = [
        "organization.legal_name",
        "organization.address",
        "organization.tax_number",
        "organization.bank_name",
        "client.address",
        "notes",
        "lines.description",
        "lines.tax_reason",
    ];
    assert_eq!(fields, expected);
    assert!(found[6].1.starts_with("The text of lines 2, 3 cannot be printed: no font on this machine has 翻 訳 校 正."), "{}", found[6].1);
    assert!(found[7].1.starts_with("The tax reason of line 3 cannot"), "{}", found[7].1);
}

#[tokio::test]
async fn what_is_not_on_the_document_keeps_nothing_from_being_sent() {
    let studio = studio().await;
    studio.ok("update_organization", json!({"name": "会社", "legal_name": "Studio K.K.", "bank_holder": "銀行"})).await;
    log(&studio, "2026-11-20", "1h").await;
    let draft = draft(&studio).await;
    assert_eq!(problems(&draft), []);
    studio.ok("send_invoice", json!({"invoice": draft["id"], "message": "ありがとう"})).await;
}

#[tokio::test]
async fn what_nobody_has_a_font_for_is_to_be_written_otherwise() {
    let studio = studio().await;
    let lines = json!([{"description": "Logo \u{e000}", "price": "1.00"}]);
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines})).await;
    let [(field, message)] = problems(&preview)[..] else { panic!("one problem: {preview:#}") };
    assert_eq!(field, "lines.description");
    assert!(message.contains("U+E000") && message.contains("private agreement") && !message.contains("Install"), "{message}");
}

#[tokio::test]
async fn a_document_in_japanese_is_told_where_no_font_has_its_letters() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "language": "ja"})).await;
    log(&studio, "2026-11-20", "1h").await;
    let preview = studio.ok("preview_invoice", json!({"client": "Acme"})).await;
    let draft = draft(&studio).await;
    assert_eq!(problems(&preview), problems(&draft));
    let [(field, message)] = problems(&draft)[..] else { panic!("one problem: {draft:#}") };
    assert_eq!(field, "client.language");
    let start = "A document in Japanese cannot be printed: no font on this machine has 請 求 書 ";
    assert!(message.starts_with(start) && message.contains("apt install fonts-noto-cjk"), "{message}");
    assert!(message.ends_with("and start Stint again, or choose another language of documents for the client."), "{message}");
    studio.refused("send_invoice", json!({"invoice": draft["id"]})).await;
    studio.ok("update_client", json!({"client": "Acme", "language": "en"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
}
