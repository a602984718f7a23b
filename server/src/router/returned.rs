//! Forms that are sent without scripts: what was typed, or a secret that is shown once, comes back with their page.

use std::collections::BTreeMap;

use app::{
    ends::RETURNED,
    operations,
    ui::{NEVER_RETURNED, Returned},
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderValue, Method, StatusCode, header, response};

use super::{Site, layers};

/// The longest cookie: browsers keep 4,096 bytes with its name and attributes. A longer form comes back empty.
const LONGEST_COOKIE: usize = 3_800;

/// How long the way back to the page may take, in seconds.
const KEPT_SECONDS: u32 = 60;

/// Gives the page that a plain form leads back to what the form brings along.
pub async fn to_its_page(State(site): State<Site>, request: Request, next: Next) -> Response {
    if !is_plain_form(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(form) = to_bytes(body, layers::BODY_LIMIT_BYTES).await else { return layers::too_long().into_response() };
    let call = parts.uri.path().to_owned();
    let response = next.run(Request::from_parts(parts, Body::from(form.clone()))).await;
    let (mut answer, body) = response.into_parts();
    if refused(&answer) {
        remember(&site, &mut answer, &Returned { fields: typed(&form), call, answer: None });
    } else if answer.status == StatusCode::FOUND && answers_a_secret(&call) {
        let Ok(bytes) = to_bytes(body, layers::BODY_LIMIT_BYTES).await else { return layers::too_long().into_response() };
        let secret = String::from_utf8(bytes.to_vec()).ok();
        remember(&site, &mut answer, &Returned { call, answer: secret, ..Returned::default() });
        answer.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(answer, Body::empty());
    }
    Response::from_parts(answer, body)
}

fn is_plain_form(request: &Request) -> bool {
    let says = |name, words| request.headers().get(name).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains(words));
    request.method() == Method::POST
        && request.uri().path().starts_with("/call/")
        && says(header::ACCEPT, "text/html")
        && says(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

/// The framework sends a plain form that was refused back to its page, with the error in the address.
fn refused(answer: &response::Parts) -> bool {
    let location = answer.headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
    answer.status == StatusCode::FOUND && location.is_some_and(|location| location.contains("__err="))
}

fn answers_a_secret(call: &str) -> bool {
    operations::all().iter().any(|operation| operation.path == call && operation.declaration.secret)
}

fn typed(form: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(form).into_owned().filter(|(name, _)| !NEVER_RETURNED.contains(&name.as_str())).collect()
}

fn remember(site: &Site, answer: &mut response::Parts, returned: &Returned) {
    let Ok(content) = serde_json::to_vec(returned) else { return };
    let content = BASE64_URL_SAFE_NO_PAD.encode(content);
    if content.len() > LONGEST_COOKIE {
        return;
    }
    let secure = if site.services.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!("{RETURNED}={content}; Path=/; HttpOnly; SameSite=Strict; Max-Age={KEPT_SECONDS}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        answer.headers.append(header::SET_COOKIE, cookie);
    }
}
