//! Who takes turns with whom at the connections, so that nobody stands in line behind a crowd.
//!
//! Each share is at most so many connections in use, or waited for in line, at once; that of an organization is one more, so that one
//! person cannot keep their colleagues out. The first of each share is its own; what all shares have beyond their first is as much as
//! one may have, together. So one that is busy with slow work takes one connection from the others, and whoever comes next finds one
//! unless as many are busy as there are connections.
//!
//! Whoever finds theirs in use waits before the line and holds nothing meanwhile. Whose a credential is, is remembered from the
//! last time that it was recognized: it is looked at among those of its owner, and one that nobody is known to have among all that
//! nobody is known to have. That is for fairness only: what a caller may do is never decided here.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::timeout;
use uuid::Uuid;

use super::Reach;
use crate::{
    error::Error,
    limits::{Recent, Turn, Turns},
};

/// How many credentials are remembered at least.
const GENERATION: usize = 5_000;

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

struct Inner {
    /// One for each share.
    first: Turns<Share>,
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
            further,
            of_organizations: Turns::new(share, patience),
            common: Turns::new(share, patience),
            patience,
            owners,
        }))
    }

    /// A part of each of these shares, for one connection.
    pub(super) async fn take(&self, shares: &[Share]) -> Result<Vec<Turn>, Error> {
        let (mut turns, mut common) = (Vec::new(), None);
        for share in shares {
            let taken = timeout(self.0.patience, self.part(*share, common)).await;
            let (turn, of_common) = taken.map_err(|_| share.crowded())?;
            turns.push(turn);
            common = of_common;
        }
        turns.extend(common);
        Ok(turns)
    }

    /// A part of a share: its first, or a further one. `common` is what the connection has already of what all share.
    async fn part(&self, share: Share, common: Option<Turn>) -> (Turn, Option<Turn>) {
        let further = async {
            let further = match share {
                Share::Organization(_) => Some(&self.0.of_organizations),
                _ => self.0.further.as_ref(),
            };
            match further {
                Some(further) => (further.wait(share).await, self.common(common.clone()).await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            first = self.0.first.wait(share) => (first, common),
            (further, of_common) = further => (further, Some(of_common)),
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
