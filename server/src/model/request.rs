//! Builds the request body of the API.

use app::assistant::model::{ChatMessage, ModelRequest, ModelToolCall, ToolDefinition};
use serde_json::{Value, json};

/// The body of the request.
pub fn body(model: &str, question: &ModelRequest) -> Value {
    let mut body = json!({
        "model": model,
        "messages": question.chat_messages.iter().map(message).collect::<Vec<_>>(),
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    if !question.tools.is_empty() {
        body["tools"] = question.tools.iter().map(tool).collect();
    }
    body
}

fn message(chat_message: &ChatMessage) -> Value {
    match chat_message {
        ChatMessage::System(text) => json!({ "role": "system", "content": text }),
        ChatMessage::User(text) => json!({ "role": "user", "content": text }),
        ChatMessage::ToolResult { call, text } => json!({ "role": "tool", "tool_call_id": call, "content": text }),
        ChatMessage::Assistant { text, calls } if calls.is_empty() => json!({ "role": "assistant", "content": text }),
        ChatMessage::Assistant { text, calls } => {
            let text = (!text.is_empty()).then_some(text);
            json!({ "role": "assistant", "content": text, "tool_calls": calls.iter().map(call).collect::<Vec<_>>() })
        }
    }
}

/// Some servers fail when a call that they made themselves contains no JSON.
fn call(wanted: &ModelToolCall) -> Value {
    let sound = serde_json::from_str::<Value>(&wanted.arguments).is_ok_and(|arguments| arguments.is_object());
    let arguments = if sound { wanted.arguments.as_str() } else { "{}" };
    json!({ "id": wanted.id, "type": "function", "function": { "name": wanted.operation, "arguments": arguments } })
}

fn tool(offer: &ToolDefinition) -> Value {
    json!({ "type": "function", "function": { "name": offer.name, "description": offer.description, "parameters": offer.arguments } })
}
