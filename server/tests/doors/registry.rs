//! The registry as every door sees it: complete, described, and under review.

use std::collections::BTreeSet;

use app::{
    access::{Role, Scope},
    operation::{AgentMode, Audience, Effect, Operation},
    operations::{self, BROWSER_ONLY},
};
use serde_json::Value;
use server::openapi;

/// Whatever a page can call is an operation, or named as something that only a browser may do.
#[test]
fn every_server_function_is_in_the_registry_or_named_as_browser_only() {
    let known: BTreeSet<&str> = operations::all().iter().map(|operation| operation.path).chain(BROWSER_ONLY).collect();
    let served: BTreeSet<&str> = server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert_eq!(served, known);
    assert!(served.iter().all(|path| path.starts_with("/call/")), "{served:?}");
}

#[test]
fn every_operation_is_named_and_described_for_people_and_models() {
    for operation in operations::all() {
        let declaration = operation.declaration;
        let name = declaration.name;
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') && name.len() <= 40, "{name}");
        assert_eq!(operation.path, format!("/call/{name}"));
        assert!(declaration.title.chars().next().is_some_and(char::is_uppercase), "{name}: {}", declaration.title);
        assert!(
            (40..=2000).contains(&declaration.doc.chars().count()),
            "{name}: {} characters of description",
            declaration.doc.chars().count()
        );
        assert!(
            !declaration.covered_by(&[])
                || declaration.audience == Audience::Person
                || ["whoami", "list_actions"].contains(&name)
                || declaration.needs == app::access::Permission::SignedIn,
            "{name} can be called with any token"
        );
        for (argument, schema) in properties(operation) {
            assert!(
                schema.get("description").and_then(Value::as_str).is_some_and(|words| words.len() >= 10),
                "{name}: {argument} is not described"
            );
        }
        if declaration.effect == Effect::Read {
            assert!(operation.input["properties"].get("dry_run").is_none(), "{name}");
        } else {
            assert!(
                operation.input["properties"].get("idempotency_key").is_some() && operation.input["properties"].get("dry_run").is_some(),
                "{name}"
            );
        }
    }
}

fn properties(operation: &Operation) -> impl Iterator<Item = (&String, &Value)> {
    operation.input.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// Clients stumble over `null`, over Rust's number formats and over references; models are not shown alternatives.
#[test]
fn every_schema_is_one_that_every_client_understands() {
    for operation in operations::all() {
        let name = operation.declaration.name;
        assert_eq!(operation.input.get("additionalProperties"), Some(&Value::Bool(false)), "{name}");
        for schema in [&operation.input, &operation.output] {
            assert_eq!(schema.get("type"), Some(&Value::from("object")), "{name}");
            let whole = Value::Object(schema.clone());
            jsonschema::validator_for(&whole).unwrap_or_else(|problem| panic!("{name}: {problem}"));
            portable(name, &whole);
        }
    }
}

fn portable(name: &str, schema: &Value) {
    match schema {
        Value::Object(fields) => {
            let alternatives =
                ["oneOf", "anyOf", "const"].into_iter().find(|keyword| fields.get(*keyword).is_some_and(|value| !value.is_object()));
            assert_eq!(alternatives, None, "{name}: {schema}");
            assert!(!fields.contains_key("$ref") && !fields.contains_key("$defs") && !fields.contains_key("$schema"), "{name}: {schema}");
            assert!(!matches!(fields.get("type"), Some(Value::Array(_))), "{name}: several types at once: {schema}");
            assert!(fields.get("format").and_then(Value::as_str).is_none_or(|format| !format.contains("int")), "{name}: {schema}");
            fields.values().for_each(|field| portable(name, field));
        }
        Value::Array(items) => items.iter().for_each(|item| portable(name, item)),
        _ => {}
    }
}

/// What has no type takes anything: clients warn of it, and a model does not know what stands there.
#[test]
fn every_value_that_an_agent_sends_or_reads_has_a_type() {
    for operation in operations::all().iter().filter(|operation| operation.declaration.audience != Audience::Person) {
        typed(operation.declaration.name, &Value::Object(operation.input.clone()));
        typed(operation.declaration.name, &Value::Object(operation.output.clone()));
    }
}

fn typed(name: &str, schema: &Value) {
    assert!(schema.get("type").is_some_and(Value::is_string), "{name}: {schema}");
    let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(_, field)| field);
    let further = ["items", "additionalProperties"].into_iter().filter_map(|keyword| schema.get(keyword)).filter(|inner| inner.is_object());
    fields.chain(further).for_each(|inner| typed(name, inner));
}

#[test]
fn nothing_is_destroyed_without_asking_and_nothing_is_minted_by_an_agent() {
    for operation in operations::all().iter().map(|operation| operation.declaration) {
        if operation.effect == Effect::Destroy && operation.audience != Audience::Person {
            assert_eq!(operation.agent, AgentMode::Ask, "{}", operation.name);
        }
        if operation.name.contains("token") || operation.name.contains("password") {
            assert_eq!(operation.audience, Audience::Person, "{}", operation.name);
        }
    }
}

/// Every role × every operation: a change of policy is a line of this file that somebody reviews.
#[test]
fn access() {
    let mut table = format!("{:<28}{:<9}{:<14}{:<8}", "operation", "effect", "scope", "agent");
    Role::ALL.iter().for_each(|role| table.push_str(&format!("{:<9}", role.name())));
    table.push('\n');
    for operation in operations::all().iter().map(|operation| operation.declaration) {
        let effect = match operation.effect {
            Effect::Read => "read",
            Effect::Write => "write",
            Effect::Destroy => "destroy",
        };
        let agent = match (operation.audience, operation.agent) {
            (Audience::Person, _) => "never",
            (_, AgentMode::Direct) => "direct",
            (_, AgentMode::Draft) => "draft",
            (_, AgentMode::Ask) => "ask",
        };
        table.push_str(&format!("{:<28}{effect:<9}{:<14}{agent:<8}", operation.name, operation.scope.map_or("any", Scope::name)));
        Role::ALL.iter().for_each(|role| table.push_str(&format!("{:<9}", if role.may(operation.needs) { "✓" } else { "·" })));
        table.push('\n');
    }
    let table: String = table.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    insta::assert_snapshot!("access", table);
}

/// What a model is told about each tool.
#[test]
fn tools() {
    let mut told = String::new();
    for operation in operations::all().iter().filter(|operation| operation.declaration.audience != Audience::Person) {
        told.push_str(&format!("# {} ({})\n{}\n", operation.declaration.name, operation.declaration.title, operation.declaration.doc));
        for (argument, schema) in properties(operation) {
            let required = operation
                .input
                .get("required")
                .and_then(Value::as_array)
                .is_some_and(|required| required.contains(&Value::from(argument.as_str())));
            let kind = schema.get("type").and_then(Value::as_str).map_or_else(|| "any".to_owned(), str::to_owned);
            let words = schema.get("description").and_then(Value::as_str).unwrap_or_default();
            told.push_str(&format!("- {argument}{}: {kind} — {words}\n", if required { "" } else { "?" }));
        }
        told.push('\n');
    }
    insta::assert_snapshot!("tools", told);
}

/// The description of the REST interface, for whoever generates a client from it.
#[test]
fn openapi_document() {
    insta::assert_json_snapshot!("openapi", openapi::of_registry());
}
