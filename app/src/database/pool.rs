//! The one way to the database: connections that are given out inside a transaction and come back outside of any.
//!
//! A future can be dropped at any await. Whatever a caller that has gone leaves behind, the next one must not meet: a
//! transaction is begun and made true in tasks that no caller can cancel, a transaction that is dropped is rolled back
//! before its connection is given out again, and a connection whose state is in doubt is closed.

use std::{sync::Arc, time::Duration};

use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, pool::PoolConnection, raw_sql};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    AccessMode, Db, RowScope, errors,
    identity_check::IdentityCheck,
    pool_shares::{PoolShare, PoolShares},
};
#[cfg(test)]
use crate::id::OrganizationId;
use crate::{error::Error, id::UserId, limits::KeyedPermit};

/// How long beginning or taking back a transaction may take. A connection that hangs for longer is closed.
const LIMIT: Duration = Duration::from_secs(5);

/// How long a commit may take before nobody waits for it any more: it is then not known whether it was made.
const COMMIT_LIMIT: Duration = Duration::from_secs(10);

/// How long a statement waits for a row that somebody holds, on a connection of those who are not known: all of them share a few, and
/// whoever holds a row of their own would keep the others from signing in.
pub const SHARED_LOCK_LIMIT: Duration = Duration::from_millis(500);

/// Connections that work as the application's role. A copy gives out the same ones.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    /// One for each connection: whoever waits in line may go away, and whoever has a place opens the connection to its end.
    places: Arc<Semaphore>,
    shares: Option<PoolShares>,
    /// How long a statement waits for a row that somebody holds, whatever is done; as long as the login lets it when absent.
    lock_limit: Option<Duration>,
    /// The organization that transactions take theirs for.
    #[cfg(test)]
    mistaken: Option<OrganizationId>,
}

impl Database {
    /// The gate before these connections. Nothing else sends a statement to them.
    pub fn new(pool: PgPool) -> Self {
        let places = Arc::new(Semaphore::new(pool.options().get_max_connections() as usize));
        Self {
            pool,
            places,
            shares: None,
            lock_limit: None,
            #[cfg(test)]
            mistaken: None,
        }
    }

    /// The same connections, whose transactions take this organization for the one that row security holds them to: every
    /// filter of a statement is past the mark, and that wall is all there is.
    #[cfg(test)]
    pub fn mistaken_for(self, organization: OrganizationId) -> Self {
        Self { mistaken: Some(organization), ..self }
    }

    /// A transaction that has begun.
    fn opened(&self, open: OpenTransaction, reach: RowScope) -> Db {
        let db = Db::of(open, reach);
        #[cfg(test)]
        let db = db.mistaken_for(self.mistaken);
        db
    }

    /// The same, where one person, in organizations and outside of any, and those of whom it is not known yet who they are, have at most
    /// so many of the connections in use at once, one organization has one more, and all of them together have as many beyond the first of each. Whoever finds
    /// their share in use waits for `patience` at most, and holds no connection and no place in line meanwhile.
    pub fn with_fair_shares(self, share: usize, patience: Duration) -> Self {
        Self { shares: Some(PoolShares::new(share, patience)), ..self }
    }

    /// The same, of which no statement waits for long for a row that somebody holds: for work that everybody shares.
    pub fn for_workers(self) -> Self {
        Self { lock_limit: Some(SHARED_LOCK_LIMIT), ..self }
    }

    /// The same connections without shares: for what the process asks on its own account, which no crowd keeps from being asked.
    pub(super) fn without_shares(&self) -> Self {
        Self { shares: None, ..self.clone() }
    }

    /// Begins a transaction. All that it may touch is said in the round trip that begins it.
    ///
    /// A connection is opened and its transaction begun in a task of its own: whoever waits for it may go away, the next one
    /// finds the connection open, and the transaction is taken back.
    pub async fn begin(&self, reach: RowScope, access: AccessMode) -> Result<Db, Error> {
        self.begin_in(&[PoolShare::of(reach)], reach, access, IdentityCheck::default()).await
    }

    /// The same for a person: in however many organizations they do something, they take turns with themselves, and apart from that in
    /// what they do outside of any. Refused when they are not any more what they were recognized as, however long ago that was.
    pub async fn begin_for(&self, person: UserId, standing: IdentityCheck<'_>, reach: RowScope, access: AccessMode) -> Result<Db, Error> {
        let shares = match PoolShare::of(reach) {
            own @ PoolShare::Own(_) => vec![own],
            share => vec![PoolShare::Person(person.0), share],
        };
        self.begin_in(&shares, reach, access, standing).await
    }

    /// The same for whoever is not known: with all others of whom nothing is known, whatever it may touch.
    pub async fn begin_anonymous(&self, reach: RowScope, access: AccessMode) -> Result<Db, Error> {
        self.begin_in(&[PoolShare::Nobody], reach, access, IdentityCheck::default()).await
    }

    /// Begins the look at whose a credential is, by its fingerprint. One that is remembered is looked at among those of its owner,
    /// any other among all those of which nobody knows: whoever makes credentials up stands in nobody's way.
    pub async fn begin_authentication(&self, fingerprint: &[u8]) -> Result<Db, Error> {
        let share = self.shares.as_ref().map_or(PoolShare::Credentials, |shares| shares.of_credential(fingerprint));
        self.begin_in(&[share], RowScope::Nobody, AccessMode::Read, IdentityCheck::default()).await
    }

    /// Remembers whose a credential turned out to be.
    pub fn remember_owner(&self, fingerprint: &[u8], owner: UserId) {
        if let Some(shares) = &self.shares {
            shares.remember(fingerprint, owner.0);
        }
    }

    /// Takes a part of each of these shares, in this order, and then a place in line.
    async fn begin_in(&self, shares: &[PoolShare], reach: RowScope, access: AccessMode, standing: IdentityCheck<'_>) -> Result<Db, Error> {
        let turns = match &self.shares {
            Some(all) => all.take(shares).await?,
            None => Vec::new(),
        };
        let held = HeldPermits { place: self.place().await?, turns };
        let lock_limit = if shares.iter().any(|share| share.is_of_strangers()) { Some(SHARED_LOCK_LIMIT) } else { self.lock_limit };
        let statements = [Some(reach.begin(access, lock_limit)), standing.statement()].into_iter().flatten().collect::<Vec<_>>().join("; ");
        let beginning = tokio::spawn(begun(self.pool.clone(), held, statements));
        Ok(self.opened(beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))?, reach))
    }

    /// A place among the connections, waited for in line.
    async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = timeout(self.pool.options().get_acquire_timeout(), Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| {
            tracing::warn!("all connections to the database were in use for longer than a call waits");
            Error::unavailable("Too much is being done at once.")
        })?;
        Ok(place.map_err(|_| sqlx::Error::PoolClosed)?)
    }

    /// Closes all connections, once those that are in use have come back.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether the connections were closed.
    pub fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    /// A connection as it was given back, before a transaction is begun on it.
    #[cfg(test)]
    pub async fn at_rest(&self) -> PoolConnection<Postgres> {
        self.pool.acquire().await.expect("a connection")
    }

    /// How to reach this database.
    #[cfg(test)]
    pub fn options(&self) -> sqlx::postgres::PgConnectOptions {
        (*self.pool.connect_options()).clone()
    }
}

/// Opens a connection, or takes one that is open, and begins a transaction on it. One that was cut while nobody used it is
/// replaced: nothing was sent on it that could have been done.
async fn begun(pool: PgPool, held: HeldPermits, statement: String) -> Result<OpenTransaction, sqlx::Error> {
    let mut open = OpenTransaction { connection: None, held: Some(held) };
    for _ in 0..pool.options().get_max_connections() {
        open.connection = Some(pool.acquire().await?);
        match open.begin(&statement).await {
            Err(problem) if errors::is_disconnected(&problem) => tracing::debug!(%problem, "a connection was cut while it was idle"),
            begun => return begun.map(|()| open),
        }
    }
    open.connection = Some(pool.acquire().await?);
    open.begin(&statement).await.map(|()| open)
}

/// What whoever has a connection has beside it, given back after it.
struct HeldPermits {
    /// The place among all connections.
    #[expect(dead_code, reason = "it is given back by being dropped")]
    place: OwnedSemaphorePermit,
    /// The part of a share.
    #[expect(dead_code, reason = "it is given back by being dropped")]
    turns: Vec<KeyedPermit>,
}

/// A connection inside a transaction. Dropped, the transaction is rolled back and the connection given back.
pub(super) struct OpenTransaction {
    connection: Option<PoolConnection<Postgres>>,
    held: Option<HeldPermits>,
}

impl OpenTransaction {
    /// Begins a transaction on the connection, which is closed when that fails or hangs; it is as good as before when nothing but
    /// the caller was refused.
    async fn begin(&mut self, statement: &str) -> Result<(), sqlx::Error> {
        // Safe: the only parts that vary are UUIDs, hashes and names of ours, formatted by their types.
        let begun = timeout(LIMIT, raw_sql(AssertSqlSafe(statement.to_owned())).execute(self.connection())).await;
        match &begun {
            Ok(Ok(_)) => {}
            Ok(Err(problem)) if errors::is_identity_refusal(problem) => {}
            _ => self.close(),
        }
        begun.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|_| ())
    }

    /// The connection, for one statement.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("a connection is given back by whoever owns it"),
        }
    }

    /// Makes everything of the transaction true. It goes on when the caller goes away.
    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        let ending = tokio::spawn(async move {
            // A transaction in which a statement failed answers a commit without an error and keeps nothing; to a setting it
            // answers with the error.
            let ended = timeout(COMMIT_LIMIT, raw_sql("set local app.action_id = ''; commit").execute(self.connection())).await;
            match ended {
                Ok(Ok(_)) => drop(self.connection.take()),
                _ => self.close(),
            }
            ended.unwrap_or_else(|late| Err(sqlx::Error::Io(late.into())))
        });
        ending.await.unwrap_or(Err(sqlx::Error::WorkerCrashed)).map(|_| ())
    }

    /// Makes nothing of the transaction true, and comes back when that is so.
    pub(super) async fn roll_back(mut self) {
        let Some(connection) = self.connection.take() else { return };
        // In a task of its own, like every end.
        tokio::spawn(return_connection(connection, self.held.take())).await.ok();
    }

    /// Closes the connection. The database rolls back what is open on it.
    fn close(&mut self) {
        drop(self.connection.take().map(PoolConnection::detach));
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(return_connection(connection, self.held.take()))),
            // The process ends.
            Err(_) => drop(connection.detach()),
        }
    }
}

/// Rolls back and gives the connection back, then what was held beside it; when that is in doubt, closes it.
async fn return_connection(mut connection: PoolConnection<Postgres>, held: Option<HeldPermits>) {
    let rolled_back = timeout(LIMIT, async {
        // A statement whose caller went away may still have an error to tell: it is told to the first rollback.
        match raw_sql("rollback").execute(&mut *connection).await {
            Err(problem) if !errors::is_disconnected(&problem) => raw_sql("rollback").execute(&mut *connection).await,
            ended => ended,
        }
    });
    match rolled_back.await {
        Ok(Ok(_)) => drop(connection),
        _ => drop(connection.detach()),
    }
    drop(held);
}
