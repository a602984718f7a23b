//! What a page sends beyond what an operation takes: noted here, refused by the operation as every door does.

use app::{context::Caller, operations};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{Method, header};

use super::layers;

/// The organization of a read may stand in its address.
const OF_EVERY_READ: &str = "organization";

/// Notes on the caller which fields of a page's call are no arguments of its operation. The framework would drop them.
pub async fn noted(mut request: Request, next: Next) -> Response {
    let Some(operation) = request.uri().path().strip_prefix("/call/").and_then(operations::named) else { return next.run(request).await };
    let stray = |sent: &[u8]| -> Vec<String> {
        let names = url::form_urlencoded::parse(sent).map(|(name, _)| name.split('[').next().unwrap_or_default().to_owned());
        names.filter(|name| !operation.takes(name)).collect()
    };
    let stray = if request.method() == Method::GET {
        let mut stray = stray(request.uri().query().unwrap_or_default().as_bytes());
        stray.retain(|name| name != OF_EVERY_READ);
        stray
    } else if is_form(&request) {
        let (parts, body) = request.into_parts();
        let Ok(form) = to_bytes(body, layers::BODY_LIMIT_BYTES).await else { return layers::too_long().into_response() };
        let stray = stray(&form);
        request = Request::from_parts(parts, Body::from(form));
        stray
    } else {
        Vec::new()
    };
    if let Some(caller) = request.extensions_mut().get_mut::<Caller>() {
        caller.stray = stray;
    }
    next.run(request).await
}

fn is_form(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}
