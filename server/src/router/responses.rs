//! Layers that adjust responses: the status of errors, and caching.

use app::{context::Caller, error::Error};
use axum::{
    body::to_bytes,
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};

use super::layers::BODY_LIMIT_BYTES;
use crate::error_response::ErrorResponse;

/// Sets the status of a server function's error by its code; the framework uses 500 only.
pub async fn set_error_status(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !response.headers().contains_key(server_fn::error::SERVER_FN_ERROR_HEADER)
    {
        return response;
    }
    let (parts, body) = response.into_parts();
    let read = to_bytes(body, BODY_LIMIT_BYTES).await.ok().and_then(|bytes| serde_json::from_slice::<Error>(&bytes).ok());
    let mut refused = ErrorResponse::from(read.unwrap_or_else(Error::internal)).into_response();
    for (name, value) in &parts.headers {
        if name != header::CONTENT_TYPE && name != header::CONTENT_LENGTH {
            refused.headers_mut().append(name, value.clone());
        }
    }
    refused
}

/// Forbids caches to store a response that was made for one person.
pub async fn no_store(request: Request, next: Next) -> Response {
    let of_a_person = request.extensions().get::<Caller>().is_some_and(|caller| caller.person.is_some());
    let of_a_call = ["/call/", "/api/"].iter().any(|prefix| request.uri().path().starts_with(prefix));
    let mut response = next.run(request).await;
    if of_a_person || of_a_call {
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-store"));
    }
    response
}
