//! The fields of an operation's answer that people want to see before they commit.

use domain::{money, text};
use serde_json::Value;

use super::value_formatter;

/// Fields with a label of their own, in the order in which a card shows them.
const FIELD_LABELS: &[(&str, &str)] = &[
    ("number", "Number"),
    ("name", "Name"),
    ("client", "Client"),
    ("project", "Project"),
    ("stopped", "Stops"),
    ("member", "Member"),
    ("members", "Members"),
    ("role", "Role"),
    ("projects", "Projects"),
    ("clients", "Clients"),
    ("day", "Day"),
    ("period", "Period"),
    ("started_at", "From"),
    ("ended_at", "Until"),
    ("worked", "Duration"),
    ("hours", "Hours"),
    ("description", "Description"),
    ("billable", "Billable"),
    ("currency", "Currency"),
    ("rate", "Rate per hour"),
    ("amount", "Amount"),
    ("percent", "Used"),
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
    ("tax_category", "Tax category"),
    ("tax_rate", "Tax rate"),
    ("payment_terms_days", "Days to pay"),
    ("language", "Language"),
    ("confirmed", "Drafts confirmed"),
    ("expires_at", "Open until"),
];

/// Fields without meaning for a person. The link of an invitation is generated anew when it is sent.
const HIDDEN_FIELDS: &[&str] = &[
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
    "invoice_number",
    "project_name",
    "labour",
    "source",
    "running",
    "state",
    "created_at",
    "updated_at",
    "sent_at",
    "joined_at",
    "you",
    "link",
    "pdf_url",
    "group_by",
    "rounding",
    "entries",
    "payments",
    "taxes",
    "day_total",
    "unbilled",
    "client_email",
    "archived",
    "discount_written",
    "tracked",
    "pending_percent",
];

/// Fields that depend on the clock or on other people's time, and may differ between two runs with the same effect. What the records
/// themselves store of them is compared with the changes.
const VOLATILE_FIELDS: &[&str] =
    &["started_at", "ended_at", "expires_at", "worked", "amount", "stopped", "budget", "stopped_budget", "percent"];

/// The status of a project: part of every answer about it, and changed by none.
const PROJECT_STATUS_FIELDS: &[&str] = &["worked", "budget"];

/// One field of an answer.
pub(super) struct AnswerField {
    name: String,
    /// Its label.
    pub label: String,
    /// Its value afterwards.
    pub value: String,
}

impl AnswerField {
    /// The column of the record that stores it.
    pub fn column(&self, record: &Value) -> &str {
        column(&self.name, record)
    }

    /// Whether it identifies the record.
    pub fn names_the_record(&self, kind: &str) -> bool {
        matches!(self.name.as_str(), "number" | "name" | "client" | "project" | "day" | "total")
            || kind == "invitation" && self.name == "email"
    }

    /// Whether it is computed from another column.
    pub fn is_derived(&self) -> bool {
        self.name == "balance"
    }

    /// Whether it is a status of the record and no effect of the call.
    pub fn is_status(&self, kind: &str) -> bool {
        kind == "project" && PROJECT_STATUS_FIELDS.contains(&self.name.as_str())
    }

    /// Whether it may differ between two runs with the same effect.
    pub fn is_volatile(&self) -> bool {
        VOLATILE_FIELDS.contains(&self.name.as_str())
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

/// The fields of an answer.
pub(super) fn of(answer: &Value) -> Vec<AnswerField> {
    let Some(fields) = answer.as_object() else { return Vec::new() };
    let in_project = fields.get("project").is_some_and(Value::is_object);
    let running = fields.get("running").is_some_and(|running| *running == true);
    // For a client, `projects` is a number of projects; for an invitation, it lists them.
    let counted = fields.get("projects").is_some_and(Value::is_number);
    let skipped = |name: &str| in_project && name == "client" || running && name == "worked" || counted && name == "projects";
    let known =
        FIELD_LABELS.iter().filter(|(name, _)| !skipped(name)).filter_map(|(name, label)| Some((*name, *label, fields.get(*name)?)));
    let mut facts: Vec<AnswerField> = Vec::new();
    for (name, label, value) in known {
        match name {
            "lines" => facts.extend(value.as_array().into_iter().flatten().map(invoice_line)),
            "project" => facts.extend(fact(name, label, project(answer, value))),
            "expires_at" => facts.extend(fact(name, label, value_formatter::day_of(value))),
            _ => facts.extend(fact(name, label, value_formatter::value(value))),
        }
    }
    let is_known = |name: &str| HIDDEN_FIELDS.contains(&name) || FIELD_LABELS.iter().any(|(known, _)| *known == name);
    let others = fields.iter().filter(|(name, _)| !is_known(name));
    facts.extend(others.filter_map(|(name, value)| fact(name, &readable(name), value_formatter::value(value))));
    facts
}

fn fact(name: &str, label: &str, value: Option<String>) -> Option<AnswerField> {
    let value = value.filter(|value| !value.is_empty())?;
    Some(AnswerField { name: name.to_owned(), label: label.to_owned(), value })
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
fn invoice_line(line: &Value) -> AnswerField {
    let text = |path: &str| line.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let money = |name: &str| money::text_of_json(&line[name]).unwrap_or_default();
    let quantity = format!("{} {}", text("/quantity"), text("/unit"));
    let value = format!("{} × {} = {}", quantity.trim(), money("price"), money("net"));
    AnswerField { name: "lines".to_owned(), label: text("/description").to_owned(), value }
}

/// The label of a field or an argument: that of the answer's field if there is one.
pub(super) fn label(name: &str) -> String {
    let fact = match name {
        "duration" => "worked",
        "date" => "day",
        name => name,
    };
    FIELD_LABELS.iter().find(|(known, _)| *known == fact).map_or_else(|| readable(fact), |(_, label)| (*label).to_owned())
}

/// The name of a field in words, that of a reference without its `_id`.
pub(super) fn readable(name: &str) -> String {
    text::readable(name.trim_end_matches("_id"))
}
