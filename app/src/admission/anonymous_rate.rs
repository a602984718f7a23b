//! Rate limits of unknown callers, by network and site of the address.
//!
//! Each process counts for itself: a call of an unknown caller costs the database nothing, and calls from many networks create no rows.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use crate::{
    error::Error,
    limits::{KeyedRateLimiter, Rate, site},
};

/// The least number of networks, and of sites, that are remembered.
const GENERATION: usize = 5_000;

/// The kinds of unknown callers. Each is counted by itself, so that callers who only read do not block those with a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum AnonymousKind {
    /// A caller without a credential.
    Nobody,
    /// A caller without a credential at the forms for signing in.
    SigningIn,
    /// A caller with a credential that this process has not seen yet; it may be a guess.
    NotSeenYet,
}

/// The rates of each network and each site.
pub(super) struct AnonymousRateLimiter {
    networks: KeyedRateLimiter<(AnonymousKind, IpAddr)>,
    sites: KeyedRateLimiter<(AnonymousKind, IpAddr)>,
}

impl AnonymousRateLimiter {
    /// A limiter with this rate for each network, and `of_site` times the rate for each site.
    pub(super) fn new(rate: Rate, of_site: u8) -> Self {
        let factor = NonZeroU32::new(of_site.into()).unwrap_or(NonZeroU32::MIN);
        let (per_minute, burst) = (rate.per_minute.saturating_mul(factor), rate.burst.saturating_mul(factor));
        Self { networks: KeyedRateLimiter::new(rate, GENERATION), sites: KeyedRateLimiter::new(Rate { per_minute, burst }, GENERATION) }
    }

    /// Counts a call from this network, or says when the next one may come. A call refused for its network does not count for its site.
    pub(super) fn count(&self, kind: AnonymousKind, network: IpAddr) -> Result<(), Error> {
        self.networks.take((kind, network)).map_err(too_often)?;
        site(network).map_or(Ok(()), |site| self.sites.take((kind, site)).map_err(too_often))
    }

    /// Uncounts a call from this network whose credential was recognized, since it was no guess.
    pub(super) fn recognized(&self, network: IpAddr) {
        self.networks.put_back((AnonymousKind::NotSeenYet, network));
        if let Some(site) = site(network) {
            self.sites.put_back((AnonymousKind::NotSeenYet, site));
        }
    }
}

fn too_often(wait: Duration) -> Error {
    Error::rate_limited("Too many calls came from your network in a short time.", wait)
}
