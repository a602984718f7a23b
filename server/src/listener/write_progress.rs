//! How fast a client takes what it is sent. Only the time counts in which something waits to be written: a stream that has nothing to
//! say may be silent for as long as it likes.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use super::{ListenerLimits, MinimumRate};

/// What a client has taken, and how long it was waited for.
pub(super) struct WriteProgress {
    stalled: Duration,
    pace: MinimumRate,
    /// Since when the client has taken nothing, while something waits.
    stuck_since: Option<Instant>,
    /// From when on that counts in this stretch.
    counted_from: Option<Instant>,
    /// How long was waited in this stretch before, and what was taken in it.
    waited: Duration,
    taken: u64,
    end: Option<Pin<Box<Sleep>>>,
}

impl WriteProgress {
    pub(super) fn new(limits: &ListenerLimits) -> Self {
        let (stalled, pace) = (limits.stalled, limits.taking);
        Self { stalled, pace, stuck_since: None, counted_from: None, waited: Duration::ZERO, taken: 0, end: None }
    }

    /// What became of a write: an error when the client has taken nothing, or too little, for too long.
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
        // What goes without waiting at first fills what the network holds, and tells nothing of the client.
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

    /// Whether too little was taken in a stretch that is over.
    fn is_slow(&self) -> bool {
        u128::from(self.taken) * 1000 < u128::from(self.pace.bytes_per_second) * self.pace.grace.as_millis()
    }
}
