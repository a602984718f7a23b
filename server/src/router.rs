//! The doors, all of them, and the layers around them in order.
//!
//! | door | who | what |
//! | --- | --- | --- |
//! | `/…`, `/o/<slug>/…` | a browser with its cookie | pages |
//! | `/call/<operation>` | a browser with its cookie | the same operations, called by pages |
//! | `/api/v1/<operation>` | a program with a token | the same operations as REST |
//! | `/mcp` | an agent with a token | the same operations as tools |
//! | `/healthz`, `/readyz` | whoever watches over the process | whether it lives, whether it can work |

pub(crate) mod assets;
mod health;
pub mod hosts;
pub mod layers;
pub mod limits;
mod origins;
mod outcome;
mod returned;
pub mod throttle;
mod unread;
pub mod uses;
pub mod values;

use std::{sync::Arc, time::Duration};

use app::context::{Channel, Services};
use axum::{
    Router,
    extract::FromRef,
    middleware::{from_fn, from_fn_with_state},
    routing::get,
};
use leptos::prelude::LeptosOptions;

use crate::{answers, ending::Ending, identity, isolation, mcp, pages, papers, peers, refusal, rest};
use hosts::Hosts;
use limits::Limits;
use throttle::Throttle;

/// How long a page, a call of a page or a REST call may take until its answer begins.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// How long an MCP call may take; the tool itself gives up a little earlier and says so.
const AGENT_LIMIT: Duration = Duration::from_secs(60);

/// What the doors share.
#[derive(Clone)]
pub struct Site {
    /// What every call is given.
    pub services: Arc<Services>,
    /// Where the compiled pages are.
    pub leptos: LeptosOptions,
    /// How often one may call.
    pub limits: Arc<Limits>,
    /// Whether the process is about to end.
    pub ending: Ending,
    /// What agents are offered.
    pub offer: mcp::Offer,
}

impl FromRef<Site> for LeptosOptions {
    fn from_ref(site: &Site) -> Self {
        site.leptos.clone()
    }
}

/// Every door of Stint.
pub fn router(site: Site) -> Router {
    let doors = Router::new()
        .merge(browser(pages::routes(&site).merge(papers::of_pages()).merge(answers::routes()), &site))
        .merge(programs(&site))
        .merge(agents(&site))
        .merge(health::routes())
        .fallback_service(assets::or_else(browser(pages::not_found(&site), &site).with_state(site.clone()), &site));
    // What is added last is reached first.
    doors
        .layer(from_fn(layers::limit_body))
        .layer(from_fn_with_state(Hosts::of(&site.services.public_url), hosts::refuse_unknown))
        .layer(from_fn_with_state(unread::Discarded::default(), unread::throw_away))
        .layer(from_fn_with_state(Throttle::new(site.services.admission.counts(), site.ending.begun()), throttle::delay))
        .layer(from_fn_with_state(site.clone(), peers::find_origin))
        .layer(layers::catch_panic())
        .layer(from_fn(refusal::for_people))
        .layer(from_fn_with_state(site.clone(), layers::security_headers))
        .layer(layers::trace())
        .layer(from_fn(layers::name_request))
        .layer(from_fn(isolation::isolate))
        .with_state(site)
}

/// What a browser opens, with its cookie.
fn browser(pages: Router<Site>, site: &Site) -> Router<Site> {
    pages
        .layer(from_fn(outcome::with_its_status))
        .layer(from_fn_with_state(site.clone(), limits::of_sign_ins))
        .layer(from_fn_with_state(site.clone(), returned::to_its_page))
        .layer(from_fn(outcome::not_kept))
        .layer(from_fn_with_state(site.clone(), limits::of_people))
        .layer(from_fn_with_state(site.clone(), identity::by_cookie))
        .layer(from_fn_with_state(site.clone(), origins::refuse_cross_site))
        .layer(from_fn_with_state(ANSWER_LIMIT, layers::limit_time))
}

/// What programs call, with their token.
fn programs(site: &Site) -> Router<Site> {
    rest::routes()
        .merge(papers::of_programs())
        .layer(from_fn(layers::without_byte_order_mark))
        .layer(from_fn(outcome::not_kept))
        .layer(from_fn_with_state(site.clone(), limits::of_people))
        .layer(from_fn_with_state((site.clone(), Channel::Rest), identity::by_token))
        .layer(from_fn_with_state(ANSWER_LIMIT, layers::limit_time))
}

/// What describes agents' door to whoever has no token yet.
fn described(site: &Site) -> Router<Site> {
    mcp::without_oauth()
        .merge(mcp::without_events())
        .route("/.well-known/oauth-protected-resource", get(mcp::protected_resource))
        .route("/.well-known/oauth-protected-resource/mcp", get(mcp::protected_resource))
        .layer(mcp::for_browsers(&site.services.public_url))
}

/// What agents call, with their token.
fn agents(site: &Site) -> Router<Site> {
    mcp::routes(site)
        .layer(from_fn(values::limit))
        .layer(from_fn(layers::without_byte_order_mark))
        .layer(from_fn_with_state(site.clone(), limits::of_people))
        .layer(from_fn_with_state((site.clone(), Channel::Mcp), identity::by_token))
        .layer(from_fn_with_state(AGENT_LIMIT, layers::limit_time))
        .layer(mcp::for_browsers(&site.services.public_url))
        .layer(from_fn(mcp::tell_methods))
        .merge(described(site))
}
