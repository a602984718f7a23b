//! Money: what can be billed, invoices, and what was paid.

use serde_json::json;

use super::{Task, task};

/// What people ask about their money.
pub fn tasks() -> Vec<Task> {
    [invoicing(), collecting()].into_iter().flatten().collect()
}

fn invoicing() -> Vec<Task> {
    let bill = |price| {
        let hosting = json!([{ "description": "Hosting", "price": price }]);
        json!({ "client": "Acme", "period": "last_month", "discount": "10%", "lines": hosting })
    };
    vec![
        task("Which clients have time that I have not billed?").done(
            "list_unbilled",
            json!({}),
            json!({ "items": [
                { "client": "Acme", "project": "Dashboard", "amount": "780.00 EUR" },
                { "client": "Acme", "project": "Onboarding", "amount": "210.00 EUR" },
                { "client": "Umbrella", "project": "Website", "amount": "240.00 EUR" },
            ] }),
        ),
        task("Draft the invoices for last month").done(
            "draft_invoices",
            json!({ "period": "last_month" }),
            json!({ "from": "2026-10-01", "to": "2026-10-31", "items": [
                { "client": "Acme", "total": "428.40 EUR" }, { "client": "Umbrella", "total": "285.60 EUR" },
            ] }),
        ),
        task("What would Acme's invoice for this month come to?").done(
            "preview_invoice",
            json!({ "client": "Acme", "period": "this_month" }),
            json!({ "subtotal": "630.00 EUR", "total": "749.70 EUR" }),
        ),
        task("Bill Acme for last month with 10 % off and 50 for hosting, and send it")
            .refused("draft_invoice", bill(json!(50)), "Write \"50.00\"")
            .done("draft_invoice", bill(json!("50.00")), json!({ "status": "draft", "subtotal": "410.00 EUR", "discount": "41.00 EUR" }))
            .done("send_invoice", json!({ "invoice": "answer:/id" }), json!({ "number": "2026-0002", "status": "sent" })),
        task("Give me the PDF of invoice 2026-0001").done(
            "get_invoice_document",
            json!({ "invoice": "2026-0001" }),
            json!({ "file_name": "2026-0001.pdf", "media_type": "application/pdf" }),
        ),
    ]
}

fn collecting() -> Vec<Task> {
    vec![
        task("Mark 2026-0001 as paid")
            .done("get_invoice", json!({ "invoice": "2026-0001" }), json!({ "status": "sent", "balance": "595.00 EUR" }))
            .done(
                "record_payment",
                json!({ "invoice": "2026-0001", "amount": "answer:/balance", "date": "today" }),
                json!({ "status": "paid", "balance": "0.00 EUR" }),
            ),
        task("What do clients owe us, and is any of it overdue?").done(
            "get_balance",
            json!({}),
            json!({ "items": [{ "open": "595.00 EUR", "open_invoices": 1, "overdue": "0.00 EUR" }] }),
        ),
        task("Which invoices are unpaid?")
            .refused("list_invoices", json!({ "status": "unpaid" }), "none of its choices: draft, sent, overdue")
            .done("list_invoices", json!({ "status": "sent" }), json!({ "items": [{ "number": "2026-0001", "balance": "595.00 EUR" }] })),
    ]
}
