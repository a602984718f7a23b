//! Fair shares of the connection pool, so that no caller waits behind many calls of another.
//!
//! A share bounds how many connections are in use, or queued for, at once. The first connection of each share is its own. An
//! organization has a further share for members without any connection, so that a few busy members do not keep their colleagues out.
//! The connections beyond these are common to all shares, and together as many as one share may have: a share with slow work takes one
//! connection from the others, and the next caller finds one unless as many people are busy as there are connections.
//!
//! A caller whose share is in use waits before the queue of the pool and holds nothing meanwhile. The owner of a credential is
//! remembered from the last time that it was recognized: it is checked in the share of its owner, and a credential without a known
//! owner in the share of all such credentials. This is for fairness only: authorization never depends on it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, timeout, timeout_at};
use uuid::Uuid;

use super::RowScope;
use crate::{
    error::Error,
    limits::{KeyedPermit, KeyedSemaphore, LruMap},
};

/// The least number of credentials that are remembered.
const GENERATION: usize = 5_000;

/// How long a permit of one share is held while that of another is waited for.
const SOON: Duration = Duration::from_millis(50);

/// A share, by the callers that it bounds together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum PoolShare {
    /// Calls in one organization.
    Organization(Uuid),
    /// Calls of one person, in all organizations together.
    Person(Uuid),
    /// Calls of one person outside of any organization, such as ending a sign-in: their other calls, or those of a thief of their
    /// credentials, do not block these.
    Own(Uuid),
    /// Authentication of all credentials of one person.
    CredentialsOf(Uuid),
    /// Authentication of credentials without a known owner.
    Credentials,
    /// Other statements of anonymous callers.
    Nobody,
}

impl PoolShare {
    /// The share of a transaction with this row scope.
    pub(super) fn of(row_scope: RowScope) -> Self {
        match row_scope {
            RowScope::Organization(organization) | RowScope::Granted(organization, _) => Self::Organization(organization.0),
            RowScope::Person(person) => Self::Own(person),
            RowScope::Nobody => Self::Nobody,
        }
    }

    /// Whether all unknown callers share it.
    pub(super) fn is_of_strangers(self) -> bool {
        matches!(self, Self::Credentials | Self::Nobody)
    }

    fn crowded(self) -> Error {
        let what = match self {
            Self::Organization(_) => "Too much is being done for this organization at once.",
            Self::Person(_) | Self::Own(_) | Self::CredentialsOf(_) => "Too much is being done for you at once.",
            Self::Credentials | Self::Nobody => "Too many callers come at once of whom it is not known who they are.",
        };
        Error::rate_limited(what, Duration::from_secs(1))
    }
}

/// All shares. A clone shares the same state.
#[derive(Clone)]
pub(super) struct PoolShares(Arc<PoolSharesInner>);

/// A permit of a share.
struct ShareSlot {
    turn: KeyedPermit,
    /// The permit for a connection common to all shares, where one is needed.
    common: Option<KeyedPermit>,
    /// Whether it is the first permit of its share.
    is_first: bool,
}

struct PoolSharesInner {
    /// The first connection of each share.
    first: KeyedSemaphore<PoolShare>,
    /// The connections of an organization for callers without any other connection.
    of_colleagues: KeyedSemaphore<PoolShare>,
    /// The connections of a share beyond its first; none where a share is one connection.
    further: Option<KeyedSemaphore<PoolShare>>,
    /// The same for organizations.
    of_organizations: KeyedSemaphore<PoolShare>,
    /// The connections of all shares together beyond their first ones.
    common: KeyedSemaphore<()>,
    patience: Duration,
    /// The owners of credentials, by fingerprint.
    owners: Mutex<LruMap<Vec<u8>, Uuid>>,
}

impl PoolShares {
    /// Shares of `share` connections; a caller whose share is in use waits for `patience` at most.
    pub(super) fn new(share: usize, patience: Duration) -> Self {
        let further = (share > 1).then(|| KeyedSemaphore::new(share - 1, patience));
        let owners = Mutex::new(LruMap::new(GENERATION));
        Self(Arc::new(PoolSharesInner {
            first: KeyedSemaphore::new(1, patience),
            of_colleagues: KeyedSemaphore::new(share, patience),
            further,
            of_organizations: KeyedSemaphore::new(share, patience),
            common: KeyedSemaphore::new(share, patience),
            patience,
            owners,
        }))
    }

    /// Acquires a permit of each of these shares, for one connection. While it waits for one it does not hold the others for long,
    /// since other calls may need them.
    pub(super) async fn take(&self, shares: &[PoolShare]) -> Result<Vec<KeyedPermit>, Error> {
        let patience = Instant::now() + self.0.patience;
        loop {
            match self.take_soon(shares, patience).await? {
                Ok(turns) => return Ok(turns),
                // The permit is only waited for and dropped: then all are tried again.
                Err((crowded, has_none)) => drop(self.part_of(crowded, has_none, None, patience).await?),
            }
        }
    }

    /// The same; or else the first share without a free permit, and whether the caller has no other connection.
    async fn take_soon(&self, shares: &[PoolShare], patience: Instant) -> Result<Result<Vec<KeyedPermit>, (PoolShare, bool)>, Error> {
        let (mut turns, mut common, mut has_none) = (Vec::new(), None, false);
        for (at, share) in shares.iter().enumerate() {
            let part = self.part_of(*share, has_none, common.clone(), patience);
            let part = match at {
                0 => part.await?,
                _ => match timeout(SOON, part).await {
                    Ok(part) => part?,
                    Err(_) => return Ok(Err((*share, has_none))),
                },
            };
            turns.push(part.turn);
            has_none = at == 0 && part.is_first;
            common = part.common;
        }
        turns.extend(common);
        Ok(Ok(turns))
    }

    /// Acquires a permit of a share, and refuses when none became free until `patience`.
    async fn part_of(&self, share: PoolShare, has_none: bool, common: Option<KeyedPermit>, patience: Instant) -> Result<ShareSlot, Error> {
        timeout_at(patience, self.part(share, has_none, common)).await.map_err(|_| share.crowded())
    }

    /// Acquires a permit of a share: its first, one reserved for callers without any other connection, or a further one. `common` is
    /// the common permit that the connection already has.
    async fn part(&self, share: PoolShare, has_none: bool, common: Option<KeyedPermit>) -> ShareSlot {
        let of_organization = matches!(share, PoolShare::Organization(_));
        let further = async {
            let further = if of_organization { Some(&self.0.of_organizations) } else { self.0.further.as_ref() };
            match further {
                Some(further) => (further.wait(share).await, self.common(common.clone()).await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            turn = self.0.first.wait(share) => ShareSlot { turn, common, is_first: true },
            turn = self.0.of_colleagues.wait(share), if has_none && of_organization => ShareSlot { turn, common, is_first: false },
            (turn, common) = further => ShareSlot { turn, common: Some(common), is_first: false },
        }
    }

    async fn common(&self, held: Option<KeyedPermit>) -> KeyedPermit {
        match held {
            Some(held) => held,
            None => self.0.common.wait(()).await,
        }
    }

    /// The share in which a credential is authenticated.
    pub(super) fn of_credential(&self, fingerprint: &[u8]) -> PoolShare {
        self.owners().get(fingerprint.to_vec()).map_or(PoolShare::Credentials, |owner| PoolShare::CredentialsOf(*owner))
    }

    /// Remembers the owner of a credential.
    pub(super) fn remember(&self, fingerprint: &[u8], owner: Uuid) {
        self.owners().keep(fingerprint.to_vec(), owner);
    }

    fn owners(&self) -> MutexGuard<'_, LruMap<Vec<u8>, Uuid>> {
        self.0.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
