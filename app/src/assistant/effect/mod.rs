//! What a card shows: the effect of a dry run, line by line, in words of ours.
//!
//! The lines come from the operation's own answer and from the records that it would change; nothing that a model said is
//! among them but the arguments themselves.

mod fact;
mod written;

use serde_json::Value;

use super::{EffectLine, door::Visitor};
use crate::{access::Permission, operation::Operation};
use fact::Fact;
use written::Writer;

/// The lines of a card.
pub async fn lines(visitor: &Visitor, operation: &Operation, arguments: &Value, answer: &Value) -> Vec<EffectLine> {
    let writer = Writer::of(visitor, answer);
    let change = primary(answer);
    let (before, after) = (change.and_then(|change| change.get("before")), change.and_then(|change| change.get("after")));
    let mut lines = match (before, after) {
        (Some(before), None) => deleted(visitor, &writer, change, before).await,
        (Some(before), Some(after)) => changed(visitor, &writer, answer, before, after).await,
        _ => fact::of(answer).into_iter().map(|fact| line(&fact, None)).collect(),
    };
    lines.extend(fact::of_arguments(operation, arguments, answer, &writer));
    lines
}

/// The page of what an operation has made, below the organization's address.
pub fn link(operation: &Operation, answer: &Value) -> Option<String> {
    let name = operation.declaration.name;
    let id = answer.get("id").and_then(Value::as_str)?;
    let folder = ["invoice", "client", "project"].into_iter().find(|noun| name.contains(noun) && !name.starts_with("delete"));
    match folder {
        Some("invoice") => Some(format!("invoices/{id}")),
        Some("client") => Some(format!("clients/{id}")),
        Some(_) => Some(format!("projects/{id}")),
        None if name.contains("time") => Some("time".to_owned()),
        None => None,
    }
}

/// The change of the record that the answer is about.
fn primary(answer: &Value) -> Option<&Value> {
    let changes = answer.get("changes")?.as_array()?;
    changes.iter().find(|change| answer.get("id").is_some_and(|id| change["record"] == *id)).or_else(|| changes.first())
}

/// A record that stays: what it is called, and what of it becomes different.
async fn changed(visitor: &Visitor, writer: &Writer, answer: &Value, before: &Value, after: &Value) -> Vec<EffectLine> {
    let mut lines = Vec::new();
    for fact in fact::of(answer) {
        let column = fact.column();
        match (before.get(column), after.get(column)) {
            (Some(was), Some(is)) if was != is => lines.push(line(&fact, was_written(visitor, writer, column, was).await)),
            (Some(_), Some(_)) if !fact.names_the_record() => {}
            // A sum or a line has no column of its own, and belongs to the whole.
            _ => lines.push(line(&fact, None)),
        }
    }
    lines
}

/// A record that goes: what it was.
async fn deleted(visitor: &Visitor, writer: &Writer, change: Option<&Value>, before: &Value) -> Vec<EffectLine> {
    let kind = change.and_then(|change| change["kind"].as_str()).unwrap_or("record");
    let mut lines = vec![EffectLine { label: "Deleted".to_owned(), value: fact::readable(kind), before: None }];
    for (column, label) in fact::COLUMNS {
        let Some(was) = before.get(*column).filter(|was| !was.is_null() && **was != "") else { continue };
        if let Some(value) = was_written(visitor, writer, column, was).await {
            lines.push(EffectLine { label: (*label).to_owned(), value, before: None });
        }
    }
    lines
}

/// A column as it was, for whoever may see it.
async fn was_written(visitor: &Visitor, writer: &Writer, column: &str, was: &Value) -> Option<String> {
    let role = visitor.place.role;
    let hidden =
        written::is_money(column) && !role.may(Permission::ReadMoney) || column.starts_with("cost") && !role.may(Permission::ReadCosts);
    if hidden {
        return None;
    }
    match column {
        "project_id" => written::named(visitor, "get_project", "project", was).await,
        "client_id" => written::named(visitor, "get_client", "client", was).await,
        _ => Some(writer.column(column, was)),
    }
}

fn line(fact: &Fact, before: Option<String>) -> EffectLine {
    EffectLine { label: fact.label.clone(), value: fact.value.clone(), before: before.filter(|before| *before != fact.value) }
}
