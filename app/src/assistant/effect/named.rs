//! What people call the records that ids stand for, as far as the visitor sees them.

use serde_json::{Value, json};

use super::written::{self, is_id};
use crate::{assistant::door::Visitor, operations};

/// Which operation finds a record: by the arguments that refer to it, with what that operation calls it.
const FOUND: [(&[&str], &str, &str); 5] = [
    (&["client", "clients", "client_id", "client_ids"], "get_client", "client"),
    (&["project", "projects", "project_id", "project_ids"], "get_project", "project"),
    (&["member", "members", "member_id", "invited_by"], "get_member", "member"),
    (&["time_entry", "time_entries", "defer"], "get_time_entry", "time_entry"),
    (&["invoice", "invoice_id"], "get_invoice", "invoice"),
];

/// Records that are only found in a list, and what of them is told.
const LISTED: [(&str, &str, &str); 2] = [("invitation", "list_open_invitations", "email"), ("notifications", "list_notifications", "text")];

/// The most records of one argument that are looked up.
pub(super) const LOOKED_UP: usize = 20;

/// Whether an argument or a column of this name refers to a record.
pub(super) fn refers(name: &str) -> bool {
    FOUND.iter().any(|(names, ..)| names.contains(&name)) || LISTED.iter().any(|(known, ..)| *known == name)
}

/// The record that an argument or a column refers to.
pub(super) async fn found(visitor: &Visitor, name: &str, reference: &Value) -> Option<Value> {
    let (_, operation, noun) = FOUND.iter().find(|(names, ..)| names.contains(&name))?;
    visitor.call(operations::named(operation)?, json!({ (*noun): reference })).await.ok()
}

/// The name of the record that an argument or a column refers to.
pub(super) async fn of(visitor: &Visitor, name: &str, reference: &Value) -> Option<String> {
    match LISTED.iter().find(|(known, ..)| *known == name) {
        Some((_, operation, told)) => in_list(visitor, operation, told, reference).await,
        None => called(&found(visitor, name, reference).await?),
    }
}

/// The names of several records, in the order of a list. One that is gone or hidden is only counted.
pub(super) async fn of_each(visitor: &Visitor, name: &str, references: &[Value]) -> Option<String> {
    let mut names = Vec::new();
    for reference in references.iter().take(LOOKED_UP) {
        names.push(of(visitor, name, reference).await.unwrap_or_else(|| "one that you do not see".to_owned()));
    }
    if references.len() > LOOKED_UP {
        names.push(format!("{} more", references.len() - LOOKED_UP));
    }
    written::listed(names)
}

async fn in_list(visitor: &Visitor, operation: &str, told: &str, reference: &Value) -> Option<String> {
    let list = visitor.call(operations::named(operation)?, json!({ "limit": 200 })).await.ok()?;
    let item = list["items"].as_array()?.iter().find(|item| item["id"] == *reference)?;
    item[told].as_str().map(str::to_owned)
}

/// What a record is called: `Acme / Dashboard`, `2026-0007`, or for time what it was for, when and how long.
fn called(record: &Value) -> Option<String> {
    let text = |path: &str| record.pointer(path).and_then(Value::as_str);
    let client = text("/client/name");
    if let (Some(project), Some(worked)) = (text("/project/name"), text("/worked/text")) {
        let day = record.get("day").and_then(written::value).unwrap_or_default();
        return Some(format!("{} / {project}, {day}, {worked}", client.unwrap_or_default()));
    }
    if let Some(number) = text("/number") {
        return Some(number.to_owned());
    }
    match (text("/name"), client) {
        (Some(name), Some(client)) => Some(format!("{client} / {name}")),
        (Some(name), None) => Some(name.to_owned()),
        (None, client) => client.map(|client| format!("Draft for {client}")),
    }
}

/// The name that an answer itself tells of a record.
pub(super) fn told(answer: &Value, id: &str) -> Option<String> {
    match answer {
        Value::Object(fields) => {
            let own = fields.get("id").is_some_and(|own| own == id);
            let name = fields.get("name").and_then(Value::as_str).filter(|name| own && !is_id(name));
            // What a record was before and after is no answer, and holds columns instead of names.
            let inside = fields.iter().filter(|(field, _)| *field != "changes");
            name.map(str::to_owned).or_else(|| inside.map(|(_, value)| value).find_map(|value| told(value, id)))
        }
        Value::Array(items) => items.iter().find_map(|item| told(item, id)),
        _ => None,
    }
}
