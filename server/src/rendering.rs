//! Pages are rendered to their end, whether or not somebody still reads them.
//!
//! What a page shows is fetched by tasks that stand on the page's reactive owner. Were the owner dropped with the connection of
//! its reader, those tasks would find it gone in the middle of their work: some panic, and one that looks upwards through the
//! owners at that moment drops the last handle of one while it holds the lock of another, and blocks its thread for good.

use std::time::Duration;

use app::error::Error;
use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use futures::{Stream, StreamExt as _, stream};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tracing::Instrument as _;

use crate::{error_response::ErrorResponse, isolation::isolated, router::Site};

/// How many pieces of a page wait for a reader who is slower than it is rendered.
const PIECES_AHEAD: usize = 8;

/// After how long a page is given up, its pieces that nobody takes included.
const LIMIT: Duration = Duration::from_secs(90);

/// Answers in a task of its own, which goes on when whoever asked has gone away.
pub async fn render_to_end(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (begun, beginning) = oneshot::channel();
    let rendering = site.services.tasks.spawn(isolated(timeout(LIMIT, render(request, next, begun))).in_current_span());
    match beginning.await {
        Ok(response) => response,
        Err(_) => match rendering.await {
            // It is told to whoever asked, as where no task is between.
            Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            _ => ErrorResponse::from(Error::unavailable("The page took too long.")).into_response(),
        },
    }
}

async fn render(request: Request, next: Next, begun: oneshot::Sender<Response>) {
    let (parts, body) = next.run(request).await.into_parts();
    let mut body = body.into_data_stream();
    let (pieces, received) = mpsc::channel(PIECES_AHEAD);
    // Without a reader the rest is rendered all the same.
    let mut read = begun.send(Response::from_parts(parts, Body::from_stream(forward(received)))).is_ok();
    while let Some(piece) = body.next().await {
        read = read && pieces.send(Some(piece)).await.is_ok();
    }
    pieces.send(None).await.ok();
}

/// The pieces as they come. Only the sign after the last one is an end: a render that panicked or was given up breaks the answer off,
/// so that no reader takes a part for the whole.
fn forward(received: mpsc::Receiver<Option<Result<Bytes, axum::Error>>>) -> impl Stream<Item = Result<Bytes, axum::Error>> {
    stream::unfold(Some(received), async |received| {
        let mut received = received?;
        match received.recv().await {
            Some(piece) => piece.map(|piece| (piece, Some(received))),
            None => Some((Err(axum::Error::new("the render broke off")), None)),
        }
    })
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn a_render_that_broke_off_is_not_taken_for_a_whole_page() {
        for (end, whole) in [(true, true), (false, false)] {
            let (pieces, received) = mpsc::channel(PIECES_AHEAD);
            pieces.send(Some(Ok(Bytes::from_static(b"a part")))).await.expect("taken");
            if end {
                pieces.send(None).await.expect("taken");
            }
            drop(pieces);
            let read = to_bytes(Body::from_stream(forward(received)), 100).await;
            assert_eq!(read.is_ok_and(|read| read == "a part"), whole);
        }
    }
}
