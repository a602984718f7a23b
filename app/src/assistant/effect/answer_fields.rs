//! The fields of an operation's answer that people want to see before they commit: which, under which label and in which order, the fields
//! declare themselves (`#[answer]`).

use std::{collections::HashMap, sync::LazyLock};

use domain::{money, text};
use serde_json::Value;

use super::value_formatter;
use crate::operation::{CardField, CardLabel, Operation, registry};

/// The labels that the fields of answers declare, by the names of the fields: a name has the same label in all of them.
static LABELS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let declared = registry::all().iter().flat_map(|operation| &operation.card_fields);
    let labelled = declared.filter_map(|(name, field)| match field {
        CardField::Label(label) => Some((name.as_str(), label.text.as_str())),
        CardField::Hidden => None,
    });
    labelled.collect()
});

/// The most invoices of one call that a card lists.
const INVOICES_LISTED: usize = 50;

/// One field of an answer.
pub(super) struct AnswerField {
    name: String,
    /// The label of its line.
    pub label: String,
    /// Its value afterwards.
    pub value: String,
    /// What the field declares.
    pub declared: CardLabel,
}

impl AnswerField {
    /// The column of the record that stores it.
    pub fn column(&self, record: &Value) -> &str {
        column(&self.name, record)
    }
}

/// The column of a record for a field of an answer, or for an argument.
pub(super) fn column<'a>(name: &'a str, record: &Value) -> &'a str {
    match name {
        "project" => "project_id",
        "client" => "client_id",
        "member" => "member_id",
        "projects" => "project_ids",
        "clients" => "client_ids",
        "worked" | "duration" | "hours" => "seconds",
        "date" => "day",
        "balance" => "paid",
        "status" => "state",
        "period" if record.get("period").is_none() => "period_from",
        name => name,
    }
}

/// The fields of an answer that its card shows, in their order.
pub(super) fn of(operation: &Operation, answer: &Value) -> Vec<AnswerField> {
    let running = answer["running"] == true;
    let fields = answer.as_object().into_iter().flatten().filter(|(name, _)| !(running && *name == "worked"));
    let mut shown: Vec<(&str, CardLabel, &Value)> =
        fields.filter_map(|(name, value)| Some((name.as_str(), declared(operation, name)?, value))).collect();
    shown.sort_by_key(|(_, label, _)| label.rank.unwrap_or(u16::MAX));
    let mut facts: Vec<AnswerField> = Vec::new();
    for (name, declared, value) in shown {
        match name {
            "lines" => facts.extend(value.as_array().into_iter().flatten().map(|line| invoice_line(line, &declared))),
            "items" => facts.extend(invoices(value, &declared)),
            "unbilled" => facts.extend(fact(name, declared, repricing(answer, value))),
            "project" => facts.extend(fact(name, declared, project(answer, value))),
            "expires_at" => facts.extend(fact(name, declared, value_formatter::day_of(value))),
            _ => facts.extend(fact(name, declared, value_formatter::field(name, value))),
        }
    }
    facts
}

/// What a field declares; none for a hidden one. One that declares nothing is shown under its name, so that the card leaves nothing out.
fn declared(operation: &Operation, name: &str) -> Option<CardLabel> {
    match operation.card_fields.get(name) {
        Some(CardField::Hidden) => None,
        Some(CardField::Label(label)) => Some(label.clone()),
        None => Some(CardLabel { text: readable(name), ..CardLabel::default() }),
    }
}

fn fact(name: &str, declared: CardLabel, value: Option<String>) -> Option<AnswerField> {
    let value = value.filter(|value| !value.is_empty())?;
    Some(AnswerField { name: name.to_owned(), label: declared.text.clone(), value, declared })
}

/// `Acme / Dashboard`, from the project itself or from its name; `None` for an id.
fn project(answer: &Value, project: &Value) -> Option<String> {
    if let Some(text) = project.as_str() {
        return Some(text.to_owned()).filter(|text| !value_formatter::is_id(text));
    }
    let name = |of: &Value| of["name"].as_str().unwrap_or_default().to_owned();
    match answer.get("client").map(name).filter(|client| !client.is_empty()) {
        Some(client) => Some(format!("{client} / {}", name(project))),
        None => Some(name(project)),
    }
}

/// `Dashboard`: `12.50 h × 120.00 EUR = 1,500.00 EUR`.
fn invoice_line(line: &Value, declared: &CardLabel) -> AnswerField {
    let text = |path: &str| line.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let money = |name: &str| money::text_of_json(&line[name]).unwrap_or_default();
    let quantity = format!("{} {}", text("/quantity"), text("/unit"));
    let value = format!("{} × {} = {}", quantity.trim(), money("price"), money("net"));
    AnswerField { name: "lines".to_owned(), label: text("/description").to_owned(), value, declared: declared.clone() }
}

/// `Acme`: `1,500.00 EUR`, for each of the invoices that one call drafts; the last line tells how many more there are.
fn invoices(items: &Value, declared: &CardLabel) -> Vec<AnswerField> {
    let items = items.as_array().map_or(&[] as &[Value], Vec::as_slice);
    let line = |label: String, value: String| AnswerField { name: "items".to_owned(), label, value, declared: declared.clone() };
    let invoice = |item: &Value| {
        let client = item.pointer("/client/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        line(client, money::text_of_json(&item["total"]).unwrap_or_default())
    };
    let more = items.len().saturating_sub(INVOICES_LISTED);
    let more = (more > 0).then(|| line("Further".to_owned(), format!("{more} invoices")));
    items.iter().take(INVOICES_LISTED).map(invoice).chain(more).collect()
}

/// `3h: 150.00 EUR → 1,500.00 EUR`, for unbilled time that a change of a rate reprices; none where it keeps its rate.
fn repricing(answer: &Value, unbilled: &Value) -> Option<String> {
    if answer["applies_to"] != "unbilled_time" || unbilled["entries"] == 0 {
        return None;
    }
    let worked = unbilled.pointer("/worked/text").and_then(Value::as_str)?;
    let (before, after) = (money::text_of_json(&unbilled["before"])?, money::text_of_json(&unbilled["after"])?);
    Some(format!("{worked}: {before} → {after}"))
}

/// The label of an argument or a column: that of the field of answers with the same name if there is one.
pub(super) fn label(name: &str) -> String {
    let fact = match name {
        "duration" => "worked",
        "date" => "day",
        name => name,
    };
    LABELS.get(fact).map_or_else(|| readable(fact), |label| (*label).to_owned())
}

/// The name of a field in words, that of a reference without its `_id`.
pub(super) fn readable(name: &str) -> String {
    text::readable(name.trim_end_matches("_id"))
}
