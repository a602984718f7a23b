//! The assistant of a process: the model, the limits of a run, and the active runs.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use http::Extensions;

use super::{access_watch::AccessWatch, model::Model, run_registry::RunRegistry};
use crate::context::Services;

/// The assistant of this process.
#[derive(Default)]
pub struct Engine {
    /// The model; without one, slash commands still work.
    pub model: Option<Box<dyn Model>>,
    /// The limits of one answer.
    pub limits: RunLimits,
    /// The runs of this process.
    pub runs: RunRegistry,
    /// The access checks of readers.
    pub listeners: AccessWatch,
}

impl Engine {
    /// This assistant as the services of a process hold it.
    pub fn into_extensions(self) -> Extensions {
        let mut extensions = Extensions::new();
        extensions.insert(Arc::new(self));
        extensions
    }
}

/// The assistant of a process that was started without one.
static WITHOUT_MODEL: LazyLock<Engine> = LazyLock::new(Engine::default);

/// The assistant among the services of a process.
pub trait AssistantServices {
    /// The assistant; one without a model where the process has none.
    fn assistant(&self) -> &Engine;
}

impl AssistantServices for Services {
    fn assistant(&self) -> &Engine {
        self.extensions.get::<Arc<Engine>>().map_or(&WITHOUT_MODEL, Arc::as_ref)
    }
}

/// The limits of one answer.
#[derive(Debug, Clone, Copy)]
pub struct RunLimits {
    /// The maximum number of requests to the model.
    pub steps: usize,
    /// The maximum number of operations called per step.
    pub calls: usize,
    /// The maximum number of characters written.
    pub characters: usize,
    /// The maximum duration of the whole answer.
    pub time: Duration,
    /// The maximum time that the model may be silent.
    pub silence: Duration,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { steps: 12, calls: 8, characters: 40_000, time: Duration::from_secs(180), silence: Duration::from_secs(45) }
    }
}
