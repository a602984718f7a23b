//! Validation of answers against the output schemas of operations.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::Value;

use crate::operation::Operation;

/// The compiled schemas, each compiled once: that takes longer than most calls.
static KNOWN: LazyLock<Mutex<HashMap<&'static str, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// The compiled output schema of an operation.
fn schema(operation: &Operation) -> Arc<Validator> {
    let mut known = KNOWN.lock().expect("the schemas");
    let compiled = || {
        let schema = Value::Object(operation.output.clone());
        Arc::new(jsonschema::validator_for(&schema).unwrap_or_else(|problem| panic!("{}: {problem}", operation.declaration.name)))
    };
    known.entry(operation.declaration.name).or_insert_with(compiled).clone()
}

/// Panics unless an answer matches the output schema of its operation.
pub fn assert_schema(operation: &Operation, answer: &Value) {
    if let Err(problem) = schema(operation).validate(answer) {
        panic!("{} breaks its output schema at {}: {problem}\n{answer:#}", operation.declaration.name, problem.instance_path());
    }
}
