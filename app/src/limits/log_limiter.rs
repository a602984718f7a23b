//! Limiter of log lines.

use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The least time between two lines of one kind.
const PAUSE: Duration = Duration::from_secs(1);

/// Limits the log lines of one kind to one a second: what anybody can cause as often as they like must not fill the disk.
#[derive(Debug, Default)]
pub struct LogLimiter(Mutex<Written>);

#[derive(Debug, Default)]
struct Written {
    last: Option<Instant>,
    left_out: u64,
}

impl LogLimiter {
    /// A limiter of which no line was written yet.
    pub const fn new() -> Self {
        Self(Mutex::new(Written { last: None, left_out: 0 }))
    }

    /// Whether a line may be written now: then the number of lines that were left out since the last one; none when this one is left
    /// out as well.
    pub fn due(&self) -> Option<u64> {
        self.due_at(Instant::now())
    }

    fn due_at(&self, now: Instant) -> Option<u64> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if written.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            written.left_out = written.left_out.saturating_add(1);
            return None;
        }
        written.last = Some(now);
        Some(mem::take(&mut written.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_second_is_written_and_says_how_many_were_not() {
        let (limiter, start) = (LogLimiter::new(), Instant::now());
        let lines = |many: u32, now| (0..many).filter_map(|_| limiter.due_at(now)).collect::<Vec<_>>();
        assert_eq!(lines(1_000, start), [0]);
        assert_eq!(lines(1_000, start + PAUSE / 2), Vec::<u64>::new());
        assert_eq!(lines(3, start + PAUSE), [1_999]);
        assert_eq!(lines(1, start + 3 * PAUSE), [2]);
        assert_eq!(lines(1, start + 5 * PAUSE), [0]);
    }
}
