//! How often those may call whom nobody knows, by the network that they come from.
//!
//! Each process counts for itself: a call of a stranger costs the database nothing, and whoever comes from many networks makes no rows.

use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use crate::{
    error::Error,
    limits::{Bucket, Rate, Recent},
};

/// How many networks are remembered at least.
const GENERATION: usize = 5_000;

/// What is left for each network.
pub(super) struct Often {
    rate: Rate,
    networks: Mutex<Recent<IpAddr, Bucket>>,
}

impl Often {
    pub(super) fn new(rate: Rate) -> Self {
        Self { rate, networks: Mutex::new(Recent::new(GENERATION)) }
    }

    /// Counts a call from this network, or says when the next one may come.
    pub(super) fn count(&self, network: IpAddr) -> Result<(), Error> {
        let now = Instant::now();
        let mut networks = self.networks.lock().unwrap_or_else(PoisonError::into_inner);
        let left = networks.of(network, || Bucket::full(self.rate, now));
        left.take_alone(now).map_err(|wait| Error::too_often("Too many calls came from your network in a short time.", wait))
    }
}
