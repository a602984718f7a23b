//! Draining: reads and discards the unread rest of a request body before the response is sent. A connection with unread bytes is reset at
//! its end, and the response is lost with it (RFC 9112, section 9.6), so a caller who is refused early would not learn why. Draining takes
//! time from others: a network that causes much of it is cut off instead.

use std::{
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use app::limits::{KeyedRateLimiter, Rate, network};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, header};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};

use super::{layers::BODY_LIMIT_BYTES, limits::locked};
use crate::client_ip;

/// The most bytes that are drained of one body: a longer one is cut off.
const DRAIN_LIMIT_BYTES: usize = 4 * BODY_LIMIT_BYTES;

/// How long the rest of a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(2);

/// Drained bytes are counted in units of this size; each body counts as one at least.
const PIECE_BYTES: usize = 16 * 1024;

/// The rate limit of units that are drained for one network: 8 MiB at once, and then one unit per second.
const DRAIN_RATE: Rate = Rate::of(64 * 60, 8 * 64);

/// The least number of networks that are remembered.
const NETWORKS_KEPT: usize = 5_000;

/// The remaining drain budget of each network. Clones share it.
#[derive(Clone)]
pub struct DrainBudget(Arc<KeyedRateLimiter<IpAddr>>);

impl Default for DrainBudget {
    fn default() -> Self {
        Self::of(DRAIN_RATE)
    }
}

impl DrainBudget {
    fn of(pieces: Rate) -> Self {
        Self(Arc::new(KeyedRateLimiter::new(pieces, NETWORKS_KEPT)))
    }

    /// Takes this many units from the budget of a network; returns whether they were left.
    fn takes(&self, network: IpAddr, pieces: usize) -> bool {
        (0..pieces).all(|_| self.0.take(network).is_ok())
    }
}

/// Drains the rest of the body before the response is sent. If that does not finish, the response closes the connection.
pub async fn drain(State(discarded): State<DrainBudget>, request: Request, next: Next) -> Response {
    // A client that waits for `100 Continue` sends no body.
    if request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return next.run(request).await;
    }
    let left = UnreadBody::default();
    let (parts, body) = request.into_parts();
    let (from, lent) = (network(client_ip::client_ip(&parts)), ReclaimedBody { body: Some(body), left: left.clone() });
    let mut response = next.run(Request::from_parts(parts, Body::new(lent))).await;
    let unread = locked(&left).take();
    if let Some(body) = unread
        && !tokio::time::timeout(PATIENCE, ends_within(body, |pieces| discarded.takes(from, pieces))).await.unwrap_or(false)
    {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Whether a body ends within its bound, and within the budget. The first unit is taken before anything is read: many small bodies cost as
/// much as few long ones.
async fn ends_within(mut body: Body, takes: impl Fn(usize) -> bool) -> bool {
    let (mut thrown_away, mut counted) = (0, 1);
    if !takes(counted) {
        return false;
    }
    while let Some(frame) = body.frame().await {
        thrown_away += frame.ok().and_then(|frame| frame.into_data().ok()).map_or(DRAIN_LIMIT_BYTES, |bytes| bytes.len());
        let pieces = thrown_away.div_ceil(PIECE_BYTES).max(counted);
        if thrown_away >= DRAIN_LIMIT_BYTES || !takes(pieces - counted) {
            return false;
        }
        counted = pieces;
    }
    true
}

/// The part of a body that its handler has not read.
type UnreadBody = Arc<Mutex<Option<Body>>>;

/// A body that is handed back when it is dropped before its end.
struct ReclaimedBody {
    body: Option<Body>,
    left: UnreadBody,
}

impl HttpBody for ReclaimedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = self.body.as_mut() else { return Poll::Ready(None) };
        let frame = Pin::new(body).poll_frame(cx);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            self.body = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for ReclaimedBody {
    fn drop(&mut self) {
        if let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) {
            *locked(&self.left) = Some(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use axum::{Router, middleware::from_fn_with_state, routing::post};
    use http::StatusCode;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
    };
    use tower::ServiceExt;

    use super::*;

    /// A route that refuses a request before it has read it.
    fn doors(discarded: DrainBudget) -> Router {
        Router::new().route("/", post(|| async { StatusCode::TOO_MANY_REQUESTS })).layer(from_fn_with_state(discarded, drain))
    }

    /// A connection to such a route.
    async fn refusing() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move { axum::serve(listener, doors(DrainBudget::default())).await });
        TcpStream::connect(address).await.expect("a connection")
    }

    /// The response to a body of this many bytes, of which some are sent later.
    async fn answer(connection: &mut TcpStream, length: usize) -> String {
        let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
        connection.write_all(head.as_bytes()).await.expect("sent");
        let piece = vec![b'x'; 16 * 1024];
        for at in (0..length).step_by(piece.len()) {
            let piece = &piece[..piece.len().min(length - at)];
            // It is reset where the body is too long.
            if connection.write_all(piece).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        let mut answer = vec![0; 4096];
        let length = connection.read(&mut answer).await.unwrap_or_default();
        String::from_utf8_lossy(&answer[..length]).to_lowercase()
    }

    #[tokio::test]
    async fn whoever_is_refused_before_all_was_sent_is_told_so_and_goes_on_over_the_same_connection() {
        let mut connection = refusing().await;
        for length in [10, 60_000, 900_000, 10] {
            let told = answer(&mut connection, length).await;
            assert!(told.starts_with("http/1.1 429") && !told.contains("connection: close"), "{length}: {told:?}");
        }
    }

    #[test]
    fn of_what_one_network_sends_no_more_is_thrown_away_than_its_share_and_others_have_theirs() {
        let discarded = DrainBudget::of(Rate::of(1, 8));
        let [flood, neighbour] = ["192.0.2.1", "192.0.2.2"].map(|address| address.parse().expect("an address"));
        assert!(discarded.takes(flood, 8) && !discarded.takes(flood, 1));
        assert!(discarded.takes(neighbour, 8));
    }

    /// How many units are counted for a body, and whether it was read to its end.
    async fn counted(body: Vec<u8>, share: usize) -> (usize, bool) {
        let taken = Cell::new(0);
        let takes = |pieces| {
            taken.set(taken.get() + pieces);
            taken.get() <= share
        };
        let ended = ends_within(Body::from(body), takes).await;
        (taken.get(), ended)
    }

    #[tokio::test]
    async fn a_body_counts_for_every_piece_that_it_has_begun_and_for_one_before_it_is_read() {
        for (length, pieces) in [(0, 1), (1, 1), (PIECE_BYTES, 1), (PIECE_BYTES + 1, 2), (900_000, 55)] {
            assert_eq!(counted(vec![b'x'; length], 100).await, (pieces, true), "{length}");
        }
        assert_eq!(counted(vec![b'x'; 1], 0).await, (1, false));
        assert_eq!(counted(vec![b'x'; 4 * PIECE_BYTES], 3).await, (4, false));
    }

    #[tokio::test]
    async fn a_flood_of_small_bodies_uses_up_the_share_of_its_network_and_is_cut_off() {
        let doors = doors(DrainBudget::of(Rate::of(1, 3)));
        for at in 0..6 {
            let small = Request::post("/").body(Body::from("small")).expect("a request");
            let answer = doors.clone().oneshot(small).await.expect("an answer");
            let closes = answer.headers().get(header::CONNECTION).is_some_and(|said| said == "close");
            assert_eq!((answer.status(), closes), (StatusCode::TOO_MANY_REQUESTS, at >= 3), "{at}");
        }
    }

    #[test]
    fn an_operator_reads_how_much_of_a_refused_request_is_read() {
        let mebibytes = |pieces: u32| pieces as usize * PIECE_BYTES / (1024 * 1024);
        let (at_once, a_second) = (mebibytes(DRAIN_RATE.burst.get()), mebibytes(DRAIN_RATE.per_minute.get() / 60));
        let row = format!("| {at_once} MiB of one network, then {a_second} MiB in a second;");
        assert!(include_str!("../../../docs/limits.md").contains(&row), "{row}");
    }

    #[tokio::test]
    async fn a_body_without_end_is_not_read_to_it() {
        let mut connection = refusing().await;
        let head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
        connection.write_all(head.as_bytes()).await.expect("sent");
        let piece = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
        let mut sent = 0;
        while sent <= 64 * DRAIN_LIMIT_BYTES && connection.write_all(piece.as_bytes()).await.is_ok() {
            sent += piece.len();
        }
        assert!(sent < 64 * DRAIN_LIMIT_BYTES, "it was read for ever");
    }
}
