//! Tests that a sent invoice is shown as printed, whatever texts and rules have changed since.

use leptos::prelude::*;
use serde_json::{Value, json};

use super::{documents::printed, *};
use crate::{invoices::InvoiceLine, pages::invoices::lines_table};

/// A line that is exempt, or an export, over 10.00.
fn line(description: &str, category: &str, reason: &str) -> Value {
    json!({"description": description, "price": "10.00", "tax_category": category, "tax_reason": reason})
}

/// An invoice of this line, sent with these texts about the tax on its document.
async fn sent_once(line: Value, tax_of_line: &str, label: &str, reason: Option<&str>) -> Value {
    let studio = studio().await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": [line]})).await;
    let taxes = json!([{"label": label, "base": "10.00", "amount": "0.00", "reason": reason}]);
    let lines = json!([{"quantity": "1", "tax": tax_of_line}]);
    let document = json!({"language": "en", "client_name": "Acme", "lines": lines, "taxes": taxes});
    let sent_before = format!(
        "update invoice set state = 'sent', number = '2025-0007', series = '', sequence = 7, issued_on = '2025-11-20',
             due_on = '2025-12-20', sent_at = created_at, document = '{document}'
         where organization_id = $1"
    );
    studio.sql(&sent_before).await;
    studio.ok("get_invoice", json!({"invoice": draft["id"]})).await
}

#[tokio::test]
async fn a_reason_that_is_worded_otherwise_by_now_is_shown_as_it_was_printed() {
    let then = "Tax-free export outside the European Union";
    let sent = sent_once(line("Crate", "G", ""), "export", "Export", Some(then)).await;
    assert_eq!(sent["taxes"][0]["reason"], then);
    let named = "Domain: Disbursement";
    let sent = sent_once(line("Domain", "E", "Disbursement"), "no tax", "Without tax", Some(named)).await;
    assert_eq!(sent["taxes"][0]["reason"], named);
    let sent = sent_once(line("Crate", "G", ""), "export", "Export of goods", None).await;
    assert_eq!(sent["taxes"][0].get("reason"), None, "its name said it already");
}

#[tokio::test]
async fn the_answer_to_sending_says_why_there_is_no_tax_in_the_words_of_the_document() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "language": "de"})).await;
    for lines in [json!([line("Course", "E", "")]), json!([line("Course", "E", "§ 4 Nr. 21 UStG"), line("Rent", "E", "§ 4 Nr. 12 UStG")])]
    {
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines})).await;
        let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
        let reason = printed(&studio, &sent).await.taxes.remove(0).reason.expect("a reason");
        assert_eq!(sent["taxes"][0]["reason"], reason.replace('\n', "; "));
    }
}

/// The words that identify a disbursement may change; older documents do not have the present ones.
#[tokio::test]
async fn a_line_is_shown_exempt_or_without_tax_as_it_was_printed() {
    let shown = |sent: &Value| {
        let lines: Vec<InvoiceLine> = serde_json::from_value(sent["lines"].clone()).expect("lines");
        let page = Owner::new().with(|| view! { <lines_table::LinesTable lines /> }.to_html());
        (page.contains("No tax"), page.contains("Exempt"))
    };
    let then_exempt = sent_once(line("Domain", "E", "Disbursement"), "exempt", "Exempt", Some("Disbursement")).await;
    assert_eq!(shown(&then_exempt), (false, true));
    let then_laid_out = sent_once(line("Domain", "E", "Laid out"), "no tax", "Without tax", Some("Laid out")).await;
    assert_eq!(shown(&then_laid_out), (true, false));
}
