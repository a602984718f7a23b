//! What the process tells about itself: log lines on the standard error stream.

use std::io::{IsTerminal, stderr};
use tracing_subscriber::{EnvFilter, fmt};

/// Begin to write log lines: for people on a terminal, as JSON for whatever collects them elsewhere.
///
/// `filter` is the value of `STINT_LOG`, which the configuration has already checked; a second call changes nothing, so
/// that every test may ask for logs. A line that cannot be written is lost and nothing else: to say so on the same stream would panic in
/// whatever was being done.
pub fn start(filter: &str) {
    let lines = fmt().with_env_filter(EnvFilter::new(filter)).with_writer(stderr).log_internal_errors(false);
    let started = if stderr().is_terminal() { lines.compact().try_init() } else { lines.json().flatten_event(true).try_init() };
    if started.is_err() {
        tracing::debug!("logs were already started");
    }
}
