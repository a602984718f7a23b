//! The facts in an operation's answer that people want to see before they commit.

use serde_json::Value;

use super::written::{self, Writer};
use crate::{assistant::EffectLine, operation::Operation};

/// Fields with a label of their own, in the order of a receipt.
const LABELS: &[(&str, &str)] = &[
    ("number", "Number"),
    ("name", "Name"),
    ("client", "Client"),
    ("project", "Project"),
    ("stopped", "Stops"),
    ("member", "Member"),
    ("day", "Day"),
    ("period", "Period"),
    ("started_at", "From"),
    ("ended_at", "Until"),
    ("worked", "Duration"),
    ("description", "Description"),
    ("billable", "Billable"),
    ("rate", "Rate per hour"),
    ("amount", "Amount"),
    ("lines", "Line"),
    ("subtotal", "Subtotal"),
    ("discount", "Discount"),
    ("net", "Net"),
    ("tax", "Tax"),
    ("total", "Total"),
    ("paid", "Paid"),
    ("balance", "Still to be paid"),
    ("issued_on", "Issued"),
    ("due_on", "Due"),
    ("mail", "Mailed to"),
    ("email", "E-mail"),
    ("address", "Address"),
    ("vat_id", "VAT identifier"),
    ("tax_rate", "Tax rate"),
    ("payment_terms_days", "Days to pay"),
    ("confirmed", "Drafts confirmed"),
];

/// Fields that tell a person nothing here.
const SILENT: &[&str] = &[
    "id",
    "version",
    "action",
    "dry_run",
    "changes",
    "warnings",
    "color",
    "slug",
    "locked",
    "invoiced",
    "labour",
    "source",
    "running",
    "state",
    "created_at",
    "updated_at",
    "sent_at",
    "pdf_url",
    "group_by",
    "rounding",
    "entries",
    "payments",
    "currency",
    "taxes",
    "day_total",
    "unbilled",
    "projects",
    "tax_category",
    "language",
    "client_email",
    "archived",
    "discount_written",
    "tracked",
];

/// What is said of a record that goes, by its columns.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("number", "Number"),
    ("name", "Name"),
    ("client_id", "Client"),
    ("project_id", "Project"),
    ("day", "Day"),
    ("seconds", "Duration"),
    ("description", "Description"),
    ("total", "Total"),
    ("amount", "Amount"),
];

/// One fact of an answer.
pub(super) struct Fact {
    name: String,
    /// What it is about.
    pub label: String,
    /// What it will be.
    pub value: String,
}

impl Fact {
    /// The column that holds it.
    pub fn column(&self) -> &str {
        match self.name.as_str() {
            "project" => "project_id",
            "client" => "client_id",
            "member" => "member_id",
            "worked" => "seconds",
            "balance" => "paid",
            "status" => "state",
            "period" => "period_from",
            name => name,
        }
    }

    /// Whether it says which record this is.
    pub fn names_the_record(&self) -> bool {
        matches!(self.name.as_str(), "number" | "name" | "client" | "project" | "day" | "total")
    }
}

/// The facts of an answer.
pub(super) fn of(answer: &Value) -> Vec<Fact> {
    let Some(fields) = answer.as_object() else { return Vec::new() };
    let in_project = fields.get("project").is_some_and(Value::is_object);
    let running = fields.get("running").is_some_and(|running| *running == true);
    let skipped = |name: &str| in_project && name == "client" || running && name == "worked";
    let known = LABELS.iter().filter(|(name, _)| !skipped(name)).filter_map(|(name, label)| Some((*name, *label, fields.get(*name)?)));
    let mut facts: Vec<Fact> = Vec::new();
    for (name, label, value) in known {
        match name {
            "lines" => facts.extend(value.as_array().into_iter().flatten().map(invoice_line)),
            "project" => facts.extend(fact(name, label, Some(project(answer, value)))),
            _ => facts.extend(fact(name, label, written::value(value))),
        }
    }
    let is_known = |name: &str| SILENT.contains(&name) || LABELS.iter().any(|(known, _)| *known == name);
    let others = fields.iter().filter(|(name, _)| !is_known(name));
    facts.extend(others.filter_map(|(name, value)| fact(name, &readable(name), written::value(value))));
    facts
}

fn fact(name: &str, label: &str, value: Option<String>) -> Option<Fact> {
    let value = value.filter(|value| !value.is_empty())?;
    Some(Fact { name: name.to_owned(), label: label.to_owned(), value })
}

/// What of the arguments the answer does not show, such as to whom a mail goes.
pub(super) fn of_arguments(operation: &Operation, arguments: &Value, answer: &Value, writer: &Writer) -> Vec<EffectLine> {
    let shown = |name: &str| {
        let nouns = operation.declaration.name.ends_with(name) || ["invoice", "time_entry", "client", "project", "version"].contains(&name);
        let elsewhere = match name {
            "duration" => "worked",
            "date" => "day",
            "from" | "to" if answer.get("period").is_some() => "period",
            name => name,
        };
        nouns || answer.get(elsewhere).is_some()
    };
    let fields = arguments.as_object().into_iter().flatten();
    let fields = fields.filter(|(name, value)| !shown(name) && value.as_str().is_none_or(|text| text.parse::<uuid::Uuid>().is_err()));
    fields
        .filter_map(|(name, value)| writer.argument(name, value).map(|value| EffectLine { label: readable(name), value, before: None }))
        .collect()
}

/// `Acme / Dashboard`.
fn project(answer: &Value, project: &Value) -> String {
    let name = |of: &Value| of["name"].as_str().unwrap_or_default().to_owned();
    match answer.get("client").map(name).filter(|client| !client.is_empty()) {
        Some(client) => format!("{client} / {}", name(project)),
        None => name(project),
    }
}

/// `Dashboard`: `12.50 h × 120.00 EUR = 1,500.00 EUR`.
fn invoice_line(line: &Value) -> Fact {
    let text = |path: &str| line.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let quantity = format!("{} {}", text("/quantity"), text("/unit"));
    let value = format!("{} × {} = {}", quantity.trim(), text("/price/text"), text("/net/text"));
    Fact { name: "lines".to_owned(), label: text("/description").to_owned(), value }
}

/// `payment_terms_days` as *Payment terms days*.
pub(super) fn readable(name: &str) -> String {
    let words = name.trim_end_matches("_id").replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
