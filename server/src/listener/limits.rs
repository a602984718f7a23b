//! How long and how much one connection, one peer and all of them may take.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// What is asked of the machine at most, in open files. More than that serves nobody better.
const FILES_MAX: u64 = 65_536;

/// The open files that are left for everything but connections of clients: the database, mail, the model, logs.
const FILES_RESERVED: u64 = 128;

/// The most connections at once, whatever the machine offers.
const CONNECTIONS_MAX: usize = 10_000;

/// The bounds of a listener.
#[derive(Clone)]
pub struct ListenerLimits {
    /// How long the head of a request may take, from its first byte (for the first request: from the connection) to its last.
    pub head: Duration,
    /// How long a connection may wait for its next request.
    pub idle: Duration,
    /// How long a client may take nothing of what it is sent.
    pub stalled: Duration,
    /// How fast a body has to come.
    pub pace: MinimumRate,
    /// How fast an answer has to be taken, while there is more of it than the network holds.
    pub taking: MinimumRate,
    /// The longest head of a request, in bytes.
    pub head_bytes: usize,
    /// The most connections at once.
    pub connections: usize,
    /// The most connections at once from one network, as addresses are counted: an IPv4 address, 64 bits of an IPv6 address.
    pub per_network: usize,
    /// The most connections at once from the networks together that one customer may be given: 48 bits of an IPv6 address.
    pub per_site: usize,
    /// Who speaks for many and is held to neither: a proxy in front.
    pub proxy: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
    /// How long answers under way may take once no new connection is taken.
    pub farewell: Duration,
    /// How long after that moment a request may still come on a connection that was open already.
    pub last_requests: Duration,
    /// How long after that moment the body of a request may still come: longer than a request waits for its turn before it is read,
    /// and so much shorter than `farewell` that whoever sends theirs slowly takes no time from the end of the database.
    pub last_bodies: Duration,
}

/// The slowest pace at which something may go over the network: for `grace` as it likes, and from then on at this many bytes a
/// second.
#[derive(Debug, Clone, Copy)]
pub struct MinimumRate {
    /// How long it may go as it likes.
    pub grace: Duration,
    /// Bytes a second from then on.
    pub bytes_per_second: u32,
}

impl ListenerLimits {
    /// The bounds of this process: as many connections as it may have files open, less those that it needs itself.
    pub fn of_process() -> Self {
        let files = files();
        let connections = usize::try_from(files.saturating_sub(FILES_RESERVED).max(files / 2)).unwrap_or(CONNECTIONS_MAX);
        Self::with_connections(connections.min(CONNECTIONS_MAX))
    }

    /// The usual bounds with this many connections, of which one network may have a quarter, and the networks of one site half.
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

/// How many files this process may have open, after it has asked for as many as it may ask for.
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
