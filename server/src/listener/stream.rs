//! A socket that detects incomplete heads, and clients that read nothing, or hardly anything, of their responses.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep_until},
};

use super::{ListenerLimits, connection_table::ConnectionState, write_progress::WriteProgress};

/// A stream with time limits for heads that do not arrive and responses that are not read.
pub(super) struct MonitoredStream<S> {
    stream: S,
    state: Arc<ConnectionState>,
    head: Duration,
    /// The deadline of the awaited head.
    head_end: Option<Pin<Box<Sleep>>>,
    taking: WriteProgress,
}

impl<S> MonitoredStream<S> {
    pub(super) fn new(stream: S, state: Arc<ConnectionState>, limits: &ListenerLimits) -> Self {
        Self { stream, state, head: limits.head, head_end: None, taking: WriteProgress::new(limits) }
    }

    /// Nothing has arrived: an error when the awaited head is late.
    fn await_head(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(since) = self.state.head_since() else { return Poll::Pending };
        let by = since + self.head;
        let end = self.head_end.get_or_insert_with(|| Box::pin(sleep_until(by)));
        if end.deadline() != by {
            end.as_mut().reset(by);
        }
        ready!(end.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the head of a request did not come in time")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for MonitoredStream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_pending() {
            return self.await_head(cx);
        }
        if buffer.filled().len() > before {
            self.state.bytes_received();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for MonitoredStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.taking.written(cx, written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.taking.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
