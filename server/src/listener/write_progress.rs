//! Measures how fast a client reads its responses. Only time in which data waits to be written counts: a stream without data to send may be
//! silent for any time.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use super::{ListenerLimits, MinimumRate};

/// What a client has read, and how long writes waited for it.
pub(super) struct WriteProgress {
    stalled: Duration,
    pace: MinimumRate,
    /// Since when the client has read nothing, while data waits.
    stuck_since: Option<Instant>,
    /// Since when the current wait counts in this period.
    counted_from: Option<Instant>,
    /// How long writes waited earlier in this period, and what was read in it.
    waited: Duration,
    taken: u64,
    end: Option<Pin<Box<Sleep>>>,
}

impl WriteProgress {
    pub(super) fn new(limits: &ListenerLimits) -> Self {
        let (stalled, pace) = (limits.stalled, limits.taking);
        Self { stalled, pace, stuck_since: None, counted_from: None, waited: Duration::ZERO, taken: 0, end: None }
    }

    /// Records the result of a write; an error when the client has read nothing, or too little, for too long.
    pub(super) fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => self.wait(cx),
            Poll::Ready(Ok(bytes)) => {
                self.took(bytes);
                Poll::Ready(Ok(bytes))
            }
            Poll::Ready(Err(problem)) => Poll::Ready(Err(problem)),
        }
    }

    fn took(&mut self, bytes: usize) {
        self.stuck_since = None;
        self.waited += self.counted_from.take().map_or(Duration::ZERO, |from| from.elapsed());
        // Data that is written without waiting at first fills the buffers of the network, and shows nothing of the client.
        if !self.waited.is_zero() {
            self.taken += bytes as u64;
        }
    }

    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            let since = *self.stuck_since.get_or_insert_with(Instant::now);
            let from = *self.counted_from.get_or_insert(since);
            let (stuck, over) = (since + self.stalled, from + self.pace.grace.saturating_sub(self.waited));
            let by = stuck.min(over);
            let end = self.end.get_or_insert_with(|| Box::pin(sleep_until(by)));
            if end.deadline() != by {
                end.as_mut().reset(by);
            }
            ready!(end.as_mut().poll(cx));
            if by == stuck || self.is_slow() {
                return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "an answer was not taken, or too slowly")));
            }
            (self.counted_from, self.waited, self.taken) = (Some(Instant::now()), Duration::ZERO, 0);
        }
    }

    /// Whether too little was read in a period that is over.
    fn is_slow(&self) -> bool {
        u128::from(self.taken) * 1000 < u128::from(self.pace.bytes_per_second) * self.pace.grace.as_millis()
    }
}
