//! What was laid out in the name and for the account of the client is repaid to the cent, whatever discount there is.

use domain::{
    percent::Percent,
    totals::{Discount, Totals},
};
use en16931::InvoiceAmount;
use serde_json::{Value, json};

use super::{documents::printed, *};
use crate::{
    clients::Client,
    context::Channel,
    invoices::{
        CustomLine, compose, draft as drafting,
        einvoice::{self, InvoiceSource},
        read,
        store::LineRow,
    },
    organizations::Organization,
};

/// Work over 100.00, and 50.00 that were laid out.
fn lines() -> Value {
    json!([
        {"description": "Work", "price": "100.00"},
        {"description": "Court fee", "price": "50.00", "tax_category": "E", "tax_reason": "Disbursement in your name"},
    ])
}

#[tokio::test]
async fn a_discount_is_taken_of_the_other_lines_alone_wherever_its_sums_stand() {
    let studio = studio().await;
    for (discount, label) in [("10%", "Discount 10% of 100.00"), ("10.00", "Discount")] {
        let wanted = json!({"client": "Acme", "lines": lines(), "discount": discount});
        let preview = studio.ok("preview_invoice", wanted.clone()).await;
        let draft = studio.ok("draft_invoice", wanted).await;
        for sum in ["subtotal", "discount", "net", "taxes", "tax", "total"] {
            assert_eq!(preview[sum], draft[sum], "{discount}: {sum}");
        }
        // 100.00 − 10.00 = 90.00, + 19 % = 107.10; + 50.00
        assert_eq!((&draft["discount"]["amount"], &draft["total"]["amount"]), (&json!("10.00"), &json!("157.10")), "{discount}");
        let bases: Vec<_> = draft["taxes"].as_array().expect("taxes").iter().map(|tax| tax["base"]["amount"].clone()).collect();
        assert_eq!(bases, [json!("90.00"), json!("50.00")], "{discount}");
        let document = printed(&studio, &draft).await;
        assert_eq!(document.taxes.iter().map(|tax| tax.base.as_str()).collect::<Vec<_>>(), ["90.00", "50.00"], "{discount}");
        assert_eq!(document.discount.map(|row| (row.label, row.amount)), Some((label.to_owned(), "-10.00".to_owned())));
        let sent = studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
        assert_eq!((&sent["taxes"], &sent["total"]), (&draft["taxes"], &draft["total"]), "{discount}");
    }
}

#[tokio::test]
async fn a_discount_on_nothing_else_is_refused_with_a_way_out() {
    let studio = studio().await;
    let alone = json!([lines()[1].clone()]);
    let told = |refused: &crate::error::Error| refused.field("discount").is_some_and(|why| why.contains("Leave the discount out"));
    for discount in ["10%", "10.00"] {
        for operation in ["preview_invoice", "draft_invoice"] {
            let refused = studio.refused(operation, json!({"client": "Acme", "lines": alone, "discount": discount})).await;
            assert!(told(&refused), "{operation} {discount}: {refused:?}");
        }
    }
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines(), "discount": "10%"})).await;
    let off = json!([{"line": draft["lines"][0]["id"], "remove": true}]);
    let refused = studio.refused("update_invoice_draft", json!({"invoice": draft["id"], "lines": off})).await;
    assert!(told(&refused), "{refused:?}");
    let repaid = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": off, "discount": ""})).await;
    assert_eq!(repaid["total"]["amount"], "50.00");
}

/// Beside O stands nothing of another category (BR-O-11): there, too, the reason of the line says what it is, and time is never one.
#[tokio::test]
async fn what_was_laid_out_beside_what_is_not_taxed_bears_no_discount_either() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "O"})).await;
    studio.ok("create_project", json!({"client": "Acme", "name": "Disbursements"})).await;
    studio.ok("create_time_entry", json!({"project": "Disbursements", "date": "2026-11-20", "duration": "1h"})).await;
    let lines =
        json!([{"description": "Work", "price": "100.00"}, {"description": "Domain", "price": "50.00", "tax_reason": "Disbursement"}]);
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines, "discount": "10%"})).await;
    // 10 % of 120.00 + 100.00
    assert_eq!((&preview["discount"]["amount"], &preview["total"]["amount"]), (&json!("22.00"), &json!("248.00")), "{preview:#}");
}

#[tokio::test]
async fn a_text_that_has_the_letters_of_such_a_name_says_nothing_of_what_was_laid_out() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "O"})).await;
    for description in ["Testdurchlauf Release 2", "Durchlauferhitzer montiert", "Work without disbursements", "Disbursement"] {
        let lines = json!([{"description": description, "price": "100.00"}]);
        let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines, "discount": "10%"})).await;
        assert_eq!(preview["total"]["amount"], "90.00", "{description}");
    }
    let lines = json!([{"description": "Heater", "price": "100.00", "tax_reason": "Durchlauferhitzer, not taxed here"}]);
    let preview = studio.ok("preview_invoice", json!({"client": "Acme", "lines": lines, "discount": "10%"})).await;
    assert_eq!(preview["total"]["amount"], "90.00", "a part of a word is no name");
}

#[tokio::test]
async fn a_change_of_a_text_is_never_refused_for_the_discount() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "O"})).await;
    let lines = json!([{"description": "Work", "price": "100.00"}]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines, "discount": "10%"})).await;
    let change = json!([{"line": draft["lines"][0]["id"], "description": "Disbursements of the quarter sorted"}]);
    let changed = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": change})).await;
    assert_eq!(changed["total"]["amount"], "90.00");
}

/// Whoever gives O to it as they are told to, or sends a form in which the reason stands already, keeps the reason.
#[tokio::test]
async fn what_was_laid_out_keeps_its_reason_between_exempt_and_not_subject_to_tax() {
    let studio = studio().await;
    studio.ok("update_client", json!({"client": "Acme", "tax_category": "O"})).await;
    let fee = json!({"description": "Court fee", "price": "50.00", "tax_category": "E", "tax_reason": "Disbursement in your name"});
    let lines = json!([{"description": "Work", "price": "100.00"}, fee]);
    for change in [json!({"tax_category": "O"}), json!({"tax_category": "O", "tax_reason": "Disbursement in your name"})] {
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines, "discount": "10%"})).await;
        let mut of_line = change.clone();
        of_line["line"] = draft["lines"][1]["id"].clone();
        let changed = studio.ok("update_invoice_draft", json!({"invoice": draft["id"], "lines": [of_line]})).await;
        assert_eq!(changed["lines"][1]["tax_reason"], "Disbursement in your name", "{change}");
        assert_eq!(changed["total"]["amount"], "140.00", "{change}");
    }
}

#[tokio::test]
async fn the_electronic_invoice_has_an_allowance_of_the_other_lines_alone() {
    let studio = studio().await;
    let seller: Organization = serde_json::from_value(studio.ok("get_organization", json!({})).await).expect("an organization");
    let buyer: Client = serde_json::from_value(studio.ok("get_client", json!({"client": "Acme"})).await).expect("a client");
    let given: Vec<CustomLine> = serde_json::from_value(lines()).expect("lines");
    let tax = drafting::tax_of(&buyer);
    let row = |line: &CustomLine| compose::row(compose::custom_line(line, &buyer.currency, &tax, Channel::Mcp).expect("a line"));
    let rows: Vec<LineRow> = given.iter().map(row).collect();
    let discount = Discount::Percent(Percent(100_000));
    let totals = Totals::of(&read::amounts(&rows).expect("amounts"), Some(discount)).expect("totals");
    let day = jiff::civil::date(2026, 11, 26);
    let period = drafting::service_period(None, day);
    let source = InvoiceSource {
        number: None,
        issued_on: day,
        due_on: day,
        period: &period,
        seller: &seller,
        buyer: &buyer,
        currency: &buyer.currency,
        lines: &rows,
        totals: &totals,
        notes: None,
    };
    let invoice = einvoice::model(&source).expect("an invoice");
    let allowances: Vec<_> = invoice.allowances.iter().map(|allowance| (allowance.vat.category.as_str(), allowance.amount)).collect();
    assert_eq!(allowances, [("S", InvoiceAmount::from_minor_units(1_000))]);
    let bases: Vec<_> = invoice.vat_breakdown.iter().map(|row| row.taxable_amount).collect();
    assert_eq!(bases, [9_000, 5_000].map(InvoiceAmount::from_minor_units));
}

#[tokio::test]
async fn a_share_off_is_left_out_of_a_redraft_where_only_what_was_laid_out_is_left() {
    let studio = studio().await;
    let entry = log(&studio, "2026-11-20", "1h").await;
    let alone = json!([lines()[1].clone()]);
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": alone, "discount": "10%"})).await;
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    studio.ok("void_invoice", json!({"invoice": draft["id"]})).await;
    studio.ok("delete_time_entry", json!({"time_entry": entry["id"]})).await;
    let again = studio.ok("redraft_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!((&again["total"]["amount"], again.get("discount_written")), (&json!("50.00"), None));
    assert!(again["warnings"].to_string().contains("The discount of 10 % is left out"), "{again:#}");
}

/// A discount was spread over all lines once, and drafts were written so.
#[tokio::test]
async fn a_draft_of_before_can_be_opened_and_is_sent_with_the_sums_of_now() {
    let studio = studio().await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines(), "discount": "10%"})).await;
    studio.sql("update invoice set discount = 1500, net = 13500, tax = 1710, total = 15210 where organization_id = $1").await;
    let sent = studio.ok("send_invoice", json!({"invoice": draft["id"]})).await;
    assert_eq!((&sent["total"]["amount"], &sent["balance"]["amount"]), (&json!("157.10"), &json!("157.10")));
    let listed = studio.ok("list_invoices", json!({})).await["items"][0]["total"]["amount"].clone();
    assert_eq!(listed, json!("157.10"));
    let alone = json!([lines()[1].clone()]);
    let other = studio.ok("draft_invoice", json!({"client": "Acme", "lines": alone})).await;
    let written_before = "update invoice set discount_rate = 100000, discount = 500, net = 4500, total = 4500
        where organization_id = $1 and state = 'draft'";
    studio.sql(written_before).await;
    let opened = studio.ok("get_invoice", json!({"invoice": other["id"]})).await;
    assert_eq!(opened["total"]["amount"], "45.00");
    let is_of_discount =
        |problem: &Value| problem["field"] == "discount" && problem["message"].to_string().contains("Leave the discount out");
    assert!(is_of_discount(&opened["problems"][0]), "{opened:#}");
    let refused = studio.refused("send_invoice", json!({"invoice": other["id"]})).await;
    assert!(refused.field("discount").is_some_and(|why| why.contains("Leave the discount out")), "{refused:?}");
    assert!(refused.hint.as_ref().is_some_and(|hint| hint.contains("Then send again")), "{refused:?}");
    let repaid = studio.ok("update_invoice_draft", json!({"invoice": other["id"], "discount": ""})).await;
    assert_eq!(repaid["total"]["amount"], "50.00");
    assert!(!repaid["problems"].as_array().into_iter().flatten().any(is_of_discount), "{repaid:#}");
}

/// Without tax the total was the same while a discount was spread over all lines, and the taxable amounts were not.
#[tokio::test]
async fn what_was_sent_shows_the_taxable_amounts_that_stand_on_its_document() {
    for (printed, shown) in [(["46,67", "93,33"], ["46.67", "93.33"]), (["50,00", "90,00"], ["50.00", "90.00"])] {
        let studio = studio().await;
        studio.ok("update_client", json!({"client": "Acme", "tax_category": "AE"})).await;
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines(), "discount": "10.00"})).await;
        let taxes = printed.map(|base| json!({"base": base}));
        let document = json!({"language": "de", "client_name": "Acme", "lines": [], "taxes": taxes});
        let sent_before = format!(
            "update invoice set state = 'sent', number = '2025-0007', series = '', sequence = 7, issued_on = '2025-11-20',
                 due_on = '2025-12-20', sent_at = created_at, document = '{document}'
             where organization_id = $1"
        );
        studio.sql(&sent_before).await;
        let sent = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
        let bases: Vec<_> = sent["taxes"].as_array().expect("taxes").iter().map(|tax| tax["base"]["amount"].clone()).collect();
        assert_eq!((bases, &sent["total"]["amount"]), (shown.map(Value::from).to_vec(), &json!("140.00")), "{printed:?}");
    }
}

/// What a discount was spread over is kept with what was sent: words that are known later, or not any more, change none of its sums.
#[tokio::test]
async fn what_was_sent_shows_the_sums_that_it_was_sent_with_whatever_its_words_say() {
    let of_lines = "(select array_agg(l.id) from invoice_line l where l.invoice_id = invoice.id and l.tax_category = 'E')";
    let mentioned = "Not a disbursement";
    for (reason, laid_out, bases, shown) in [
        ("Disbursement in your name", "'{}'", ["", ""], ["46.67", "93.33"]),
        ("Exempt", of_lines, ["", ""], ["50.00", "90.00"]),
        (mentioned, "null", ["50,00", "90,00"], ["50.00", "90.00"]),
        (mentioned, "null", ["46,67", "93,33"], ["46.67", "93.33"]),
    ] {
        let studio = studio().await;
        studio.ok("update_client", json!({"client": "Acme", "tax_category": "AE"})).await;
        let mut lines = lines();
        lines[1]["tax_reason"] = json!(reason);
        let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines, "discount": "10.00"})).await;
        let document = json!({"language": "de", "client_name": "Acme", "lines": [], "taxes": bases.map(|base| json!({"base": base}))});
        let sent_before = format!(
            "update invoice set state = 'sent', number = '2025-0007', series = '', sequence = 7, issued_on = '2025-11-20',
                 due_on = '2025-12-20', sent_at = created_at, document = '{document}', laid_out = {laid_out}
             where organization_id = $1"
        );
        studio.sql(&sent_before).await;
        let sent = studio.ok("get_invoice", json!({"invoice": draft["id"]})).await;
        let bases: Vec<_> = sent["taxes"].as_array().expect("taxes").iter().map(|tax| tax["base"]["amount"].clone()).collect();
        assert_eq!((bases, &sent["total"]["amount"]), (shown.map(Value::from).to_vec(), &json!("140.00")), "{reason}: {laid_out}");
    }
}

#[tokio::test]
async fn sending_keeps_which_lines_were_laid_out() {
    let studio = studio().await;
    let draft = studio.ok("draft_invoice", json!({"client": "Acme", "lines": lines(), "discount": "10%"})).await;
    let kept = "select coalesce(sum(cardinality(laid_out)), -1)::bigint from invoice where organization_id = $1";
    let of_them = "select count(*) from invoice i join invoice_line l on l.invoice_id = i.id and l.id = any (i.laid_out)
        where i.organization_id = $1 and l.description = 'Court fee'";
    assert_eq!((studio.number(kept).await, studio.number(of_them).await), (-1, 0), "nothing is kept of a draft");
    studio.ok("send_invoice", json!({"invoice": draft["id"], "without_email": true})).await;
    assert_eq!((studio.number(kept).await, studio.number(of_them).await), (1, 1));
    assert!(studio.try_sql("update invoice set laid_out = null where organization_id = $1").await.is_err(), "it stays");
}
