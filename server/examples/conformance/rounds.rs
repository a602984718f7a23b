//! Tools that ask the client for something first, and are called again with what it said.

use std::sync::Arc;

use rmcp::{
    ErrorData,
    model::{CallToolResponse, InputRequiredResult, InputResponses, RequestStateCodec},
};
use serde_json::{Value, json};
use server::mcp::{ToolCall, ToolEntry};

use super::tools::{text, tool};

/// What the client shall find out, and a state that comes back with it.
pub fn ask(requests: Value, state: Option<String>) -> Result<InputRequiredResult, ErrorData> {
    let requests = serde_json::from_value(requests).map_err(|problem| ErrorData::internal_error(problem.to_string(), None))?;
    Ok(InputRequiredResult::new(Some(requests), state))
}

/// A question to the person at the client.
pub fn question(message: &str, field: &str, kind: &str) -> Value {
    let schema = json!({ "type": "object", "properties": { field: { "type": kind } }, "required": [field] });
    json!({ "method": "elicitation/create", "params": { "message": message, "requestedSchema": schema } })
}

fn sampling(message: &str, tokens: u32) -> Value {
    json!({ "method": "sampling/createMessage", "params": {
        "messages": [{ "role": "user", "content": { "type": "text", "text": message } }], "maxTokens": tokens,
    }})
}

fn roots() -> Value {
    json!({ "method": "roots/list", "params": {} })
}

/// What the client said to a question, when it said it properly.
pub fn said<'a>(responses: Option<&'a InputResponses>, key: &str, field: &str) -> Option<&'a Value> {
    let response = responses?.get(key)?;
    response.get("content")?.get(field).filter(|_| response.get("action").is_none_or(|action| action == "accept"))
}

fn given<'a>(call: &'a ToolCall, key: &str) -> Option<&'a Value> {
    call.request.input_responses.as_ref()?.get(key)
}

/// All of them.
pub fn all() -> anyhow::Result<Vec<ToolEntry>> {
    let key: [u8; 32] = rand::random();
    let codec = Arc::new(RequestStateCodec::try_new(key).map_err(|problem| anyhow::anyhow!("{problem}"))?);
    let sealed = |run: fn(&RequestStateCodec, ToolCall) -> Result<CallToolResponse, ErrorData>| {
        let codec = codec.clone();
        move |call| {
            let codec = codec.clone();
            async move { run(&codec, call) }
        }
    };
    Ok(vec![
        tool("test_input_required_result_elicitation", "Asks for a name.", elicitation),
        tool("test_input_required_result_sampling", "Asks the client's model.", capital),
        tool("test_input_required_result_list_roots", "Asks for roots.", list_roots),
        tool("test_input_required_result_request_state", "Gets its state back.", sealed(request_state)),
        tool("test_input_required_result_tampered_state", "Refuses a state that was changed.", sealed(request_state)),
        tool("test_input_required_result_multiple_inputs", "Asks for several things.", sealed(multiple)),
        tool("test_input_required_result_multi_round", "Asks twice.", sealed(multi_round)),
        tool("test_input_required_result_capabilities", "Asks for what the client can do.", capabilities),
    ])
}

async fn elicitation(call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    match said(call.request.input_responses.as_ref(), "user_name", "name").and_then(Value::as_str) {
        Some(name) => text(format!("Hello, {name}!")),
        None => Ok(ask(json!({ "user_name": question("What is your name?", "name", "string") }), None)?.into()),
    }
}

async fn capital(call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    match given(&call, "capital_question").and_then(|answer| answer.get("content")) {
        Some(content) => text(format!("The model said: {content}")),
        None => Ok(ask(json!({ "capital_question": sampling("What is the capital of France?", 100) }), None)?.into()),
    }
}

async fn list_roots(call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    match given(&call, "client_roots").and_then(|answer| answer.get("roots")) {
        Some(found) => text(format!("Roots: {found}")),
        None => Ok(ask(json!({ "client_roots": roots() }), None)?.into()),
    }
}

/// Opens the state that came back; one that was changed on the way is refused.
fn opened(codec: &RequestStateCodec, call: &ToolCall) -> Result<Option<String>, ErrorData> {
    let Some(state) = &call.request.request_state else { return Ok(None) };
    let opened = codec.open(state).map_err(|_| ErrorData::invalid_params("requestState was changed", None))?;
    Ok(Some(String::from_utf8_lossy(&opened).into_owned()))
}

fn request_state(codec: &RequestStateCodec, call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    match (opened(codec, &call)?, given(&call, "confirm")) {
        (Some(_), Some(_)) => text("state-ok"),
        _ => Ok(ask(json!({ "confirm": question("Please confirm", "ok", "boolean") }), Some(codec.seal(b"confirm")))?.into()),
    }
}

fn multiple(codec: &RequestStateCodec, call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    let complete = ["user_name", "greeting", "client_roots"].iter().all(|key| given(&call, key).is_some());
    if opened(codec, &call)?.is_some() && complete {
        return text("All answers are there.");
    }
    let requests = json!({
        "user_name": question("What is your name?", "name", "string"),
        "greeting": sampling("Generate a greeting", 50),
        "client_roots": roots(),
    });
    Ok(ask(requests, Some(codec.seal(b"several")))?.into())
}

fn multi_round(codec: &RequestStateCodec, call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    match (opened(codec, &call)?.as_deref(), given(&call, "step1"), given(&call, "step2")) {
        (Some("second"), _, Some(_)) => text("Both steps are done."),
        (Some("first"), Some(_), _) => {
            Ok(ask(json!({ "step2": question("Step 2: What is your favorite color?", "color", "string") }), Some(codec.seal(b"second")))?
                .into())
        }
        _ => Ok(ask(json!({ "step1": question("Step 1: What is your name?", "name", "string") }), Some(codec.seal(b"first")))?.into()),
    }
}

async fn capabilities(call: ToolCall) -> Result<CallToolResponse, ErrorData> {
    let declared = call.context.client_capabilities().and_then(|capabilities| serde_json::to_value(capabilities).ok()).unwrap_or_default();
    let can = |what: &str| declared.get(what).is_some();
    let known = [
        ("sampling", "greeting", sampling("Generate a greeting", 50)),
        ("elicitation", "name", question("What is your name?", "name", "string")),
    ];
    let requests: serde_json::Map<String, Value> =
        known.into_iter().filter(|(what, ..)| can(what)).map(|(_, key, request)| (key.to_owned(), request)).collect();
    if requests.is_empty() {
        return text("The client can do nothing that would help.");
    }
    Ok(ask(Value::Object(requests), None)?.into())
}
