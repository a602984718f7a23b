//! The accept loop: sockets in, requests to the doors, and an end to every connection that is held for nothing.
//!
//! HTTP/1.1 without encryption: TLS, and HTTP/2 with it, end at the proxy in front. Every wait for a client has a limit
//! ([`ListenerLimits`]), and so has the number of connections. When all places are taken, the connection that has waited longest for a
//! request makes room for the next one, so that silent sockets never keep others out.

mod bind;
mod body;
mod connection_table;
mod limits;
mod stream;
#[cfg(test)]
mod tests;
mod write_progress;

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use futures::FutureExt;
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    task::yield_now,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

pub use bind::listen;
pub use limits::{ListenerLimits, MinimumRate};

use body::{PacedRequestBody, TrackedResponseBody};
use connection_table::{AwaitedPart, ConnectionSlot, ConnectionTable};
use stream::MonitoredStream;

/// The first pause after a connection could not be accepted; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(10);

/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// How long connections that were cut may take to notice.
const CUT_LIMIT: Duration = Duration::from_millis(200);

/// How much of an answer is held for a client that does not take it, and how much of a request that is not read yet, in bytes. What hyper
/// holds by itself, 417 KB, is gigabytes for all connections together. A head has to fit (`ListenerLimits::head_bytes`).
const BUFFER_MAX: usize = 64 * 1024;

/// Serves these doors until the end begins, and finishes what is under way: how many answers had to be broken off.
pub async fn serve(socket: TcpListener, doors: Router, limits: ListenerLimits, shutdown: CancellationToken) -> usize {
    tracing::info!(connections = limits.connections, per_network = limits.per_network, "listening");
    let connection_table = ConnectionTable::new(limits.clone());
    let tasks = TaskTracker::new();
    let connected = |(stream, peer, place): (TcpStream, SocketAddr, ConnectionSlot)| {
        let (doors, limits, shutdown) = (doors.clone(), limits.clone(), shutdown.clone());
        tasks.spawn(handle_connection(stream, peer, place, doors, limits, shutdown));
    };
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            next = next(&socket, &connection_table) => connected(next),
        }
    }
    // Whoever is in the queue of the socket already has connected: closing it would break them off.
    while let Some(Ok((stream, peer))) = socket.accept().now_or_never() {
        if let Some(Some(place)) = connection_table.acquire_slot(peer.ip()).now_or_never() {
            connected((stream, peer, place));
        }
    }
    drop(socket);
    finish(&tasks, &connection_table, &limits).await
}

/// The next connection, with its place.
async fn next(socket: &TcpListener, connection_table: &Arc<ConnectionTable>) -> (TcpStream, SocketAddr, ConnectionSlot) {
    let mut pause = PAUSE_MIN;
    loop {
        match socket.accept().await {
            Ok((stream, peer)) => match connection_table.acquire_slot(peer.ip()).await {
                Some(place) => return (stream, peer, place),
                None => tracing::debug!(%peer, "a network has too many connections"),
            },
            Err(problem) if is_connection_error(&problem) => {}
            Err(problem) => {
                // Most likely there are no files left. The connection stays in the queue of the socket meanwhile.
                tracing::warn!(%problem, pause_ms = pause.as_millis(), "no connection can be accepted");
                connection_table.make_room();
                sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

/// Whether accepting failed because of the connection that was to be accepted: its client has gone.
fn is_connection_error(problem: &io::Error) -> bool {
    matches!(problem.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// Answers on one connection until it ends.
async fn handle_connection(
    stream: TcpStream,
    peer: SocketAddr,
    place: ConnectionSlot,
    doors: Router,
    limits: ListenerLimits,
    shutdown: CancellationToken,
) {
    // Answers are written whole; what is small must not wait for more.
    stream.set_nodelay(true).ok();
    let state = Arc::clone(&place.state);
    let stream = TokioIo::new(MonitoredStream::new(stream, Arc::clone(&state), &limits));
    let (pace, answers) = (limits.pace, Arc::clone(&state));
    let service = service_fn(move |request: Request<Incoming>| {
        let answering = answers.answering();
        let mut request = request.map(|body| Body::new(PacedRequestBody::new(body, pace, Arc::clone(&answers))));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = doors.clone().oneshot(request);
        async move {
            // Whoever sends the next request before the answer to the last one takes turns with all others.
            yield_now().await;
            answer.await.map(|answer| answer.map(|body| TrackedResponseBody::new(body, answering))).map_err(|never: Infallible| never)
        }
    });
    let mut connection = pin!(http(&limits).serve_connection(stream, service));
    let mut told = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(problem) = ended {
                    tracing::debug!(%peer, %problem, "a connection broke off");
                }
                break;
            }
            () = state.cut.cancelled() => break,
            () = shutdown.cancelled(), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
    drop(place);
}

fn http(limits: &ListenerLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    // This limit runs from the end of an answer to the end of the next head; heads alone have a shorter one (`stream`).
    http.timer(TokioTimer::new()).header_read_timeout(limits.idle.max(limits.head)).max_header_size(limits.head_bytes);
    http.max_buf_size(BUFFER_MAX);
    http
}

/// Lets answers under way come to their end, and cuts what is left then: how many answers that were.
async fn finish(tasks: &TaskTracker, connection_table: &ConnectionTable, limits: &ListenerLimits) -> usize {
    tasks.close();
    let begun = Instant::now();
    for (by, cut) in [(limits.last_requests, AwaitedPart::ForARequest), (limits.last_bodies, AwaitedPart::ForItsBody)] {
        if timeout_at(begun + by, tasks.wait()).await.is_ok() {
            return 0;
        }
        connection_table.cut_waiting(cut);
    }
    if timeout_at(begun + limits.farewell, tasks.wait()).await.is_ok() {
        return 0;
    }
    let broken_off = connection_table.cut_all();
    timeout(CUT_LIMIT, tasks.wait()).await.ok();
    broken_off
}
