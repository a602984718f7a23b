//! How often one may try to sign in. How often one may call is the gate's (`app::admission`).

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use app::error::Error;
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use http::{Method, header, request::Parts};
use server_fn::error::ServerFnUrlError;

use super::Site;
use crate::{identity, refusal::Refusal};

/// How many keys are remembered before those that may call freely again are forgotten.
const KEYS_KEPT: usize = 10_000;

/// The limits of this process.
pub struct Limits {
    sign_ins: Limit<IpAddr>,
}

impl Limits {
    /// `sign_ins` per minute from one address; none means no limit.
    pub fn new(sign_ins: Option<NonZeroU32>) -> Self {
        Self { sign_ins: Limit::new(sign_ins.map(Quota::per_minute)) }
    }
}

/// A limit for each key.
struct Limit<K: Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limit<K> {
    fn new(quota: Option<Quota>) -> Self {
        Self { limiter: quota.map(RateLimiter::keyed), clock: DefaultClock::default() }
    }

    /// Counts a call; after too many, how long to wait.
    fn count(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if limiter.len() > KEYS_KEPT {
            limiter.retain_recent();
        }
        limiter.check_key(key).map_err(|early| early.wait_time_from(self.clock.now()))
    }
}

/// Slows down whoever tries passwords. A form that was sent without scripts goes back to its page with the error.
pub async fn of_sign_ins(State(site): State<Site>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !["/call/sign_in", "/call/sign_up"].contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    match site.limits.sign_ins.count(&network(identity::address(&parts))) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(wait) => {
            let refusal = Refusal::too_often(wait);
            back_to_form(&site, &parts, refusal.error()).unwrap_or_else(|| refusal.into_response())
        }
    }
}

/// Where an address comes from, for counting: who has an IPv6 address usually has 2⁶⁴ of them.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// The page of a plain form, with the error in its address as the pages expect it.
fn back_to_form(site: &Site, request: &Parts, error: &Error) -> Option<Response> {
    let text = |name| request.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    if !text(header::ACCEPT)?.contains("text/html") {
        return None;
    }
    let page = text(header::REFERER)?;
    let ours = page.parse().is_ok_and(|page| identity::is_ours(site, request, &page));
    let target = ServerFnUrlError::new(request.uri.path(), error.clone()).to_url(page).ok().filter(|_| ours)?;
    Some(Redirect::to(target.as_str()).into_response())
}
