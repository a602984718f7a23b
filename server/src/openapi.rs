//! The OpenAPI 3.1 document of the registry.

use std::{io::Write as _, sync::LazyLock};

use app::{
    operation::{Audience, Effect, Operation},
    operations,
};
use axum::{
    body::Bytes,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

static DOCUMENT: LazyLock<OpenApiDocument> = LazyLock::new(|| OpenApiDocument::of(of_registry().to_string().into_bytes()));

/// The bytes of the document, made once: it is long, and its callers are anonymous.
struct OpenApiDocument {
    plain: Bytes,
    /// Compressed with gzip.
    compressed: Bytes,
    /// The entity tag; the same for both encodings, so it is a weak one.
    tag: String,
}

impl OpenApiDocument {
    fn of(plain: Vec<u8>) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        // Writing to memory does not fail.
        let compressed = encoder.write_all(&plain).and_then(|()| encoder.finish()).unwrap_or_default();
        let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(&plain)[..12]));
        Self { plain: plain.into(), compressed: compressed.into(), tag }
    }

    /// The headers of both encodings.
    fn about(&self) -> [(HeaderName, HeaderValue); 3] {
        let tag = HeaderValue::from_str(&self.tag).unwrap_or(HeaderValue::from_static("*"));
        let asked_again = HeaderValue::from_static("no-cache");
        [(header::ETAG, tag), (header::CACHE_CONTROL, asked_again), (header::VARY, HeaderValue::from_static("accept-encoding"))]
    }
}

/// `GET /api/v1/openapi.json`: open to everybody, since it contains nothing about anybody.
pub async fn document(headers: HeaderMap) -> Response {
    let document = &*DOCUMENT;
    if items(&headers, &header::IF_NONE_MATCH).any(|tag| tag == "*" || strong(tag) == strong(&document.tag)) {
        return (StatusCode::NOT_MODIFIED, document.about()).into_response();
    }
    let json = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    match items(&headers, &header::ACCEPT_ENCODING).any(takes_gzip) && !document.compressed.is_empty() {
        true => (document.about(), json, [(header::CONTENT_ENCODING, "gzip")], document.compressed.clone()).into_response(),
        false => (document.about(), json, document.plain.clone()).into_response(),
    }
}

/// The items of a header that is a list.
fn items<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).into_iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).map(str::trim)
}

/// A weak tag as a strong one, since `If-None-Match` compares weakly.
fn strong(tag: &str) -> &str {
    tag.trim_start_matches("W/")
}

/// Whether this item of `Accept-Encoding` takes gzip: it does unless its weight is 0.
fn takes_gzip(item: &str) -> bool {
    let (coding, weight) = item.split_once(';').unwrap_or((item, ""));
    let refused = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()) == Some(0.0);
    coding.trim().eq_ignore_ascii_case("gzip") && !refused
}

/// Makes the document from the registry.
pub fn of_registry() -> Value {
    // Operations for persons only are of no use to a program.
    let offered = operations::all().iter().filter(|operation| operation.declaration.audience == Audience::Everyone);
    let paths: Map<String, Value> = offered.map(|operation| (format!("/api/v1/{}", operation.declaration.name), path(operation))).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Stint",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Track time, hold it against budgets, and turn it into invoices. Every operation is sent by POST with a JSON object; those that only read also answer GET. Make a token in Settings and send it as a bearer token.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer", "description": "A personal access token: stint_pat_…" } },
            "schemas": { "Error": error_schema() },
            "parameters": { "IdempotencyKey": {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "The same as the argument idempotency_key, for programs that send it as a header.",
                "schema": { "type": "string" },
            }},
            "responses": { "Error": {
                "description": "The call was refused and changed nothing, unless the message says that this is not known: then look, or repeat the call with the same idempotency_key.",
                "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } },
            }},
        },
    })
}

fn path(operation: &Operation) -> Value {
    let mut path = Map::new();
    let takes_nothing = operation.input.get("required").and_then(Value::as_array).is_none_or(Vec::is_empty);
    let mut post = about(operation, operation.declaration.name.to_owned());
    post["requestBody"] = json!({
        "required": !takes_nothing,
        "content": { "application/json": { "schema": operation.input } },
    });
    if operation.declaration.effect != Effect::Read {
        post["parameters"] = json!([{ "$ref": "#/components/parameters/IdempotencyKey" }]);
    }
    path.insert("post".to_owned(), post);
    if operation.declaration.effect == Effect::Read {
        let mut get = about(operation, format!("{}_by_get", operation.declaration.name));
        get["parameters"] = parameters(operation);
        path.insert("get".to_owned(), get);
    }
    Value::Object(path)
}

/// The part of an operation that GET and POST share.
fn about(operation: &Operation, id: String) -> Value {
    let declaration = operation.declaration;
    let mut about = json!({
        "operationId": id,
        "summary": declaration.title,
        "description": declaration.doc,
        "x-effect": match declaration.effect { Effect::Read => "read", Effect::Write => "write", Effect::Destroy => "destroy" },
        "responses": {
            "200": { "description": "Done.", "content": { "application/json": { "schema": operation.output } } },
            "default": { "$ref": "#/components/responses/Error" },
        },
    });
    if let Some(scope) = declaration.scope {
        about["x-scope"] = Value::from(scope.name());
    }
    about
}

fn parameters(operation: &Operation) -> Value {
    let required: Vec<&str> =
        operation.input.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = operation.input.get("properties").and_then(Value::as_object).into_iter().flatten();
    let parameters = properties.map(|(name, schema)| {
        json!({
            "name": name,
            "in": "query",
            "required": required.contains(&name.as_str()),
            "description": schema.get("description"),
            "schema": schema,
        })
    });
    Value::Array(parameters.collect())
}

/// The schema of an error, the same for every operation.
fn error_schema() -> Value {
    json!({
        "type": "object",
        "required": ["error"],
        "properties": { "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": { "type": "string", "description": "The kind of refusal, such as invalid, not_found or locked." },
                "message": { "type": "string", "description": "What was wrong with which value, and what to do next." },
                "fields": { "type": "object", "additionalProperties": { "type": "string" }, "description": "The arguments that were wrong, each with its own message." },
                "hint": { "type": "string", "description": "A way out, when the message alone does not show one." },
                "details": { "description": "The record that stands in the way." },
            },
        }},
    })
}
