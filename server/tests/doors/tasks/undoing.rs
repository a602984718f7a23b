//! What an agent did, the way back, and what waits for a person.

use app::access::WriteMode;
use serde_json::{Value, json};

use super::{Task, task};

fn logged() -> Value {
    json!({ "project": "Acme / Dashboard", "date": "yesterday", "duration": "45m", "description": "Call" })
}

/// What people ask about what was done.
pub fn tasks() -> Vec<Task> {
    vec![
        task("Undo the last thing you did").after("create_time_entry", logged()).done(
            "undo_action",
            json!({ "action": "last" }),
            json!({ "operation": "create_time_entry", "restored": [], "removed": [{ "kind": "time_entry", "name": "Call" }] }),
        ),
        task("What have you changed today?").after("create_time_entry", logged()).done(
            "list_actions",
            json!({}),
            json!({ "items": [{ "operation": "create_time_entry", "undoable": true }] }),
        ),
        task("Log the call, I check it before it counts").with(WriteMode::Drafts).done(
            "create_time_entry",
            logged(),
            json!({ "state": "draft", "warnings": ["/time"] }),
        ),
        task("Send the invoice for last month")
            .with(WriteMode::Ask)
            .done("draft_invoice", json!({ "client": "Acme", "period": "last_month" }), json!({ "status": "draft" }))
            .refused("send_invoice", json!({ "invoice": "answer:/id" }), "dry_run")
            .done("send_invoice", json!({ "invoice": "answer:/id", "dry_run": true }), json!({ "dry_run": true, "status": "sent" })),
        task("Who am I here, and what day is it?").done(
            "whoami",
            json!({}),
            json!({ "name": "Ada Lovelace", "organization": { "role": "owner", "today": "2026-11-25" } }),
        ),
    ]
}
