//! The REST API: `POST /api/v1/<operation>` with JSON, and `GET` with a query for reads.

pub mod idempotency_key;

use std::convert::Infallible;

use app::{
    context::Caller,
    error::{Code, Error},
    operation::{Effect, Operation, json},
    operations,
};
use axum::{
    Extension, Json, Router,
    body::Body,
    extract::{Path, RawQuery, Request},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::Value;

use crate::{
    error_response::ErrorResponse,
    openapi,
    router::{Site, json_limits, layers},
};

/// The routes of the REST API.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/api/v1/openapi.json", get(openapi::document))
        .route("/api/v1/{operation}", any(call))
        .route("/api", any(unknown_address))
        .route("/api/{*rest}", any(unknown_address))
}

/// Calls an operation with the arguments of the request.
async fn call(Extension(caller): Extension<Caller>, Path(name): Path<String>, RawQuery(query): RawQuery, request: Request) -> Response {
    let operation = match find_operation(&name) {
        Ok(operation) => operation,
        Err(error) => return ErrorResponse::from(error).into_response(),
    };
    let (parts, body) = request.into_parts();
    let arguments = match parts.method {
        // Authentication comes first: unauthenticated callers learn nothing else.
        Method::POST if caller.person.is_some() && query.as_deref().is_some_and(|query| !query.is_empty()) => {
            Err(ErrorResponse::from(arguments_in_query()))
        }
        Method::POST => {
            read_body(operation, body).await.and_then(|arguments| Ok(idempotency_key::merge_header(operation, &parts.headers, arguments)?))
        }
        Method::GET if operation.declaration.effect == Effect::Read => {
            operation.urlencoded(&operation.input, query.as_deref().unwrap_or_default()).map_err(ErrorResponse::from)
        }
        Method::OPTIONS => return layers::allowed_methods(methods(operation)),
        _ => return method_not_allowed(operation, &caller),
    };
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(refusal) => return reject_unread(operation, &caller, refusal),
    };
    match operation.call(caller, arguments).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => ErrorResponse::from(error).into_response(),
    }
}

/// Refuses a write with a query: its arguments, such as `dry_run`, would be lost.
fn arguments_in_query() -> Error {
    Error::invalid("arguments", "A POST takes its arguments as JSON in the body, and none in the query.")
}

/// Refuses a call whose arguments could not be read. It is recorded in the audit log as any other call.
fn reject_unread(operation: &Operation, caller: &Caller, refusal: ErrorResponse) -> Response {
    let Err(answered) = operation.unread::<Infallible>(caller, refusal.error().clone());
    match answered == *refusal.error() {
        true => refusal.into_response(),
        false => ErrorResponse::from(answered).into_response(),
    }
}

/// Reads the arguments; a missing body is a call without arguments.
async fn read_body(operation: &Operation, body: Body) -> Result<Value, ErrorResponse> {
    let bytes = layers::read_body(body).await?;
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    json_limits::refuse_too_many_values(&bytes, Some(operation.values_max()))?;
    let read = json::parse_unique(&bytes).map_err(|problem| {
        let what = if problem.is_data() { "The body cannot be taken" } else { "The body is not JSON" };
        Error::new(Code::Invalid, format!("{what}: {problem}."))
            .hint("Send the arguments as one JSON object, such as {\"name\": \"Acme\"}.")
    })?;
    Ok(read)
}

fn method_not_allowed(operation: &Operation, caller: &Caller) -> Response {
    let name = operation.declaration.name;
    let reads = operation.declaration.effect == Effect::Read;
    let words =
        if reads { format!("Read {name} by GET, or send it by POST.") } else { format!("{name} changes something; send it by POST.") };
    let refusal = ErrorResponse::from(Error::new(Code::Invalid, words)).with_status(StatusCode::METHOD_NOT_ALLOWED);
    let mut refused = reject_unread(operation, caller, refusal);
    refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods(operation)));
    refused
}

/// Refuses a method that the operation does not take.
fn methods(operation: &Operation) -> &'static str {
    if operation.declaration.effect == Effect::Read { "GET, POST" } else { "POST" }
}

/// The operation of this name, or an error that suggests similar names.
pub fn find_operation(name: &str) -> Result<&'static Operation, Error> {
    operations::find(name).ok_or_else(|| {
        let close = names_sharing_words(name, operations::all().iter().map(|operation| operation.declaration.name));
        let shown: String = name.chars().take(60).collect();
        let error = Error::new(Code::NotFound, format!("There is no operation called \"{shown}\"."));
        match close.is_empty() {
            true => error.hint("GET /api/v1/openapi.json lists all operations."),
            false => error.hint(format!("Did you mean {}?", close.join(", "))),
        }
    })
}

/// At most five names that share the most words with a name, best match first.
pub fn names_sharing_words<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let words: Vec<String> =
        name.to_lowercase().split(|c: char| !c.is_alphanumeric()).map(|word| word.trim_end_matches('s').to_owned()).collect();
    let shared = |known: &str| {
        known.split('_').filter(|word| words.iter().any(|given| given == word.trim_end_matches('s') && !given.is_empty())).count()
    };
    let mut close: Vec<_> = known.map(|known| (shared(known), known)).filter(|(shared, _)| *shared > 0).collect();
    close.sort_by_key(|(shared, known)| (std::cmp::Reverse(*shared), *known));
    close.into_iter().take(5).map(|(_, known)| known).collect()
}

async fn unknown_address() -> Response {
    ErrorResponse::from(Error::not_found("address").hint("Operations are at /api/v1/<operation>; GET /api/v1/openapi.json lists them."))
        .into_response()
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn whoami() -> &'static Operation {
        operations::find("whoami").expect("an operation")
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_told_from_one_that_is_too_long() {
        let broken = Body::from_stream(stream::iter([Ok("{"), Err(std::io::Error::other("too slow"))]));
        let refused = read_body(whoami(), broken).await.expect_err("refused");
        assert!(refused.error().message.contains("too slowly"), "{:?}", refused.error());
        let long = read_body(whoami(), Body::from(vec![b' '; layers::BODY_LIMIT_BYTES + 1])).await.expect_err("refused");
        assert!(long.error().message.contains("longer than 1024 KiB"), "{:?}", long.error());
    }

    #[tokio::test]
    async fn a_body_that_names_an_argument_twice_is_refused() {
        let refused = read_body(whoami(), Body::from(r#"{"name": "a", "name": "b"}"#)).await.expect_err("refused");
        assert!(refused.error().message.starts_with("The body cannot be taken: \"name\" stands twice"), "{:?}", refused.error());
    }
}
