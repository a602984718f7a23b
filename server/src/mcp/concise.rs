//! Answers in fewer words: what a model reads of them is paid for by the character, again with each turn of its conversation.
//!
//! An amount is one text with its currency, a duration and a share are one text, and a client, project or member that an answer only
//! refers to stands by its name: arguments take all of them as they stand. A budget within another answer tells how far it is used;
//! `get_budget` tells its terms. The schema of an answer is shortened as the answer is.

use std::sync::LazyLock;

use app::{hours::Worked, operations, page::characters};
use serde_json::{Map, Value};

/// What a budget tells, which the schemas of other answers leave to `get_budget`.
static BUDGET: LazyLock<Value> =
    LazyLock::new(|| operations::named("get_budget").map(|operation| Value::Object(operation.output.clone())).unwrap_or_default());

/// What of a budget is left out where it stands within another answer.
const TERMS: [&str; 8] = ["id", "client", "version", "basis", "hard_stop", "warning_percent", "critical_percent", "pending_percent"];

/// The fields in which a budget stands within another answer.
const BUDGETS: [&str; 3] = ["budget", "budgets", "stopped_budget"];

/// What may stand beside the id and the name of a record that is only referred to.
const BESIDE: [&str; 2] = ["color", "currency"];

/// A value that is told as one text.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Money,
    Duration,
    Share,
    Reference,
}

impl Shape {
    /// The shape of what a schema describes.
    fn of(schema: &Value) -> Option<Self> {
        let fields = schema.get("properties")?.as_object()?;
        let has = |names: [&str; 2]| names.iter().all(|name| fields.contains_key(*name));
        let only = |names: [&str; 2]| fields.len() == 2 && has(names);
        if has(["id", "name"]) && fields.keys().all(|name| ["id", "name"].contains(&name.as_str()) || BESIDE.contains(&name.as_str())) {
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

/// A duration to the second: the words for people leave out the seconds beside minutes.
pub fn exact(seconds: i64, words: String) -> String {
    let size = seconds.unsigned_abs();
    if size.is_multiple_of(60) || size < 60 { words } else { format!("{words} {}s", size % 60) }
}

/// The schema of an answer in fewer words.
pub fn schema(full: &Map<String, Value>) -> Map<String, Value> {
    described("", full)
}

fn described(name: &str, full: &Map<String, Value>) -> Map<String, Value> {
    let mut short = full.clone();
    if let Some(Value::Object(fields)) = short.get_mut("properties") {
        fields.retain(|field, _| !is_left_out(name, field));
        for (seconds, called) in of_seconds(fields) {
            fields.remove(&seconds);
            fields.insert(called, serde_json::json!({ "type": "string" }));
        }
        fields.iter_mut().for_each(|(field, schema)| describe(field, schema));
    }
    if let Some(Value::Array(required)) = short.get_mut("required") {
        required.retain(|field| !field.as_str().is_some_and(|field| is_left_out(name, field)));
    }
    if let Some(items) = short.get_mut("items") {
        describe(name, items);
    }
    if let Some(Value::Array(required)) = short.get_mut("required") {
        for (seconds, called) in of_seconds(full.get("properties").and_then(Value::as_object).unwrap_or(&Map::new())) {
            required.iter_mut().filter(|name| **name == seconds).for_each(|name| *name = Value::from(called.clone()));
        }
    }
    short
}

fn describe(name: &str, schema: &mut Value) {
    if Shape::of(schema).is_some() {
        *schema = serde_json::json!({ "type": "string" });
    } else if let Value::Object(full) = schema {
        *full = described(name, full);
    }
}

/// An answer in fewer words, by the schema of the whole one.
pub fn answer(schema: &Map<String, Value>, mut full: Value) -> Value {
    within("", &Value::Object(schema.clone()), &mut full);
    full
}

/// How many characters an item of a list has in fewer words, by the schema of the whole one.
pub fn length(schema: &Value, mut item: Value) -> usize {
    within("", schema, &mut item);
    characters(&item)
}

fn within(name: &str, schema: &Value, value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let schema = if BUDGETS.contains(&name) { &*BUDGET } else { schema };
            fields.retain(|field, _| !is_left_out(name, field));
            for (seconds, called) in schema["properties"].as_object().map(of_seconds).unwrap_or_default() {
                if let Some(length) = fields.remove(&seconds).and_then(|length| length.as_i64()) {
                    fields.insert(called, Value::from(exact(length, Worked::of(length).text)));
                }
            }
            for (field, value) in fields {
                tell(field, &schema["properties"][field.as_str()], value);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| tell(name, &schema["items"], item)),
        _ => {}
    }
}

fn tell(name: &str, schema: &Value, value: &mut Value) {
    match Shape::of(schema).and_then(|shape| shape.text(value)) {
        Some(text) => *value = Value::from(text),
        None => within(name, schema, value),
    }
}

/// The fields that count seconds, with what they are called as a duration: `timer_limit_seconds` is the `timer_limit`.
fn of_seconds(fields: &Map<String, Value>) -> Vec<(String, String)> {
    let called = |name: &str| match name {
        "seconds" => Some("worked".to_owned()),
        name => name.strip_suffix("_seconds").map(str::to_owned),
    };
    let named = fields.iter().filter_map(|(name, schema)| Some((name, schema, called(name)?)));
    named.filter(|(_, schema, _)| schema["type"] == "integer").map(|(name, _, called)| (name.clone(), called)).collect()
}

/// Whether a field is left out of what stands under this name.
fn is_left_out(name: &str, field: &str) -> bool {
    // Of several budgets each says whose it is; a single one is that of the project that the answer is about.
    BUDGETS.contains(&name) && (TERMS.contains(&field) || field == "project" && name != "budgets")
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
            "budget": { "id": "9", "version": 1, "percent": { "hundredths": 6_041, "text": "60.41 %" } },
        });
        let short = answer(whole, full);
        assert_eq!(
            short,
            json!({
                "items": [
                    { "id": "7", "project": "Dashboard", "worked": "1h 30m" },
                    { "id": "8", "project": "Dashboard", "worked": "1h 30m 23s" },
                ],
                "total": "120.00 EUR",
                "budget": { "percent": "60.41 %" },
            })
        );
        let told = Value::Object(schema(whole));
        jsonschema::validate(&told, &short).expect("the answer is of its schema");
    }
}
