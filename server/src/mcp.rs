//! The MCP endpoint: `/mcp` offers the operations as tools, with the Model Context Protocol over streamable HTTP.
//!
//! It is stateless: any node answers any request, and every revision of the protocol since 2024-11-05 is supported at the one
//! address. Nothing outside this folder uses the protocol's library.

mod catalog;
mod concise;
mod descriptions;
mod dry_run_changes;
mod endpoint;
mod instructions;
mod json_rpc;
mod links;
mod omitted_items;
mod output_schema;
mod record_columns;
mod tool_result;
mod tools;
mod toolset;
mod truncation;
mod unlisted_tools;

use std::{sync::Arc, time::Duration};

use app::{
    access::Scope,
    context::Caller,
    error::{Code, Error},
};
use axum::{
    Extension, Json, Router,
    extract::{Request, State},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::any,
};
use http::{HeaderName, Method, StatusCode, header};
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager};
use serde_json::{Value, json};
use tower_http::{
    compression::CompressionLayer,
    cors::{AllowOrigin, CorsLayer},
};
use url::Url;

pub use catalog::{Library, ToolAccess, ToolCall, ToolCatalog, ToolEntry};
pub use tools::{answer_schema, of_registry};

use crate::{
    error_response::ErrorResponse,
    rest::idempotency_key,
    router::{Site, hosts::AllowedHosts, layers},
};
use endpoint::Endpoint;

/// The route of the endpoint.
pub fn routes(site: &Site) -> Router<Site> {
    let endpoint = Endpoint::new(site.catalog.clone());
    // The library asks for an endpoint with every request; a clone is a pointer.
    let service = StreamableHttpService::new(
        move || Ok(endpoint.clone()),
        Arc::new(NeverSessionManager::default()),
        transport(&site.services.public_url),
    );
    // Some clients send a slash at the end.
    let both = Router::new().route_service("/mcp", service.clone()).route_service("/mcp/", service);
    both.layer(from_fn(json_rpc::check)).layer(from_fn(require_authentication)).layer(CompressionLayer::new().br(false))
}

/// The CORS layer: what a browser client may send and read, if the origin of its page is allowed.
pub fn cors_layer(public_url: &str) -> CorsLayer {
    let allowed = origins(public_url);
    let headers = ["mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id", "last-event-id"].map(HeaderName::from_static);
    let named = [header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, idempotency_key::HEADER];
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| origin.to_str().is_ok_and(|origin| is_allowed(&allowed, origin))))
        .allow_methods([Method::POST])
        .allow_headers(headers.into_iter().chain(named).collect::<Vec<_>>())
        .expose_headers([header::WWW_AUTHENTICATE, header::RETRY_AFTER])
        .max_age(Duration::from_secs(600))
}

/// Whether an origin is allowed: the same scheme, host and port, or any port where the pattern ends with `:*`. A browser sends nothing else
/// in an origin (RFC 6454, 6.2), so a value with more is refused.
fn is_allowed(allowed: &[String], origin: &str) -> bool {
    let Some(url) = Url::parse(origin).ok().filter(|url| url.origin().ascii_serialization() == origin) else { return false };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
    let (with_port, at_any_port) = (format!("{}://{host}:{port}", url.scheme()), format!("{}://{host}:*", url.scheme()));
    allowed.iter().any(|known| *known == with_port || *known == at_any_port)
}

/// The origins whose pages may call the MCP endpoint: our own, and this machine.
fn origins(public_url: &str) -> Vec<String> {
    let public = Url::parse(public_url).ok();
    let origin = public.as_ref().and_then(|url| Some(format!("{}://{}:{}", url.scheme(), url.host_str()?, url.port_or_known_default()?)));
    let here = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"].map(str::to_owned);
    origin.into_iter().chain(here).collect()
}

/// One response for each request and no session, from our own origin and from this machine only: otherwise a page elsewhere could call a
/// Stint in its visitor's network.
fn transport(public_url: &str) -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(layers::BODY_LIMIT_BYTES)
        .with_allowed_hosts(AllowedHosts::of(public_url).names())
        .with_allowed_origins(origins(public_url))
        .enforce_origin_validation()
}

/// Describes the endpoint to `OPTIONS` and `GET`, which is no secret. The preflight request of a browser is answered by [`cors_layer`].
pub async fn answer_options(request: Request, next: Next) -> Response {
    let of_a_page = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if request.method() == Method::OPTIONS && !of_a_page { layers::allowed_methods("POST") } else { next.run(request).await }
}

/// Refuses unauthenticated requests with an HTTP status, since clients look for it and its challenge.
async fn require_authentication(Extension(caller): Extension<Caller>, request: Request, next: Next) -> Response {
    match caller.person {
        Some(_) => next.run(request).await,
        None => ErrorResponse::from(Error::unauthenticated()).into_response(),
    }
}

/// Describes `/mcp` as a protected resource (RFC 9728), for clients that follow the challenge of a 401.
///
/// It names no authorization server, since there is none yet: a token is made in Settings and sent in the header.
pub async fn protected_resource(State(site): State<Site>) -> Json<Value> {
    let address = &site.services.public_url;
    Json(json!({
        "resource": format!("{address}/mcp"),
        "resource_name": "Stint",
        "bearer_methods_supported": ["header"],
        "scopes_supported": Scope::ALL,
    }))
}

/// The well-known addresses of an authorization server. There is none: clients get JSON that says so and how to get a token.
pub fn oauth_not_found_routes() -> Router<Site> {
    let answer = || async {
        let error = Error::new(Code::NotFound, "Stint has no OAuth yet.")
            .hint("Make a token in Settings, Tokens, and send it as Authorization: Bearer <token>.");
        ErrorResponse::from(error).with_status(StatusCode::NOT_FOUND)
    };
    let beside = ["/register", "/authorize", "/token", "/oauth", "/oauth/{*what}", "/.well-known", "/.well-known/", "/.well-known/{*what}"];
    // Some clients look for it below the address of the resource.
    beside.into_iter().chain(["/mcp/{*what}"]).fold(Router::new(), |router, path| router.route(path, any(answer)))
}

/// The addresses of the older HTTP+SSE transport: they answer in JSON with the address of the endpoint.
pub fn sse_not_found_routes() -> Router<Site> {
    let beside = ["/sse", "/message", "/messages", "/messages/", "/messages/{*what}", "/mcp/sse", "/mcp/message", "/mcp/messages"];
    beside.into_iter().fold(Router::new(), |router, path| router.route(path, any(sse_not_found)))
}

async fn sse_not_found(State(site): State<Site>) -> ErrorResponse {
    let error = Error::new(Code::NotFound, "Stint sends no events (HTTP with SSE is the transport of 2024).")
        .hint(format!("Agents call {}/mcp by POST (streamable HTTP).", site.services.public_url));
    ErrorResponse::from(error).with_status(StatusCode::NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_allowed_that_a_browser_would_send() {
        let allowed = origins("https://stint.example");
        for origin in ["https://stint.example", "http://localhost", "http://localhost:3000", "http://127.0.0.1:6274", "http://[::1]:6274"] {
            assert!(is_allowed(&allowed, origin), "{origin}");
        }
        for origin in [
            "null",
            "https://stint.example:8443",
            "http://stint.example",
            "https://localhost",
            "http://localhost:x",
            "http://localhost:@evil.test",
            "http://user@127.0.0.1:4971",
            "http://127.0.0.1.evil.test",
            "http://localhost:3000/",
        ] {
            assert!(!is_allowed(&allowed, origin), "{origin}");
        }
    }
}
