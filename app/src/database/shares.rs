//! Who takes turns with whom at the connections, so that nobody stands in line behind a crowd.
//!
//! Each share is at most so many connections in use, or waited for in line, at once. Whoever finds theirs in use waits before
//! the line and holds nothing meanwhile. Whose a credential is, is remembered from the last time that it was recognized: it is
//! looked at among those of its owner, and one that nobody is known to have among all that nobody is known to have. That is for
//! fairness only: what a caller may do is never decided here.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

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
    /// What one person does, in all organizations together and outside of any.
    Person(Uuid),
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
            Reach::Person(person) => Self::Person(person),
            Reach::Nobody => Self::Nobody,
        }
    }

    fn crowded(self) -> Error {
        let what = match self {
            Self::Organization(_) => "Too much is being done for this organization at once.",
            Self::Person(_) | Self::CredentialsOf(_) => "Too much is being done for you at once.",
            Self::Credentials | Self::Nobody => "Too many callers come at once of whom it is not known who they are.",
        };
        Error::too_often(what, Duration::from_secs(1))
    }
}

/// The shares of all. A copy is the same ones.
#[derive(Clone)]
pub(super) struct Shares(Arc<Inner>);

struct Inner {
    turns: Turns<Share>,
    /// Whose credentials are, by their fingerprints.
    owners: Mutex<Recent<Vec<u8>, Uuid>>,
}

impl Shares {
    /// So many connections for each share; whoever finds theirs in use waits for `patience` at most.
    pub(super) fn new(share: usize, patience: Duration) -> Self {
        Self(Arc::new(Inner { turns: Turns::new(share, patience), owners: Mutex::new(Recent::new(GENERATION)) }))
    }

    /// A part of a share.
    pub(super) async fn take(&self, share: Share) -> Result<Turn, Error> {
        self.0.turns.take(share).await.ok_or_else(|| share.crowded())
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
