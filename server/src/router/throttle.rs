//! Throttling of responses that cost their caller nothing: refusals for too many requests (429) or before admission control
//! (`app::admission`), and whatever else is answered before it, such as files. Each takes time from others. A network that causes many of
//! them at once gets the further ones at a pace, one after the other, as long as few wait. Nothing is refused for that, but a direct
//! connection may be closed with its response.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use app::limits::{KeyedRateLimiter, LruMap, Rate, network, site};
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, StatusCode, header};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::limits::locked;
use crate::client_ip;

/// The rate of refusals that one network gets without delay.
const REFUSALS: Rate = Rate::of(600, 100);

/// The same for other responses before admission control: a page brings some twenty files, and one office opens many pages.
const UNMETERED: Rate = Rate::of(500 * 60, 2_000);

/// The interval between the delayed responses of a network.
const PACE: Duration = Duration::from_millis(8);

/// The longest delay: less than monitors wait for `/healthz`, which is a second as a rule. A delayed response occupies its connection
/// meanwhile. Where the delay would be longer, the response is sent and a direct connection is closed with it; a proxy's is not, as it
/// serves everybody behind it.
const WAIT: Duration = Duration::from_millis(500);

/// The most responses that are delayed at once, of all networks together: a small part of the connections that a process may have.
const HELD_MAX: usize = 128;

/// The least number of networks, and of sites, that are remembered.
const NETWORKS_KEPT: usize = 5_000;

/// The rate of all networks of one site as a multiple of that of one network.
const SITE_FACTOR: NonZeroU32 = NonZeroU32::MIN.saturating_add(3);

/// Marks a response to a request that passed admission control, where it was counted.
#[derive(Debug, Clone, Copy)]
pub struct Admitted;

/// The throttle, with what each network was given. Clones share it.
#[derive(Clone)]
pub struct Throttle {
    /// None where calls are not counted: then everything passes.
    buckets: Option<Arc<Buckets>>,
    /// When this is cancelled no response is delayed any more.
    shutdown: CancellationToken,
}

struct Buckets {
    refusals: PerNetwork,
    unmetered: PerNetwork,
    /// When the last delayed response of each network is sent.
    last: Mutex<LruMap<IpAddr, Instant>>,
    /// One permit for each delayed response.
    held: Arc<Semaphore>,
}

/// The rate limiters of networks, and of all networks of each site.
struct PerNetwork {
    networks: KeyedRateLimiter<IpAddr>,
    sites: KeyedRateLimiter<IpAddr>,
}

impl PerNetwork {
    fn new(rate: Rate) -> Self {
        let of_site = Rate { per_minute: rate.per_minute.saturating_mul(SITE_FACTOR), burst: rate.burst.saturating_mul(SITE_FACTOR) };
        Self { networks: KeyedRateLimiter::new(rate, NETWORKS_KEPT), sites: KeyedRateLimiter::new(of_site, NETWORKS_KEPT) }
    }

    /// Takes one token of the network and its site; returns whether both had one.
    fn take(&self, network: IpAddr) -> bool {
        self.networks.take(network).is_ok() && site(network).is_none_or(|site| self.sites.take(site).is_ok())
    }
}

impl Throttle {
    /// Throttles until the shutdown begins, or lets everything pass where calls are not counted.
    pub fn new(counts: bool, shutdown: CancellationToken) -> Self {
        Self { buckets: counts.then(|| Buckets::of(REFUSALS, UNMETERED)), shutdown }
    }
}

/// What happens to a response.
enum Decision {
    Send,
    /// It is delayed by this time, with a permit.
    Hold(Duration, OwnedSemaphorePermit),
    /// It is sent, and its connection is closed.
    Close,
}

impl Buckets {
    fn of(refusals: Rate, unmetered: Rate) -> Arc<Self> {
        let last = Mutex::new(LruMap::new(NETWORKS_KEPT));
        let held = Arc::new(Semaphore::new(HELD_MAX));
        Arc::new(Self { refusals: PerNetwork::new(refusals), unmetered: PerNetwork::new(unmetered), last, held })
    }

    /// Counts a response to this network, which is connected directly or through a proxy.
    fn count(&self, answer: &Response, network: IpAddr, direct: bool, now: Instant) -> Decision {
        let bucket = match answer.status() {
            StatusCode::TOO_MANY_REQUESTS => &self.refusals,
            _ if answer.extensions().get::<Admitted>().is_some() => return Decision::Send,
            // That there is no such file refuses nobody.
            StatusCode::NOT_FOUND => &self.unmetered,
            status if status.is_client_error() => &self.refusals,
            _ => &self.unmetered,
        };
        if bucket.take(network) {
            return Decision::Send;
        }
        let mut last = locked(&self.last);
        let last = last.of(network, || now);
        let next = now.max(*last) + PACE;
        let wait = next - now;
        // When half of the permits are taken, each network gets few of the others, so that three networks do not take all.
        let longest = if self.held.available_permits() > HELD_MAX / 2 { WAIT } else { WAIT / 4 };
        match Arc::clone(&self.held).try_acquire_owned() {
            Ok(permit) if wait <= longest => {
                *last = next;
                Decision::Hold(wait, permit)
            }
            _ if direct => Decision::Close,
            _ => Decision::Send,
        }
    }
}

/// Delays a response that cost its caller nothing, if their network was given too many.
pub async fn delay(State(throttle): State<Throttle>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let (parts, body) = request.into_parts();
    let origin = client_ip::client_ip(&parts);
    let mut answer = next.run(Request::from_parts(parts, body)).await;
    let count = |buckets: Arc<Buckets>| buckets.count(&answer, network(origin), peer == Some(origin), Instant::now());
    match throttle.buckets.map_or(Decision::Send, count) {
        Decision::Send => {}
        Decision::Hold(wait, _permit) => _ = timeout(wait, throttle.shutdown.cancelled()).await,
        Decision::Close => _ = answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close")),
    }
    answer
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn_with_state, response::IntoResponse, routing::get};
    use tower::ServiceExt;

    use super::*;

    /// The decisions for this many responses at once: each is sent, delayed, or the last of its connection.
    fn given(buckets: &Buckets, network: &str, answer: impl IntoResponse + Clone, many: usize, direct: bool) -> String {
        let (network, now) = (network.parse().expect("an address"), Instant::now());
        let decisions: Vec<Decision> = (0..many).map(|_| buckets.count(&answer.clone().into_response(), network, direct, now)).collect();
        let told = |decision: &Decision| match decision {
            Decision::Send => 's',
            Decision::Hold(..) => 'h',
            Decision::Close => 'c',
        };
        decisions.iter().map(told).collect()
    }

    const REFUSED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

    #[test]
    fn whoever_is_refused_often_waits_for_each_further_refusal_and_their_neighbours_do_not() {
        let all = Buckets::of(Rate::of(1, 3), Rate::of(1, 5));
        assert_eq!(given(&all, "192.0.2.1", REFUSED, 5, true), "ssshh");
        assert_eq!(given(&all, "192.0.2.2", REFUSED, 3, true), "sss");
        assert_eq!(given(&all, "192.0.2.1", "a file", 7, true), "ssssshh", "each kind is counted for itself");
    }

    #[test]
    fn whatever_is_refused_before_the_gate_is_one_of_the_refusals() {
        let all = Buckets::of(Rate::of(1, 3), Rate::of(1, 5));
        let given = |status: StatusCode, many| given(&all, "192.0.2.1", status, many, true);
        assert_eq!(given(StatusCode::MISDIRECTED_REQUEST, 1), "s", "another host");
        assert_eq!(given(StatusCode::FORBIDDEN, 1), "s", "a write from another site");
        assert_eq!(given(StatusCode::PAYLOAD_TOO_LARGE, 1), "s");
        for refused in [StatusCode::MISDIRECTED_REQUEST, StatusCode::FORBIDDEN, StatusCode::PAYLOAD_TOO_LARGE, REFUSED] {
            assert_eq!(given(refused, 1), "h", "{refused}");
        }
        assert_eq!(given(StatusCode::NOT_FOUND, 5), "sssss", "a file that is not there");
        let refused = (StatusCode::FORBIDDEN, axum::Extension(Admitted));
        assert_eq!(self::given(&all, "192.0.2.1", refused, 20, true), "s".repeat(20), "a call that its caller may not make");
    }

    #[test]
    fn many_networks_of_one_site_are_given_as_much_as_four() {
        let all = Buckets::of(Rate::of(1, 3), Rate::of(1, 5));
        let sent = |at: u8| given(&all, &format!("2001:db8:7:{at:x}::"), REFUSED, 3, true);
        assert_eq!((0..6).map(sent).collect::<Vec<_>>(), ["sss", "sss", "sss", "sss", "hhh", "hhh"]);
        assert_eq!(given(&all, "2001:db8:8::", REFUSED, 3, true), "sss");
    }

    #[test]
    fn what_was_let_in_by_the_gate_never_waits() {
        let all = Buckets::of(Rate::of(1, 1), Rate::of(1, 1));
        assert_eq!(given(&all, "192.0.2.1", axum::Extension(Admitted), 20, true), "s".repeat(20));
    }

    #[test]
    fn who_is_connected_directly_waits_for_a_moment_or_is_cut_off() {
        let all = Buckets::of(Rate::of(1, 3), Rate::of(1, 5));
        let waiting = (WAIT.as_millis() / PACE.as_millis()) as usize;
        let expected = format!("sss{}{}", "h".repeat(waiting), "c".repeat(10));
        assert_eq!(given(&all, "192.0.2.1", REFUSED, 3 + waiting + 10, true), expected);
    }

    #[test]
    fn of_a_proxy_no_connection_is_closed_and_few_answers_wait() {
        let all = Buckets::of(Rate::of(1, 3), Rate::of(1, 5));
        let waiting = (WAIT.as_millis() / PACE.as_millis()) as usize;
        let expected = format!("sss{}{}", "h".repeat(waiting), "s".repeat(1_000));
        assert_eq!(given(&all, "192.0.2.1", REFUSED, 3 + waiting + 1_000, false), expected);
    }

    #[test]
    fn answers_leave_at_a_pace() {
        let all = Buckets::of(Rate::of(1, 1), Rate::of(1, 1));
        let (network, now) = ("192.0.2.1".parse().expect("an address"), Instant::now());
        let wait_at = |now| match all.count(&REFUSED.into_response(), network, false, now) {
            Decision::Hold(wait, _) => Some(wait),
            Decision::Send | Decision::Close => None,
        };
        assert_eq!([(); 4].map(|()| wait_at(now)), [None, Some(PACE), Some(2 * PACE), Some(3 * PACE)]);
        assert_eq!(wait_at(now + WAIT), Some(PACE));
    }

    #[test]
    fn however_many_networks_come_so_many_answers_wait_at_once_and_no_more() {
        let all = Buckets::of(Rate::of(1, 1), Rate::of(1, 1));
        let mut held = Vec::new();
        for network in 0..=255 {
            let network = IpAddr::from([198, 51, 100, network]);
            let now = Instant::now();
            held.extend(
                (0..10).map(|_| all.count(&REFUSED.into_response(), network, false, now)).filter(|it| matches!(it, Decision::Hold(..))),
            );
        }
        assert_eq!(held.len(), HELD_MAX);
        held.clear();
        assert_eq!(given(&all, "192.0.2.1", REFUSED, 3, false), "shh", "whoever was answered gives the place back");
    }

    #[tokio::test]
    async fn an_answer_that_is_held_comes_later_and_whole() {
        let throttle = Throttle { buckets: Some(Buckets::of(Rate::of(1, 1), Rate::of(1, 1))), shutdown: CancellationToken::new() };
        let doors: Router = Router::new().route("/", get(async || "a file")).layer(from_fn_with_state(throttle, delay));
        let mut took = Vec::new();
        for _ in 0..2 {
            let (begun, request) = (Instant::now(), Request::get("/").body(Body::empty()).expect("a request"));
            let answer = doors.clone().oneshot(request).await.expect("an answer");
            took.push((answer.status(), begun.elapsed() >= PACE));
        }
        assert_eq!(took, [(StatusCode::OK, false), (StatusCode::OK, true)]);
    }

    #[test]
    fn an_operator_reads_how_many_answers_are_given_before_each_waits() {
        let refused = "429, and what is refused before it is counted as a call, such as 421 for the address of another";
        let refusals = format!("{} refusals ({refused}) at once, then {} in a second", REFUSALS.burst, REFUSALS.per_minute.get() / 60);
        let a_second = UNMETERED.per_minute.get() / 60;
        let files = format!("{} files and other answers that need no sign-in at once, then {a_second} in a second", UNMETERED.burst);
        let pace = Duration::from_secs(1).as_millis() / PACE.as_millis();
        let waiting =
            format!("{pace} in a second, {HELD_MAX} of all networks at once and each after {} milliseconds at most", WAIT.as_millis());
        let limits = include_str!("../../../docs/limits.md");
        assert!(limits.contains(&refusals) && limits.contains(&files) && limits.contains(&waiting), "{refusals}; {files}; {waiting}");
    }
}
