//! Concise answers: a model pays for each character that it reads, again with each turn of its conversation.
//!
//! An amount is one text with its currency, a duration and a percentage are one text, and a client, project or member that an answer
//! only refers to is its name: arguments accept all of them in this form. A budget within another answer is one text with its usage;
//! `get_budget` has its terms. Fields of time with the value of nearly all time are left out. The schema of an answer is shortened in
//! the same way.

use std::sync::LazyLock;

use app::{operations, page::characters};
use domain::{hours::WorkDuration, id::MemberId};
use serde_json::{Map, Value};

/// The schema of a budget, which the schemas of other answers leave to `get_budget`.
static BUDGET: LazyLock<Value> =
    LazyLock::new(|| operations::find("get_budget").map(|operation| Value::Object(operation.output.clone())).unwrap_or_default());

/// The fields of other answers that hold a budget.
pub(super) const BUDGETS: [&str; 3] = ["budget", "budgets", "stopped_budget"];

/// Whether a value has some property.
type Test = fn(&Value) -> bool;

/// The fields and values of nearly all time, which are left out: it counts, the client pays, a person has worked and logged it, it is over,
/// and it may change.
const USUAL_VALUES: [(&str, Test); 6] = [
    ("running", |value| *value == false),
    ("locked", |value| *value == false),
    ("billable", |value| *value == true),
    ("state", |value| value == "logged"),
    ("labour", |value| value == "human"),
    ("source", |value| value == "timer" || value == "manual"),
];

/// The fields that only time has together.
const OF_TIME: [&str; 4] = ["project", "day", "worked", "state"];

/// Fields of time that are left out beside these, since the answer or the handshake has them: the member where it is the caller's own, and
/// the day where there is a start, which includes it.
const ELSEWHERE: [&str; 2] = ["member", "day"];

/// The field of a timer that another has stopped, and the fields of it that are kept: get_time_entry has the rest.
const STOPPED: (&str, [&str; 8]) = ("stopped", ["id", "client", "project", "description", "worked", "billable", "labour", "state"]);

/// The fields of it that are left out where they equal those of the timer that has stopped it.
const AS_THE_OTHER: [&str; 2] = ["client", "project"];

/// The field that is left out where it equals the other one.
const SAME: (&str, &str) = ("stopped_budget", "budget");

/// The names of records that stand beside their ids, which they replace.
const NAMED_BESIDE: [(&str, &str); 2] = [("project", "project_name"), ("invoiced", "invoice_number")];

/// Whether an invoice with this time is a draft, which has no number.
const ON_DRAFT: &str = "on_draft";

/// The fields that a mere reference to a record may have beside id and name.
const REFERENCE_FIELDS: [&str; 2] = ["color", "currency"];

/// A kind of value that becomes one text.
#[derive(Clone, Copy, PartialEq)]
enum ShortForm {
    Money,
    Duration,
    Share,
    Reference,
}

impl ShortForm {
    /// The kind of value that a schema describes.
    fn of(schema: &Value) -> Option<Self> {
        let fields = schema.get("properties")?.as_object()?;
        let has = |names: [&str; 2]| names.iter().all(|name| fields.contains_key(*name));
        let only = |names: [&str; 2]| fields.len() == 2 && has(names);
        if has(["id", "name"])
            && fields.keys().all(|name| ["id", "name"].contains(&name.as_str()) || REFERENCE_FIELDS.contains(&name.as_str()))
        {
            return Some(Self::Reference);
        }
        [(Self::Money, ["amount", "currency"]), (Self::Duration, ["seconds", "text"]), (Self::Share, ["hundredths", "text"])]
            .into_iter()
            .find_map(|(shape, names)| only(names).then_some(shape))
    }

    /// The text of such a value.
    fn text(self, value: &Value) -> Option<String> {
        let text = |field: &str| value.get(field)?.as_str().map(str::to_owned);
        match self {
            Self::Money => Some(format!("{} {}", text("amount")?, text("currency")?)),
            Self::Duration => Some(exact(value.get("seconds")?.as_i64()?, text("text")?)),
            Self::Share => text("text"),
            Self::Reference => text("name"),
        }
    }
}

/// A duration to the second: the text for people leaves out the seconds beside minutes.
pub fn exact(seconds: i64, words: String) -> String {
    let size = seconds.unsigned_abs();
    if size.is_multiple_of(60) || size < 60 { words } else { format!("{words} {}s", size % 60) }
}

/// The schema of a concise answer.
pub fn schema(full: &Map<String, Value>) -> Map<String, Value> {
    described("", full)
}

fn described(name: &str, full: &Map<String, Value>) -> Map<String, Value> {
    let mut short = full.clone();
    let whole = full.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let (is_time, renamed) = (is_time(&whole), of_seconds(&whole));
    if let Some(Value::Object(fields)) = short.get_mut("properties") {
        fields.retain(|field, _| !stands_for_another(&whole, field));
        for (seconds, called) in &renamed {
            fields.remove(seconds);
            fields.insert(called.clone(), text());
        }
        fields.iter_mut().for_each(|(field, schema)| describe(field, schema));
        fields.retain(|field, _| name != STOPPED.0 || STOPPED.1.contains(&field.as_str()));
    }
    if let Some(Value::Array(required)) = short.get_mut("required") {
        let is_usual = |field: &str| USUAL_VALUES.iter().any(|(usual, _)| *usual == field) || ELSEWHERE.contains(&field);
        let is_told = |field: &str| STOPPED.1.contains(&field) && !AS_THE_OTHER.contains(&field);
        let is_cut = |field: &str| name == STOPPED.0 && !is_told(field) || field == SAME.0;
        let may_be_absent = |field: &str| is_time && is_usual(field) || stands_for_another(&whole, field) || is_cut(field);
        required.retain(|field| !field.as_str().is_some_and(may_be_absent));
        for (seconds, called) in renamed {
            required.iter_mut().filter(|name| **name == seconds).for_each(|name| *name = Value::from(called.clone()));
        }
    }
    if let Some(items) = short.get_mut("items") {
        describe(name, items);
    }
    short
}

fn describe(name: &str, schema: &mut Value) {
    let is_one_text = ShortForm::of(schema).is_some() || BUDGETS.contains(&name) && schema["type"] == "object";
    if is_one_text {
        *schema = text();
    } else if let Value::Object(full) = schema {
        *full = described(name, full);
    }
}

fn text() -> Value {
    serde_json::json!({ "type": "string" })
}

fn is_time(fields: &Map<String, Value>) -> bool {
    OF_TIME.iter().all(|field| fields.contains_key(*field))
}

/// Whether a field only holds the name that replaces another field.
fn stands_for_another(fields: &Map<String, Value>, field: &str) -> bool {
    NAMED_BESIDE.iter().any(|(id, name)| *name == field && fields.contains_key(*id)) || field == ON_DRAFT && fields.contains_key("invoiced")
}

/// The concise answer for this member, by the schema of the full one.
pub fn answer(schema: &Map<String, Value>, own: Option<MemberId>, mut full: Value) -> Value {
    if let Some(own) = own {
        leave_out_own(&mut full, &own.to_string());
    }
    if let Value::Object(fields) = &mut full {
        of_record(schema.get("properties").and_then(Value::as_object), fields);
        if fields.get(SAME.0).is_some_and(|budget| fields.get(SAME.1) == Some(budget)) {
            fields.remove(SAME.0);
        }
        let outer: Vec<_> = AS_THE_OTHER.iter().filter_map(|field| Some((*field, fields.get(*field)?.clone()))).collect();
        if let Some(Value::Object(stopped)) = fields.get_mut(STOPPED.0) {
            stopped.retain(|field, value| !outer.iter().any(|(same, other)| same == field && other == value));
        }
    }
    full
}

/// Removes the member from time of the member who asks; other time keeps it.
fn leave_out_own(value: &mut Value, own: &str) {
    match value {
        Value::Object(fields) => {
            let is_own = fields.get("member").is_some_and(|member| member["id"] == own);
            if is_own && is_time(fields) {
                fields.remove("member");
            }
            fields.values_mut().for_each(|field| leave_out_own(field, own));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| leave_out_own(item, own)),
        _ => {}
    }
}

/// The number of characters of a list's item in concise form, by the schema of the full one.
pub fn length(schema: &Value, mut item: Value) -> usize {
    within("", schema, &mut item);
    characters(&item)
}

/// The concise form of a record beside an answer, such as the one that conflicts with a call.
pub fn told(full: Value) -> Value {
    let (schema, mut told) = (schema_of(&full), full);
    let name = if told.get("hard_stop").is_some() { "budget" } else { "" };
    tell(name, &schema, &mut told);
    told
}

/// The relevant part of a schema for a value that has none.
fn schema_of(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: Map<String, Value> = fields.iter().map(|(name, field)| (name.clone(), schema_of(field))).collect();
            serde_json::json!({ "type": "object", "properties": fields })
        }
        Value::Array(items) => serde_json::json!({ "type": "array", "items": items.first().map(schema_of) }),
        Value::Number(_) => serde_json::json!({ "type": "integer" }),
        _ => text(),
    }
}

fn within(name: &str, schema: &Value, value: &mut Value) {
    match value {
        Value::Object(fields) => of_record(schema["properties"].as_object(), fields),
        Value::Array(items) => items.iter_mut().for_each(|item| tell(name, &schema["items"], item)),
        _ => {}
    }
}

/// The concise fields of a record, by its schema.
fn of_record(described: Option<&Map<String, Value>>, fields: &mut Map<String, Value>) {
    if described.is_some_and(is_time) {
        leave_out_the_usual(fields);
    }
    name_records(fields);
    for (seconds, called) in described.map(of_seconds).unwrap_or_default() {
        if let Some(length) = fields.remove(&seconds).and_then(|length| length.as_i64()) {
            fields.insert(called, Value::from(exact(length, WorkDuration::of(length).text)));
        }
    }
    for (field, value) in fields {
        tell(field, described.and_then(|described| described.get(field)).unwrap_or(&Value::Null), value);
        if let Some(stopped) = value.as_object_mut().filter(|_| field == STOPPED.0) {
            stopped.retain(|field, _| STOPPED.1.contains(&field.as_str()));
        }
    }
}

/// Removes the usual values from a time entry, and the source `mcp` from a draft, which agents mostly write over MCP.
fn leave_out_the_usual(fields: &mut Map<String, Value>) {
    let is_draft = fields.get("state").is_some_and(|state| state == "draft");
    let is_usual = |field: &str, value: &Value| {
        USUAL_VALUES.iter().any(|(usual, is_so)| *usual == field && is_so(value)) || is_draft && field == "source" && value == "mcp"
    };
    fields.retain(|field, value| !is_usual(field, value));
    let start = fields.get("started_at").and_then(Value::as_str);
    if start.zip(fields.get("day").and_then(Value::as_str)).is_some_and(|(start, day)| start.starts_with(day)) {
        fields.remove("day");
    }
}

/// Replaces the ids of records by their names.
fn name_records(fields: &mut Map<String, Value>) {
    for (id, name) in NAMED_BESIDE {
        if let Some(told) = fields.remove(name).filter(|_| fields.contains_key(id)) {
            fields.insert(id.to_owned(), told);
        }
    }
    if fields.remove(ON_DRAFT) == Some(Value::Bool(true)) {
        fields.insert("invoiced".to_owned(), Value::from("draft"));
    }
}

fn tell(name: &str, schema: &Value, value: &mut Value) {
    let short = match BUDGETS.contains(&name) && value.is_object() {
        true => Some(budget(value, name != "budgets")),
        false => ShortForm::of(schema).and_then(|shape| shape.text(value)),
    };
    match short {
        Some(text) => *value = Value::from(text),
        None => within(name, schema, value),
    }
}

/// The usage of a budget, such as `12h 30m of 20h used, 7h 30m left (62.5 %)`. A single one belongs to the project of the answer; of
/// several each names its project.
fn budget(full: &Value, alone: bool) -> String {
    let mut short = full.clone();
    within("", &BUDGET, &mut short);
    let text = |value: &Value, field: &str| value[field].as_str().map(str::to_owned);
    let whose = if alone {
        None
    } else {
        text(&short, "client").zip(text(&short, "project")).map(|(client, project)| format!("{client} / {project}: "))
    };
    let days = text(&short, "from").zip(text(&short, "to")).map(|(from, to)| format!("{from} to {to}: "));
    let used = [usage(&short["hours"], None), usage(&short["amount"], full["amount"]["used"]["currency"].as_str())];
    let is_some = |text: &String| text.chars().any(|sign| ('1'..='9').contains(&sign));
    let pending = text(&short["hours"], "pending").filter(is_some).map(|pending| format!("{pending} pending"));
    let told: Vec<String> = used.into_iter().flatten().chain(pending).collect();
    let state = text(&short, "state").filter(|state| state != "ok");
    let standing: Vec<String> = text(&short, "percent").into_iter().chain(state).collect();
    let standing = if standing.is_empty() { String::new() } else { format!(" ({})", standing.join(", ")) };
    format!("{}{}{}{standing}", whose.unwrap_or_default(), days.unwrap_or_default(), told.join("; "))
}

/// The used and the remaining part of one measure of a budget, where it has a cap; its currency is written once.
fn usage(measure: &Value, currency: Option<&str>) -> Option<String> {
    let text = |field: &str| measure[field].as_str();
    let used = text("used")?;
    let bare = |text: &str| currency.and_then(|currency| text.strip_suffix(currency)).map_or(text, str::trim_end).to_owned();
    let (cap, left) = (text("cap")?, bare(text("left")?));
    // Where more was used than the cap, nothing is left.
    let left = if left.starts_with('-') { String::new() } else { format!(" used, {left} left") };
    Some(format!("{} of {cap}{left}", bare(used)))
}

/// The fields that count seconds, with the name of their duration: `timer_limit_seconds` becomes `timer_limit`.
fn of_seconds(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let called = |name: &str| match name {
        "seconds" => Some("worked".to_owned()),
        name => name.strip_suffix("_seconds").map(str::to_owned),
    };
    let named = fields.iter().filter_map(|(name, schema)| Some((name, schema, called(name)?)));
    named.filter(|(_, schema, _)| schema["type"] == "integer").map(|(name, _, called)| (name.clone(), called)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(fields: &[(&str, Value)]) -> Value {
        let properties: Map<String, Value> = fields.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())).collect();
        json!({ "type": "object", "required": properties.keys().collect::<Vec<_>>(), "properties": properties })
    }

    #[test]
    fn what_has_a_text_is_told_as_one_and_the_schema_says_so() {
        let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
        let money = object(&[("amount", text.clone()), ("currency", text.clone())]);
        let worked = object(&[("seconds", number.clone()), ("text", text.clone())]);
        let project = object(&[("id", text.clone()), ("name", text.clone()), ("color", text.clone())]);
        let budget = json!({ "type": "object" });
        let list = json!({ "type": "array", "items": object(&[("id", text.clone()), ("project", project), ("worked", worked)]) });
        let whole = object(&[("items", list), ("total", money), ("budget", budget)]);
        let whole = whole.as_object().expect("an object");
        let full = json!({
            "items": [
                { "id": "7", "project": { "id": "1", "name": "Dashboard", "color": "#fff" }, "worked": { "seconds": 5_400, "text": "1h 30m" } },
                { "id": "8", "project": { "id": "1", "name": "Dashboard", "color": "#fff" }, "worked": { "seconds": 5_423, "text": "1h 30m" } },
            ],
            "total": { "amount": "120.00", "currency": "EUR" },
            "budget": {
                "id": "9", "version": 1, "percent": { "hundredths": 6_041, "text": "60.41 %" }, "state": "warning",
                "hours": {
                    "cap": { "seconds": 72_000, "text": "20h" }, "used": { "seconds": 43_495, "text": "12h 4m" },
                    "pending": { "seconds": 0, "text": "0m" }, "left": { "seconds": 28_505, "text": "7h 55m" },
                },
            },
        });
        let short = answer(whole, None, full);
        assert_eq!(
            short,
            json!({
                "items": [
                    { "id": "7", "project": "Dashboard", "worked": "1h 30m" },
                    { "id": "8", "project": "Dashboard", "worked": "1h 30m 23s" },
                ],
                "total": "120.00 EUR",
                "budget": "12h 4m 55s of 20h used, 7h 55m 5s left (60.41 %, warning)",
            })
        );
        let told = Value::Object(schema(whole));
        jsonschema::validate(&told, &short).expect("the answer is of its schema");
    }

    #[test]
    fn of_time_only_what_is_unusual_is_told_and_records_stand_by_their_names() {
        let entry = json!({
            "id": "7", "project": { "id": "1", "name": "Dashboard" }, "day": "2026-11-28", "worked": { "seconds": 60, "text": "1m" }, "state": "logged",
            "running": false, "locked": true, "billable": true, "labour": "human", "source": "mcp", "invoiced": "9", "invoice_number": "2026-0001",
        });
        let short = json!({ "id": "7", "project": "Dashboard", "day": "2026-11-28", "worked": "1m", "locked": true, "source": "mcp", "invoiced": "2026-0001" });
        assert_eq!(told(entry.clone()), short);
        let mut drafted = entry;
        drafted["on_draft"] = json!(true);
        drafted.as_object_mut().expect("an object").remove("invoice_number");
        assert_eq!(told(drafted)["invoiced"], "draft");
        assert_eq!(
            told(json!({ "project": "1", "project_name": "Dashboard", "state": "logged" })),
            json!({ "project": "Dashboard", "state": "logged" })
        );
        let choices = json!([{ "project": "Acme / Dashboard", "id": "1", "archived": false }]);
        assert_eq!(told(choices.clone()), choices);
    }
}
