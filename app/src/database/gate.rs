//! The one way to the database: connections that are given out inside a transaction and come back outside of any.
//!
//! A future can be dropped at any await. Whatever a caller that has gone leaves behind, the next one must not meet: a
//! transaction is begun and made true in tasks that no caller can cancel, a transaction that is dropped is rolled back
//! before its connection is given out again, and a connection whose state is in doubt is closed.

use std::{sync::Arc, time::Duration};

use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, pool::PoolConnection, raw_sql};
use tokio::{runtime::Handle, time::timeout};
use uuid::Uuid;

use super::{Access, Db, Reach, errors};
#[cfg(test)]
use crate::id::OrganizationId;
use crate::{
    error::Error,
    limits::{Turn, Turns},
};

/// How long beginning or taking back a transaction may take. A connection that hangs for longer is closed.
const LIMIT: Duration = Duration::from_secs(5);

/// Connections that work as the application's role. A copy gives out the same ones.
#[derive(Clone)]
pub struct Database {
    pool: PgPool,
    shares: Option<Arc<Turns<Uuid>>>,
    /// The organization that transactions take theirs for.
    #[cfg(test)]
    mistaken: Option<OrganizationId>,
}

impl Database {
    /// The gate before these connections. Nothing else sends a statement to them.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            shares: None,
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
    fn opened(&self, open: Open, reach: Reach) -> Db {
        let db = Db::of(open, reach);
        #[cfg(test)]
        let db = db.mistaken_for(self.mistaken);
        db
    }

    /// The same, where one organization, or one person outside of any, has at most so many of the connections in use at once.
    /// Whoever finds its share in use waits for `patience` at most, and holds no connection meanwhile.
    pub fn in_shares(self, share: usize, patience: Duration) -> Self {
        Self { shares: Some(Arc::new(Turns::new(share, patience))), ..self }
    }

    /// Begins a transaction. All that it may touch is said in the round trip that begins it.
    ///
    /// A connection that was cut while nobody used it is replaced: nothing was sent on it that could have been done.
    pub async fn begin(&self, reach: Reach, access: Access) -> Result<Db, Error> {
        let turn = self.turn(reach).await?;
        let statement = reach.begin(access);
        for _ in 0..self.pool.options().get_max_connections() {
            match begun(self.pool.acquire().await?, turn.clone(), statement.clone()).await {
                Ok(open) => return Ok(self.opened(open, reach)),
                Err(problem) if errors::is_cut(&problem) => tracing::debug!(%problem, "a connection was cut while it was idle"),
                Err(problem) => return Err(problem.into()),
            }
        }
        Ok(self.opened(begun(self.pool.acquire().await?, turn, statement).await?, reach))
    }

    /// A part of the share of whose rows are in reach; nothing where there are no shares.
    async fn turn(&self, reach: Reach) -> Result<Option<Turn>, Error> {
        let (Some(shares), Some(owner)) = (&self.shares, reach.owner()) else { return Ok(None) };
        match shares.take(owner).await {
            Some(turn) => Ok(Some(turn)),
            None => Err(Error::too_often("Too much is being done for this organization at once.", Duration::from_secs(1))),
        }
    }

    /// Closes all connections, once those that are in use have come back.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Whether the connections were closed.
    pub fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }

    /// How to reach this database.
    #[cfg(test)]
    pub fn options(&self) -> sqlx::postgres::PgConnectOptions {
        (*self.pool.connect_options()).clone()
    }
}

/// Begins in a task of its own: whoever waits for it may go away, and the transaction is then taken back.
async fn begun(connection: PoolConnection<Postgres>, turn: Option<Turn>, statement: String) -> Result<Open, sqlx::Error> {
    let beginning = tokio::spawn(async move {
        let mut open = Open { connection: Some(connection), turn };
        // Safe: the only parts that vary are UUIDs and names of ours, formatted by their types.
        match timeout(LIMIT, raw_sql(AssertSqlSafe(statement)).execute(open.connection())).await {
            Ok(Ok(_)) => Ok(open),
            Ok(Err(problem)) => {
                open.close();
                Err(problem)
            }
            Err(_) => {
                open.close();
                Err(sqlx::Error::PoolTimedOut)
            }
        }
    });
    beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}

/// A connection inside a transaction. Dropped, the transaction is rolled back and the connection given back.
pub(super) struct Open {
    connection: Option<PoolConnection<Postgres>>,
    /// Its part of a share, given back after the connection.
    turn: Option<Turn>,
}

impl Open {
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
            let ended = raw_sql("set local app.action_id = ''; commit").execute(self.connection()).await;
            match ended {
                Ok(_) => drop(self.connection.take()),
                Err(_) => self.close(),
            }
            ended
        });
        ending.await.unwrap_or(Err(sqlx::Error::WorkerCrashed)).map(|_| ())
    }

    /// Makes nothing of the transaction true, and comes back when that is so.
    pub(super) async fn roll_back(mut self) {
        let Some(connection) = self.connection.take() else { return };
        // In a task of its own, like every end.
        tokio::spawn(given_back(connection, self.turn.take())).await.ok();
    }

    /// Closes the connection. The database rolls back what is open on it.
    fn close(&mut self) {
        drop(self.connection.take().map(PoolConnection::detach));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(given_back(connection, self.turn.take()))),
            // The process ends.
            Err(_) => drop(connection.detach()),
        }
    }
}

/// Rolls back and gives the connection back, then its turn; when that is in doubt, closes it.
async fn given_back(mut connection: PoolConnection<Postgres>, turn: Option<Turn>) {
    let rolled_back = timeout(LIMIT, async {
        // A statement whose caller went away may still have an error to tell: it is told to the first rollback.
        match raw_sql("rollback").execute(&mut *connection).await {
            Err(problem) if !errors::is_cut(&problem) => raw_sql("rollback").execute(&mut *connection).await,
            ended => ended,
        }
    });
    match rolled_back.await {
        Ok(Ok(_)) => drop(connection),
        _ => drop(connection.detach()),
    }
    drop(turn);
}
