//! Who takes turns with whom at the connections, so that nobody stands in line behind a crowd.
//!
//! Each share is at most so many connections in use, or waited for in line, at once. The first of each share is its own, and an
//! organization has a share more for whoever has none yet, so that few who are busy in it, or elsewhere, keep no colleague out.
//! What all shares have beyond that is as much as one may have, together: one that is busy with slow work takes one connection from the
//! others, and whoever comes next finds one unless as many people are busy as there are connections.
//!
//! Whoever finds theirs in use waits before the line and holds nothing meanwhile. Whose a credential is, is remembered from the
//! last time that it was recognized: it is looked at among those of its owner, and one that nobody is known to have among all that
//! nobody is known to have. That is for fairness only: what a caller may do is never decided here.

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

/// How many credentials are remembered at least.
const GENERATION: usize = 5_000;

/// How long a part of one share is held while that of another is waited for.
const SOON: Duration = Duration::from_millis(50);

/// Who takes turns with themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum PoolShare {
    /// What is done in one organization.
    Organization(Uuid),
    /// What one person does, in all organizations together.
    Person(Uuid),
    /// What one person does outside of any organization, such as ending a sign-in: whoever is busy elsewhere as them does not keep them
    /// from that.
    Own(Uuid),
    /// Looking at the credentials of one person, all of them.
    CredentialsOf(Uuid),
    /// Looking at credentials that nobody is known to have.
    Credentials,
    /// What else is asked before it is known who asks.
    Nobody,
}

impl PoolShare {
    /// The share of a transaction with this reach.
    pub(super) fn of(reach: RowScope) -> Self {
        match reach {
            RowScope::Organization(organization) | RowScope::Granted(organization, _) => Self::Organization(organization.0),
            RowScope::Person(person) => Self::Own(person),
            RowScope::Nobody => Self::Nobody,
        }
    }

    /// Whether all take turns in it who are not known.
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

/// The shares of all. A copy is the same ones.
#[derive(Clone)]
pub(super) struct PoolShares(Arc<PoolSharesInner>);

/// A part of a share.
struct ShareSlot {
    turn: KeyedPermit,
    /// What the connection has of what all share, where it needs that.
    common: Option<KeyedPermit>,
    /// Whether it is the first of its share.
    is_first: bool,
}

struct PoolSharesInner {
    /// One for each share.
    first: KeyedSemaphore<PoolShare>,
    /// What an organization has beyond its first for those who have no other connection: a share.
    of_colleagues: KeyedSemaphore<PoolShare>,
    /// What each share may have beyond its first; none where a share is one connection.
    further: Option<KeyedSemaphore<PoolShare>>,
    /// The same for organizations.
    of_organizations: KeyedSemaphore<PoolShare>,
    /// What all shares together may have beyond their first.
    common: KeyedSemaphore<()>,
    patience: Duration,
    /// Whose credentials are, by their fingerprints.
    owners: Mutex<LruMap<Vec<u8>, Uuid>>,
}

impl PoolShares {
    /// So many connections for each share; whoever finds theirs in use waits for `patience` at most.
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

    /// A part of each of these shares, for one connection. Whoever waits for one holds nothing of the others for long: they may be
    /// called for elsewhere, where there is room.
    pub(super) async fn take(&self, shares: &[PoolShare]) -> Result<Vec<KeyedPermit>, Error> {
        let patience = Instant::now() + self.0.patience;
        loop {
            match self.take_soon(shares, patience).await? {
                Ok(turns) => return Ok(turns),
                // There is room in it now, or nobody else waits longer.
                Err((crowded, has_none)) => drop(self.part_of(crowded, has_none, None, patience).await?),
            }
        }
    }

    /// The same, or else the first share of which there was no part soon, and whether whoever wants it has no other connection.
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

    /// A part of a share, refused when none was to be had for so long.
    async fn part_of(&self, share: PoolShare, has_none: bool, common: Option<KeyedPermit>, patience: Instant) -> Result<ShareSlot, Error> {
        timeout_at(patience, self.part(share, has_none, common)).await.map_err(|_| share.crowded())
    }

    /// A part of a share: its first, one that is left for whoever has no other connection, or a further one. `common` is what the
    /// connection has already of what all share.
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

    /// The share in which a credential is looked at.
    pub(super) fn of_credential(&self, fingerprint: &[u8]) -> PoolShare {
        self.owners().get(fingerprint.to_vec()).map_or(PoolShare::Credentials, |owner| PoolShare::CredentialsOf(*owner))
    }

    /// Remembers whose a credential is.
    pub(super) fn remember(&self, fingerprint: &[u8], owner: Uuid) {
        self.owners().keep(fingerprint.to_vec(), owner);
    }

    fn owners(&self) -> MutexGuard<'_, LruMap<Vec<u8>, Uuid>> {
        self.0.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
