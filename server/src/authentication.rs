//! Authentication: turns a session cookie or a bearer token into a [`Caller`].
//!
//! Every request gets a [`Caller`], also an anonymous one, so that the absence of a person is explicit. Cookies authenticate pages
//! only, tokens authenticate REST and MCP only.

use std::time::Duration;

use app::{
    account::{browser, identity, token},
    admission::CredentialOwner,
    context::{Caller, Channel},
    error::{Code, Error},
    limits::{KeyedPermit, network},
    secrets::random_secret,
};
use axum::{
    body::{Body, HttpBody as _},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts};
use tokio::time::Instant;
use url::Url;

use crate::{
    client_ip,
    error_response::ErrorResponse,
    router::{Site, layers, limits, throttle::Admitted},
};

/// The header by which a page names the organization of its call.
pub const ORGANIZATION: &str = "stint-organization";

/// The longest part of a client program's name that is stored.
pub const PROGRAM_NAME_MAX: usize = 200;

/// The body length in bytes above which one person has one body processed at a time, since several would keep all cores busy.
const LARGE_BODY_BYTES: usize = 32 * 1024;

/// How long a body may take to arrive before its sender is authenticated again, since their sign-in or token may have ended meanwhile.
const SLOW_BODY: Duration = Duration::from_millis(100);

/// Authenticates a page or a call of a page.
///
/// An unknown cookie makes an anonymous caller; a database that does not answer is an error and signs nobody out.
pub async fn authenticate_cookie(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match caller_of_cookie(&site, &parts).await {
        Ok(caller) => caller,
        Err(error) => return ErrorResponse::from(error).into_response(),
    };
    let begun = Instant::now();
    let ReceivedRequest { mut caller, body, turn } = match receive_body(&site, caller, &parts, body).await {
        Ok(received) => received,
        Err(refusal) => return refusal.into_response(),
    };
    if begun.elapsed() > SLOW_BODY
        && let Err(error) = reauthenticate_cookie(&site, &parts, &mut caller).await
    {
        return ErrorResponse::from(error).into_response();
    }
    parts.extensions.insert(caller);
    let answer = next.run(Request::from_parts(parts, body)).await;
    drop(turn);
    mark_admitted(answer)
}

/// Marks a response as counted by admission control, so that the throttle leaves it alone.
fn mark_admitted(mut answer: Response) -> Response {
    answer.extensions_mut().insert(Admitted);
    answer
}

/// A request whose body has been read to its end.
struct ReceivedRequest {
    caller: Caller,
    body: Body,
    /// The permit to process a large body.
    turn: Option<KeyedPermit>,
}

/// Reads the body. The body of an unauthenticated program is not read, since the call is refused anyway. An anonymous form is read without
/// a permit, so that a slow sender blocks nobody else of the same network. An authenticated body is read under the caller's permit, and a
/// large one waits for earlier ones of the same person.
async fn receive_body(site: &Site, mut caller: Caller, request: &Parts, body: Body) -> Result<ReceivedRequest, ErrorResponse> {
    let admission = &site.services.admission;
    if body.is_end_stream() {
        return Ok(ReceivedRequest { caller, body, turn: None });
    }
    if let Some(person) = caller.person.as_ref().map(|person| person.id.0) {
        let body = layers::read_body(body).await?;
        let turn = if body.len() > LARGE_BODY_BYTES { Some(admission.reader(person).await?) } else { None };
        return Ok(ReceivedRequest { caller, body: Body::from(body), turn });
    }
    if caller.channel != Channel::Page {
        return Ok(ReceivedRequest { caller, body: Body::empty(), turn: None });
    }
    // The permit is returned first: a caller that waits for a body would hold one permit and ask for a second.
    drop(caller.permit.take());
    let body = layers::read_short_body(body).await?;
    let permit = admission.go_on(network(client_ip::client_ip(request))).await?;
    Ok(ReceivedRequest { caller: Caller { permit: Some(permit), ..caller }, body: Body::from(body), turn: None })
}

/// Authenticates the cookie again after a slow body: the sign-in may have ended meanwhile, and the membership may have changed.
async fn reauthenticate_cookie(site: &Site, request: &Parts, caller: &mut Caller) -> Result<(), Error> {
    let services = &site.services;
    if let Some(cookie) = browser::sign_in_cookie(&request.headers, &services.public_url).filter(|_| caller.person.is_some()) {
        let slug = slug(site, request).unwrap_or_default();
        let known = identity::authenticate(&services.database, &cookie, &slug, services.clock.now()).await?;
        caller.sign_in = caller.sign_in.take().filter(|_| known.is_some());
        (caller.person, caller.membership) = known.map_or((None, None), |(person, membership)| (Some(person), membership));
    }
    Ok(())
}

async fn caller_of_cookie(site: &Site, request: &Parts) -> Result<Caller, Error> {
    let mut caller = anonymous(site, request, Channel::Page);
    let services = &site.services;
    let cookie = browser::sign_in_cookie(&request.headers, &services.public_url);
    let (admission, from) = (&services.admission, network(client_ip::client_ip(request)));
    let mut permit = match limits::is_sign_in_attempt(request) {
        true => {
            let browser = browser::known_browser_in(&request.headers, &services.public_url);
            admission.enter_to_sign_in(cookie.as_deref(), browser.as_deref(), from).await?
        }
        false => admission.enter(cookie.as_deref(), from).await?,
    };
    if let Some(cookie) = cookie {
        let slug = slug(site, request).unwrap_or_default();
        if let Some((person, membership)) = identity::authenticate(&services.database, &cookie, &slug, services.clock.now()).await? {
            permit = services.admission.recognized(permit, &cookie, CredentialOwner::Person(person.id.0)).await?;
            caller.person = Some(person);
            caller.sign_in = Some(random_secret::fingerprint(&cookie));
            caller.membership = membership;
        }
    }
    caller.permit = Some(permit);
    Ok(caller)
}

/// Authenticates a REST or MCP call by its token. Cookies are ignored here, so that a page of another site cannot use them.
pub async fn authenticate_token(State((site, channel)): State<(Site, Channel)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match caller_of_token(&site, &parts, channel).await {
        Ok(caller) => caller,
        Err(error) => return with_challenge(&site, &parts.headers, ErrorResponse::from(error).into_response()),
    };
    let (presented, begun) = (parts.headers.clone(), Instant::now());
    let ReceivedRequest { mut caller, body, turn } = match receive_body(&site, caller, &parts, body).await {
        Ok(received) => received,
        Err(refusal) => return with_challenge(&site, &presented, refusal.into_response()),
    };
    if begun.elapsed() > SLOW_BODY
        && let Err(error) = reauthenticate_token(&site, &parts, &mut caller).await
    {
        return with_challenge(&site, &presented, ErrorResponse::from(error).into_response());
    }
    parts.extensions.insert(caller);
    let answer = next.run(Request::from_parts(parts, body)).await;
    drop(turn);
    with_challenge(&site, &presented, mark_admitted(answer))
}

/// Authenticates the token again after a slow body.
async fn reauthenticate_token(site: &Site, request: &Parts, caller: &mut Caller) -> Result<(), Error> {
    if let Some(presented) = bearer(&request.headers).filter(|_| caller.person.is_some()) {
        let known = token::authenticate(&site.services.database, presented, site.services.clock.now()).await?;
        (caller.person, caller.membership, caller.token) = (Some(known.person), Some(known.membership), Some(known.token));
    }
    Ok(())
}

async fn caller_of_token(site: &Site, request: &Parts, channel: Channel) -> Result<Caller, Error> {
    let mut caller = anonymous(site, request, channel);
    let (services, tries, address, presented) = (&site.services, &site.limits, client_ip::client_ip(request), bearer(&request.headers));
    let permit = services.admission.enter(presented, network(address)).await?;
    let Some(presented) = presented else { return Ok(Caller { permit: Some(permit), ..caller }) };
    tries.admit_token(presented, address)?;
    let recognized = match token::authenticate(&services.database, presented, services.clock.now()).await {
        Err(error) if error.code == Code::Unauthenticated => {
            tries.record_wrong_token(&services.database, address).await?;
            return Err(error);
        }
        recognized => recognized?,
    };
    tries.remember_right_token(presented);
    let owner = CredentialOwner::Token { token: recognized.token.id.0, person: recognized.person.id.0 };
    caller.permit = Some(services.admission.recognized(permit, presented, owner).await?);
    caller.person = Some(recognized.person);
    caller.membership = Some(recognized.membership);
    caller.token = Some(recognized.token);
    tries.uses.note(&caller, address, recognized.seen_recently);
    Ok(caller)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Adds the `WWW-Authenticate` challenge: where to learn how to get a token, or that the token was not accepted (RFC 6750, 3.1).
fn with_challenge(site: &Site, sent: &HeaderMap, mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        let metadata = format!("{}/.well-known/oauth-protected-resource/mcp", site.services.public_url);
        let challenge = match sent.contains_key(header::AUTHORIZATION) {
            true => {
                let why = "The token is unknown, has run out or was revoked. Make another in Settings, Tokens.";
                format!("Bearer resource_metadata=\"{metadata}\", error=\"invalid_token\", error_description=\"{why}\"")
            }
            false => format!("Bearer resource_metadata=\"{metadata}\""),
        };
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

/// The name that the client program gives itself.
fn program(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    agent.chars().take(PROGRAM_NAME_MAX).collect()
}

fn anonymous(site: &Site, request: &Parts, channel: Channel) -> Caller {
    Caller {
        address: client_ip::client_ip(request).to_string(),
        program: program(&request.headers),
        ..Caller::nobody(site.services.clone(), channel)
    }
}

/// The slug of the organization of a page or its call. A form that was sent without scripts names it by the page it is on.
fn slug(site: &Site, request: &Parts) -> Option<String> {
    let uri = &request.uri;
    if !uri.path().starts_with("/call/") {
        return slug_in(uri.path());
    }
    let named = request.headers.get(ORGANIZATION).and_then(|slug| slug.to_str().ok()).map(str::to_owned);
    named.or_else(|| query_parameter(uri, "organization")).or_else(|| slug_of_page(site, request))
}

fn slug_in(path: &str) -> Option<String> {
    let slug = path.strip_prefix("/o/")?.split('/').next()?;
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// The value of a query parameter.
pub fn query_parameter(uri: &Uri, wanted: &str) -> Option<String> {
    url::form_urlencoded::parse(uri.query()?.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

fn slug_of_page(site: &Site, request: &Parts) -> Option<String> {
    let page: Url = request.headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    is_own_origin(site, request, &page).then(|| slug_in(page.path())).flatten()
}

/// Whether an address has an origin of this site: the public one, or the one that this request was sent to, which [`crate::router::hosts`]
/// has checked.
pub fn is_own_origin(site: &Site, request: &Parts, address: &Url) -> bool {
    let origin = address.origin().ascii_serialization();
    if origin == site.services.public_url {
        return true;
    }
    let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri.authority().map(|authority| authority.as_str()));
    host.is_some_and(|host| origin == format!("{}://{host}", address.scheme()) && ["http", "https"].contains(&address.scheme()))
}
