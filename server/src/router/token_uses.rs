//! Records when and from where tokens are used. Calls do not wait for that, so the number of pending records is bounded; they are written
//! one after the other, each use once, on the worker connections.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use app::{account::token, context::Caller, error::Error, limits::LruMap};
use domain::id::TokenId;
use tokio::sync::Semaphore;

use super::limits::locked;

/// The most pending records. A use that exceeds it is recorded when the token is used again.
const PENDING_MAX: usize = 1_000;

/// The most pending records of one token, each of another address.
const PENDING_OF_TOKEN_MAX: usize = 4;

/// A token, and the address that it was used from.
type TokenUse = (TokenId, IpAddr);

/// The uses of tokens that this process has recorded or is about to record.
pub struct TokenUses {
    noted: Mutex<LruMap<TokenUse, ()>>,
    pending: Mutex<HashSet<TokenUse>>,
    turn: Semaphore,
}

impl TokenUses {
    /// Remembers this many recorded uses.
    pub fn new(kept: usize) -> Self {
        Self { noted: Mutex::new(LruMap::new(kept)), pending: Mutex::default(), turn: Semaphore::new(1) }
    }

    /// Records in the background that the token of this caller is in use, unless that was recorded within the last minute and from this
    /// address.
    pub fn note(self: &Arc<Self>, caller: &Caller, address: IpAddr, seen_recently: bool) {
        let Some(token) = &caller.token else { return };
        let used = (token.id, address);
        if seen_recently && locked(&self.noted).get(used).is_some() {
            return;
        }
        let Some(pending_use) = self.reserve(used) else { return };
        let caller = Caller { permit: None, ..caller.clone() };
        tokio::spawn(async move {
            if let Err(error) = pending_use.record(&caller).await {
                tracing::warn!(%error, "the use of a token could not be noted");
            }
        });
    }

    /// Reserves a pending record; none when the same use is pending already, or too many are.
    fn reserve(self: &Arc<Self>, used: TokenUse) -> Option<PendingUse> {
        let mut pending = locked(&self.pending);
        let of_token = pending.iter().filter(|(token, _)| *token == used.0).count();
        let room = pending.len() < PENDING_MAX && of_token < PENDING_OF_TOKEN_MAX;
        (room && pending.insert(used)).then(|| PendingUse { uses: self.clone(), used })
    }
}

/// A pending record, which frees its reservation when it is dropped.
struct PendingUse {
    uses: Arc<TokenUses>,
    used: TokenUse,
}

impl PendingUse {
    async fn record(self, caller: &Caller) -> Result<(), Error> {
        let _turn = self.uses.turn.acquire().await.map_err(|_| Error::internal())?;
        let program = if caller.program.is_empty() { caller.channel.name() } else { caller.program.as_str() };
        token::seen(caller, program).await?;
        locked(&self.uses.noted).keep(self.used, ());
        Ok(())
    }
}

impl Drop for PendingUse {
    fn drop(&mut self) {
        locked(&self.uses.pending).remove(&self.used);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn each_use_is_on_its_way_once_and_no_token_fills_the_way() {
        let uses = Arc::new(TokenUses::new(10));
        let from = |last: u8| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last));
        let (mine, other) = (TokenId::new(), TokenId::new());
        let first = uses.reserve((mine, from(1))).expect("a place");
        assert!(uses.reserve((mine, from(1))).is_none(), "it is on its way");
        let further: Vec<PendingUse> = (2..100).filter_map(|last| uses.reserve((mine, from(last)))).collect();
        assert_eq!(further.len(), PENDING_OF_TOKEN_MAX - 1);
        drop(first);
        assert!(uses.reserve((mine, from(1))).is_some(), "a place that was given back can be taken");
        let others: Vec<PendingUse> = (0..2 * PENDING_MAX).filter_map(|_| uses.reserve((TokenId::new(), from(1)))).collect();
        assert_eq!(others.len() + further.len(), PENDING_MAX);
        assert!(uses.reserve((other, from(1))).is_none());
        drop(others);
        assert!(uses.reserve((other, from(1))).is_some());
    }
}
