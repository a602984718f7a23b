//! Every text and list in an argument has a bound, and values beyond it are refused.

use serde_json::{Map, Value, json};

use super::{filled, fixture};
use crate::{
    error::Code,
    operation::{Effect, Operation},
    operations,
};

/// The paths of all parts of a schema without a bound.
fn unbounded(path: &str, schema: &Value, found: &mut Vec<String>) {
    let Some(fields) = schema.as_object() else { return };
    let is_one_of_few = ["enum", "const", "format"].iter().any(|keyword| fields.contains_key(*keyword));
    match fields.get("type").and_then(Value::as_str) {
        Some("string") if !is_one_of_few && !fields.contains_key("maxLength") => found.push(path.to_owned()),
        Some("array") if !fields.contains_key("maxItems") => found.push(path.to_owned()),
        _ => {}
    }
    for (name, property) in fields.get("properties").and_then(Value::as_object).into_iter().flatten() {
        unbounded(&format!("{path}.{name}"), property, found);
    }
    if let Some(items) = fields.get("items") {
        unbounded(&format!("{path}[]"), items, found);
    }
    for choices in ["anyOf", "oneOf", "allOf"] {
        for choice in fields.get(choices).and_then(Value::as_array).into_iter().flatten() {
            unbounded(path, choice, found);
        }
    }
}

#[test]
fn every_list_and_every_text_has_a_bound_in_its_schema() {
    let mut found = Vec::new();
    for operation in operations::all() {
        unbounded(operation.declaration.name, &Value::Object(operation.input.clone()), &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_list_of_pages_takes_the_longest_cursor_that_it_gives_out() {
    for operation in operations::all() {
        let cursor = &operation.input["properties"]["cursor"];
        assert!(cursor.is_null() || cursor["maxLength"].as_u64() >= Some(4_096), "{}: {cursor}", operation.declaration.name);
    }
}

/// A step of the path to a text within arguments.
#[derive(Clone, PartialEq)]
enum Step {
    Field(String),
    Item,
}

/// The paths to all texts that a schema takes, at every depth.
fn texts(way: &[Step], schema: &Value, found: &mut Vec<Vec<Step>>) {
    let kinds = &schema["type"];
    let is_text = kinds == "string" || kinds.as_array().is_some_and(|kinds| kinds.contains(&json!("string")));
    if is_text && schema.get("enum").is_none() && schema.get("const").is_none() && !found.contains(&way.to_vec()) {
        found.push(way.to_vec());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        texts(&[way, &[Step::Field(name.clone())]].concat(), property, found);
    }
    if let Some(items) = schema.get("items") {
        texts(&[way, &[Step::Item]].concat(), items, found);
    }
    for choices in ["anyOf", "oneOf", "allOf"] {
        schema[choices].as_array().into_iter().flatten().for_each(|choice| texts(way, choice, found));
    }
}

/// Valid arguments with this text at the end of a path; missing objects and lists on the path are made by their schema.
fn holding(schema: &Value, right: Option<&Value>, way: &[Step], text: &str, ids: &Map<String, Value>) -> Value {
    match way.split_first() {
        None => json!(text),
        Some((Step::Item, rest)) => json!([holding(&schema["items"], None, rest, text, ids)]),
        Some((Step::Field(name), rest)) => {
            let made = || schema.as_object().map(|schema| filled(schema, ids)).unwrap_or_default();
            let mut fields = right.and_then(Value::as_object).cloned().unwrap_or_else(made);
            let value = holding(&schema["properties"][name], fields.get(name), rest, text, ids);
            fields.insert(name.clone(), value);
            Value::Object(fields)
        }
    }
}

/// Sends `value` as this argument of an otherwise valid call, as a dry run where it writes, and answers the code and the fields
/// of the refusal, if it was refused.
async fn with(
    world: &crate::testing::World,
    operation: &Operation,
    right: &Map<String, Value>,
    name: &str,
    value: Value,
) -> Option<(Code, Vec<String>)> {
    let mut arguments = right.clone();
    arguments.insert(name.to_owned(), value);
    if operation.declaration.effect != Effect::Read {
        arguments.insert("dry_run".to_owned(), json!(true));
    }
    let refused = world.call(operation.declaration.name, Value::Object(arguments)).await.err()?;
    Some((refused.code, refused.fields.into_keys().collect()))
}

fn arguments_of<'a>(operation: &'a Operation, kind: &'a str) -> impl Iterator<Item = &'a String> {
    let properties = operation.input["properties"].as_object().into_iter().flatten();
    properties.filter(move |(_, schema)| schema["type"] == kind && schema.get("enum").is_none()).map(|(name, _)| name)
}

#[tokio::test]
async fn a_text_of_a_megabyte_or_with_nul_is_refused_by_its_name_and_an_invisible_one_is_no_fault_of_ours() {
    let studio = fixture("texts").await;
    let mut deepest = 0;
    for operation in operations::all() {
        let right = studio.right(operation).await;
        let mut ways = Vec::new();
        texts(&[], &Value::Object(operation.input.clone()), &mut ways);
        for way in &ways {
            let names: Vec<&String> = way.iter().filter_map(|step| if let Step::Field(name) = step { Some(name) } else { None }).collect();
            let Some(name) = names.first() else { panic!("a text without a name") };
            let what = format!("{}: {names:?}", operation.declaration.name);
            let argument = |text: &str| holding(&operation.input["properties"][*name], right.get(*name), &way[1..], text, &studio.ids);
            deepest = deepest.max(way.len());
            for wrong in ["x".repeat(1_000_000), "a\0b".to_owned()] {
                let (code, fields) = with(&studio.world, operation, &right, name, argument(&wrong)).await.expect(&what);
                let named = fields.iter().any(|field| field.split(['[', '.']).next() == Some(name));
                assert!(code == Code::Invalid && named, "{what}: {code:?} {fields:?}");
            }
            for strange in ["invoice\u{202E}fdp", "\u{200B}", "\u{2028}", "\u{FEFF}\u{2066}"] {
                let refused = with(&studio.world, operation, &right, name, argument(strange)).await;
                let fault = refused.as_ref().is_some_and(|(code, _)| matches!(code, Code::Internal | Code::Unavailable));
                assert!(!fault, "{what}: {strange:?} {refused:?}");
                assert!(refused.is_none_or(|(code, fields)| code != Code::Invalid || !fields.is_empty()), "{what}: {strange:?}");
            }
        }
    }
    assert!(deepest >= 3, "fields of the items of lists are tried");
}

#[tokio::test]
async fn a_list_of_twenty_thousand_items_is_refused_by_its_name() {
    let studio = fixture("lists").await;
    for operation in operations::all() {
        let right = studio.right(operation).await;
        for name in arguments_of(operation, "array") {
            let what = format!("{}: {name}", operation.declaration.name);
            // Items that are valid by themselves, and items that are invalid.
            for item in [json!("me"), json!({}), json!(1)] {
                let (code, fields) = with(&studio.world, operation, &right, name, json!(vec![item; 20_000])).await.expect(&what);
                assert!(code == Code::Invalid && fields.contains(name) && fields.len() == 1, "{what}: {code:?} {fields:?}");
            }
        }
    }
}
