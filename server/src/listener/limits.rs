//! The time and size limits of one connection, of one peer and of all of them.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// The most open files that are requested of the system. A higher limit serves nobody better.
const FILES_MAX: u64 = 65_536;

/// The open files that are reserved for everything but connections of clients: the database, mail, the model, logs.
const FILES_RESERVED: u64 = 128;

/// The most connections at once, whatever the system permits.
const CONNECTIONS_MAX: usize = 10_000;

/// The limits of a listener.
#[derive(Clone)]
pub struct ListenerLimits {
    /// The time limit of a request's head, from its first byte (for the first request: from the connection) to its last.
    pub head: Duration,
    /// The longest idle time before the next request.
    pub idle: Duration,
    /// How long a client may read nothing of its response.
    pub stalled: Duration,
    /// The minimum rate of a request's body.
    pub pace: MinimumRate,
    /// The minimum rate at which a response has to be read, while there is more of it than the network buffers.
    pub taking: MinimumRate,
    /// The longest head of a request, in bytes.
    pub head_bytes: usize,
    /// The most connections at once.
    pub connections: usize,
    /// The most connections at once from one network: an IPv4 address, or 64 bits of an IPv6 address.
    pub per_network: usize,
    /// The most connections at once from the networks of one site, as one customer may be given them: 48 bits of an IPv6 address.
    pub per_site: usize,
    /// Whether a peer is exempt from both: a proxy in front, which forwards for many.
    pub proxy: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
    /// How long responses under way may take once no new connection is accepted.
    pub farewell: Duration,
    /// How long after that moment a request may still arrive on an open connection.
    pub last_requests: Duration,
    /// How long after that moment the body of a request may still arrive: longer than a request waits for its permit before it is read, and
    /// so much shorter than `farewell` that a slow sender takes no time from the shutdown of the database.
    pub last_bodies: Duration,
}

/// A minimum rate of transfer: unlimited for `grace`, and from then on this many bytes per second.
#[derive(Debug, Clone, Copy)]
pub struct MinimumRate {
    /// How long any rate is accepted.
    pub grace: Duration,
    /// Bytes per second from then on.
    pub bytes_per_second: u32,
}

impl ListenerLimits {
    /// The limits of this process: as many connections as it may have files open, less those that it needs itself.
    pub fn of_process() -> Self {
        let files = files();
        let connections = usize::try_from(files.saturating_sub(FILES_RESERVED).max(files / 2)).unwrap_or(CONNECTIONS_MAX);
        Self::with_connections(connections.min(CONNECTIONS_MAX))
    }

    /// The default limits with this many connections, of which one network may have a quarter, and the networks of one site half.
    pub fn with_connections(connections: usize) -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            stalled: Duration::from_secs(30),
            pace: MinimumRate { grace: Duration::from_secs(10), bytes_per_second: 1024 },
            taking: MinimumRate { grace: Duration::from_secs(60), bytes_per_second: 1024 },
            head_bytes: 32 * 1024,
            connections,
            per_network: (connections / 4).max(1),
            per_site: (connections / 2).max(1),
            proxy: Arc::new(|peer| peer.is_loopback()),
            farewell: Duration::from_secs(4),
            last_requests: Duration::from_millis(500),
            last_bodies: Duration::from_millis(2500),
        }
    }
}

impl fmt::Debug for ListenerLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenerLimits")
            .field("connections", &self.connections)
            .field("per_network", &self.per_network)
            .field("per_site", &self.per_site)
            .field("head_bytes", &self.head_bytes)
            .finish_non_exhaustive()
    }
}

/// The number of files that this process may open, after the soft limit was raised as far as possible.
fn files() -> u64 {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 1024 };
    let wanted = hard.min(FILES_MAX);
    if wanted > soft && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() {
        return wanted;
    }
    soft
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_reads_what_one_connection_may_take() {
        let told = include_str!("../../../docs/limits.md").replace(',', "");
        let ListenerLimits { head, head_bytes, pace, taking, connections, per_network, .. } =
            ListenerLimits::with_connections(CONNECTIONS_MAX);
        assert_eq!((per_network * 4, pace.bytes_per_second), (connections, taking.bytes_per_second));
        for row in [
            format!("less {FILES_RESERVED} and at most {CONNECTIONS_MAX};"),
            format!("| {} KiB within {} seconds |", head_bytes / 1024, head.as_secs()),
            format!(
                "| {} bytes in a second after {} and {} seconds |",
                pace.bytes_per_second,
                pace.grace.as_secs(),
                taking.grace.as_secs()
            ),
        ] {
            assert!(told.contains(&row), "{row}");
        }
    }
}
