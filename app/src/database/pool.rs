//! The connection pool: hands out connections inside a transaction and takes them back outside of any.
//!
//! A future can be dropped at any await, and a cancelled call must not affect the next one on its connection: a transaction
//! is begun and committed in tasks that no caller can cancel, a transaction that is dropped is rolled back before its
//! connection is given out again, and a connection whose state is in doubt is closed.

use std::{sync::Arc, time::Duration};

#[cfg(test)]
use domain::id::OrganizationId;
use domain::id::UserId;
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
use crate::{
    error::Error,
    limits::{KeyedPermit, LogLimiter},
};

static ALL_IN_USE: LogLimiter = LogLimiter::new();

/// How long the begin or the rollback of a transaction may take. A connection that hangs for longer is closed.
const LIMIT: Duration = Duration::from_secs(5);

/// How long a commit may take. After that it is no longer awaited, and its outcome is unknown.
const COMMIT_LIMIT: Duration = Duration::from_secs(10);

/// The lock timeout of anonymous callers: all of them share a few connections, and one that locks a row of their own would keep the
/// others from signing in.
pub const SHARED_LOCK_LIMIT: Duration = Duration::from_millis(500);

/// A pool of connections with the role of the application. A clone shares the same connections.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    /// One permit for each connection: a caller that waits for one may be cancelled, and the opening of a connection may not.
    places: Arc<Semaphore>,
    shares: Option<PoolShares>,
    /// The lock timeout of every statement; that of the login when absent.
    lock_limit: Option<Duration>,
    /// The wrong organization that transactions use in their filters.
    #[cfg(test)]
    mistaken: Option<OrganizationId>,
}

impl Database {
    /// Wraps a pool. No other code sends statements to its connections.
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

    /// The same connections with this organization, and not that of row security, in the filters of all statements: row security is
    /// then the only protection.
    #[cfg(test)]
    pub fn mistaken_for(self, organization: OrganizationId) -> Self {
        Self { mistaken: Some(organization), ..self }
    }

    /// Wraps a transaction that has begun.
    fn opened(&self, open: OpenTransaction, row_scope: RowScope) -> Db {
        let db = Db::of(open, row_scope);
        #[cfg(test)]
        let db = db.mistaken_for(self.mistaken);
        db
    }

    /// The same with fair shares: one person (in organizations and outside of any) and all anonymous callers have at most `share`
    /// connections in use at once, one organization has a share more, and all together have `share` beyond the first of each.
    /// A caller whose share is in use waits for `patience` at most, without a connection and outside of the queue.
    pub fn with_fair_shares(self, share: usize, patience: Duration) -> Self {
        Self { shares: Some(PoolShares::new(share, patience)), ..self }
    }

    /// The same with a short lock timeout for every statement: for background jobs, which all organizations share.
    pub fn for_workers(self) -> Self {
        Self { lock_limit: Some(SHARED_LOCK_LIMIT), ..self }
    }

    /// The same connections without shares: for statements of the process itself, which must not wait behind callers.
    pub(super) fn without_shares(&self) -> Self {
        Self { shares: None, ..self.clone() }
    }

    /// Begins a transaction. Its row scope is set in the round trip that begins it.
    ///
    /// The connection is opened and the transaction begun in a task of its own: if the caller is cancelled, the connection stays open
    /// for the next one, and the transaction is rolled back.
    pub async fn begin(&self, row_scope: RowScope, access: AccessMode) -> Result<Db, Error> {
        self.begin_in(&[PoolShare::of(row_scope)], row_scope, access, IdentityCheck::default()).await
    }

    /// The same for a person, whose calls in all organizations use one share, and those outside of any another. Refused when the identity
    /// check fails: credential and membership must still hold, however long ago they were recognized.
    pub async fn begin_for(&self, person: UserId, check: IdentityCheck<'_>, row_scope: RowScope, access: AccessMode) -> Result<Db, Error> {
        let shares = match PoolShare::of(row_scope) {
            own @ PoolShare::Own(_) => vec![own],
            share => vec![PoolShare::Person(person.0), share],
        };
        self.begin_in(&shares, row_scope, access, check).await
    }

    /// The same for an anonymous caller, in the share of all anonymous callers, whatever the row scope.
    pub async fn begin_anonymous(&self, row_scope: RowScope, access: AccessMode) -> Result<Db, Error> {
        self.begin_in(&[PoolShare::Nobody], row_scope, access, IdentityCheck::default()).await
    }

    /// Begins the transaction that authenticates a credential, given by its fingerprint. A remembered credential uses the share of its
    /// owner, any other the share of all unknown ones: invented credentials delay no known caller.
    pub async fn begin_authentication(&self, fingerprint: &[u8]) -> Result<Db, Error> {
        let share = self.shares.as_ref().map_or(PoolShare::Credentials, |shares| shares.of_credential(fingerprint));
        self.begin_in(&[share], RowScope::Nobody, AccessMode::Read, IdentityCheck::default()).await
    }

    /// Remembers the owner of a credential.
    pub fn remember_owner(&self, fingerprint: &[u8], owner: UserId) {
        if let Some(shares) = &self.shares {
            shares.remember(fingerprint, owner.0);
        }
    }

    /// Acquires a permit of each of these shares, in this order, and then one of the pool.
    async fn begin_in(&self, shares: &[PoolShare], row_scope: RowScope, access: AccessMode, check: IdentityCheck<'_>) -> Result<Db, Error> {
        let turns = match &self.shares {
            Some(all) => all.take(shares).await?,
            None => Vec::new(),
        };
        let held = HeldPermits { place: self.place().await?, turns };
        let lock_limit = if shares.iter().any(|share| share.is_of_strangers()) { Some(SHARED_LOCK_LIMIT) } else { self.lock_limit };
        let statements =
            [Some(row_scope.begin(access, lock_limit)), check.statement()].into_iter().flatten().collect::<Vec<_>>().join("; ");
        let beginning = tokio::spawn(begun(self.pool.clone(), held, statements));
        Ok(self.opened(beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))?, row_scope))
    }

    /// Acquires a permit of the pool, in first-come order.
    async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        let place = timeout(self.pool.options().get_acquire_timeout(), Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| {
            if let Some(left_out) = ALL_IN_USE.due() {
                tracing::warn!(left_out, "all connections to the database were in use for longer than a call waits");
            }
            Error::unavailable("Too much is being done at once.")
        })?;
        Ok(place.map_err(|_| sqlx::Error::PoolClosed)?)
    }

    /// Closes all connections, once those in use are given back.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether the connections were closed.
    pub fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    /// A connection as it was given back, before another transaction begins on it.
    #[cfg(test)]
    pub async fn at_rest(&self) -> PoolConnection<Postgres> {
        self.pool.acquire().await.expect("a connection")
    }

    /// The connection options of this database.
    #[cfg(test)]
    pub fn options(&self) -> sqlx::postgres::PgConnectOptions {
        (*self.pool.connect_options()).clone()
    }
}

/// Opens a connection, or takes an idle one, and begins a transaction on it. One that was cut while it was idle is replaced:
/// nothing was sent on it that could have had an effect.
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

/// The permits that belong to a connection, released after it.
struct HeldPermits {
    /// The permit of the pool.
    #[expect(dead_code, reason = "it is given back by being dropped")]
    place: OwnedSemaphorePermit,
    /// The permits of the shares.
    #[expect(dead_code, reason = "it is given back by being dropped")]
    turns: Vec<KeyedPermit>,
}

/// A connection inside a transaction. When it is dropped, the transaction is rolled back and the connection given back.
pub(super) struct OpenTransaction {
    connection: Option<PoolConnection<Postgres>>,
    held: Option<HeldPermits>,
}

impl OpenTransaction {
    /// Begins a transaction on the connection, which is closed when that fails or hangs. It stays open when only the identity check
    /// failed.
    async fn begin(&mut self, statement: &str) -> Result<(), sqlx::Error> {
        // Safe: the only variable parts are UUIDs, hashes and our own names, formatted by their types.
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

    /// Commits the transaction. The commit goes on when its caller is cancelled.
    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        let ending = tokio::spawn(async move {
            // In a failed transaction `commit` rolls back without an error, while `set` answers with the error.
            let ended = timeout(COMMIT_LIMIT, raw_sql("set local app.action_id = ''; commit").execute(self.connection())).await;
            match ended {
                Ok(Ok(_)) => drop(self.connection.take()),
                _ => self.close(),
            }
            ended.unwrap_or_else(|late| Err(sqlx::Error::Io(late.into())))
        });
        ending.await.unwrap_or(Err(sqlx::Error::WorkerCrashed)).map(|_| ())
    }

    /// Rolls the transaction back, and returns when that is done.
    pub(super) async fn roll_back(mut self) {
        let Some(connection) = self.connection.take() else { return };
        // In a task of its own, as it must not be cancelled.
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
            // Without a runtime the process is about to exit.
            Err(_) => drop(connection.detach()),
        }
    }
}

/// Rolls back and gives the connection back, then its permits; closes the connection when its state is in doubt.
async fn return_connection(mut connection: PoolConnection<Postgres>, held: Option<HeldPermits>) {
    let rolled_back = timeout(LIMIT, async {
        // The pending error of a cancelled statement is answered to the first rollback.
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
