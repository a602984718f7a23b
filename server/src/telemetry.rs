//! Logging to the standard error stream.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{
    EnvFilter,
    fmt::{
        self, SubscriberBuilder,
        format::{DefaultFields, Format, Full, Json, JsonFields},
    },
};

/// Start logging: as text on a terminal, otherwise as JSON for a log collector.
///
/// `filter` is the value of `STINT_LOG`, which the configuration has already checked; a second call changes nothing, so that every
/// test may ask for logs. A line that cannot be written is dropped: reporting it on the same stream would panic in the caller.
pub fn start(filter: &str) {
    let lines = fmt::fmt().with_env_filter(EnvFilter::new(filter)).with_writer(stderr).log_internal_errors(false);
    let started = if stderr().is_terminal() { lines.compact().try_init() } else { as_json(lines).try_init() };
    if started.is_err() {
        tracing::debug!("logs were already started");
    }
}

/// Lines of JSON. They list all spans, of which the innermost is not written a second time.
fn as_json<F, W>(lines: SubscriberBuilder<DefaultFields, Format<Full>, F, W>) -> SubscriberBuilder<JsonFields, Format<Json>, F, W> {
    lines.json().flatten_event(true).with_current_span(false)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use axum::body::Body;
    use tower_http::trace::MakeSpan;

    use super::*;
    use crate::router::layers::RequestSpan;

    /// Captured log lines.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("the lines").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_about_the_longest_request_is_short_and_names_it_once() {
        let lines = Lines::default();
        let kept = lines.clone();
        let log = as_json(fmt::fmt().with_writer(move || kept.clone())).finish();
        let (method, path) = ("M".repeat(1_000), format!("/beginning{}", "/x".repeat(15_000)));
        let request = http::Request::builder().method(method.as_str()).uri(path).body(Body::empty()).expect("a request");
        tracing::subscriber::with_default(log, || RequestSpan.make_span(&request).in_scope(|| tracing::warn!("refused")));
        let told = String::from_utf8(lines.0.lock().expect("the lines").clone()).expect("text");
        assert_eq!((told.lines().count(), told.matches("/beginning").count()), (1, 1), "{told}");
        assert!(told.len() < 700 && told.matches("(cut)").count() == 2, "{} bytes: {told}", told.len());
    }
}
