//! Cross-site request forgery protection: accepts writes from our own pages only.

use app::{
    error::{Code, Error},
    limits::LogLimiter,
};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, header, request::Parts};

use super::Site;
use crate::{authentication, error_response::ErrorResponse};

/// The log lines about refused writes: any site can make its visitors' browsers send some.
static REFUSED: LogLimiter = LogLimiter::new();

/// Refuses writes that another site makes a browser send. Reads change nothing and pass.
pub async fn refuse_cross_site(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    if reads || is_same_origin(&site, &parts) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    if let Some(left_out) = REFUSED.due() {
        tracing::warn!(left_out, "a write that another site sent was refused");
    }
    ErrorResponse::from(Error::new(Code::Forbidden, "This came from another site and was refused. Open the page here and try again."))
        .into_response()
}

/// Whether a request has our origin. Current browsers send `Sec-Fetch-Site`, older ones at least `Origin`. A request with neither is from
/// no browser, and carries no cookie that it was not given.
fn is_same_origin(site: &Site, request: &Parts) -> bool {
    let text = |name: &str| request.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(from), _) => ["same-origin", "none"].contains(&from),
        (None, Some(origin)) => origin.parse().is_ok_and(|origin| authentication::is_own_origin(site, request, &origin)),
        (None, None) => true,
    }
}
