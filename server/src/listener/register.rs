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

use super::Bounds;

/// What a connection is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
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
pub(super) enum Waiting {
    /// Its head, or a request at all.
    ForARequest,
    /// That, or the rest of its body.
    ForItsBody,
}

/// How one connection stands; shared by those who read it, answer on it, and count it.
#[derive(Debug)]
pub(super) struct Standing {
    phase: Mutex<Phase>,
    /// Cancelled when the connection has to go.
    pub(super) cut: CancellationToken,
}

impl Standing {
    pub(super) fn new() -> Self {
        Self { phase: Mutex::new(Phase::Head(Instant::now())), cut: CancellationToken::new() }
    }

    /// Something has come: between two requests it begins the next one's head.
    pub(super) fn heard(&self) {
        let mut phase = locked(&self.phase);
        if matches!(*phase, Phase::Idle(_)) {
            *phase = Phase::Head(Instant::now());
        }
    }

    /// Since when the head of a request is awaited, while it is.
    pub(super) fn head_since(&self) -> Option<Instant> {
        match *locked(&self.phase) {
            Phase::Head(since) => Some(since),
            Phase::Idle(_) | Phase::Body(_) | Phase::Answering => None,
        }
    }

    /// Since when nothing is being answered.
    fn waits_since(&self) -> Option<Instant> {
        match *locked(&self.phase) {
            Phase::Head(since) | Phase::Idle(since) | Phase::Body(since) => Some(since),
            Phase::Answering => None,
        }
    }

    /// Whether it waits for such a part of a request.
    fn waits(&self, part: Waiting) -> bool {
        match *locked(&self.phase) {
            Phase::Head(_) | Phase::Idle(_) => true,
            Phase::Body(_) => part == Waiting::ForItsBody,
            Phase::Answering => false,
        }
    }

    /// The head of a request has come. Once its body has come too, it is being answered until what is returned is dropped.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        *locked(&self.phase) = Phase::Body(Instant::now());
        Answering(Arc::clone(self))
    }

    /// The body of the request has come, or nobody wants the rest of it.
    pub(super) fn received(&self) {
        let mut phase = locked(&self.phase);
        if matches!(*phase, Phase::Body(_)) {
            *phase = Phase::Answering;
        }
    }
}

/// A request that is being answered.
pub(super) struct Answering(Arc<Standing>);

impl Drop for Answering {
    fn drop(&mut self) {
        *locked(&self.0.phase) = Phase::Idle(Instant::now());
    }
}

/// All connections of a listener.
pub(super) struct Register {
    bounds: Bounds,
    open: Mutex<Open>,
    /// Rung when a connection has gone.
    freed: Notify,
    next: AtomicU64,
}

/// Where connections come from that are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Origin {
    Network(IpAddr),
    Site(IpAddr),
}

impl Origin {
    /// What a peer is counted in.
    fn of(peer: IpAddr) -> impl Iterator<Item = Self> {
        std::iter::once(Self::Network(network(peer))).chain(site(peer).map(Self::Site))
    }

    /// How many may be open from here.
    fn most(self, bounds: &Bounds) -> usize {
        match self {
            Self::Network(_) => bounds.per_network,
            Self::Site(_) => bounds.per_site,
        }
    }
}

#[derive(Default)]
struct Open {
    connections: HashMap<u64, (IpAddr, Arc<Standing>)>,
    of_origin: HashMap<Origin, usize>,
}

/// Whether one more may come in.
enum Admission {
    /// It has a place.
    Admitted(Place),
    /// From where it comes there are as many as there may be, and all are busy.
    Refused,
    /// All places are taken, and all are busy.
    Full,
}

/// The place of a connection; free again when it is dropped.
pub(super) struct Place {
    register: Arc<Register>,
    id: u64,
    pub(super) standing: Arc<Standing>,
}

impl Drop for Place {
    fn drop(&mut self) {
        locked(&self.register.open).remove(self.id);
        self.register.freed.notify_one();
    }
}

impl Register {
    pub(super) fn new(bounds: Bounds) -> Arc<Self> {
        Arc::new(Self { bounds, open: Mutex::default(), freed: Notify::new(), next: AtomicU64::new(0) })
    }

    /// A place for a connection from this address; nothing when too many from where it comes are at work. While all places are
    /// at work it waits.
    ///
    /// Whoever holds a place and asks nothing gives it up to whoever comes, those who have waited longest first.
    pub(super) async fn place(self: &Arc<Self>, peer: IpAddr) -> Option<Place> {
        loop {
            match self.admit(peer) {
                Admission::Admitted(place) => return Some(place),
                Admission::Refused => return None,
                Admission::Full => self.freed.notified().await,
            }
        }
    }

    fn admit(self: &Arc<Self>, peer: IpAddr) -> Admission {
        let (peer, bounds) = (peer.to_canonical(), &self.bounds);
        let mut open = locked(&self.open);
        for origin in Origin::of(peer).filter(|_| !(bounds.proxy)(peer)) {
            let crowded = open.of_origin.get(&origin).is_some_and(|count| *count >= origin.most(bounds));
            if crowded && !open.make_room(|other| Origin::of(other).any(|other| other == origin)) {
                return Admission::Refused;
            }
        }
        if open.connections.len() >= bounds.connections && !open.make_room(|_| true) {
            return Admission::Full;
        }
        let (id, standing) = (self.next.fetch_add(1, Ordering::Relaxed), Arc::new(Standing::new()));
        open.connections.insert(id, (peer, Arc::clone(&standing)));
        for origin in Origin::of(peer) {
            *open.of_origin.entry(origin).or_default() += 1;
        }
        Admission::Admitted(Place { register: Arc::clone(self), id, standing })
    }

    /// Cuts the connection that has waited longest for a request, if there is one.
    pub(super) fn make_room(&self) {
        locked(&self.open).make_room(|_| true);
    }

    /// Cuts all connections that wait for such a part of a request.
    pub(super) fn cut_waiting(&self, part: Waiting) {
        let open = locked(&self.open);
        let waiting = open.connections.values().filter(|(_, standing)| standing.waits(part));
        waiting.for_each(|(_, standing)| standing.cut.cancel());
    }

    /// Cuts all connections: on how many something was being answered.
    pub(super) fn cut_all(&self) -> usize {
        let open = locked(&self.open);
        open.connections.values().for_each(|(_, standing)| standing.cut.cancel());
        open.connections.values().filter(|(_, standing)| standing.waits_since().is_none()).count()
    }
}

impl Open {
    /// Cuts the connection of such a peer that has waited longest; says whether there was one.
    fn make_room(&mut self, of: impl Fn(IpAddr) -> bool) -> bool {
        let waiting = self.connections.iter().filter(|(_, (peer, _))| of(*peer));
        let longest = waiting.filter_map(|(id, (_, standing))| Some((standing.waits_since()?, *id))).min();
        let Some((_, id)) = longest else { return false };
        if let Some((_, standing)) = self.connections.get(&id) {
            standing.cut.cancel();
        }
        self.remove(id);
        true
    }

    fn remove(&mut self, id: u64) {
        let Some((peer, _)) = self.connections.remove(&id) else { return };
        for origin in Origin::of(peer) {
            if let Some(count) = self.of_origin.get_mut(&origin) {
                *count -= 1;
                if *count == 0 {
                    self.of_origin.remove(&origin);
                }
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
