//! Stored records before and after a change, as lines of a card.

use serde_json::Value;

use super::{
    answer_fields, record_lookup,
    value_formatter::{self, ValueFormatter},
};
use crate::{
    access::Permission,
    assistant::{EffectLine, user::AssistantUser},
    operation::{
        columns::{self, Class},
        registry,
    },
};

/// The maximum number of records that are listed one by one.
const TOLD: usize = 10;

/// A deleted record, with its values.
pub(super) async fn deleted(user: &AssistantUser, change: &Value, before: &Value) -> Vec<EffectLine> {
    whole(user, "Deleted", change, before).await
}

/// The effect of an undo: the action that it undoes, and the difference in each record.
pub(super) async fn undone(user: &AssistantUser, answer: &Value) -> Vec<EffectLine> {
    let name = answer["operation"].as_str().unwrap_or_default();
    let title = registry::find(name).map_or_else(|| answer_fields::readable(name), |operation| operation.declaration.title.to_owned());
    let mut lines = vec![line("Undoes", title)];
    let changes = super::changes(answer);
    for change in changes.iter().take(TOLD) {
        lines.extend(match (change.get("before"), change.get("after")) {
            (Some(before), None) => deleted(user, change, before).await,
            (None, Some(after)) => whole(user, "Comes back", change, after).await,
            (Some(before), Some(after)) => updated(user, change, before, after).await,
            (None, None) => Vec::new(),
        });
    }
    if changes.len() > TOLD {
        lines.push(line("And", format!("{} more records", changes.len() - TOLD)));
    }
    lines
}

/// An updated record: its identity, and every column that changes.
async fn updated(user: &AssistantUser, change: &Value, before: &Value, after: &Value) -> Vec<EffectLine> {
    let (kind, formatter) = (kind(change), of_record(user, before).await);
    let mut lines = vec![line("Changed", answer_fields::readable(kind))];
    for (column, label) in columns::labelled(kind) {
        let name = column.name;
        let same = column.identifies && before.get(name) == after.get(name);
        if let Some(is) = after.get(name).filter(|is| same && !is.is_null())
            && let Some(value) = column_of(user, &formatter, name, is).await
        {
            lines.push(line(label, value));
        }
    }
    for (column, is) in after.as_object().into_iter().flatten() {
        let was = before.get(column).filter(|was| *was != is && !columns::is(kind, column, Class::HiddenOnCards));
        let Some(was) = was else { continue };
        let (was, is) = (column_of(user, &formatter, column, was).await, column_of(user, &formatter, column, is).await);
        if let Some(value) = is {
            lines.push(EffectLine { label: label_of(column, kind), value, before: was });
        }
    }
    lines
}

/// All shown columns of a record.
async fn whole(user: &AssistantUser, what: &str, change: &Value, image: &Value) -> Vec<EffectLine> {
    let formatter = of_record(user, image).await;
    let mut lines = vec![line(what, answer_fields::readable(kind(change)))];
    for (column, label) in columns::labelled(kind(change)) {
        // A running timer has no duration yet, and finished time is shown by its duration and not by its clock times.
        let unfit = matches!((column.name, image["running"] == true), ("seconds", true) | ("started_at", false));
        let Some(is) = image.get(column.name).filter(|is| !unfit && !is.is_null() && **is != "") else { continue };
        if let Some(value) = column_of(user, &formatter, column.name, is).await {
            lines.push(line(label, value));
        }
    }
    lines
}

/// The text of a column, if the user may see it; `None` for an id without a known name.
pub(super) async fn column_of(user: &AssistantUser, formatter: &ValueFormatter, column: &str, value: &Value) -> Option<String> {
    let role = user.membership.role;
    let is_cost = columns::named(column).any(|column| column.is(Class::Cost));
    let hidden = value_formatter::is_money(column) && !role.may(Permission::ReadMoney) || is_cost && !role.may(Permission::ReadCosts);
    if hidden {
        return None;
    }
    match value {
        Value::Array(several) if record_lookup::refers(column) => {
            Some(record_lookup::of_each(user, column, several).await.unwrap_or_else(nothing))
        }
        Value::String(id) if value_formatter::is_id(id) => record_lookup::of(user, column, value).await,
        _ => Some(formatter.column(column, value)),
    }
}

fn nothing() -> String {
    "nothing".to_owned()
}

/// The formatter for a record: amounts are in the currency of its client.
async fn of_record(user: &AssistantUser, image: &Value) -> ValueFormatter {
    if let Some(own) = image.get("currency").and_then(Value::as_str) {
        return ValueFormatter::in_currency(user, Some(own));
    }
    for (column, path) in [("client_id", "/currency"), ("project_id", "/client/currency"), ("invoice_id", "/currency")] {
        if let Some(id) = image.get(column).filter(|id| id.is_string())
            && let Some(record) = record_lookup::found(user, column, id).await
        {
            return ValueFormatter::in_currency(user, record.pointer(path).and_then(Value::as_str));
        }
    }
    ValueFormatter::in_currency(user, None)
}

fn label_of(column: &str, kind: &str) -> String {
    columns::label(kind, column).map_or_else(|| answer_fields::label(column), str::to_owned)
}

/// The kind of the changed record.
pub(super) fn kind(change: &Value) -> &str {
    change["kind"].as_str().unwrap_or("record")
}

fn line(label: &str, value: String) -> EffectLine {
    EffectLine { label: label.to_owned(), value, before: None }
}
