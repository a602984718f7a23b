//! Tests with real sockets against a listener with small limits. No test waits for a time: a connection that is to end is read to its end.

use std::{
    future::pending,
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{body::Bytes, extract::Path, response::Response, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::{Notify, mpsc},
    task::JoinHandle,
};

use super::*;

/// How long any wait may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// Longer than any test: a limit that the test does not concern.
const LONG: Duration = Duration::from_secs(600);

/// A running listener, and the means to stop it.
struct House {
    address: SocketAddr,
    shutdown: CancellationToken,
    served: JoinHandle<usize>,
}

impl House {
    async fn open(doors: Router, limits: ListenerLimits) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let (address, shutdown) = (socket.local_addr().expect("an address"), CancellationToken::new());
        let served = tokio::spawn(serve(socket, doors, limits, shutdown.clone()));
        Self { address, shutdown, served }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connected")
    }

    /// The response to these bytes, up to the end of the connection.
    async fn told(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("sent");
        end(&mut stream).await
    }

    async fn answers(&self) -> bool {
        self.told(b"GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").await.starts_with("HTTP/1.1 200")
    }
}

/// Limits that no test reaches, but for those that it sets.
fn wide() -> ListenerLimits {
    let pace = MinimumRate { grace: LONG, bytes_per_second: 1 };
    let proxy = Arc::new(|_| false);
    let times = ListenerLimits { head: LONG, idle: LONG, stalled: LONG, ..ListenerLimits::with_connections(100) };
    ListenerLimits { pace, taking: pace, proxy, per_network: 100, ..times }
}

const SOON: Duration = Duration::from_millis(100);

/// Routes that greet, and take a body.
fn doors() -> Router {
    Router::new().route("/", get(async || "hello").post(async |body: Bytes| body.len().to_string()))
}

/// The bytes of a connection until the other side ends it.
async fn end(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    // A reset is an end too.
    timeout(LIMIT, stream.read_to_end(&mut text)).await.expect("an end").ok();
    String::from_utf8_lossy(&text).into_owned()
}

/// One response on a connection that stays open.
async fn answer(stream: &mut TcpStream, request: &[u8]) {
    stream.write_all(request).await.expect("sent");
    let mut text = Vec::new();
    while !text.ends_with(b"hello") {
        assert_ne!(stream.read_buf(&mut text).await.expect("an answer"), 0, "it ended");
    }
}

#[tokio::test]
async fn silent_sockets_keep_nobody_out() {
    let house = House::open(doors(), ListenerLimits { connections: 20, ..wide() }).await;
    let mut silent = Vec::new();
    for _ in 0..60 {
        silent.push(house.connect().await);
    }
    for _ in 0..5 {
        assert!(house.answers().await, "who has waited longest for a request makes room");
    }
    let first = silent.first_mut().expect("a socket");
    assert_eq!(end(first).await, "");
}

#[tokio::test]
async fn whoever_sends_half_a_body_makes_room_and_is_no_answer_that_was_broken_off() {
    let house =
        House::open(doors(), ListenerLimits { connections: 20, farewell: LONG, last_requests: SOON / 2, last_bodies: SOON, ..wide() })
            .await;
    let mut slow = Vec::new();
    for _ in 0..60 {
        let mut socket = house.connect().await;
        socket.write_all(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nx").await.ok();
        slow.push(socket);
    }
    for _ in 0..5 {
        assert!(house.answers().await, "who has waited longest for the rest of a body makes room");
    }
    house.shutdown.cancel();
    assert_eq!(timeout(LIMIT, house.served).await.expect("an end").expect("served"), 0);
}

#[tokio::test]
async fn half_a_head_is_not_waited_for() {
    let house = House::open(doors(), ListenerLimits { head: SOON, ..wide() }).await;
    assert_eq!(house.told(b"").await, "", "nothing at all");
    assert_eq!(house.told(b"GET / HTTP/1.1\r\nHost: te").await, "");
}

#[tokio::test]
async fn nothing_that_comes_puts_the_end_of_a_head_off() {
    let place = ConnectionTable::new(wide()).acquire_slot(std::net::Ipv4Addr::LOCALHOST.into()).await.expect("a place");
    let since = place.state.head_since().expect("a head is awaited");
    place.state.bytes_received();
    assert_eq!(place.state.head_since(), Some(since));
    drop(place.state.answering());
    assert_eq!(place.state.head_since(), None, "between two requests");
    place.state.bytes_received();
    assert!(place.state.head_since() > Some(since), "the next one has begun");
}

#[tokio::test]
async fn an_idle_connection_ends_later_than_half_a_head() {
    let house = House::open(doors(), ListenerLimits { head: SOON, idle: LONG, ..wide() }).await;
    let mut stream = house.connect().await;
    answer(&mut stream, b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await;
    assert_eq!(house.told(b"").await, "", "the time of a head goes by");
    answer(&mut stream, b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await;
    stream.write_all(b"GET /").await.expect("sent");
    assert_eq!(end(&mut stream).await, "", "the next head has begun and does not come");

    let house = House::open(doors(), ListenerLimits { head: SOON, idle: SOON * 2, ..wide() }).await;
    let mut stream = house.connect().await;
    answer(&mut stream, b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await;
    assert_eq!(end(&mut stream).await, "");
}

#[tokio::test]
async fn a_head_has_a_greatest_length() {
    let house = House::open(doors(), ListenerLimits { head_bytes: 16 * 1024, ..wide() }).await;
    let head = |length: usize| format!("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nX: {}\r\n\r\n", "x".repeat(length));
    assert!(house.told(head(8 * 1024).as_bytes()).await.starts_with("HTTP/1.1 200"));
    assert!(house.told(head(32 * 1024).as_bytes()).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_given_up() {
    let pace = MinimumRate { grace: SOON, bytes_per_second: 1024 };
    let house = House::open(doors(), ListenerLimits { pace, ..wide() }).await;
    let told = house.told(b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nx").await;
    assert!(told.starts_with("HTTP/1.1 400"), "{told}");
    assert!(house.told(b"POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc").await.ends_with('3'));
}

#[tokio::test]
async fn whoever_does_not_read_is_given_up() {
    let (endless, gone) = endless();
    let house = House::open(endless, ListenerLimits { stalled: SOON, ..wide() }).await;
    let mut stream = house.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("sent");
    timeout(LIMIT, gone.notified()).await.expect("the answer was given up");
}

#[tokio::test]
async fn whoever_reads_hardly_anything_is_given_up() {
    let (endless, gone) = endless();
    let taking = MinimumRate { grace: SOON, bytes_per_second: u32::MAX };
    let house = House::open(endless, ListenerLimits { taking, ..wide() }).await;
    let mut stream = house.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("sent");
    let reads = async { while stream.read_u8().await.is_ok() {} };
    let given_up = async {
        tokio::select! { () = gone.notified() => {}, () = reads => gone.notified().await }
    };
    timeout(LIMIT, given_up).await.expect("however regularly it reads");
}

#[tokio::test]
async fn a_stream_that_says_nothing_is_not_hurried() {
    let limits = ListenerLimits { taking: MinimumRate { grace: Duration::ZERO, bytes_per_second: u32::MAX }, stalled: SOON, ..wide() };
    let state =
        ConnectionTable::new(limits.clone()).acquire_slot(std::net::Ipv4Addr::LOCALHOST.into()).await.expect("a place").state.clone();
    let (client, server) = tokio::io::duplex(16);
    let (mut client, mut watched) = (client, MonitoredStream::new(server, state, &limits));
    for _ in 0..100 {
        watched.write_all(b"event").await.expect("there is room for it");
        client.read_exact(&mut [0; 5]).await.expect("it comes");
    }
}

/// A route with an endless response, and a notification of when it is dropped.
fn endless() -> (Router, Arc<Notify>) {
    let gone = Arc::new(Notify::new());
    let told = gone.clone();
    let endless = get(move || {
        let told = told.clone();
        async move {
            // Dropped with the response, when nobody reads it.
            let guard = Ringing(told);
            let pieces = futures::stream::repeat_with(move || {
                let _kept = &guard;
                Ok::<_, Infallible>(Bytes::from_static(&[0; 16 * 1024]))
            });
            Body::from_stream(pieces)
        }
    });
    (Router::new().route("/", endless), gone)
}

/// Notifies when it is dropped.
struct Ringing(Arc<Notify>);

impl Drop for Ringing {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn one_network_has_a_bound_of_its_own_and_a_proxy_none() {
    let (entered, mut inside) = mpsc::unbounded_channel();
    let busy = get(move || {
        entered.send(()).ok();
        pending::<&'static str>()
    });
    let router = doors().route("/busy", busy);
    let house = House::open(router.clone(), ListenerLimits { per_network: 2, ..wide() }).await;
    let mut at_work = Vec::new();
    for _ in 0..2 {
        let mut stream = house.connect().await;
        stream.write_all(b"GET /busy HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("sent");
        inside.recv().await.expect("it is at work");
        at_work.push(stream);
    }
    assert!(!house.answers().await, "a third one is not let in");

    let house = House::open(router, ListenerLimits { per_network: 2, proxy: Arc::new(|peer| peer.is_loopback()), ..wide() }).await;
    for _ in 0..3 {
        let mut stream = house.connect().await;
        stream.write_all(b"GET /busy HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("sent");
        inside.recv().await.expect("it is at work");
        at_work.push(stream);
    }
    assert!(house.answers().await);
}

#[tokio::test]
async fn at_the_end_what_is_under_way_is_answered_and_nothing_else_is_waited_for() {
    let (entered, mut inside) = mpsc::unbounded_channel();
    let go = Arc::new(Notify::new());
    let gate = go.clone();
    let slow = get(move || {
        entered.send(()).ok();
        let gate = gate.clone();
        async move {
            gate.notified().await;
            "hello"
        }
    });
    let house =
        House::open(doors().route("/slow", slow), ListenerLimits { farewell: LONG, last_requests: SOON, last_bodies: SOON, ..wide() })
            .await;
    let _silent = house.connect().await;
    let mut under_way = house.connect().await;
    under_way.write_all(b"GET /slow HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("sent");
    inside.recv().await.expect("it is at work");
    house.shutdown.cancel();
    go.notify_one();
    assert!(end(&mut under_way).await.ends_with("hello"));
    assert_eq!(timeout(LIMIT, house.served).await.expect("an end").expect("no panic"), 0);
    assert!(TcpStream::connect(house.address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn an_answer_that_does_not_come_to_its_end_is_broken_off_and_said_to_be() {
    let (entered, mut inside) = mpsc::unbounded_channel();
    let hangs = get(move || {
        entered.send(()).ok();
        pending::<&'static str>()
    });
    let house =
        House::open(Router::new().route("/", hangs), ListenerLimits { farewell: SOON, last_requests: SOON, last_bodies: SOON, ..wide() })
            .await;
    let mut under_way = house.connect().await;
    under_way.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("sent");
    inside.recv().await.expect("it is at work");
    house.shutdown.cancel();
    assert_eq!(timeout(LIMIT, house.served).await.expect("an end").expect("no panic"), 1);
    assert_eq!(end(&mut under_way).await, "");
}

#[tokio::test]
async fn the_networks_of_one_site_have_a_bound_together() {
    let connection_table = ConnectionTable::new(ListenerLimits { per_network: 2, per_site: 3, ..wide() });
    let place = async |peer: &str| connection_table.acquire_slot(peer.parse().expect("an address")).await;
    let mut at_work = Vec::new();
    for peer in ["2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1"] {
        let place = place(peer).await.expect("a place");
        let answering = place.state.answering();
        place.state.received();
        at_work.push((answering, place));
    }
    for peer in ["2001:db8:1:1::3", "2001:db8:1:2::2", "2001:db8:1:3::1"] {
        assert!(place(peer).await.is_none(), "{peer}");
    }
    for elsewhere in ["2001:db8:2:1::1", "192.0.2.1", "192.0.2.2"] {
        assert!(place(elsewhere).await.is_some(), "{elsewhere}");
    }
    at_work.pop();
    assert!(place("2001:db8:1:3::1").await.is_some(), "whoever went away makes room");
}

/// Every poll proceeds as far as the client permits, so nothing is waited for.
#[tokio::test]
async fn of_an_answer_that_nobody_takes_little_is_held() {
    const PIECE: usize = 16 * 1024;
    let asked_for = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked_for);
    let service = service_fn(move |_: Request<Incoming>| {
        let counted = Arc::clone(&counted);
        let pieces = futures::stream::repeat_with(move || {
            counted.fetch_add(PIECE, Ordering::Relaxed);
            Ok::<_, Infallible>(Bytes::from_static(&[0; PIECE]))
        });
        async move { Ok::<_, Infallible>(Response::new(Body::from_stream(pieces))) }
    });
    let (mut client, house) = tokio::io::duplex(1024);
    client.write_all(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n").await.expect("sent");
    let mut connection = pin!(http(&wide()).serve_connection(TokioIo::new(house), service));
    for _ in 0..10 {
        assert!(futures::poll!(connection.as_mut()).is_pending());
    }
    let held = asked_for.load(Ordering::Relaxed);
    assert!((PIECE..=BUFFER_MAX + 2 * PIECE).contains(&held), "{held} bytes");
    assert!(ListenerLimits::with_connections(100).head_bytes < BUFFER_MAX, "a head fits");
}

#[tokio::test]
async fn whoever_sends_many_requests_at_once_takes_turns_with_others_for_each() {
    let (told, mut order) = mpsc::unbounded_channel();
    let doors = Router::new().route("/{name}", get(async move |Path(name): Path<String>| _ = told.send(name)));
    let house = House::open(doors, wide()).await;
    let mut streams = [house.connect().await, house.connect().await];
    for (stream, name) in streams.iter_mut().zip(["one", "other"]) {
        stream.write_all(format!("GET /{name} HTTP/1.1\r\nHost: test\r\n\r\n").repeat(100).as_bytes()).await.expect("sent");
    }
    let mut names = Vec::new();
    while names.len() < 200 {
        names.push(timeout(LIMIT, order.recv()).await.expect("in time").expect("a name"));
    }
    // What the first has begun before the other was read does not count.
    let both = names.iter().position(|name| name == "other").expect("the other");
    let longest = names[both..].chunk_by(|one, next| one == next).map(<[_]>::len).take(50).max();
    assert!(longest.is_some_and(|longest| longest <= 3), "{names:?}");
}
