//! JSON Schemas that every client understands.
//!
//! What schemars makes of Rust types is right but not portable: clients stumble over `null` in type lists, Rust's number
//! formats and `$defs`. Here an optional value is an absent one, and everything stands in line.

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::Transform};
use serde_json::{Map, Value};

/// The schema of a type: what is taken (`input`) or what comes back.
pub fn of<T: JsonSchema>(input: bool) -> Map<String, Value> {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    let settings = if input { settings.for_deserialize() } else { settings.for_serialize() };
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    Portable.transform(&mut schema);
    let Value::Object(mut map) = schema.to_value() else { return Map::new() };
    map.remove("title");
    map.remove("description");
    map.insert("type".to_owned(), Value::from("object"));
    map.entry("properties").or_insert_with(|| Value::Object(Map::new()));
    if input {
        map.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    map
}

struct Portable;

impl Transform for Portable {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(map) = schema.as_object_mut() {
            portable(map);
        }
    }
}

/// Drops what clients stumble over, at every depth.
fn portable(map: &mut Map<String, Value>) {
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
    for value in map.values_mut() {
        descend(value);
    }
}

fn descend(value: &mut Value) {
    match value {
        Value::Object(map) => portable(map),
        Value::Array(items) => items.iter_mut().for_each(descend),
        _ => {}
    }
}

/// `null` out of type lists, enumerations and alternatives; a single alternative moves up.
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
