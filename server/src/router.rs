//! The router: all routes, and the layers around them in order.
//!
//! | route | caller | purpose |
//! | --- | --- | --- |
//! | `/…`, `/o/<slug>/…` | a browser with its cookie | pages |
//! | `/call/<operation>` | a browser with its cookie | the same operations, called by pages |
//! | `/api/v1/<operation>` | a program with a token | the same operations as REST |
//! | `/mcp` | an agent with a token | the same operations as tools |
//! | `/healthz`, `/readyz` | a monitor of the process | liveness, readiness |

pub(crate) mod assets;
mod csrf;
mod drain_body;
mod health;
pub mod hosts;
pub mod json_limits;
pub mod layers;
pub mod limits;
mod responses;
mod returned_form;
mod sent_body;
pub mod throttle;
pub mod token_uses;

use std::{sync::Arc, time::Duration};

use app::context::{Channel, Services};
use axum::{
    Router,
    extract::FromRef,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use leptos::prelude::LeptosOptions;

use crate::{assistant_events, authentication, client_ip, error_response, invoice_pdf, isolation, mcp, pages, rest, shutdown::Shutdown};
use hosts::AllowedHosts;
use limits::RequestLimits;
use throttle::Throttle;

/// How long a page, a call of a page or a REST call may take until its response begins.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// How long an MCP call may take; the tool itself times out a little earlier with an error.
const MCP_LIMIT: Duration = Duration::from_secs(60);

/// The state that all routes share.
#[derive(Clone)]
pub struct Site {
    /// The services of every call.
    pub services: Arc<Services>,
    /// The folder of the compiled pages.
    pub leptos: LeptosOptions,
    /// The rate limits.
    pub limits: Arc<RequestLimits>,
    /// Whether the process is shutting down.
    pub shutdown: Shutdown,
    /// The tools of the MCP endpoint.
    pub catalog: mcp::ToolCatalog,
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.leptos.clone()
    }
}

/// The router with every route of Stint.
pub fn router(site: Site) -> Router {
    let routes = Router::new()
        .merge(browser_routes(pages::routes(&site).merge(invoice_pdf::page_routes()).merge(assistant_events::routes()), &site))
        .merge(api_routes(&site))
        .merge(mcp_routes(&site))
        .merge(health::routes())
        .fallback_service(assets::serve_or_else(browser_routes(pages::not_found(&site), &site).with_state(site.clone()), &site));
    // The layer that is added last runs first.
    routes
        .layer(from_fn(layers::limit_body))
        .layer(from_fn_with_state(AllowedHosts::of(&site.services.public_url), hosts::refuse_unknown))
        .layer(from_fn_with_state(drain_body::DrainBudget::default(), drain_body::drain))
        .layer(from_fn_with_state(Throttle::new(site.services.admission.counts(), site.shutdown.begun()), throttle::delay))
        .layer(from_fn_with_state(site.clone(), client_ip::set_client_ip))
        .layer(layers::catch_panic())
        .layer(from_fn(error_response::as_page))
        .layer(layers::security_headers(&site.services.public_url))
        .layer(layers::trace())
        .layer(from_fn(layers::set_request_id))
        .layer(from_fn(isolation::isolate))
        .with_state(site)
}

/// Routes for browsers, authenticated by cookie.
fn browser_routes(pages: Router<Site>, site: &Site) -> Router<Site> {
    pages
        .layer(from_fn(responses::set_error_status))
        .layer(from_fn_with_state(site.clone(), limits::limit_sign_ins))
        .layer(from_fn_with_state(site.clone(), returned_form::redirect_back))
        .layer(from_fn(responses::no_store))
        .layer(from_fn_with_state(site.clone(), limits::limit_per_person))
        .layer(from_fn_with_state(site.clone(), authentication::authenticate_cookie))
        .layer(from_fn_with_state(site.clone(), csrf::refuse_cross_site))
        .layer(from_fn_with_state(ANSWER_LIMIT, layers::limit_time))
}

/// Routes for programs, authenticated by token.
fn api_routes(site: &Site) -> Router<Site> {
    rest::routes()
        .merge(invoice_pdf::api_routes())
        .layer(from_fn(layers::strip_byte_order_mark))
        .layer(from_fn(responses::no_store))
        .layer(from_fn_with_state(site.clone(), limits::limit_per_person))
        .layer(from_fn_with_state((site.clone(), Channel::Rest), authentication::authenticate_token))
        .layer(from_fn_with_state(ANSWER_LIMIT, layers::limit_time))
}

/// Routes that describe the MCP endpoint to callers without a token.
fn mcp_metadata_routes(site: &Site) -> Router<Site> {
    mcp::oauth_not_found_routes()
        .merge(mcp::sse_not_found_routes())
        .route("/.well-known/oauth-protected-resource", get(mcp::protected_resource))
        .route("/.well-known/oauth-protected-resource/mcp", get(mcp::protected_resource))
        .layer(mcp::cors_layer(&site.services.public_url))
}

/// Routes for agents, authenticated by token.
fn mcp_routes(site: &Site) -> Router<Site> {
    mcp::routes(site)
        .layer(from_fn(json_limits::limit_values))
        .layer(from_fn(layers::strip_byte_order_mark))
        .layer(from_fn_with_state(site.clone(), limits::limit_per_person))
        .layer(from_fn_with_state((site.clone(), Channel::Mcp), authentication::authenticate_token))
        .layer(from_fn_with_state(MCP_LIMIT, layers::limit_time))
        .layer(mcp::cors_layer(&site.services.public_url))
        .layer(from_fn(mcp::answer_options))
        .merge(mcp_metadata_routes(site))
}
