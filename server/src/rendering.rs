//! Pages are rendered to their end, whether or not somebody still reads them.
//!
//! What a page shows is fetched by tasks that stand on the page's reactive owner. Were the owner dropped with the connection of
//! its reader, those tasks would find it gone in the middle of their work: some panic, and one that looks upwards through the
//! owners at that moment drops the last handle of one while it holds the lock of another, and blocks its thread for good.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use futures::{StreamExt as _, stream};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tracing::Instrument as _;

use crate::{isolation::isolated, router::Site};

/// How many pieces of a page wait for a reader who is slower than it is rendered.
const PIECES_AHEAD: usize = 8;

/// After how long a page is given up, its pieces that nobody takes included.
const LIMIT: Duration = Duration::from_secs(90);

/// Answers in a task of its own, which goes on when whoever asked has gone away.
pub async fn to_its_end(State(site): State<Site>, request: Request, next: Next) -> Response {
    let (begun, beginning) = oneshot::channel();
    let rendering = site.services.tasks.spawn(isolated(timeout(LIMIT, render(request, next, begun))).in_current_span());
    match beginning.await {
        Ok(response) => response,
        Err(_) => match rendering.await {
            // It is told to whoever asked, as where no task is between.
            Err(failed) if failed.is_panic() => std::panic::resume_unwind(failed.into_panic()),
            _ => Response::new(Body::empty()),
        },
    }
}

async fn render(request: Request, next: Next, begun: oneshot::Sender<Response>) {
    let (parts, body) = next.run(request).await.into_parts();
    let mut body = body.into_data_stream();
    let (pieces, received) = mpsc::channel(PIECES_AHEAD);
    let received = stream::unfold(received, async |mut received| Some((received.recv().await?, received)));
    // Without a reader the rest is rendered all the same.
    let mut read = begun.send(Response::from_parts(parts, Body::from_stream(received))).is_ok();
    while let Some(piece) = body.next().await {
        read = read && pieces.send(piece).await.is_ok();
    }
}
