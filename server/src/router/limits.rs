//! Rate limits of sign-in attempts. The rate limit of calls is admission control (`app::admission`).

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use app::{
    account::{browser, registration},
    context::Caller,
    database::Database,
    error::Error,
    limits::{LruMap, network},
    secrets::random_secret::fingerprint,
    security::attempts::{self, AttemptKind},
};
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{Method, header, request::Parts};
use server_fn::error::ServerFnUrlError;

use super::{Site, layers, sent_body, token_uses::TokenUses};
use crate::{
    authentication,
    client_ip::{self, TrustedProxies},
    error_response::ErrorResponse,
    render_turns::RenderTurns,
};

/// The number of keys that are remembered before unused ones are forgotten.
const KEYS_KEPT: usize = 10_000;

/// How many times the limit of sign-ins applies to wrong tokens: programs retry by themselves.
const TOKEN_FACTOR: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);

/// Forms with which somebody could guess a secret, and which secret that is.
const ATTEMPT_FORMS: [(&str, AttemptKind); 8] = [
    ("/call/sign_in", AttemptKind::SignIn),
    ("/call/sign_up", AttemptKind::SignUp),
    ("/call/request_password_reset", AttemptKind::Reset),
    ("/call/reset_password", AttemptKind::Reset),
    ("/call/confirm_address", AttemptKind::Reset),
    ("/call/change_address", AttemptKind::Reset),
    ("/call/send_verification", AttemptKind::Reset),
    ("/call/send_address_change", AttemptKind::Reset),
];

/// The message after too many attempts.
const TRIES: &str = "There were too many tries from your network.";

/// The request limits of this process.
pub struct RequestLimits {
    sign_ins: Option<NonZeroU32>,
    proxies: TrustedProxies,
    /// Until when the database refuses each network: it is not asked again before.
    refused: Mutex<LruMap<(AttemptKind, IpAddr), Instant>>,
    /// The fingerprints of tokens that were valid: their holders are not limited by wrong tokens from the same network.
    right: Mutex<LruMap<Vec<u8>, ()>>,
    /// The uses of tokens that are recorded.
    pub uses: Arc<TokenUses>,
    /// Whose turn it is to render a page.
    pub renders: RenderTurns,
}

impl RequestLimits {
    /// `sign_ins` per minute from one network, shared by all processes on one database; none means no limit.
    pub fn new(sign_ins: Option<NonZeroU32>) -> Self {
        Self {
            sign_ins,
            proxies: TrustedProxies::default(),
            refused: Mutex::new(LruMap::new(KEYS_KEPT)),
            right: Mutex::new(LruMap::new(KEYS_KEPT)),
            uses: Arc::new(TokenUses::new(KEYS_KEPT)),
            renders: RenderTurns::default(),
        }
    }

    /// The same limits behind these proxies, whose `X-Forwarded-For` is trusted.
    pub fn with_proxies(self, proxies: TrustedProxies) -> Self {
        Self { proxies, ..self }
    }

    /// The trusted proxies.
    pub fn proxies(&self) -> &TrustedProxies {
        &self.proxies
    }

    /// Counts an attempt from this address; refuses it after too many.
    async fn count(&self, database: &Database, purpose: AttemptKind, address: IpAddr, per_minute: NonZeroU32) -> Result<(), Error> {
        self.wait(purpose, address)?;
        let counted = attempts::count(database, &attempts::AttemptLimit::of_network(purpose, address, per_minute), TRIES).await;
        if let Some(wait) = counted.as_ref().err().and_then(Error::retry_after) {
            locked(&self.refused).keep((purpose, network(address)), Instant::now() + wait);
        }
        counted
    }

    /// Refuses an address whose network was refused before and still has to wait.
    fn wait(&self, purpose: AttemptKind, address: IpAddr) -> Result<(), Error> {
        let until = locked(&self.refused).get((purpose, network(address))).copied();
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            Some(left) if !left.is_zero() => Err(Error::rate_limited(TRIES, left)),
            _ => Ok(()),
        }
    }

    /// Refuses a token without checking it when its network has sent too many wrong ones.
    pub fn admit_token(&self, presented: &str, address: IpAddr) -> Result<(), Error> {
        let known = locked(&self.right).get(fingerprint(presented)).is_some();
        if known { Ok(()) } else { self.wait(AttemptKind::Token, address) }
    }

    /// Counts a wrong token.
    pub async fn record_wrong_token(&self, database: &Database, address: IpAddr) -> Result<(), Error> {
        let Some(per_minute) = self.sign_ins else { return Ok(()) };
        self.count(database, AttemptKind::Token, address, per_minute.saturating_mul(TOKEN_FACTOR)).await
    }

    /// Remembers a valid token.
    pub fn remember_right_token(&self, presented: &str) {
        locked(&self.right).keep(fingerprint(presented), ());
    }
}

/// Locks the remembered tokens. A poisoned lock is fine: each change is one step.
pub(super) fn locked<T>(remembered: &Mutex<T>) -> MutexGuard<'_, T> {
    remembered.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Counts a request among all concurrent ones of its person, whatever credentials they use, until its answer is sent. An anonymous one is
/// counted by its network already.
pub async fn limit_per_person(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions_mut().get_mut::<Caller>() else { return next.run(request).await };
    // It is taken from those alone who are counted by their person: all others hold theirs for the whole call, too.
    if let Some(person) = &caller.person
        && let Some(permit) = caller.permit.take()
    {
        match site.services.admission.of_person(permit, person.id.0).await {
            Ok(permit) => caller.permit = Some(permit),
            Err(error) => return ErrorResponse::from(error).into_response(),
        }
    }
    let permit = caller.permit.clone();
    sent_body::hold_permit(next.run(request).await, permit)
}

/// Whether a request is a sign-in form, or another form with which a secret could be guessed.
pub fn is_sign_in_attempt(request: &Parts) -> bool {
    request.method == Method::POST && ATTEMPT_FORMS.iter().any(|(path, _)| *path == request.uri.path())
}

/// Limits sign-in attempts. A form that was sent without scripts goes back to its page with the error.
pub async fn limit_sign_ins(State(site): State<Site>, request: Request, next: Next) -> Response {
    let guessed = ATTEMPT_FORMS.iter().find(|(path, _)| request.method() == Method::POST && *path == request.uri().path());
    let Some(((_, purpose), per_minute)) = guessed.zip(site.limits.sign_ins) else { return next.run(request).await };
    let (parts, body) = request.into_parts();
    let counted = site.limits.count(&site.services.database, *purpose, client_ip::client_ip(&parts), per_minute).await;
    let (counted, body) = match (counted, purpose) {
        (Err(error), AttemptKind::SignIn) => allow_known_browser(&site, &parts, body, error).await,
        (counted, _) => (counted, body),
    };
    match counted {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => back_to_form(&site, &parts, &error).unwrap_or_else(|| ErrorResponse::from(error).into_response()),
    }
}

/// The result of a sign-in whose network has tried too often: from a browser in which the owner of the account has signed in before it
/// continues, and counts as an attempt of that browser. Otherwise an attacker would lock out everybody in their network.
async fn allow_known_browser(site: &Site, request: &Parts, body: Body, error: Error) -> (Result<(), Error>, Body) {
    let Some(browser) = browser::known_browser_in(&request.headers, &site.services.public_url) else { return (Err(error), body) };
    let Ok(form) = layers::read_short_body(body).await else { return (Err(error), Body::empty()) };
    let email = url::form_urlencoded::parse(&form).find(|(name, _)| name == "email").map(|(_, email)| email.into_owned());
    let known = match email {
        Some(email) => registration::is_known_browser(&site.services.database, &email, &browser).await.unwrap_or(false),
        None => false,
    };
    (if known { Ok(()) } else { Err(error) }, Body::from(form))
}

/// The redirect of a plain form to its page, with the error in the query as the pages expect it.
fn back_to_form(site: &Site, request: &Parts, error: &Error) -> Option<Response> {
    let text = |name| request.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    if !text(header::ACCEPT)?.contains("text/html") {
        return None;
    }
    let page = text(header::REFERER)?;
    let ours = page.parse().is_ok_and(|page| authentication::is_own_origin(site, request, &page));
    let target = ServerFnUrlError::new(request.uri.path(), error.clone()).to_url(page).ok().filter(|_| ours)?;
    Some(Redirect::to(target.as_str()).into_response())
}
