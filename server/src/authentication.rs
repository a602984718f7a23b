//! From a cookie or a token to the caller.
//!
//! Every request gets a [`Caller`], so that the absence of a person is said and never guessed. A cookie opens the pages
//! and never the doors of programs; a token opens the doors of programs and never a page.

use std::time::Duration;

use app::{
    account::{browser, identity, secret, token},
    admission::CredentialOwner,
    context::{Caller, Channel},
    error::{Code, Error},
    limits::{KeyedPermit, network},
    operations,
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

/// The header with which the pages say for which organization they call.
pub const ORGANIZATION: &str = "stint-organization";

/// How much of a program's name is kept.
pub const PROGRAM_NAME_MAX: usize = 200;

/// How long a body is, in bytes, of which more than one at a time would keep all cores busy.
const LARGE_BODY_BYTES: usize = 32 * 1024;

/// How long a body may take to come. The sender of a slower one is recognized anew, since their sign-in or token may have ended meanwhile.
const SLOW_BODY: Duration = Duration::from_millis(100);

/// The caller of a page or of a page's call.
///
/// An unknown cookie is nobody; a database that does not answer is said to be so, and signs nobody out.
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

/// The answer to a request that was counted when it was let in.
fn mark_admitted(mut answer: Response) -> Response {
    answer.extensions_mut().insert(Admitted);
    answer
}

/// A request whose body has come to its end.
struct ReceivedRequest {
    caller: Caller,
    body: Body,
    /// That of a reader, where the body is long.
    turn: Option<KeyedPermit>,
}

/// Reads the body. That of a program that is not known is not read: it is refused whatever it sends. A form of a stranger is read before a
/// place is held for them: one that comes slowly keeps nobody else of their network out. What somebody known sends takes up a place of
/// their own, and where it is long it waits for what they sent before.
async fn receive_body(site: &Site, mut caller: Caller, request: &Parts, body: Body) -> Result<ReceivedRequest, ErrorResponse> {
    let admission = &site.services.admission;
    if body.is_end_stream() {
        return Ok(ReceivedRequest { caller, body, turn: None });
    }
    if let Some(person) = caller.person.as_ref().map(|person| person.id.0) {
        // What is no operation takes short forms, whoever sends them.
        let short = operations::BROWSER_ONLY.contains(&request.uri.path());
        let body = if short { layers::read_short_body(body).await? } else { layers::read_body(body).await? };
        let turn = if body.len() > LARGE_BODY_BYTES { Some(admission.reader(person).await?) } else { None };
        return Ok(ReceivedRequest { caller, body: Body::from(body), turn });
    }
    if caller.channel != Channel::Page {
        return Ok(ReceivedRequest { caller, body: Body::empty(), turn: None });
    }
    // Given back now: whoever waits for the end of a body would hold one place and ask for a second.
    drop(caller.permit.take());
    let body = layers::read_short_body(body).await?;
    let permit = admission.go_on(network(client_ip::client_ip(request))).await?;
    Ok(ReceivedRequest { caller: Caller { permit: Some(permit), ..caller }, body: Body::from(body), turn: None })
}

/// Asks again whose cookie it is, once a slow body has come: it may have ended meanwhile, and its place be another one.
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
    let (gate, from) = (&services.admission, network(client_ip::client_ip(request)));
    let mut permit = match limits::is_sign_in_attempt(request) {
        true => {
            let browser = browser::known_browser_in(&request.headers, &services.public_url);
            gate.enter_to_sign_in(cookie.as_deref(), browser.as_deref(), from).await?
        }
        false => gate.enter(cookie.as_deref(), from).await?,
    };
    if let Some(cookie) = cookie {
        let slug = slug(site, request).unwrap_or_default();
        if let Some((person, membership)) = identity::authenticate(&services.database, &cookie, &slug, services.clock.now()).await? {
            permit = services.admission.recognized(permit, &cookie, CredentialOwner::Person(person.id.0)).await?;
            caller.person = Some(person);
            caller.sign_in = Some(secret::fingerprint(&cookie));
            caller.membership = membership;
        }
    }
    caller.permit = Some(permit);
    Ok(caller)
}

/// The caller of a program's channel. Cookies are not even looked at here, so no page elsewhere can use them.
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

/// Asks again whose token it is, once a slow body has come.
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
    caller.permit = Some(services.admission.recognized(permit, presented, CredentialOwner::Token(recognized.token.id.0)).await?);
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

/// Tells a program without a token where to learn how to get one, and one whose token is not taken that it is the token (RFC 6750, 3.1).
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

/// What the program at the other end calls itself.
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

/// The organization that a page or its call is about. A form that was sent without scripts says it by the page it is on.
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

/// What an address says under a name.
pub fn query_parameter(uri: &Uri, wanted: &str) -> Option<String> {
    url::form_urlencoded::parse(uri.query()?.as_bytes()).find(|(name, _)| name == wanted).map(|(_, said)| said.into_owned())
}

fn slug_of_page(site: &Site, request: &Parts) -> Option<String> {
    let page: Url = request.headers.get(header::REFERER)?.to_str().ok()?.parse().ok()?;
    is_own_origin(site, request, &page).then(|| slug_in(page.path())).flatten()
}

/// Whether an address is of this site: the one it is known under, or the one that this request was sent to, which is known to
/// be ours as well ([`crate::router::hosts`]).
pub fn is_own_origin(site: &Site, request: &Parts, address: &Url) -> bool {
    let origin = address.origin().ascii_serialization();
    if origin == site.services.public_url {
        return true;
    }
    let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri.authority().map(|authority| authority.as_str()));
    host.is_some_and(|host| origin == format!("{}://{host}", address.scheme()) && ["http", "https"].contains(&address.scheme()))
}
