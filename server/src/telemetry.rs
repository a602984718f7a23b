//! Logging to the standard error stream.

use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, fmt};

/// Start logging: as text on a terminal, otherwise as JSON for a log collector.
///
/// `filter` is the value of `STINT_LOG`, which the configuration has already checked; a second call changes nothing, so that every
/// test may ask for logs. A line that cannot be written is dropped: reporting it on the same stream would panic in the caller.
pub fn start(filter: &str) {
    let lines = fmt().with_env_filter(EnvFilter::new(filter)).with_writer(stderr).log_internal_errors(false);
    let started = if stderr().is_terminal() { lines.compact().try_init() } else { lines.json().flatten_event(true).try_init() };
    if started.is_err() {
        tracing::debug!("logs were already started");
    }
}
