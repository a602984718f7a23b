//! The stages of the shutdown of the process.

use tokio_util::sync::CancellationToken;

/// The shutdown signal: the end is announced first, while everything still works, and begins later. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    announced: CancellationToken,
    begun: CancellationToken,
}

impl Shutdown {
    /// Announces the end: `/readyz` says no from now on, so that a load balancer sends calls elsewhere.
    pub fn announce(&self) {
        self.announced.cancel();
    }

    /// Whether the end was announced.
    pub fn is_announced(&self) -> bool {
        self.announced.is_cancelled()
    }

    /// Begins the end: nothing new is accepted, what is under way is finished.
    pub fn begin(&self) {
        self.announced.cancel();
        self.begun.cancel();
    }

    /// The token that is cancelled when the end begins.
    pub fn begun(&self) -> CancellationToken {
        self.begun.clone()
    }
}
