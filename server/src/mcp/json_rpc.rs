//! What comes to agents' door, before the library reads it: a message of JSON-RPC 2.0, from whoever takes JSON.
//!
//! The library answers what is none of it in words of its own, without a code: a program would not know what to do.

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

/// What is answered in.
const ANSWERS: &str = "application/json, text/event-stream";

/// Invalid JSON (JSON-RPC 2.0, 5.1).
const PARSE_ERROR: i32 = -32_700;

/// JSON that is no request (JSON-RPC 2.0, 5.1).
const INVALID_REQUEST: i32 = -32_600;

/// Parameters that are none (JSON-RPC 2.0, 5.1).
const INVALID_PARAMS: i32 = -32_602;

/// What is said of a body that cannot be read, be it for a number that is beyond what is read.
const NOT_JSON: &str = "The body is not JSON in UTF-8, or holds a number beyond 1.7e308.";

/// What is said of an answer: no client was asked anything, and its id is one of no request.
const NOTHING_ASKED: &str = "This is an answer, and nothing was asked. Send a request with a method, such as \"tools/call\".";

/// How deep a message may be nested. The deepest arguments there are take ten levels, and the library reads 127.
const DEPTH_MAX: usize = 100;

/// The fields of a message that are the same in all of them. What else there is, is read by the library.
#[derive(Deserialize)]
struct JsonRpcMessage {
    #[serde(default)]
    jsonrpc: Value,
    /// Written as `null` it is there: a request without an answer leaves it out.
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

/// A field that is written, with whatever value.
fn written<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(value).map(Some)
}

/// Answers 400 with a code to what is no message; lets through what is one. What the library refuses in words of its own is told in ours.
pub async fn check(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return explain_error(next.run(request).await);
    }
    explain_error(checked(request, next).await)
}

/// Refusals of HTTP that the library writes as bare text, with what to do about them.
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
    let told = REFUSALS.iter().find(|(status, _)| *status == response.status() && !is_json(response.headers()));
    let Some((status, message)) = told else { return response };
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
        // The library says so of JSON that is none of its messages, too.
        StatusCode::UNSUPPORTED_MEDIA_TYPE if is_json => refused(id_of(&bytes), INVALID_PARAMS, "params cannot be read: see the protocol."),
        _ => answer,
    }
}

/// Whether JSON is sent, as the library looks at it.
fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

/// The id of a request, which its answer carries where it is one; that of an answer is of a request of somebody else.
fn id_of(body: &[u8]) -> Value {
    let asked = serde_json::from_slice::<JsonRpcMessage>(body).ok().filter(|envelope| !envelope.is_answer());
    asked.and_then(|envelope| envelope.id).filter(is_id).unwrap_or_default()
}

/// Ids of the protocol are never null.
fn is_id(id: &Value) -> bool {
    id.is_string() || id.is_i64() || id.is_u64()
}

/// What a call of a tool is about.
#[derive(Deserialize)]
struct ToolCallMessage {
    params: ToolCallParams,
}

#[derive(Deserialize)]
struct ToolCallParams {
    name: String,
}

/// How many values may stand beside the arguments of a call: those of the protocol, and what a client says of itself.
const BESIDE_ARGUMENTS: usize = 200;

/// How many values a message may hold: those of the protocol, and what the tool's arguments may, where it calls one that there is.
fn values_max(body: &[u8]) -> usize {
    let called = serde_json::from_slice::<ToolCallMessage>(body).ok();
    let tool = called.and_then(|called| operations::find(&called.params.name));
    BESIDE_ARGUMENTS + tool.map_or(0, |operation| operation.values_max())
}

/// Whoever takes JSON, or has not said what they take, is answered in it: the protocol wants both kinds named.
fn set_accept(headers: &mut HeaderMap) {
    let said: Vec<&str> = headers.get_all(header::ACCEPT).iter().map(|accept| accept.to_str().unwrap_or_default()).collect();
    let is_said = said.iter().any(|accept| !accept.trim().is_empty());
    let takes = if !is_said || accepts_json(&said.join(",")) { ANSWERS } else { "text/plain" };
    headers.insert(header::ACCEPT, HeaderValue::from_static(takes));
}

/// Whether JSON is among what is accepted: the range that says most of it decides, and a weight of zero is a no (RFC 9110, 12.5.1).
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

/// Why a body is no message.
fn problem(body: &[u8]) -> Option<(i32, &'static str)> {
    if depth(body) > DEPTH_MAX {
        return Some((INVALID_REQUEST, "The message is nested deeper than 100 levels."));
    }
    // The object that it has to be is looked for first: reading a list into fields would take it for one.
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

    /// What the message breaks of JSON-RPC 2.0 and of the protocol, whose ids are never null.
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

/// Whether what stands for a cursor is none: the library takes it for an absent one.
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
