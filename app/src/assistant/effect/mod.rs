//! The effect of a dry run as lines of a card.
//!
//! The lines come from the operation's own answer and from the records that it would change. The only text of a model among them are the
//! arguments, all of which the card shows.

mod answer_fields;
mod argument_lines;
mod choice_words;
mod record_diff;
mod record_lookup;
mod relations;
mod value_formatter;

use serde_json::Value;

use super::{EffectLine, user::AssistantUser};
use crate::operation::Operation;
use answer_fields::AnswerField;
use argument_lines::ArgumentLines;
use value_formatter::ValueFormatter;

/// The lines of a card.
pub async fn lines(user: &AssistantUser, operation: &Operation, arguments: &Value, answer: &Value) -> Vec<EffectLine> {
    let change = primary(answer);
    let (before, after) = (change.and_then(|change| change.get("before")), change.and_then(|change| change.get("after")));
    let undoes = answer.get("restored").is_some();
    let mut lines = match (change, before, after) {
        _ if undoes => record_diff::undone(user, answer).await,
        (Some(change), Some(before), None) => record_diff::deleted(user, change, before).await,
        (_, Some(before), Some(after)) => changed(user, operation, answer, before, after).await,
        _ => told(operation, answer, change.is_none()),
    };
    if !undoes {
        lines.extend(relations::lines(user, answer).await);
    }
    let formatter = ValueFormatter::of(user, answer).for_operation(user, operation);
    let given = ArgumentLines { user, operation, arguments, answer, before, formatter };
    let unsaid = given.lines(&lines).await;
    lines.extend(unsaid);
    lines
}

/// What must be equal in two runs with the same effect: the fields of the answer, without volatile ones.
pub fn compared(operation: &Operation, answer: &Value) -> Vec<(String, String)> {
    let stable = answer_fields::of(operation, answer).into_iter().filter(|fact| !fact.declared.volatile);
    stable.map(|fact| (fact.label, fact.value)).collect()
}

/// The path of the page of the created record, below the organization's address.
pub fn link(operation: &Operation, answer: &Value) -> Option<String> {
    let name = operation.declaration.name;
    let id = answer.get("id").and_then(Value::as_str)?;
    // Grants belong to the page of a member, and deleted records have no page.
    let has_page = !name.ends_with("grants") && !name.starts_with("delete");
    let folder = ["invoice", "client", "project"].into_iter().find(|noun| name.contains(noun) && has_page);
    match folder {
        Some("invoice") => Some(format!("invoices/{id}")),
        Some("client") => Some(format!("clients/{id}")),
        Some(_) => Some(format!("projects/{id}")),
        None if name.contains("time") => Some("time".to_owned()),
        None => None,
    }
}

/// The changes in an answer.
fn changes(answer: &Value) -> &[Value] {
    answer.get("changes").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice)
}

/// The change of the record that the answer is about; `None` for an answer about several records.
fn primary(answer: &Value) -> Option<&Value> {
    changes(answer).iter().find(|change| answer.get("id").is_some_and(|id| change["record"] == *id))
}

/// All fields of an answer. How its record stands belongs to them only where the call does not change the record.
fn told(operation: &Operation, answer: &Value, is_unchanged: bool) -> Vec<EffectLine> {
    let fields = answer_fields::of(operation, answer).into_iter().filter(|fact| is_unchanged || !fact.declared.status);
    fields.map(|fact| line(fact, None)).collect()
}

/// An updated record: its name, and the fields that change.
async fn changed(user: &AssistantUser, operation: &Operation, answer: &Value, before: &Value, after: &Value) -> Vec<EffectLine> {
    let (formatter, mut lines) = (ValueFormatter::of(user, answer), Vec::new());
    for fact in answer_fields::of(operation, answer).into_iter().filter(|fact| !fact.declared.status) {
        let column = fact.column(before);
        match (before.get(column), after.get(column)) {
            (Some(was), Some(is)) if was != is && !fact.declared.derived => {
                let was = record_diff::column_of(user, &formatter, column, was).await;
                lines.push(line(fact, was));
            }
            (Some(was), Some(is)) if was == is && !fact.declared.always => {}
            // A sum or an invoice line has no column of its own, and belongs to the whole record.
            _ => lines.push(line(fact, None)),
        }
    }
    lines
}

fn line(fact: AnswerField, before: Option<String>) -> EffectLine {
    EffectLine { before: before.filter(|before| *before != fact.value), label: fact.label, value: fact.value }
}
