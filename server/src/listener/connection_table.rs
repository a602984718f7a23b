//! Who is connected: how many from where, and who of them holds a connection without asking anything.

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

/// What a connection is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ConnectionPhase {
    /// Between two requests, since then.
    Idle(Instant),
    /// The head of a request is awaited or coming, since then.
    Head(Instant),
    /// The body of a request is awaited or coming, since then.
    Body(Instant),
    /// A request is being answered.
    Answering,
}

/// What is waited for of a request that has not come whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AwaitedPart {
    /// Its head, or a request at all.
    ForARequest,
    /// That, or the rest of its body.
    ForItsBody,
}

/// How one connection stands; shared by those who read it, answer on it, and count it.
#[derive(Debug)]
pub(super) struct ConnectionState {
    phase: Mutex<ConnectionPhase>,
    /// Cancelled when the connection has to go.
    pub(super) cut: CancellationToken,
}

impl ConnectionState {
    pub(super) fn new() -> Self {
        Self { phase: Mutex::new(ConnectionPhase::Head(Instant::now())), cut: CancellationToken::new() }
    }

    /// Something has come: between two requests it begins the next one's head.
    pub(super) fn bytes_received(&self) {
        let mut phase = locked(&self.phase);
        if matches!(*phase, ConnectionPhase::Idle(_)) {
            *phase = ConnectionPhase::Head(Instant::now());
        }
    }

    /// Since when the head of a request is awaited, while it is.
    pub(super) fn head_since(&self) -> Option<Instant> {
        match *locked(&self.phase) {
            ConnectionPhase::Head(since) => Some(since),
            ConnectionPhase::Idle(_) | ConnectionPhase::Body(_) | ConnectionPhase::Answering => None,
        }
    }

    /// Since when nothing is being answered.
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

    /// The head of a request has come. Once its body has come too, it is being answered until what is returned is dropped.
    pub(super) fn answering(self: &Arc<Self>) -> ActiveRequest {
        *locked(&self.phase) = ConnectionPhase::Body(Instant::now());
        ActiveRequest(Arc::clone(self))
    }

    /// The body of the request has come, or nobody wants the rest of it.
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
    /// Rung when a connection has gone.
    freed: Notify,
    next: AtomicU64,
}

/// Where connections come from that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum PeerGroup {
    Network(IpAddr),
    Site(IpAddr),
}

impl PeerGroup {
    /// What a peer is counted in.
    fn of(peer: IpAddr) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Network(network(peer))).chain(site(peer).map(Self::Site))
    }

    /// How many may be open from here.
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

/// Whether one more may come in.
enum Admission {
    /// It has a place.
    Admitted(ConnectionSlot),
    /// From where it comes there are as many as there may be, and all are busy.
    Refused,
    /// All places are taken, and all are busy.
    Full,
}

/// The place of a connection; free again when it is dropped.
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

    /// A place for a connection from this address; nothing when too many from where it comes are at work. While all places are
    /// at work it waits.
    ///
    /// Whoever holds a place and asks nothing gives it up to whoever comes, those who have waited longest first.
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

    /// Cuts the connection that has waited longest for a request, if there is one.
    pub(super) fn make_room(&self) {
        locked(&self.open).make_room(|_| true);
    }

    /// Cuts all connections that wait for such a part of a request.
    pub(super) fn cut_waiting(&self, part: AwaitedPart) {
        let open = locked(&self.open);
        let waiting = open.connections.values().filter(|(_, state)| state.waits(part));
        waiting.for_each(|(_, state)| state.cut.cancel());
    }

    /// Cuts all connections: on how many something was being answered.
    pub(super) fn cut_all(&self) -> usize {
        let open = locked(&self.open);
        open.connections.values().for_each(|(_, state)| state.cut.cancel());
        open.connections.values().filter(|(_, state)| state.waits_since().is_none()).count()
    }
}

impl OpenConnections {
    /// Cuts the connection of such a peer that has waited longest; says whether there was one.
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
