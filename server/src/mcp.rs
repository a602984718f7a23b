//! The operations as tools for agents: `/mcp`, the Model Context Protocol over streamable HTTP.
//!
//! Stateless: any node answers any request, and every revision of the protocol since 2024-11-05 is spoken on the one
//! address. Nothing outside this folder knows the protocol's library.

mod answer;
mod endpoint;
mod instructions;
mod offer;
mod tools;

use std::sync::Arc;

use app::{access::Scope, context::Caller, error::Error};
use axum::{
    Extension, Json, Router,
    extract::{Request, State},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use http::Method;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager};
use serde_json::{Value, json};
use url::Url;

pub use offer::{Entry, Library, Offer, Standing, ToolCall};
pub use tools::of_registry;

use crate::{
    refusal::Refusal,
    router::{Site, hosts::Hosts, layers},
};
use endpoint::Endpoint;

/// The route of agents.
pub fn routes(site: &Site) -> Router<Site> {
    let endpoint = Endpoint::new(site.offer.clone());
    // The library asks for an endpoint with every request; a copy is a pointer.
    let service = StreamableHttpService::new(
        move || Ok(endpoint.clone()),
        Arc::new(NeverSessionManager::default()),
        transport(&site.services.public_url),
    );
    Router::new().route_service("/mcp", service).layer(from_fn(refuse_nobody))
}

/// One answer for each request and no session, from our own address and from this machine only: a page elsewhere could
/// otherwise talk to a Stint in its visitor's network.
fn transport(public_url: &str) -> StreamableHttpServerConfig {
    let public = Url::parse(public_url).ok();
    let origin = public.as_ref().and_then(|url| Some(format!("{}://{}:{}", url.scheme(), url.host_str()?, url.port_or_known_default()?)));
    let origins_here = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"].map(str::to_owned);
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(layers::BODY_LIMIT_BYTES)
        .with_allowed_hosts(Hosts::of(public_url).names())
        .with_allowed_origins(origin.into_iter().chain(origins_here))
        .enforce_origin_validation()
}

/// Nobody is offered anything. The answer is HTTP's own, since clients look for the status and its challenge. How the address is
/// called is no secret.
async fn refuse_nobody(Extension(caller): Extension<Caller>, request: Request, next: Next) -> Response {
    match caller.person {
        _ if request.method() == Method::OPTIONS => layers::methods("POST"),
        Some(_) => next.run(request).await,
        None => Refusal::from(Error::unauthenticated()).into_response(),
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
        "scopes_supported": Scope::ALL.map(Scope::name),
    }))
}
