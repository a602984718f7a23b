//! Answers that cost their caller nothing are throttled: refusals for coming too often, and whatever is answered before the gate of calls
//! (`app::admission`), such as files and whether the process lives. Each takes time from others. A network that is given many of them at
//! once waits a second for each further one, on each of its connections, so that a flood slows down itself. Nothing is refused for that.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use app::limits::{Counted, Rate, Turn, Turns, network};
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, StatusCode, header};

use crate::peers;

/// How many refusals (429) one network is given at its own pace.
const REFUSALS: Rate = Rate::of(600, 100);

/// The same of other answers before the gate: a page brings some twenty files, and an office behind one address opens many pages.
const OTHERS: Rate = Rate::of(500 * 60, 2_000);

/// How long each further one waits.
const DELAY: Duration = Duration::from_secs(1);

/// How many wait at once of one network behind a proxy. Whoever connects directly keeps a connection of their own busy meanwhile; the
/// connections of a proxy are for everybody behind it.
const BEHIND_PROXY_MAX: usize = 64;

/// How many networks are remembered at least.
const NETWORKS_KEPT: usize = 5_000;

/// The mark of an answer to a request that was let in by the gate of calls, where it was counted.
#[derive(Debug, Clone, Copy)]
pub struct Admitted;

/// What each network was given. A copy counts together with it.
#[derive(Clone)]
pub struct Throttle(Option<Arc<Given>>);

struct Given {
    refusals: Counted<IpAddr>,
    others: Counted<IpAddr>,
    behind_proxy: Turns<IpAddr>,
}

impl Throttle {
    /// Throttles, or lets everything pass where calls are not counted.
    pub fn new(counts: bool) -> Self {
        Self(counts.then(|| Self::of(REFUSALS, OTHERS)))
    }

    fn of(refusals: Rate, others: Rate) -> Arc<Given> {
        Arc::new(Given {
            refusals: Counted::new(refusals, NETWORKS_KEPT),
            others: Counted::new(others, NETWORKS_KEPT),
            behind_proxy: Turns::new(BEHIND_PROXY_MAX, Duration::ZERO),
        })
    }
}

/// When an answer leaves.
enum Leaves {
    Now,
    /// After the delay, in a turn of those that wait behind a proxy.
    Later(Option<Turn>),
    /// Now, and its connection ends: too many wait behind this proxy.
    Last,
}

impl Given {
    /// Counts an answer to this network, whose connection is its own or that of a proxy.
    fn count(&self, answer: &Response, network: IpAddr, direct: bool) -> Leaves {
        let counted = match answer.status() {
            StatusCode::TOO_MANY_REQUESTS => &self.refusals,
            _ if answer.extensions().get::<Admitted>().is_some() => return Leaves::Now,
            _ => &self.others,
        };
        match counted.take(network) {
            Ok(()) => Leaves::Now,
            Err(_) if direct => Leaves::Later(None),
            Err(_) => self.behind_proxy.try_take(network).map_or(Leaves::Last, |turn| Leaves::Later(Some(turn))),
        }
    }
}

/// Holds an answer back that cost its caller nothing, where their network was given too many.
pub async fn delay(State(throttle): State<Throttle>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let (parts, body) = request.into_parts();
    let origin = peers::origin(&parts);
    let mut answer = next.run(Request::from_parts(parts, body)).await;
    match throttle.0.map_or(Leaves::Now, |given| given.count(&answer, network(origin), peer == Some(origin))) {
        Leaves::Now => {}
        Leaves::Later(turn) => {
            tokio::time::sleep(DELAY).await;
            drop(turn);
        }
        Leaves::Last => _ = answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close")),
    }
    answer
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse;

    use super::*;

    /// How each of so many answers leaves, in the order in which they are given.
    fn given(given: &Given, network: &str, answer: impl IntoResponse + Clone, many: usize, direct: bool) -> String {
        let network = network.parse().expect("an address");
        let mut held = Vec::new();
        let leaves = (0..many).map(|_| match given.count(&answer.clone().into_response(), network, direct) {
            Leaves::Now => 'n',
            Leaves::Later(turn) => {
                held.push(turn);
                'l'
            }
            Leaves::Last => 'x',
        });
        leaves.collect()
    }

    const REFUSED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

    #[test]
    fn whoever_is_refused_often_waits_for_each_further_refusal_and_their_neighbours_do_not() {
        let all = Throttle::of(Rate::of(1, 3), Rate::of(1, 5));
        assert_eq!(given(&all, "192.0.2.1", REFUSED, 5, true), "nnnll");
        assert_eq!(given(&all, "192.0.2.2", REFUSED, 3, true), "nnn");
        assert_eq!(given(&all, "192.0.2.1", "a file", 7, true), "nnnnnll", "each kind is counted for itself");
    }

    #[test]
    fn what_was_let_in_by_the_gate_never_waits() {
        let all = Throttle::of(Rate::of(1, 1), Rate::of(1, 1));
        assert_eq!(given(&all, "192.0.2.1", axum::Extension(Admitted), 20, true), "n".repeat(20));
    }

    #[test]
    fn behind_a_proxy_so_many_wait_and_the_connections_of_others_are_closed() {
        let all = Throttle::of(Rate::of(1, 3), Rate::of(1, 5));
        let expected = format!("nnn{}{}", "l".repeat(BEHIND_PROXY_MAX), "x".repeat(10));
        assert_eq!(given(&all, "192.0.2.1", REFUSED, 3 + BEHIND_PROXY_MAX + 10, false), expected);
        assert_eq!(given(&all, "192.0.2.1", REFUSED, 1, false), "l", "those who waited are gone");
    }

    #[test]
    fn an_operator_reads_how_many_answers_are_given_before_each_waits() {
        let refusals = format!("{} refusals at once, then {} in a second", REFUSALS.burst, REFUSALS.per_minute.get() / 60);
        let a_second = OTHERS.per_minute.get() / 60;
        let others = format!("{} files and other answers before the gate at once, then {a_second} in a second", OTHERS.burst);
        let limits = include_str!("../../../docs/limits.md");
        assert!(limits.contains(&refusals) && limits.contains(&others), "{refusals}; {others}");
    }
}
