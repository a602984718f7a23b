//! The tools of the registry's operations.

use std::sync::Arc;

use app::{
    access::{Permission, WriteMode},
    context::{Caller, Token},
    error::Error,
    operation::{Audience, Declaration, Effect, Operation, needs_approval},
    operations,
};
use domain::{hours, money};
use rmcp::{
    RoleServer,
    model::{Tool, ToolAnnotations},
    service::RequestContext,
};
use serde_json::{Map, Value};

use super::{
    catalog::{ToolAccess, ToolCatalog, ToolEntry},
    concise, links, output_schema, tool_result,
};
use crate::rest::idempotency_key;

/// A tool for every operation. Those that no agent may ever call are in no list, and a call of one says so.
pub fn of_registry() -> ToolCatalog {
    ToolCatalog::new(operations::all().iter().map(entry).collect(), None)
}

fn entry(operation: &'static Operation) -> ToolEntry {
    ToolEntry {
        tool: tool(operation),
        everyday: operation.declaration.everyday,
        access_of: Box::new(move |caller| access_of(caller, operation.declaration)),
        run: Box::new(move |call| {
            let arguments = with_idempotency_key(operation, &call.context, Value::Object(call.request.arguments.unwrap_or_default()));
            Box::pin(async move {
                let answer = match arguments {
                    Ok(arguments) => tool_result::call(operation, call.caller, arguments).await,
                    Err(error) => tool_result::reject_unread(operation, &call.caller, error),
                };
                Ok(answer.into())
            })
        }),
    }
}

/// The arguments of a call with the idempotency key of its request's header, as REST clients send it.
fn with_idempotency_key(operation: &Operation, context: &RequestContext<RoleServer>, arguments: Value) -> Result<Value, Error> {
    match context.extensions.get::<http::request::Parts>() {
        Some(parts) => idempotency_key::merge_header(operation, &parts.headers, arguments),
        None => Ok(arguments),
    }
}

/// All four hints are set: a client assumes the worst of an absent one.
fn tool(operation: &Operation) -> Tool {
    let declaration = operation.declaration;
    let hints = ToolAnnotations::new()
        .read_only(declaration.effect == Effect::Read)
        .destructive(declaration.is_destructive())
        .idempotent(declaration.idempotent || declaration.effect == Effect::Read)
        .open_world(declaration.mails);
    let input = without_shared_arguments(without(is_for_other_channels, operation.input.clone()));
    let tool = Tool::new(declaration.name, declaration.doc, Arc::new(input)).with_title(declaration.title).with_annotations(hints);
    match output_schema::reused_fields(&answer_schema(operation)) {
        Some(taken) => tool.with_raw_output_schema(Arc::new(taken)),
        None => tool,
    }
}

/// The full output schema of a tool; its listing has only the fields that other calls take.
pub fn answer_schema(operation: &Operation) -> Map<String, Value> {
    without(is_description, links::schema(concise::schema(&operation.output)))
}

/// Arguments of many tools whose description is left out, since the handshake or their name says it.
const SHARED_ARGUMENTS: [&str; 15] = [
    "Show what would change.",
    "Repeats are done once.",
    "next_cursor of the last answer.",
    "50 when absent.",
    "Also count all.",
    "Id, name or \"Client / Project\".",
    "Id or name.",
    "Id or number.",
    "Id, name or me.",
    "YYYY-MM-DD, today, yesterday, a weekday or last monday.",
    "The last day.",
    "First day, if no period.",
    "Id of the entry.",
    "Ids of the entries.",
    "Id of the invoice.",
];

/// Removes the descriptions of shared arguments, at every depth.
fn without_shared_arguments(mut input: Map<String, Value>) -> Map<String, Value> {
    let said = input.get("description").and_then(Value::as_str).is_some_and(|words| SHARED_ARGUMENTS.contains(&words));
    if said {
        input.remove("description");
    }
    let inner = |value: Value| match value {
        Value::Object(inner) => Value::Object(without_shared_arguments(inner)),
        other => other,
    };
    for keyword in ["items", "properties"] {
        match input.remove(keyword) {
            Some(Value::Object(fields)) if keyword == "properties" => {
                let fields = fields.into_iter().map(|(name, field)| (name, inner(field)));
                input.insert(keyword.to_owned(), fields.collect());
            }
            Some(items) => _ = input.insert(keyword.to_owned(), inner(items)),
            None => {}
        }
    }
    input
}

/// Formats that only Stint knows. A strict client warns of each, and the description says the same.
const OWN_FORMATS: [&str; 2] = [money::AMOUNT, hours::HOURS];

/// The bounds of Rust's integer types, which are no meaningful limits.
const WIDTHS: [i64; 5] = [0, 1, i16::MIN as i64, i16::MAX as i64, u16::MAX as i64];

/// Whether a keyword is left out of the listing. A default is described with its argument; the length of a text is nothing to plan with and
/// is reported when it is exceeded, as are unknown arguments.
fn is_for_other_channels(keyword: &str, value: &Value) -> bool {
    match keyword {
        "format" => value.as_str().is_some_and(|format| OWN_FORMATS.contains(&format)),
        "maxLength" | "additionalProperties" => true,
        "minimum" | "maximum" => WIDTHS.iter().any(|width| value.as_i64() == Some(*width)),
        "default" => true,
        _ => false,
    }
}

/// Whether a keyword is a description: the names of an answer describe it, and a client sends all tools to its model at once.
fn is_description(keyword: &str, value: &Value) -> bool {
    keyword == "description" && value.is_string()
}

/// A schema without the unwanted keywords, at every depth.
fn without(unwanted: fn(&str, &Value) -> bool, schema: Map<String, Value>) -> Map<String, Value> {
    let bare = |(name, value): (String, Value)| match value {
        // The list describes its items.
        Value::Object(mut item) if name == "items" => {
            item.remove("description");
            (name, Value::Object(without(unwanted, item)))
        }
        // The keys below are names of fields, one of which may be "description".
        Value::Object(fields) if name == "properties" => {
            (name, Value::Object(fields.into_iter().map(|(field, schema)| (field, bare_value(unwanted, schema))).collect()))
        }
        value => (name, bare_value(unwanted, value)),
    };
    schema.into_iter().filter(|(name, value)| !unwanted(name, value)).map(bare).collect()
}

fn bare_value(unwanted: fn(&str, &Value) -> bool, value: Value) -> Value {
    match value {
        Value::Object(schema) => Value::Object(without(unwanted, schema)),
        Value::Array(schemas) => Value::Array(schemas.into_iter().map(|schema| bare_value(unwanted, schema)).collect()),
        other => other,
    }
}

/// Role and token decide what is listed. Listing grants nothing: each call is authorized again.
fn access_of(caller: &Caller, declaration: &Declaration) -> ToolAccess {
    if declaration.audience == Audience::Person {
        return ToolAccess::Hidden;
    }
    let role = caller.membership.as_ref().map(|membership| membership.role);
    if declaration.needs != Permission::SignedIn && !role.is_some_and(|role| role.may(declaration.needs)) {
        return ToolAccess::Hidden;
    }
    // In the mode `drafts` a tool without drafts would always be refused; in the mode `ask` the refusal tells what the person has to do.
    let done = |token: &Token| token.writes != WriteMode::Drafts || !needs_approval(token.writes, declaration);
    let covered = caller.token.as_ref().is_none_or(|token| declaration.covered_by(&token.scopes) && done(token));
    if covered { ToolAccess::Offered } else { ToolAccess::NotForThisToken }
}
