//! How often those may call whom nobody knows, by the network and the site that they come from.
//!
//! Each process counts for itself: a call of a stranger costs the database nothing, and whoever comes from many networks makes no rows.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use crate::{
    error::Error,
    limits::{KeyedRateLimiter, Rate, site},
};

/// How many networks, and how many sites, are remembered at least.
const GENERATION: usize = 5_000;

/// Who is not known. Each kind is counted for itself, so that whoever only looks keeps nobody out who has a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum AnonymousKind {
    /// Somebody without a credential.
    Nobody,
    /// Somebody without a credential who signs in, or is about to: those who only look do not keep them out.
    SigningIn,
    /// Somebody with a credential that this process has not seen yet; it may be a guess.
    NotSeenYet,
}

/// What is left for each network and each site.
pub(super) struct AnonymousRateLimiter {
    networks: KeyedRateLimiter<(AnonymousKind, IpAddr)>,
    sites: KeyedRateLimiter<(AnonymousKind, IpAddr)>,
}

impl AnonymousRateLimiter {
    /// This rate for each network, and so many times as much for each site.
    pub(super) fn new(rate: Rate, of_site: u8) -> Self {
        let factor = NonZeroU32::new(of_site.into()).unwrap_or(NonZeroU32::MIN);
        let (per_minute, burst) = (rate.per_minute.saturating_mul(factor), rate.burst.saturating_mul(factor));
        Self { networks: KeyedRateLimiter::new(rate, GENERATION), sites: KeyedRateLimiter::new(Rate { per_minute, burst }, GENERATION) }
    }

    /// Counts a call from this network, or says when the next one may come. What a network is refused does not count for its site.
    pub(super) fn count(&self, kind: AnonymousKind, network: IpAddr) -> Result<(), Error> {
        self.networks.take((kind, network)).map_err(too_often)?;
        site(network).map_or(Ok(()), |site| self.sites.take((kind, site)).map_err(too_often))
    }

    /// Takes back that somebody of this network was counted who brought a credential, since it was no guess.
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
