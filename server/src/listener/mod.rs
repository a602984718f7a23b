//! The HTTP listener: accepts connections, serves requests, and closes idle connections.
//!
//! HTTP/1.1 without encryption: TLS, and HTTP/2 with it, end at the proxy in front. Every wait for a client has a limit
//! ([`ListenerLimits`]), and so has the number of connections. When all slots are taken, the connection that has waited longest for a
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

use app::limits::LogLimiter;
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

/// The first pause after a failed accept; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(10);

/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// The log lines about connections that could not be accepted: whoever holds all files open causes one for each pause.
static NOT_ACCEPTED: LogLimiter = LogLimiter::new();

/// How long closed connections may take to end.
const CUT_LIMIT: Duration = Duration::from_millis(200);

/// The write buffer for a slow client, and the read buffer for unread requests, in bytes. Hyper's default of 417 KB would be gigabytes for
/// all connections together. A head has to fit (`ListenerLimits::head_bytes`).
const BUFFER_MAX: usize = 64 * 1024;

/// Serves these routes until the shutdown begins, and finishes what is under way; returns how many responses had to be aborted.
pub async fn serve(socket: TcpListener, routes: Router, limits: ListenerLimits, shutdown: CancellationToken) -> usize {
    tracing::info!(connections = limits.connections, per_network = limits.per_network, "listening");
    let connection_table = ConnectionTable::new(limits.clone());
    let tasks = TaskTracker::new();
    let connected = |(stream, peer, slot): (TcpStream, SocketAddr, ConnectionSlot)| {
        let (routes, limits, shutdown) = (routes.clone(), limits.clone(), shutdown.clone());
        tasks.spawn(handle_connection(stream, peer, slot, routes, limits, shutdown));
    };
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => break,
            next = next(&socket, &connection_table) => connected(next),
        }
    }
    // Clients in the backlog of the socket are connected already: closing it would break them off.
    while let Some(Ok((stream, peer))) = socket.accept().now_or_never() {
        if let Some(Some(slot)) = connection_table.acquire_slot(peer.ip()).now_or_never() {
            connected((stream, peer, slot));
        }
    }
    drop(socket);
    finish(&tasks, &connection_table, &limits).await
}

/// Accepts the next connection, with its slot.
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
                // Most likely no file descriptors are left. The connection stays in the backlog of the socket meanwhile.
                if let Some(left_out) = NOT_ACCEPTED.due() {
                    tracing::warn!(%problem, pause_ms = pause.as_millis(), left_out, "no connection can be accepted");
                }
                connection_table.make_room();
                sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

/// Whether accepting failed because of the connection itself: its client has gone.
fn is_connection_error(problem: &io::Error) -> bool {
    matches!(problem.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// Serves one connection until it ends.
async fn handle_connection(
    stream: TcpStream,
    peer: SocketAddr,
    slot: ConnectionSlot,
    routes: Router,
    limits: ListenerLimits,
    shutdown: CancellationToken,
) {
    // Responses are written whole; small ones must not wait for more.
    stream.set_nodelay(true).ok();
    let state = Arc::clone(&slot.state);
    let stream = TokioIo::new(MonitoredStream::new(stream, Arc::clone(&state), &limits));
    let (pace, answers) = (limits.pace, Arc::clone(&state));
    let service = service_fn(move |request: Request<Incoming>| {
        let answering = answers.answering();
        let mut request = request.map(|body| Body::new(PacedRequestBody::new(body, pace, Arc::clone(&answers))));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = routes.clone().oneshot(request);
        async move {
            // A client that sends the next request before the response to the last one takes turns with all others.
            yield_now().await;
            answer.await.map(|answer| answer.map(|body| TrackedResponseBody::new(body, answering))).map_err(|never: Infallible| never)
        }
    });
    let mut connection = pin!(http(&limits).serve_connection(stream, service));
    let mut told_to_end = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(problem) = ended {
                    tracing::debug!(%peer, %problem, "a connection broke off");
                }
                break;
            }
            () = state.cut.cancelled() => break,
            () = shutdown.cancelled(), if !told_to_end => {
                told_to_end = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
    drop(slot);
}

fn http(limits: &ListenerLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    // This limit runs from the end of a response to the end of the next head; heads alone have a shorter one (`stream`).
    http.timer(TokioTimer::new()).header_read_timeout(limits.idle.max(limits.head)).max_header_size(limits.head_bytes);
    http.max_buf_size(BUFFER_MAX);
    http
}

/// Lets responses under way finish, and closes what is left then; returns how many responses were aborted.
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
