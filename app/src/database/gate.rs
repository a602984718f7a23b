//! The one way to the database: connections that are given out inside a transaction and come back outside of any.
//!
//! A future can be dropped at any await. Whatever a caller that has gone leaves behind, the next one must not meet: a
//! transaction is begun and made true in tasks that no caller can cancel, a transaction that is dropped is rolled back
//! before its connection is given out again, and a connection whose state is in doubt is closed.

use std::time::Duration;

use sqlx::{AssertSqlSafe, PgConnection, PgPool, Postgres, pool::PoolConnection, raw_sql};
use tokio::{runtime::Handle, time::timeout};

use super::{Access, Db, Reach, errors};
use crate::error::Error;

/// How long beginning or taking back a transaction may take. A connection that hangs for longer is closed.
const LIMIT: Duration = Duration::from_secs(5);

/// Connections that work as the application's role. A copy gives out the same ones.
#[derive(Clone)]
pub struct Database(PgPool);

impl Database {
    /// The gate before these connections. Nothing else sends a statement to them.
    pub fn new(pool: PgPool) -> Self {
        Self(pool)
    }

    /// Begins a transaction. All that it may touch is said in the round trip that begins it.
    ///
    /// A connection that was cut while nobody used it is replaced: nothing was sent on it that could have been done.
    pub async fn begin(&self, reach: Reach, access: Access) -> Result<Db, Error> {
        let statement = reach.begin(access);
        for _ in 0..self.0.options().get_max_connections() {
            match begun(self.0.acquire().await?, statement.clone()).await {
                Ok(open) => return Ok(Db::of(open, reach)),
                Err(problem) if errors::is_cut(&problem) => tracing::debug!(%problem, "a connection was cut while it was idle"),
                Err(problem) => return Err(problem.into()),
            }
        }
        Ok(Db::of(begun(self.0.acquire().await?, statement).await?, reach))
    }

    /// Closes all connections, once those that are in use have come back.
    pub async fn close(&self) {
        self.0.close().await;
    }

    /// Whether the connections were closed.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    /// How to reach this database.
    #[cfg(test)]
    pub fn options(&self) -> sqlx::postgres::PgConnectOptions {
        (*self.0.connect_options()).clone()
    }
}

/// Begins in a task of its own: whoever waits for it may go away, and the transaction is then taken back.
async fn begun(connection: PoolConnection<Postgres>, statement: String) -> Result<Open, sqlx::Error> {
    let beginning = tokio::spawn(async move {
        let mut open = Open(Some(connection));
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
pub(super) struct Open(Option<PoolConnection<Postgres>>);

impl Open {
    /// The connection, for one statement.
    pub(super) fn connection(&mut self) -> &mut PgConnection {
        match &mut self.0 {
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
                Ok(_) => drop(self.0.take()),
                Err(_) => self.close(),
            }
            ended
        });
        ending.await.unwrap_or(Err(sqlx::Error::WorkerCrashed)).map(|_| ())
    }

    /// Makes nothing of the transaction true, and comes back when that is so.
    pub(super) async fn roll_back(mut self) {
        let Some(connection) = self.0.take() else { return };
        // In a task of its own, like every end.
        tokio::spawn(given_back(connection)).await.ok();
    }

    /// Closes the connection. The database rolls back what is open on it.
    fn close(&mut self) {
        drop(self.0.take().map(PoolConnection::detach));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(connection) = self.0.take() else { return };
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(given_back(connection))),
            // The process ends.
            Err(_) => drop(connection.detach()),
        }
    }
}

/// Rolls back and gives the connection back; when that is in doubt, closes it.
async fn given_back(mut connection: PoolConnection<Postgres>) {
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
}
