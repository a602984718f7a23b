//! The table of connections: how many each peer has, and which of them are idle.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use app::limits::{network, site};

use super::ListenerLimits;

/// The phase of a connection, with its begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ConnectionPhase {
    /// Between two requests.
    Idle(Instant),
    /// The head of a request is awaited or arriving.
    Head(Instant),
    /// The body of a request is awaited or arriving.
    Body(Instant),
    /// A request is being answered.
    Answering,
}

/// The awaited part of an incomplete request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AwaitedPart {
    /// Its head, or a request at all.
    ForARequest,
    /// The same, or the rest of its body.
    ForItsBody,
}

/// The state of one connection, shared by its reader, its handler and the table.
#[derive(Debug)]
pub(super) struct ConnectionState {
    phase: Mutex<ConnectionPhase>,
    /// Cancelled to close the connection.
    pub(super) cut: CancellationToken,
}

impl ConnectionState {
    pub(super) fn new() -> Self {
        Self { phase: Mutex::new(ConnectionPhase::Head(Instant::now())), cut: CancellationToken::new() }
    }

    /// Bytes have arrived: between two requests they begin the head of the next one.
    pub(super) fn bytes_received(&self) {
        let mut phase = locked(&self.phase);
        if matches!(*phase, ConnectionPhase::Idle(_)) {
            *phase = ConnectionPhase::Head(Instant::now());
        }
    }

    /// Since when the head of a request is awaited, if it is.
    pub(super) fn head_since(&self) -> Option<Instant> {
        match *locked(&self.phase) {
            ConnectionPhase::Head(since) => Some(since),
            ConnectionPhase::Idle(_) | ConnectionPhase::Body(_) | ConnectionPhase::Answering => None,
        }
    }

    /// Since when nothing is being answered, if so.
    fn waits_since(&self) -> Option<Instant> {
        match *locked(&self.phase) {
            ConnectionPhase::Head(since) | ConnectionPhase::Idle(since) | ConnectionPhase::Body(since) => Some(since),
            ConnectionPhase::Answering => None,
        }
    }

    /// Whether it waits for such a part of a request.
    fn waits(&self, part: AwaitedPart) -> bool {
        match *locked(&self.phase) {
            ConnectionPhase::Head(_) | ConnectionPhase::Idle(_) => true,
            ConnectionPhase::Body(_) => part == AwaitedPart::ForItsBody,
            ConnectionPhase::Answering => false,
        }
    }

    /// The head of a request has arrived. Once its body has arrived too, it counts as being answered until the returned value is dropped.
    pub(super) fn answering(self: &Arc<Self>) -> ActiveRequest {
        *locked(&self.phase) = ConnectionPhase::Body(Instant::now());
        ActiveRequest(Arc::clone(self))
    }

    /// The body of the request has arrived, or nobody reads the rest of it.
    pub(super) fn received(&self) {
        let mut phase = locked(&self.phase);
        if matches!(*phase, ConnectionPhase::Body(_)) {
            *phase = ConnectionPhase::Answering;
        }
    }
}

/// A request that is being answered.
pub(super) struct ActiveRequest(Arc<ConnectionState>);

impl Drop for ActiveRequest {
    fn drop(&mut self) {
        *locked(&self.0.phase) = ConnectionPhase::Idle(Instant::now());
    }
}

/// All connections of a listener.
pub(super) struct ConnectionTable {
    limits: ListenerLimits,
    open: Mutex<OpenConnections>,
    /// Notified when a connection has closed.
    freed: Notify,
    next: AtomicU64,
}

/// A group of peers whose connections are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum PeerGroup {
    Network(IpAddr),
    Site(IpAddr),
}

impl PeerGroup {
    /// The groups that a peer is counted in.
    fn of(peer: IpAddr) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Network(network(peer))).chain(site(peer).map(Self::Site))
    }

    /// The most connections of this group.
    fn most(self, limits: &ListenerLimits) -> usize {
        match self {
            Self::Network(_) => limits.per_network,
            Self::Site(_) => limits.per_site,
        }
    }
}

#[derive(Default)]
struct OpenConnections {
    connections: HashMap<u64, (IpAddr, Arc<ConnectionState>)>,
    by_group: HashMap<PeerGroup, usize>,
}

/// The decision on a new connection.
enum Admission {
    /// It has a slot.
    Admitted(ConnectionSlot),
    /// Its group has the most connections that it may have, and all are active.
    Refused,
    /// All slots are taken, and all connections are active.
    Full,
}

/// The slot of a connection; free again when it is dropped.
pub(super) struct ConnectionSlot {
    connection_table: Arc<ConnectionTable>,
    id: u64,
    pub(super) state: Arc<ConnectionState>,
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        locked(&self.connection_table.open).remove(self.id);
        self.connection_table.freed.notify_one();
    }
}

impl ConnectionTable {
    pub(super) fn new(limits: ListenerLimits) -> Arc<Self> {
        Arc::new(Self { limits, open: Mutex::default(), freed: Notify::new(), next: AtomicU64::new(0) })
    }

    /// Acquires a slot for a connection from this address; none when too many connections of its group are active. While all slots are
    /// taken by active connections it waits.
    ///
    /// An idle connection gives its slot up to a new one, the one that has been idle longest first.
    pub(super) async fn acquire_slot(self: &Arc<Self>, peer: IpAddr) -> Option<ConnectionSlot> {
        loop {
            match self.admit(peer) {
                Admission::Admitted(place) => return Some(place),
                Admission::Refused => return None,
                Admission::Full => self.freed.notified().await,
            }
        }
    }

    fn admit(self: &Arc<Self>, peer: IpAddr) -> Admission {
        let (peer, limits) = (peer.to_canonical(), &self.limits);
        let mut open = locked(&self.open);
        for origin in PeerGroup::of(peer).filter(|_| !(limits.proxy)(peer)) {
            let crowded = open.by_group.get(&origin).is_some_and(|count| *count >= origin.most(limits));
            if crowded && !open.make_room(|other| PeerGroup::of(other).any(|other| other == origin)) {
                return Admission::Refused;
            }
        }
        if open.connections.len() >= limits.connections && !open.make_room(|_| true) {
            return Admission::Full;
        }
        let (id, state) = (self.next.fetch_add(1, Ordering::Relaxed), Arc::new(ConnectionState::new()));
        open.connections.insert(id, (peer, Arc::clone(&state)));
        for origin in PeerGroup::of(peer) {
            *open.by_group.entry(origin).or_default() += 1;
        }
        Admission::Admitted(ConnectionSlot { connection_table: Arc::clone(self), id, state })
    }

    /// Closes the connection that has waited longest for a request, if there is one.
    pub(super) fn make_room(&self) {
        locked(&self.open).make_room(|_| true);
    }

    /// Closes all connections that wait for such a part of a request.
    pub(super) fn cut_waiting(&self, part: AwaitedPart) {
        let open = locked(&self.open);
        let waiting = open.connections.values().filter(|(_, state)| state.waits(part));
        waiting.for_each(|(_, state)| state.cut.cancel());
    }

    /// Closes all connections; returns on how many a request was being answered.
    pub(super) fn cut_all(&self) -> usize {
        let open = locked(&self.open);
        open.connections.values().for_each(|(_, state)| state.cut.cancel());
        open.connections.values().filter(|(_, state)| state.waits_since().is_none()).count()
    }
}

impl OpenConnections {
    /// Closes the connection of such a peer that has waited longest; returns whether there was one.
    fn make_room(&mut self, of: impl Fn(IpAddr) -> bool) -> bool {
        let waiting = self.connections.iter().filter(|(_, (peer, _))| of(*peer));
        let longest = waiting.filter_map(|(id, (_, state))| Some((state.waits_since()?, *id))).min();
        let Some((_, id)) = longest else { return false };
        if let Some((_, state)) = self.connections.get(&id) {
            state.cut.cancel();
        }
        self.remove(id);
        true
    }

    fn remove(&mut self, id: u64) {
        let Some((peer, _)) = self.connections.remove(&id) else { return };
        for origin in PeerGroup::of(peer) {
            if let Some(count) = self.by_group.get_mut(&origin) {
                *count -= 1;
                if *count == 0 {
                    self.by_group.remove(&origin);
                }
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
