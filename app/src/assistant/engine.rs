//! What the assistant works with: the model, how far it may go, and the answers that are being made.

use std::time::Duration;

use super::{access_watch::AccessWatch, model::Model, run_registry::RunRegistry};

/// The assistant of this process.
#[derive(Default)]
pub struct Engine {
    /// The model; without one slash commands still work.
    pub model: Option<Box<dyn Model>>,
    /// How far one answer may go.
    pub limits: RunLimits,
    /// The answers that are being made.
    pub runs: RunRegistry,
    /// Who hears them.
    pub listeners: AccessWatch,
}

/// How far one answer may go.
#[derive(Debug, Clone, Copy)]
pub struct RunLimits {
    /// How often the model is asked.
    pub steps: usize,
    /// How many operations it may call at once.
    pub calls: usize,
    /// How many characters it may write.
    pub characters: usize,
    /// How long all of it may take.
    pub time: Duration,
    /// How long the model may be silent.
    pub silence: Duration,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { steps: 12, calls: 8, characters: 40_000, time: Duration::from_secs(180), silence: Duration::from_secs(45) }
    }
}
