//! The accept loop: sockets in, requests to the doors, and an end to every connection that is held for nothing.
//!
//! HTTP/1.1 without encryption: TLS, and HTTP/2 with it, end at the proxy in front. Every wait for a client has a limit
//! ([`Bounds`]), and so has the number of connections. When all places are taken, the connection that has waited longest for a
//! request makes room for the next one, so that silent sockets never keep others out.

mod address;
mod body;
mod bounds;
mod register;
mod stream;
mod taking;
#[cfg(test)]
mod tests;

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

pub use address::listen;
pub use bounds::{Bounds, Pace};

use body::{Paced, Sent};
use register::{Place, Register, Waiting};
use stream::Watched;

/// The first pause after a connection could not be accepted; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_millis(10);

/// The longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// How long connections that were cut may take to notice.
const CUT_LIMIT: Duration = Duration::from_millis(200);

/// How much of an answer is held for a client that does not take it, and how much of a request that is not read yet, in bytes. What hyper
/// holds by itself, 417 KB, is gigabytes for all connections together. A head has to fit (`Bounds::head_bytes`).
const BUFFER_MAX: usize = 64 * 1024;

/// Serves these doors until the end begins, and finishes what is under way: how many answers had to be broken off.
pub async fn serve(socket: TcpListener, doors: Router, bounds: Bounds, ending: CancellationToken) -> usize {
    tracing::info!(connections = bounds.connections, per_network = bounds.per_network, "listening");
    let register = Register::new(bounds.clone());
    let tasks = TaskTracker::new();
    let connected = |(stream, peer, place): (TcpStream, SocketAddr, Place)| {
        let (doors, bounds, ending) = (doors.clone(), bounds.clone(), ending.clone());
        tasks.spawn(converse(stream, peer, place, doors, bounds, ending));
    };
    loop {
        tokio::select! {
            biased;
            () = ending.cancelled() => break,
            next = next(&socket, &register) => connected(next),
        }
    }
    // Whoever is in the queue of the socket already has connected: closing it would break them off.
    while let Some(Ok((stream, peer))) = socket.accept().now_or_never() {
        if let Some(Some(place)) = register.place(peer.ip()).now_or_never() {
            connected((stream, peer, place));
        }
    }
    drop(socket);
    finish(&tasks, &register, &bounds).await
}

/// The next connection, with its place.
async fn next(socket: &TcpListener, register: &Arc<Register>) -> (TcpStream, SocketAddr, Place) {
    let mut pause = PAUSE_MIN;
    loop {
        match socket.accept().await {
            Ok((stream, peer)) => match register.place(peer.ip()).await {
                Some(place) => return (stream, peer, place),
                None => tracing::debug!(%peer, "a network has too many connections"),
            },
            Err(problem) if is_about_one(&problem) => {}
            Err(problem) => {
                // Most likely there are no files left. The connection stays in the queue of the socket meanwhile.
                tracing::warn!(%problem, pause_ms = pause.as_millis(), "no connection can be accepted");
                register.make_room();
                sleep(pause).await;
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
    }
}

/// Whether accepting failed because of the connection that was to be accepted: its client has gone.
fn is_about_one(problem: &io::Error) -> bool {
    matches!(problem.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset)
}

/// Answers on one connection until it ends.
async fn converse(stream: TcpStream, peer: SocketAddr, place: Place, doors: Router, bounds: Bounds, ending: CancellationToken) {
    // Answers are written whole; what is small must not wait for more.
    stream.set_nodelay(true).ok();
    let standing = Arc::clone(&place.standing);
    let stream = TokioIo::new(Watched::new(stream, Arc::clone(&standing), &bounds));
    let (pace, answers) = (bounds.pace, Arc::clone(&standing));
    let service = service_fn(move |request: Request<Incoming>| {
        let answering = answers.answering();
        let mut request = request.map(|body| Body::new(Paced::new(body, pace, Arc::clone(&answers))));
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = doors.clone().oneshot(request);
        async move {
            // Whoever sends the next request before the answer to the last one takes turns with all others.
            yield_now().await;
            answer.await.map(|answer| answer.map(|body| Sent::new(body, answering))).map_err(|never: Infallible| never)
        }
    });
    let mut connection = pin!(http(&bounds).serve_connection(stream, service));
    let mut told = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(problem) = ended {
                    tracing::debug!(%peer, %problem, "a connection broke off");
                }
                break;
            }
            () = standing.cut.cancelled() => break,
            () = ending.cancelled(), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
    drop(place);
}

fn http(bounds: &Bounds) -> http1::Builder {
    let mut http = http1::Builder::new();
    // This limit runs from the end of an answer to the end of the next head; heads alone have a shorter one (`stream`).
    http.timer(TokioTimer::new()).header_read_timeout(bounds.idle.max(bounds.head)).max_header_size(bounds.head_bytes);
    http.max_buf_size(BUFFER_MAX);
    http
}

/// Lets answers under way come to their end, and cuts what is left then: how many answers that were.
async fn finish(tasks: &TaskTracker, register: &Register, bounds: &Bounds) -> usize {
    tasks.close();
    let begun = Instant::now();
    for (by, cut) in [(bounds.last_requests, Waiting::ForARequest), (bounds.last_bodies, Waiting::ForItsBody)] {
        if timeout_at(begun + by, tasks.wait()).await.is_ok() {
            return 0;
        }
        register.cut_waiting(cut);
    }
    if timeout_at(begun + bounds.farewell, tasks.wait()).await.is_ok() {
        return 0;
    }
    let broken_off = register.cut_all();
    timeout(CUT_LIMIT, tasks.wait()).await.ok();
    broken_off
}
