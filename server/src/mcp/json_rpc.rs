//! Checks requests to the MCP endpoint before the library parses them: each is a JSON-RPC 2.0 message of a client that accepts JSON.
//!
//! The library answers anything else in words of its own, without a code, so that a program would not know what to do.

use app::operations;
use axum::{
    Json,
    body::Body,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::router::{
    json_limits::{depth, refuse_too_many_values},
    layers,
};

/// The content types that a client has to accept.
const ANSWERS: &str = "application/json, text/event-stream";

/// Invalid JSON (JSON-RPC 2.0, 5.1).
const PARSE_ERROR: i32 = -32_700;

/// JSON that is no request (JSON-RPC 2.0, 5.1).
const INVALID_REQUEST: i32 = -32_600;

/// Invalid parameters (JSON-RPC 2.0, 5.1).
const INVALID_PARAMS: i32 = -32_602;

/// The message for a body that cannot be parsed, also because of a number out of range.
const NOT_JSON: &str = "The body is not JSON in UTF-8, or holds a number beyond 1.7e308.";

/// The message for a response: no client was asked anything, so its id belongs to no request.
const NOTHING_ASKED: &str = "This is an answer, and nothing was asked. Send a request with a method, such as \"tools/call\".";

/// The deepest nesting of a message. The deepest arguments take ten levels, and the library parses 127.
const DEPTH_MAX: usize = 100;

/// The fields that all messages share. The library parses the others.
#[derive(Deserialize)]
struct JsonRpcMessage {
    #[serde(default)]
    jsonrpc: Value,
    /// Present also when it is `null`: a notification leaves it out.
    #[serde(default, deserialize_with = "written")]
    id: Option<Value>,
    #[serde(default)]
    method: Option<Value>,
    #[serde(default)]
    params: Option<Value>,
    #[serde(default)]
    result: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    error: Option<serde::de::IgnoredAny>,
}

/// Deserializes a field that is present, with any value.
fn written<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

/// Answers 400 with a code to an invalid message, and passes valid ones on. Errors that the library words itself are replaced by ours.
pub async fn check(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return explain_error(next.run(request).await);
    }
    explain_error(checked(request, next).await)
}

/// HTTP errors that the library sends as plain text, with what to do about them.
const REFUSALS: [(StatusCode, &str); 5] = [
    (
        StatusCode::BAD_REQUEST,
        "MCP-Protocol-Version is none that is spoken here: those are 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25 and 2026-07-28.",
    ),
    (StatusCode::FORBIDDEN, "Pages of this Origin may not call Stint: only its own, and those of this machine."),
    (StatusCode::METHOD_NOT_ALLOWED, "Call by POST: each request is answered by itself, and there is no stream to listen to."),
    (StatusCode::NOT_ACCEPTABLE, "Answers are application/json, and your Accept leaves that out. Accept it, or */*."),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send the message with Content-Type: application/json."),
];

fn explain_error(response: Response) -> Response {
    let known = REFUSALS.iter().find(|(status, _)| *status == response.status() && !is_json(response.headers()));
    let Some((status, message)) = known else { return response };
    let mut refusal = (*status, error(Value::Null, INVALID_REQUEST, message)).into_response();
    let allow = response.headers().get(header::ALLOW).cloned();
    refusal.headers_mut().extend(allow.map(|methods| (header::ALLOW, methods)));
    refusal
}

async fn checked(mut request: Request, next: Next) -> Response {
    set_accept(request.headers_mut());
    let (parts, body) = request.into_parts();
    let bytes = match layers::read_body(body).await {
        Ok(bytes) => bytes,
        Err(refusal) => return refusal.into_response(),
    };
    if let Err(refusal) = refuse_too_many_values(&bytes, Some(values_max(&bytes))) {
        return refusal.into_response();
    }
    if let Some((code, message)) = problem(&bytes) {
        return refused(id_of(&bytes), code, message);
    }
    let is_json = is_json(&parts.headers);
    let answer = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    match answer.status() {
        // The library also answers so to JSON that is none of its messages.
        StatusCode::UNSUPPORTED_MEDIA_TYPE if is_json => refused(id_of(&bytes), INVALID_PARAMS, "params cannot be read: see the protocol."),
        _ => answer,
    }
}

/// Whether the content type is JSON, as the library decides it.
fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// The id of a request, for its response; the id of a response belongs to another request and is not used.
fn id_of(body: &[u8]) -> Value {
    let asked = serde_json::from_slice::<JsonRpcMessage>(body).ok().filter(|envelope| !envelope.is_answer());
    asked.and_then(|envelope| envelope.id).filter(is_id).unwrap_or_default()
}

/// Ids of the protocol are never null.
fn is_id(id: &Value) -> bool {
    id.is_string() || id.is_i64() || id.is_u64()
}

/// The parameters of a tool call.
#[derive(Deserialize)]
struct ToolCallMessage {
    params: ToolCallParams,
}

#[derive(Deserialize)]
struct ToolCallParams {
    name: String,
}

/// The number of values beside the arguments of a call: those of the protocol, and what a client says of itself.
const BESIDE_ARGUMENTS: usize = 200;

/// The most values of a message: those of the protocol, and those of the arguments, if it calls a known tool.
fn values_max(body: &[u8]) -> usize {
    let called = serde_json::from_slice::<ToolCallMessage>(body).ok();
    let tool = called.and_then(|called| operations::find(&called.params.name));
    BESIDE_ARGUMENTS + tool.map_or(0, |operation| operation.values_max())
}

/// Sets `Accept` for clients that accept JSON or send no such header, which are answered in JSON: the protocol requires both types.
fn set_accept(headers: &mut HeaderMap) {
    let ranges: Vec<&str> = headers.get_all(header::ACCEPT).iter().map(|accept| accept.to_str().unwrap_or_default()).collect();
    let has_range = ranges.iter().any(|accept| !accept.trim().is_empty());
    let takes = if !has_range || accepts_json(&ranges.join(",")) { ANSWERS } else { "text/plain" };
    headers.insert(header::ACCEPT, HeaderValue::from_static(takes));
}

/// Whether `Accept` includes JSON: the most specific range decides, and a weight of zero excludes it (RFC 9110, 12.5.1).
fn accepts_json(accept: &str) -> bool {
    let ranges = || accept.split(',').map(|range| range.split_once(';').unwrap_or((range, "")));
    let weight = |parameters: &str| {
        let mut parameters = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
        let weight = parameters.rfind(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
        weight.and_then(|(_, weight)| weight.trim().parse::<f32>().ok()).unwrap_or(1.0)
    };
    let of =
        |kind: &str| ranges().find(|(range, _)| range.trim().eq_ignore_ascii_case(kind)).map(|(_, parameters)| weight(parameters) > 0.0);
    ["application/json", "application/*", "*/*"].into_iter().find_map(of).unwrap_or(false)
}

/// Why a body is no valid message.
fn problem(body: &[u8]) -> Option<(i32, &'static str)> {
    if depth(body) > DEPTH_MAX {
        return Some((INVALID_REQUEST, "The message is nested deeper than 100 levels."));
    }
    // The body has to be an object, which is checked first: serde would parse a list into the fields.
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'[') if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() => {
            return Some((INVALID_REQUEST, "Batches are not taken. Send one message in each request."));
        }
        _ if serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok() => {
            return Some((INVALID_REQUEST, "The message is not an object. Send one request of JSON-RPC 2.0."));
        }
        _ => return Some((PARSE_ERROR, NOT_JSON)),
    }
    match serde_json::from_slice::<JsonRpcMessage>(body) {
        Ok(envelope) => envelope.problem(),
        Err(_) if serde_json::from_slice::<Value>(body).is_ok() => Some((INVALID_REQUEST, "The message names a field twice.")),
        Err(_) => Some((PARSE_ERROR, NOT_JSON)),
    }
}

impl JsonRpcMessage {
    fn is_answer(&self) -> bool {
        self.result.is_some() || self.error.is_some()
    }

    /// How the message violates JSON-RPC 2.0 or the protocol, whose ids are never null.
    fn problem(self) -> Option<(i32, &'static str)> {
        let is_answer = self.is_answer();
        match self {
            Self { jsonrpc, .. } if jsonrpc != "2.0" => Some((INVALID_REQUEST, "jsonrpc has to be \"2.0\".")),
            _ if is_answer => Some((INVALID_REQUEST, NOTHING_ASKED)),
            Self { id: Some(id), .. } if !is_id(&id) => Some((INVALID_REQUEST, "id has to be a text or a whole number.")),
            Self { method, .. } if !method.as_ref().is_some_and(Value::is_string) => {
                Some((INVALID_REQUEST, "method has to be a text, such as \"tools/call\"."))
            }
            Self { params: Some(params), .. } if !params.is_object() => Some((INVALID_PARAMS, "params has to be an object.")),
            Self { params: Some(params), .. } if params.get("_meta").is_some_and(|meta| !meta.is_object()) => {
                Some((INVALID_PARAMS, "params._meta has to be an object."))
            }
            Self { params: Some(params), method: Some(method), .. } if is_list(&method) && is_no_cursor(params.get("cursor")) => {
                Some((INVALID_PARAMS, "params.cursor has to be a text."))
            }
            _ => None,
        }
    }
}

/// Whether a method is a list of the protocol, such as `tools/list`.
fn is_list(method: &Value) -> bool {
    method.as_str().is_some_and(|method| method.ends_with("/list"))
}

/// Whether a cursor is invalid: the library takes it for an absent one.
fn is_no_cursor(cursor: Option<&Value>) -> bool {
    cursor.is_some_and(|cursor| !cursor.is_string() && !cursor.is_null())
}

fn refused(id: Value, code: i32, message: &str) -> Response {
    (StatusCode::BAD_REQUEST, error(id, code, message)).into_response()
}

fn error(id: Value, code: i32, message: &str) -> Json<Value> {
    Json(json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_message_has_its_code() {
        for (body, code) in [
            ("", PARSE_ERROR),
            ("{", PARSE_ERROR),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} x", PARSE_ERROR),
            ("[", PARSE_ERROR),
            ("nonsense", PARSE_ERROR),
            ("[]", INVALID_REQUEST),
            (
                &format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{}{}}}", "[".repeat(200), "]".repeat(200)),
                INVALID_REQUEST,
            ),
            ("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]", INVALID_REQUEST),
            ("7", INVALID_REQUEST),
            ("{}", INVALID_REQUEST),
            ("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", INVALID_REQUEST),
            ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", INVALID_REQUEST),
            ("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", INVALID_REQUEST),
            ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", INVALID_REQUEST),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", INVALID_REQUEST),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}", INVALID_PARAMS),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":\"all\"}", INVALID_PARAMS),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"_meta\":7}}", INVALID_PARAMS),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"cursor\":7}}", INVALID_PARAMS),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"n\":1e999}}", PARSE_ERROR),
            ("{\"jsonrpc\":\"2.0\",\"id\":1}", INVALID_REQUEST),
            ("{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}", INVALID_REQUEST),
        ] {
            assert_eq!(problem(body.as_bytes()).map(|(code, _)| code), Some(code), "{body}");
        }
        let not_text = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"\xff\"}}";
        assert_eq!(problem(not_text).map(|(code, _)| code), Some(PARSE_ERROR));
        for body in [
            " {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n",
            "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"tools/call\",\"params\":{\"name\":\"x\"}}",
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":null}",
        ] {
            assert_eq!(problem(body.as_bytes()), None, "{body}");
        }
    }

    #[test]
    fn an_answer_is_refused_by_no_id_since_nothing_was_asked() {
        for body in ["{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{}}"] {
            assert_eq!(problem(body.as_bytes()), Some((INVALID_REQUEST, NOTHING_ASKED)), "{body}");
            assert_eq!(id_of(body.as_bytes()), Value::Null, "{body}");
        }
        assert_eq!(id_of(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}"), 1);
    }

    #[test]
    fn whoever_takes_json_is_answered_and_whoever_does_not_is_told() {
        for (accept, taken) in [
            ("*/*", true),
            ("", true),
            ("application/json", true),
            ("text/html, application/*;q=0.5", true),
            ("text/html", false),
            ("application/json;q=0", false),
            ("application/json; Q=0.0, */*", false),
            ("*/*;q=0, application/json", true),
            ("application/json;charset=utf-8;q=0.1", true),
        ] {
            let mut headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            set_accept(&mut headers);
            assert_eq!(headers[header::ACCEPT] == ANSWERS, taken, "{accept}");
        }
        let mut nothing = HeaderMap::new();
        set_accept(&mut nothing);
        assert_eq!(nothing[header::ACCEPT], ANSWERS);
    }
}
