//! Errors as HTTP responses: JSON for programs, a page for people.

use std::time::Duration;

use app::error::{Code, Error};
use axum::{
    Json,
    extract::Request,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use http::{HeaderValue, Method, StatusCode, header};
use leptos::prelude::*;

/// An error on its way out as a response.
#[derive(Debug, Clone)]
pub struct ErrorResponse {
    /// Boxed, so that a result without an error stays small.
    error: Box<Error>,
    status: StatusCode,
    retry_after: Option<Duration>,
}

impl ErrorResponse {
    /// The same error with another status, where HTTP has a more specific one.
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The error.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl From<Error> for ErrorResponse {
    fn from(error: Error) -> Self {
        let status = StatusCode::from_u16(error.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = error.retry_after().or(match error.code {
            Code::Unavailable => Some(Duration::from_secs(5)),
            Code::RateLimited => Some(Duration::from_secs(1)),
            _ => None,
        });
        Self { error: Box::new(error), status, retry_after }
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self.error)).into_response();
        if let Some(wait) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
        }
        response.extensions_mut().insert(self);
        response
    }
}

/// Turns an error into a page where a browser asked for one.
///
/// Pages of the application show their errors themselves; this is for what happens before a page can be rendered.
pub async fn as_page(request: Request, next: Next) -> Response {
    let wants_page = wants_page(&request);
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<ErrorResponse>() {
        Some(refusal) if wants_page => error_page(response, &refusal.error),
        _ => response,
    }
}

fn wants_page(request: &Request) -> bool {
    let accepts_html =
        request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    accepts_html && (request.method() == Method::GET || request.method() == Method::POST) && !request.uri().path().starts_with("/api/")
}

fn error_page(refused: Response, error: &Error) -> Response {
    let (mut parts, _) = refused.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    // Nothing on this page loads or runs anything.
    parts
        .headers
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; base-uri 'none'"));
    let (message, hint) = (error.message.clone(), error.hint.clone());
    let page = view! {
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>"Stint"</title>
            </head>
            <body>
                <main>
                    <h1>{parts.status.canonical_reason().unwrap_or("Something went wrong")}</h1>
                    <p>{message}</p>
                    {hint.map(|hint| view! { <p>{hint}</p> })}
                    <p>
                        <a href="/">"To the start page"</a>
                    </p>
                </main>
            </body>
        </html>
    };
    (parts, Html(format!("<!DOCTYPE html>{}", page.to_html()))).into_response()
}
