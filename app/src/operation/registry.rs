//! The registry of operations as the pipeline sees it. Its content is listed in `crate::operations`, which stands above all features and
//! installs it at the start of the process.

use std::sync::{LazyLock, OnceLock};

use uuid::Uuid;

use super::{Call, Operation};
use crate::{context::BoxFuture, error::Error};

/// What the pipeline and the lower features call of those above them.
#[derive(Clone, Copy)]
pub struct Registry {
    /// Builds the list of all operations, sorted by name.
    pub operations: fn() -> Vec<Operation>,
    /// Stops and saves the timer of a member who leaves, and returns whether one ran.
    pub stop_timer_of: StopTimer,
}

/// Stops the timer of a member.
pub type StopTimer = for<'a> fn(cx: &'a mut Call, member: Uuid) -> BoxFuture<'a, Result<bool, Error>>;

static REGISTRY: OnceLock<Registry> = OnceLock::new();

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| (installed().operations)());

/// Installs the registry. Only the first call counts.
pub fn install(registry: Registry) {
    REGISTRY.get_or_init(|| registry);
}

/// All operations, sorted by name.
pub fn all() -> &'static [Operation] {
    &OPERATIONS
}

/// The operation of this name.
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.binary_search_by_key(&name, |operation| operation.declaration.name).ok().and_then(|at| OPERATIONS.get(at))
}

/// Stops and saves the timer of a member who leaves, and returns whether one ran.
pub async fn stop_timer_of(cx: &mut Call, member: Uuid) -> Result<bool, Error> {
    (installed().stop_timer_of)(cx, member).await
}

fn installed() -> Registry {
    // Unit tests call single functions without the start of a process.
    #[cfg(test)]
    crate::operations::install();
    *REGISTRY.get().expect("the process begins with operations::install")
}
