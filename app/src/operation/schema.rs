//! JSON Schemas that every client understands.
//!
//! The schemas that schemars derives from Rust types are right but not portable: some clients fail on `null` in type lists, Rust's
//! number formats and `$defs`. Here an optional value is an absent one, and every subschema is inlined.

use domain::patch::CLEARS;
use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::Transform};
use serde_json::{Map, Value};

use super::{Bound, card_field::CARD};
use crate::page::LIMIT_MAX;

/// Marks a record that has a page, by the first part of its path within the organization; its id follows.
pub const PAGE: &str = "x-page";

/// The most characters of a text that declares no bound: more than any name, or any path of two names.
pub const LENGTH_MAX: u32 = 500;

/// The most items of a list that declares no bound.
const ITEMS_MAX: u32 = 200;

/// The schema of an answer, with its marks.
pub fn of_answer<T: JsonSchema>() -> Map<String, Value> {
    described::<T>(SchemaSettings::draft2020_12().for_serialize(), |_| {})
}

/// The published schema of an answer: the same without its marks, at every depth.
pub fn of_published_answer(mut answer: Map<String, Value>) -> Map<String, Value> {
    published(&mut answer);
    for value in answer.values_mut() {
        *value = without_marks(value.take());
    }
    answer
}

fn without_marks(value: Value) -> Value {
    match value {
        Value::Object(schema) => Value::Object(of_published_answer(schema)),
        Value::Array(items) => items.into_iter().map(without_marks).collect(),
        other => other,
    }
}

/// The schema of arguments for programs and agents. Every text and every list in it has a bound.
pub fn of_arguments<T: JsonSchema>(bounds: &[Bound]) -> Map<String, Value> {
    let mut schema = described::<T>(SchemaSettings::draft2020_12().for_deserialize(), published);
    bound(&mut schema, bounds);
    schema
}

/// Arguments that only a person at a page can give. The published schemas leave them out, since programs and agents are always refused.
const AT_THE_PAGE: [(&str, &str); 1] = [("invite_member", "without_email")];

/// The published schema of the arguments of an operation.
pub fn of_programs(operation: &str, arguments: &Map<String, Value>) -> Map<String, Value> {
    let mut schema = arguments.clone();
    if let Some(Value::Object(fields)) = schema.get_mut("properties") {
        fields.retain(|name, _| !AT_THE_PAGE.contains(&(operation, name.as_str())));
    }
    schema
}

/// The schema of the same arguments in a form, with its marks.
pub fn of_form<T: JsonSchema>(bounds: &[Bound]) -> Map<String, Value> {
    let mut schema = described::<T>(SchemaSettings::draft2020_12().for_deserialize(), |_| {});
    bound(&mut schema, bounds);
    schema
}

fn described<T: JsonSchema>(mut settings: SchemaSettings, marks: fn(&mut Map<String, Value>)) -> Map<String, Value> {
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    Portable(marks).transform(&mut schema);
    let Value::Object(mut map) = schema.to_value() else { return Map::new() };
    map.remove("title");
    map.remove("description");
    map.insert("type".to_owned(), Value::from("object"));
    map.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    map
}

/// Removes the marks.
fn published(map: &mut Map<String, Value>) {
    for mark in [CLEARS, CARD] {
        map.remove(mark);
    }
}

/// Forbids undeclared fields at every depth, and gives every text and every list its bound: the declared or the general one.
fn bound(arguments: &mut Map<String, Value>, declared: &[Bound]) {
    for Bound { argument, keyword, most } in declared {
        if let Some(Value::Object(schema)) = arguments.get_mut("properties").and_then(|properties| properties.get_mut(argument)) {
            schema.insert((*keyword).to_owned(), Value::from(*most));
        }
    }
    if let Some(Value::Object(limit)) = arguments.get_mut("properties").and_then(|properties| properties.get_mut("limit")) {
        limit.insert("minimum".to_owned(), Value::from(1));
        limit.entry("maximum").or_insert(Value::from(LIMIT_MAX));
    }
    bound_all(arguments);
}

fn bound_all(schema: &mut Map<String, Value>) {
    if schema.get("properties").is_some_and(Value::is_object) && schema.get("type").is_some_and(|kind| kind == "object") {
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    let is_one_of_few = ["enum", "const", "format"].iter().any(|keyword| schema.contains_key(*keyword));
    match schema.get("type").and_then(Value::as_str) {
        Some("string") if !is_one_of_few => _ = schema.entry("maxLength").or_insert(Value::from(LENGTH_MAX)),
        Some("array") => _ = schema.entry("maxItems").or_insert(Value::from(ITEMS_MAX)),
        _ => {}
    }
    for value in schema.values_mut() {
        match value {
            Value::Object(inner) => bound_all(inner),
            Value::Array(choices) => choices.iter_mut().filter_map(Value::as_object_mut).for_each(bound_all),
            _ => {}
        }
    }
}

/// Makes a schema portable, after applying a function to its marks.
struct Portable(fn(&mut Map<String, Value>));

impl Transform for Portable {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(map) = schema.as_object_mut() {
            portable(map, self.0);
        }
    }
}

/// Removes what clients do not understand, at every depth.
fn portable(map: &mut Map<String, Value>, marks: fn(&mut Map<String, Value>)) {
    marks(map);
    if map
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|format| format.starts_with("int") || format.starts_with("uint") || format == "double")
    {
        map.remove("format");
    }
    if map.get("default").is_some_and(Value::is_null) {
        map.remove("default");
    }
    without_null(map);
    flat_choices(map);
    for value in map.values_mut() {
        descend(value, marks);
    }
}

fn descend(value: &mut Value, marks: fn(&mut Map<String, Value>)) {
    match value {
        Value::Object(map) => portable(map, marks),
        Value::Array(items) => items.iter_mut().for_each(|item| descend(item, marks)),
        _ => {}
    }
}

/// Turns `oneOf` alternatives, each a text with its meaning, into one `enum` with the meanings in the description: some models are
/// shown neither `oneOf` nor `const`.
fn flat_choices(map: &mut Map<String, Value>) {
    let Some(choices) = map.get("oneOf").and_then(Value::as_array).and_then(|all| all.iter().map(choice).collect::<Option<Vec<_>>>())
    else {
        return;
    };
    let before = map.get("description").and_then(Value::as_str).unwrap_or_default();
    // A description that mentions every choice already says what they mean.
    let names_all = choices.iter().flat_map(|(texts, _)| texts).all(|text| names(before, text));
    let meanings = choices.iter().filter(|_| !names_all);
    let meanings = meanings.filter_map(|(texts, meaning)| Some(format!("{}: {}", texts.join(", "), meaning.as_ref()?)));
    let meanings = meanings.collect::<Vec<_>>().join("; ");
    let texts: Vec<Value> = choices.into_iter().flat_map(|(texts, _)| texts).map(Value::from).collect();
    let description = format!("{before} {meanings}");
    if !description.trim().is_empty() {
        map.insert("description".to_owned(), Value::from(description.trim()));
    }
    map.remove("oneOf");
    map.insert("type".to_owned(), Value::from("string"));
    map.insert("enum".to_owned(), Value::Array(texts));
}

/// Whether a description mentions a choice as a whole word.
fn names(description: &str, choice: &str) -> bool {
    description.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == choice)
}

/// The texts of one alternative and their meaning; none when it is no text.
fn choice(alternative: &Value) -> Option<(Vec<String>, Option<String>)> {
    let texts = match (alternative.get("const"), alternative.get("enum")) {
        (Some(text), _) => vec![text.as_str()?.to_owned()],
        (None, Some(texts)) => texts.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect::<Option<_>>()?,
        (None, None) => return None,
    };
    let meaning = alternative.get("description").and_then(Value::as_str);
    Some((texts, meaning.map(|meaning| meaning.trim_end_matches('.').to_owned())))
}

/// Removes `null` from type lists, enumerations and alternatives; a single alternative moves up.
fn without_null(map: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = map.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    let Some(Value::Array(mut choices)) = map.remove("anyOf") else { return };
    choices.retain(|choice| choice.get("type").and_then(Value::as_str) != Some("null"));
    if let [Value::Object(only)] = choices.as_slice() {
        for (key, value) in only.clone() {
            map.entry(key).or_insert(value);
        }
    } else {
        map.insert("anyOf".to_owned(), Value::Array(choices));
    }
}
