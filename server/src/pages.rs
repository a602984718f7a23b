//! The pages and the calls of pages, as the web framework serves them.

use app::context::Caller;
use axum::{Router, routing::any};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::LeptosRoutes;

use crate::{refusal::Refusal, router::Site};

/// Every page and every call of a page.
pub fn routes(site: &Site) -> Router<Site> {
    Router::new()
        .leptos_routes_with_context(site, Vec::new(), hand_over, || ())
        .route("/call/{*name}", any(no_such_call))
}

/// Hands the caller over from the request to the page or function that answers it. It is always there: without a person
/// it says so, and it hides whatever another request may have left.
pub fn hand_over() {
    if let Some(caller) = use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<Caller>().cloned()) {
        provide_context(caller);
    }
}

async fn no_such_call() -> Refusal {
    Refusal::from(app::error::Error::not_found("call"))
}
