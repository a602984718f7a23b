//! Rendering: pages are rendered to the end, also after the client has disconnected.
//!
//! The resources of a page are fetched by tasks that depend on the page's reactive owner. If the owner were dropped with the
//! connection, those tasks would lose it in the middle of their work: some panic, and one that looks upwards through the owners at
//! that moment drops the last handle of one while it holds the lock of another, and blocks its thread for good.

use std::time::Duration;

use app::{context::Caller, error::Error};
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

use crate::{error_response::ErrorResponse, isolation::isolated, render_turns::in_turns, router::Site};

/// The number of chunks that are buffered for a client that reads more slowly than the page is rendered.
const PIECES_AHEAD: usize = 8;

/// How long a page may take in all, with chunks that nobody reads.
const LIMIT: Duration = Duration::from_secs(90);

/// Runs the handler in its own task, which continues when the client disconnects.
pub async fn render_to_end(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (begun, beginning) = oneshot::channel();
    let person = request.extensions().get::<Caller>().and_then(|caller| caller.person.as_ref().map(|person| person.id.0));
    let turns = person.map(|person| site.limits.renders.of(person));
    let work = async {
        match turns {
            Some(turns) => in_turns(turns, render(request, next, begun)).await,
            None => render(request, next, begun).await,
        }
    };
    let rendering = site.services.tasks.spawn(isolated(timeout(LIMIT, work)).in_current_span());
    match beginning.await {
        Ok(response) => response,
        Err(_) => match rendering.await {
            // A panic is propagated to the request, as if there were no task between.
            Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            _ => ErrorResponse::from(Error::unavailable("The page took too long.")).into_response(),
        },
    }
}

async fn render(request: Request, next: Next, begun: oneshot::Sender<Response>) {
    let (parts, body) = next.run(request).await.into_parts();
    let mut body = body.into_data_stream();
    let (pieces, received) = mpsc::channel(PIECES_AHEAD);
    // Without a client the rest is rendered all the same.
    let mut read = begun.send(Response::from_parts(parts, Body::from_stream(forward(received)))).is_ok();
    while let Some(piece) = body.next().await {
        read = read && pieces.send(Some(piece)).await.is_ok();
    }
    pieces.send(None).await.ok();
}

/// The body as a stream of chunks. Only the marker after the last chunk is an end: a render that panicked or timed out breaks the body off,
/// so that no client takes a part for the whole.
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
