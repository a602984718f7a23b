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

use super::Reach;
use crate::{
    error::Error,
    limits::{Recent, Turn, Turns},
};

/// How many credentials are remembered at least.
const GENERATION: usize = 5_000;

/// How long a part of one share is held while that of another is waited for.
const SOON: Duration = Duration::from_millis(50);

/// Who takes turns with themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Share {
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

impl Share {
    /// The share of a transaction with this reach.
    pub(super) fn of(reach: Reach) -> Self {
        match reach {
            Reach::Organization(organization) | Reach::Granted(organization, _) => Self::Organization(organization.0),
            Reach::Person(person) => Self::Own(person),
            Reach::Nobody => Self::Nobody,
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
        Error::too_often(what, Duration::from_secs(1))
    }
}

/// The shares of all. A copy is the same ones.
#[derive(Clone)]
pub(super) struct Shares(Arc<Inner>);

/// A part of a share.
struct Part {
    turn: Turn,
    /// What the connection has of what all share, where it needs that.
    common: Option<Turn>,
    /// Whether it is the first of its share.
    is_first: bool,
}

struct Inner {
    /// One for each share.
    first: Turns<Share>,
    /// What an organization has beyond its first for those who have no other connection: a share.
    of_colleagues: Turns<Share>,
    /// What each share may have beyond its first; none where a share is one connection.
    further: Option<Turns<Share>>,
    /// The same for organizations.
    of_organizations: Turns<Share>,
    /// What all shares together may have beyond their first.
    common: Turns<()>,
    patience: Duration,
    /// Whose credentials are, by their fingerprints.
    owners: Mutex<Recent<Vec<u8>, Uuid>>,
}

impl Shares {
    /// So many connections for each share; whoever finds theirs in use waits for `patience` at most.
    pub(super) fn new(share: usize, patience: Duration) -> Self {
        let further = (share > 1).then(|| Turns::new(share - 1, patience));
        let owners = Mutex::new(Recent::new(GENERATION));
        Self(Arc::new(Inner {
            first: Turns::new(1, patience),
            of_colleagues: Turns::new(share, patience),
            further,
            of_organizations: Turns::new(share, patience),
            common: Turns::new(share, patience),
            patience,
            owners,
        }))
    }

    /// A part of each of these shares, for one connection. Whoever waits for one holds nothing of the others for long: they may be
    /// called for elsewhere, where there is room.
    pub(super) async fn take(&self, shares: &[Share]) -> Result<Vec<Turn>, Error> {
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
    async fn take_soon(&self, shares: &[Share], patience: Instant) -> Result<Result<Vec<Turn>, (Share, bool)>, Error> {
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
    async fn part_of(&self, share: Share, has_none: bool, common: Option<Turn>, patience: Instant) -> Result<Part, Error> {
        timeout_at(patience, self.part(share, has_none, common)).await.map_err(|_| share.crowded())
    }

    /// A part of a share: its first, one that is left for whoever has no other connection, or a further one. `common` is what the
    /// connection has already of what all share.
    async fn part(&self, share: Share, has_none: bool, common: Option<Turn>) -> Part {
        let of_organization = matches!(share, Share::Organization(_));
        let further = async {
            let further = if of_organization { Some(&self.0.of_organizations) } else { self.0.further.as_ref() };
            match further {
                Some(further) => (further.wait(share).await, self.common(common.clone()).await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            turn = self.0.first.wait(share) => Part { turn, common, is_first: true },
            turn = self.0.of_colleagues.wait(share), if has_none && of_organization => Part { turn, common, is_first: false },
            (turn, common) = further => Part { turn, common: Some(common), is_first: false },
        }
    }

    async fn common(&self, held: Option<Turn>) -> Turn {
        match held {
            Some(held) => held,
            None => self.0.common.wait(()).await,
        }
    }

    /// The share in which a credential is looked at.
    pub(super) fn of_credential(&self, fingerprint: &[u8]) -> Share {
        self.owners().get(fingerprint.to_vec()).map_or(Share::Credentials, |owner| Share::CredentialsOf(*owner))
    }

    /// Remembers whose a credential is.
    pub(super) fn remember(&self, fingerprint: &[u8], owner: Uuid) {
        self.owners().keep(fingerprint.to_vec(), owner);
    }

    fn owners(&self) -> MutexGuard<'_, Recent<Vec<u8>, Uuid>> {
        self.0.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
