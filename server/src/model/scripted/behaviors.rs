//! The behaviours of the scripted model: as OpenAI answers, or as compatible servers do.

use std::{io, time::Duration};

use axum::{
    Json,
    body::Body,
    response::{Html, IntoResponse, Response},
};
use futures::{Stream, StreamExt, stream};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::replies::ScriptedReply;

/// Every script, and how it differs.
pub const SCRIPTS: [(&str, &str); 19] = [
    ("studio", "behaves"),
    ("parallel", "calls two tools at once"),
    ("noindex", "calls two tools at once and does not number them"),
    ("lean", "leaves out of its chunks whatever can be left out"),
    ("nodone", "ends without saying so"),
    ("badjson", "writes arguments that are no JSON, and mends them when told"),
    ("unknown", "calls a tool that does not exist"),
    ("endless", "calls tools for ever"),
    ("injected", "does what data tells it"),
    ("miderror", "answers an error in the middle"),
    ("cut", "breaks off"),
    ("slow", "takes its time between words"),
    ("hang", "says one word and no more"),
    ("r401", "does not know the key"),
    ("r429", "is asked too often"),
    ("r500", "has a fault"),
    ("plain401", "does not know the key, and says so in a line"),
    ("plain429", "is asked too often, and says so in words of its own"),
    ("page502", "is behind something that answers a page"),
];

/// The pause between words of a slow script.
const PAUSE: Duration = Duration::from_millis(120);

/// A line of the response, or the end of the connection.
type SseLine = Result<String, io::Error>;

/// Sends a reply in the way of a script.
pub fn send(script: &str, reply: ScriptedReply) -> Response {
    match script {
        "r401" => refusal(StatusCode::UNAUTHORIZED, "Incorrect API key provided: sk-very-secret"),
        "r429" => ([(header::RETRY_AFTER, "0")], refusal(StatusCode::TOO_MANY_REQUESTS, "Rate limit reached")).into_response(),
        "r500" => refusal(StatusCode::INTERNAL_SERVER_ERROR, "The server had an error"),
        "plain401" => (StatusCode::UNAUTHORIZED, "There is no such key").into_response(),
        "plain429" => (StatusCode::TOO_MANY_REQUESTS, Json(json!({"detail": "Slow down"}))).into_response(),
        "page502" => (StatusCode::BAD_GATEWAY, Html("<html><body>Bad gateway</body></html>")).into_response(),
        "slow" => streamed(stream::iter(lines(script, reply)).then(async |line| {
            tokio::time::sleep(PAUSE).await;
            line
        })),
        "hang" => streamed(stream::iter([word(script, "Well")]).chain(stream::pending())),
        "cut" => streamed(stream::iter([word(script, "Well"), Err(io::Error::other("cut off"))])),
        "miderror" => streamed(stream::iter([word(script, "Well"), event(&json!({"error": {"message": "The model is overloaded"}}))])),
        _ => streamed(stream::iter(lines(script, reply))),
    }
}

fn refusal(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({"error": {"message": words, "type": "an_error", "param": null, "code": null}}))).into_response()
}

fn streamed(lines: impl Stream<Item = SseLine> + Send + 'static) -> Response {
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(lines)).into_response()
}

/// The whole response: words one by one, calls in two pieces each, usage, and the end marker.
fn lines(script: &str, reply: ScriptedReply) -> Vec<SseLine> {
    let mut lines: Vec<SseLine> = reply.text.split_inclusive(' ').map(|text| word(script, text)).collect();
    for (at, (name, arguments)) in reply.calls.iter().enumerate() {
        lines.extend(call(script, at, name, arguments));
    }
    let reason = if reply.calls.is_empty() { "stop" } else { "tool_calls" };
    lines.push(event(&chunk(script, json!({}), Some(reason))));
    lines.push(event(&json!({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020}})));
    if script != "nodone" {
        lines.push(Ok("data: [DONE]\n\n".to_owned()));
    }
    lines
}

fn word(script: &str, text: &str) -> SseLine {
    event(&chunk(script, json!({ "content": text }), None))
}

fn call(script: &str, at: usize, name: &str, arguments: &str) -> Vec<SseLine> {
    let half = arguments.char_indices().nth(arguments.chars().count() / 2).map_or(0, |(at, _)| at);
    let (first, second) = arguments.split_at(half);
    let id = format!("call_{at}");
    let (mut begun, mut rest) = (
        json!({"index": at, "id": id, "type": "function", "function": {"name": name, "arguments": first}}),
        json!({"index": at, "function": {"arguments": second}}),
    );
    if script == "noindex" || script == "lean" {
        for piece in [&mut begun, &mut rest] {
            piece.as_object_mut().map(|fields| fields.remove("index"));
        }
    }
    [begun, rest].map(|piece| event(&chunk(script, json!({ "tool_calls": [piece] }), None))).into()
}

fn chunk(script: &str, delta: Value, finish: Option<&str>) -> Value {
    match script {
        "lean" => json!({ "choices": [{ "delta": delta }] }),
        _ => json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_000_000, "model": "scripted",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
        }),
    }
}

fn event(data: &Value) -> SseLine {
    Ok(format!("data: {data}\n\n"))
}
