//! The end of the process, as far as it has come.

use tokio_util::sync::CancellationToken;

/// The stages of the end: it is announced first, while everything still works, and begins later. Copies tell of the same end.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    announced: CancellationToken,
    begun: CancellationToken,
}

impl Shutdown {
    /// Says that the process will end soon: *ready* says no from now on, so that whoever shares out calls sends them elsewhere.
    pub fn announce(&self) {
        self.announced.cancel();
    }

    /// Whether the end was announced.
    pub fn is_announced(&self) -> bool {
        self.announced.is_cancelled()
    }

    /// Begins the end: nothing new is taken on, what is under way is finished.
    pub fn begin(&self) {
        self.announced.cancel();
        self.begun.cancel();
    }

    /// What is cancelled when the end begins.
    pub fn begun(&self) -> CancellationToken {
        self.begun.clone()
    }
}
