//! Wrappers of bodies: a request's, which has to arrive at a minimum rate, and a response's, which marks its connection as active.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{
    MinimumRate,
    connection_table::{ActiveRequest, ConnectionState},
};

/// The body of a request. It fails when it arrives more slowly than the minimum rate.
pub(super) struct PacedRequestBody {
    body: Incoming,
    pace: MinimumRate,
    received: u64,
    /// Since when a reader has been waiting, and when more has to have arrived.
    awaited: Option<(Instant, Pin<Box<Sleep>>)>,
    /// The connection of the request.
    state: Arc<ConnectionState>,
}

impl PacedRequestBody {
    pub(super) fn new(body: Incoming, pace: MinimumRate, state: Arc<ConnectionState>) -> Self {
        if body.is_end_stream() {
            state.received();
        }
        Self { body, pace, received: 0, awaited: None, state }
    }

    /// The time limit for the bytes so far and the next ones.
    fn allowed(&self) -> Duration {
        self.pace.grace + Duration::from_secs(self.received / u64::from(self.pace.bytes_per_second.max(1)))
    }

    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let allowed = self.allowed();
        let (since, end) = self.awaited.get_or_insert_with(|| (Instant::now(), Box::pin(sleep_until(Instant::now() + allowed))));
        let by = *since + allowed;
        if end.deadline() != by {
            end.as_mut().reset(by);
        }
        end.as_mut().poll(cx).is_ready()
    }
}

impl HttpBody for PacedRequestBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Pending if self.is_late(cx) => {
                Poll::Ready(Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the body of the request came too slowly"))))
            }
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(Ok(frame))) => {
                self.received += frame.data_ref().map_or(0, |data| data.len() as u64);
                if self.body.is_end_stream() {
                    self.state.received();
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(problem))) => Poll::Ready(Some(Err(io::Error::other(problem)))),
            Poll::Ready(None) => {
                self.state.received();
                Poll::Ready(None)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for PacedRequestBody {
    fn drop(&mut self) {
        self.state.received();
    }
}

/// The body of a response. Its connection is active until the body has been sent or dropped.
pub(super) struct TrackedResponseBody {
    body: Body,
    _answering: ActiveRequest,
}

impl TrackedResponseBody {
    pub(super) fn new(body: Body, answering: ActiveRequest) -> Self {
        Self { body, _answering: answering }
    }
}

impl HttpBody for TrackedResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
