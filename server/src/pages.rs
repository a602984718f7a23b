//! The routes of pages and of their server functions.

use std::sync::LazyLock;

use app::{context::Caller, error::Error, operations, routes::App, shell::shell};
use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::any,
};
use http::{Method, StatusCode, Uri};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list, render_app_async_with_context};

use serde_json::Value;

use crate::{error_response::ErrorResponse, rendering::render_to_end, router::Site};

/// The paths of all pages. They are collected by rendering once without a request, which must not happen again while requests are served: a
/// resource that is first awaited meanwhile would hang.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// Routes every page and every call of a page.
pub fn routes(site: &Site) -> Router<Site> {
    let options = site.leptos.clone();
    Router::new()
        .leptos_routes_with_context(site, PAGES.clone(), provide_caller, move || shell(options.clone()))
        .route("/call/{*name}", any(async || ErrorResponse::from(Error::not_found("call"))))
        .layer(from_fn(redirect_signed_in))
        .layer(from_fn_with_state(site.clone(), render_to_end))
}

/// Redirects a signed-in person from the landing page to the organization that they joined first, or to the page for people without one.
async fn redirect_signed_in(request: Request, next: Next) -> Response {
    let of_the_first_page = request.uri().path() == "/" && request.method() == Method::GET;
    let caller = request.extensions().get::<Caller>().filter(|caller| of_the_first_page && caller.person.is_some()).cloned();
    if let (Some(caller), Some(organizations)) = (caller, operations::find("list_organizations"))
        && let Ok(found) = organizations.call(caller, Value::Null).await
    {
        let way = found["items"][0]["slug"].as_str().map_or_else(|| "/welcome".to_owned(), |slug| format!("/o/{slug}"));
        return Redirect::to(&way).into_response();
    }
    next.run(request).await
}

/// The page for an unknown path.
pub fn not_found(site: &Site) -> Router<Site> {
    Router::new().fallback(page_not_found).layer(from_fn_with_state(site.clone(), render_to_end))
}

async fn page_not_found(State(site): State<Site>, request: Request) -> Response {
    if let Some(page) = without_trailing_slash(request.uri()).filter(|_| matches!(*request.method(), Method::GET | Method::HEAD)) {
        return Redirect::permanent(&page).into_response();
    }
    let options = site.leptos.clone();
    let page = render_app_async_with_context(provide_caller, move || shell(options.clone()));
    let mut response = page(request).await;
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// Redirects a path with a slash at its end to the page without it. The path begins as one of the pages does, so it stays on this site.
fn without_trailing_slash(asked: &Uri) -> Option<String> {
    let first = |path: &str| path.split('/').nth(1).map(str::to_owned).filter(|first| !first.is_empty());
    let path = asked.path().strip_suffix('/')?;
    let begins = first(path)?;
    let known = PAGES.iter().any(|page| first(page.path()).as_deref() == Some(&begins));
    let query = asked.query().map(|query| format!("?{query}")).unwrap_or_default();
    known.then(|| format!("{path}{query}"))
}

/// Provides the caller of the request as a context of the page or server function. It is always provided: an anonymous caller hides what
/// another request may have left behind.
fn provide_caller() {
    if let Some(caller) = use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<Caller>().cloned()) {
        provide_context(caller);
    }
}
