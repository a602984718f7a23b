//! Looks up the names of records by id, as far as the user sees them.

use serde_json::{Value, json};

use super::value_formatter::{self, is_id};
use crate::{assistant::user::AssistantUser, operation::registry};

/// The operations that find a record, by the arguments that refer to it, with the name of that operation's own argument.
const LOOKUP_OPERATIONS: [(&[&str], &str, &str); 5] = [
    (&["client", "clients", "client_id", "client_ids"], "get_client", "client"),
    (&["project", "projects", "project_id", "project_ids"], "get_project", "project"),
    (&["member", "members", "member_id", "invited_by"], "get_member", "member"),
    (&["time_entry", "time_entries", "defer"], "get_time_entry", "time_entry"),
    (&["invoice", "invoice_id"], "get_invoice", "invoice"),
];

/// Records that are found only in a list, with the list and the field that names them.
const LIST_OPERATIONS: [(&str, &str, &str); 2] =
    [("invitation", "list_open_invitations", "email"), ("notifications", "list_notifications", "text")];

/// The maximum number of records of one argument that are looked up.
pub(super) const LOOKUPS_MAX: usize = 20;

/// Whether an argument or a column of this name refers to a record.
pub(super) fn refers(name: &str) -> bool {
    LOOKUP_OPERATIONS.iter().any(|(names, ..)| names.contains(&name)) || LIST_OPERATIONS.iter().any(|(known, ..)| *known == name)
}

/// Reads the record that an argument or a column refers to.
pub(super) async fn found(user: &AssistantUser, name: &str, reference: &Value) -> Option<Value> {
    let (_, operation, noun) = LOOKUP_OPERATIONS.iter().find(|(names, ..)| names.contains(&name))?;
    user.call(registry::find(operation)?, json!({ (*noun): reference })).await.ok()
}

/// The name of the record that an argument or a column refers to.
pub(super) async fn of(user: &AssistantUser, name: &str, reference: &Value) -> Option<String> {
    match LIST_OPERATIONS.iter().find(|(known, ..)| *known == name) {
        Some((_, operation, field)) => in_list(user, operation, field, reference).await,
        None => called(&found(user, name, reference).await?),
    }
}

/// The names of several records, in the order of the list. Deleted and hidden ones are only counted.
pub(super) async fn of_each(user: &AssistantUser, name: &str, references: &[Value]) -> Option<String> {
    let mut names = Vec::new();
    for reference in references.iter().take(LOOKUPS_MAX) {
        names.push(of(user, name, reference).await.unwrap_or_else(|| "one that you do not see".to_owned()));
    }
    if references.len() > LOOKUPS_MAX {
        names.push(format!("{} more", references.len() - LOOKUPS_MAX));
    }
    value_formatter::listed(names)
}

async fn in_list(user: &AssistantUser, operation: &str, field: &str, reference: &Value) -> Option<String> {
    let list = user.call(registry::find(operation)?, json!({ "limit": 200 })).await.ok()?;
    let item = list["items"].as_array()?.iter().find(|item| item["id"] == *reference)?;
    item[field].as_str().map(str::to_owned)
}

/// The name of a record: `Acme / Dashboard`, `2026-0007`, or for time its project, day and duration.
fn called(record: &Value) -> Option<String> {
    let text = |path: &str| record.pointer(path).and_then(Value::as_str);
    let client = text("/client/name");
    if let (Some(project), Some(worked)) = (text("/project/name"), text("/worked/text")) {
        let day = record.get("day").and_then(value_formatter::value).unwrap_or_default();
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

/// The name of a record that an answer itself contains.
pub(super) fn told(answer: &Value, id: &str) -> Option<String> {
    match answer {
        Value::Object(fields) => {
            let own = fields.get("id").is_some_and(|own| own == id);
            let name = fields.get("name").and_then(Value::as_str).filter(|name| own && !is_id(name));
            // The images in `changes` hold columns instead of names.
            let inside = fields.iter().filter(|(field, _)| *field != "changes");
            name.map(str::to_owned).or_else(|| inside.map(|(_, value)| value).find_map(|value| told(value, id)))
        }
        Value::Array(items) => items.iter().find_map(|item| told(item, id)),
        _ => None,
    }
}
