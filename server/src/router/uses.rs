//! Noting that tokens are used. A call does not wait for that, so what is on its way is bounded: each use once, one after the
//! other, on the connections of the work that nobody waits for.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Arc, Mutex},
};

use app::{account::token, context::Caller, error::Error, id::TokenId, limits::LruMap};
use tokio::sync::Semaphore;

use super::limits::locked;

/// How many notes are on their way at most. A use that finds no room is noted when the token is used again.
const ON_THEIR_WAY_MAX: usize = 1_000;

/// How many of them are of one token, each of another address.
const OF_TOKEN_MAX: usize = 4;

/// A token, and from where it was used.
type Use = (TokenId, IpAddr);

/// The uses of tokens, as far as this process has noted them.
pub struct Uses {
    noted: Mutex<LruMap<Use, ()>>,
    on_their_way: Mutex<HashSet<Use>>,
    turn: Semaphore,
}

impl Uses {
    /// Remembers so many uses that were noted.
    pub fn new(kept: usize) -> Self {
        Self { noted: Mutex::new(LruMap::new(kept)), on_their_way: Mutex::default(), turn: Semaphore::new(1) }
    }

    /// Notes in the background that the token of this caller is in use: when that was not noted within the last minute, or
    /// not from this address.
    pub fn note(self: &Arc<Self>, caller: &Caller, address: IpAddr, seen_recently: bool) {
        let Some(token) = &caller.token else { return };
        let used = (token.id, address);
        if seen_recently && locked(&self.noted).get(used).is_some() {
            return;
        }
        let Some(on_its_way) = self.set_out(used) else { return };
        let caller = Caller { permit: None, ..caller.clone() };
        tokio::spawn(async move {
            if let Err(error) = on_its_way.arrive(&caller).await {
                tracing::warn!(%error, "the use of a token could not be noted");
            }
        });
    }

    /// Takes a place for a note; nothing when the same one is on its way, or too many are.
    fn set_out(self: &Arc<Self>, used: Use) -> Option<OnItsWay> {
        let mut on_their_way = locked(&self.on_their_way);
        let of_token = on_their_way.iter().filter(|(token, _)| *token == used.0).count();
        let room = on_their_way.len() < ON_THEIR_WAY_MAX && of_token < OF_TOKEN_MAX;
        (room && on_their_way.insert(used)).then(|| OnItsWay { uses: self.clone(), used })
    }
}

/// The place of a note, given back when it is dropped.
struct OnItsWay {
    uses: Arc<Uses>,
    used: Use,
}

impl OnItsWay {
    async fn arrive(self, caller: &Caller) -> Result<(), Error> {
        let _turn = self.uses.turn.acquire().await.map_err(|_| Error::internal())?;
        let program = if caller.program.is_empty() { caller.channel.name() } else { caller.program.as_str() };
        token::seen(caller, program).await?;
        locked(&self.uses.noted).keep(self.used, ());
        Ok(())
    }
}

impl Drop for OnItsWay {
    fn drop(&mut self) {
        locked(&self.uses.on_their_way).remove(&self.used);
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn each_use_is_on_its_way_once_and_no_token_fills_the_way() {
        let uses = Arc::new(Uses::new(10));
        let from = |last: u8| IpAddr::V4(Ipv4Addr::new(192, 0, 2, last));
        let (mine, other) = (TokenId::new(), TokenId::new());
        let first = uses.set_out((mine, from(1))).expect("a place");
        assert!(uses.set_out((mine, from(1))).is_none(), "it is on its way");
        let further: Vec<OnItsWay> = (2..100).filter_map(|last| uses.set_out((mine, from(last)))).collect();
        assert_eq!(further.len(), OF_TOKEN_MAX - 1);
        drop(first);
        assert!(uses.set_out((mine, from(1))).is_some(), "a place that was given back can be taken");
        let others: Vec<OnItsWay> = (0..2 * ON_THEIR_WAY_MAX).filter_map(|_| uses.set_out((TokenId::new(), from(1)))).collect();
        assert_eq!(others.len() + further.len(), ON_THEIR_WAY_MAX);
        assert!(uses.set_out((other, from(1))).is_none());
        drop(others);
        assert!(uses.set_out((other, from(1))).is_some());
    }
}
