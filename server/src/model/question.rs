//! A question as the API takes it.

use app::assistant::model::{Offer, Question, Turn, Wanted};
use serde_json::{Value, json};

/// The body of the request.
pub fn body(model: &str, question: &Question) -> Value {
    let mut body = json!({
        "model": model,
        "messages": question.turns.iter().map(message).collect::<Vec<_>>(),
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    if !question.tools.is_empty() {
        body["tools"] = question.tools.iter().map(tool).collect();
    }
    body
}

fn message(turn: &Turn) -> Value {
    match turn {
        Turn::System(text) => json!({ "role": "system", "content": text }),
        Turn::Person(text) => json!({ "role": "user", "content": text }),
        Turn::Result { call, text } => json!({ "role": "tool", "tool_call_id": call, "content": text }),
        Turn::Model { text, calls } if calls.is_empty() => json!({ "role": "assistant", "content": text }),
        Turn::Model { text, calls } => {
            let text = (!text.is_empty()).then_some(text);
            json!({ "role": "assistant", "content": text, "tool_calls": calls.iter().map(call).collect::<Vec<_>>() })
        }
    }
}

/// Some servers give up when a call that they made themselves holds no JSON.
fn call(wanted: &Wanted) -> Value {
    let sound = serde_json::from_str::<Value>(&wanted.arguments).is_ok_and(|arguments| arguments.is_object());
    let arguments = if sound { wanted.arguments.as_str() } else { "{}" };
    json!({ "id": wanted.id, "type": "function", "function": { "name": wanted.operation, "arguments": arguments } })
}

fn tool(offer: &Offer) -> Value {
    json!({ "type": "function", "function": { "name": offer.name, "description": offer.description, "parameters": offer.arguments } })
}
