//! Database access: transactions under the row security of one organization or person.

mod errors;
mod identity_check;
mod migrate;
mod pool;
mod pool_shares;
mod roles;
mod row_scope;
mod schema_error;
mod schema_record;
pub(crate) mod search_keys;
#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

use domain::id::{ActionId, OrganizationId};
pub(crate) use errors::is_data_error;
pub use errors::{NoneIfLocked, OnConstraint};
pub use identity_check::IdentityCheck;
pub use migrate::{MIGRATIONS, migrate};
use pool::OpenTransaction;
pub use pool::{Database, SHARED_LOCK_LIMIT};
pub use row_scope::{AccessMode, RowScope};
pub use schema_error::SchemaError;

use crate::error::Error;

/// A transaction under the row security of one organization, or of one person before an organization is chosen. It is rolled
/// back when it is dropped.
pub struct Db {
    /// None after the connection was given back.
    open: Option<OpenTransaction>,
    organization: Option<OrganizationId>,
}

/// The timeouts of each statement of a transaction. Every statement has both.
pub struct StatementTimeouts {
    /// The longest time that it may take.
    pub statement: Duration,
    /// The longest time that it may wait for one lock.
    pub waiting: Duration,
}

impl Db {
    fn of(open: OpenTransaction, row_scope: RowScope) -> Self {
        Self { open: Some(open), organization: row_scope.organization() }
    }

    /// The same transaction with a wrong organization in the filters of its statements, if it has one.
    #[cfg(test)]
    fn mistaken_for(self, organization: Option<OrganizationId>) -> Self {
        let organization = organization.filter(|_| self.organization.is_some()).or(self.organization);
        Self { organization, ..self }
    }

    /// The organization whose rows this transaction may touch.
    pub fn organization(&self) -> Uuid {
        // Without an organization row security hides every tenant row, and so does the nil id.
        self.organization.map_or(Uuid::nil(), |organization| organization.0)
    }

    /// Continues inside an organization that the person of this transaction founds, or was invited into.
    pub async fn enter_organization(&mut self, organization: OrganizationId) -> Result<(), Error> {
        let id = organization.0.to_string();
        sqlx::query!("select set_config('app.organization_id', $1, true)", id).fetch_one(self.connection()).await?;
        self.organization = Some(organization);
        Ok(())
    }

    /// Records every change from here on for this action.
    pub async fn set_action(&mut self, action: ActionId) -> Result<(), Error> {
        let id = action.0.to_string();
        sqlx::query!("select set_config('app.action_id', $1, true)", id).fetch_one(self.connection()).await?;
        Ok(())
    }

    /// Bounds each statement from here on, with its waits for locks. A lock timeout alone bounds each wait: a statement that waits
    /// for several locks one after the other may take a multiple of it.
    pub async fn set_statement_timeout(&mut self, limit: Duration) -> Result<(), Error> {
        let limit = format!("{}ms", limit.as_millis());
        sqlx::query!("select set_config('statement_timeout', $1, true)", limit).fetch_one(self.connection()).await?;
        Ok(())
    }

    /// Bounds each wait for a lock from here on, for work on a connection that many share.
    pub async fn set_lock_timeout(&mut self, limit: Duration) -> Result<(), Error> {
        let limit = format!("{}ms", limit.as_millis());
        sqlx::query!("select set_config('lock_timeout', $1, true)", limit).fetch_one(self.connection()).await?;
        Ok(())
    }

    /// The current timeouts.
    pub async fn timeouts(&mut self) -> Result<StatementTimeouts, Error> {
        let set = sqlx::query!(
            r#"select statement.setting::bigint as "statement!", waiting.setting::bigint as "waiting!"
               from pg_settings statement, pg_settings waiting
               where statement.name = 'statement_timeout' and waiting.name = 'lock_timeout'"#
        )
        .fetch_one(self.connection())
        .await?;
        let of = |milliseconds| Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default());
        Ok(StatementTimeouts { statement: of(set.statement), waiting: of(set.waiting) })
    }

    /// Sets the savepoint of [`Db::roll_back_to_savepoint`]. There is only one, the newest.
    pub async fn savepoint(&mut self) -> Result<(), Error> {
        sqlx::query!("savepoint kept").execute(self.connection()).await?;
        Ok(())
    }

    /// Keeps the changes since [`Db::savepoint`] and removes it. Each subtransaction slows down every transaction that reads its rows.
    pub async fn release_savepoint(&mut self) -> Result<(), Error> {
        sqlx::query!("release savepoint kept").execute(self.connection()).await?;
        Ok(())
    }

    /// Rolls back to [`Db::savepoint`], settings included. The transaction goes on after a lock timeout or an error, with all that was done
    /// before the savepoint.
    pub async fn roll_back_to_savepoint(&mut self) -> Result<(), Error> {
        sqlx::query!("rollback to savepoint kept").execute(self.connection()).await?;
        Ok(())
    }

    /// The connection, for one statement.
    pub fn connection(&mut self) -> &mut PgConnection {
        match &mut self.open {
            Some(open) => open.connection(),
            None => unreachable!("whoever gives the connection back asks nothing more"),
        }
    }

    /// The beginning of this transaction by the clock of the database, which all processes share.
    pub async fn now(&mut self) -> Result<Timestamp, Error> {
        let now = sqlx::query_scalar!(r#"select now() as "now!: jiff_sqlx::Timestamp""#).fetch_one(self.connection()).await?;
        Ok(now.to_jiff())
    }

    /// Rolls the transaction of a read back and gives its connection back, before long work without further statements.
    pub async fn release(&mut self) {
        if let Some(open) = self.open.take() {
            open.roll_back().await;
        }
    }

    /// Commits the transaction.
    pub async fn commit(self) -> Result<(), Error> {
        match self.open {
            Some(open) => open.commit().await.map_err(errors::commit_error),
            None => {
                tracing::error!("a transaction was given back before it was committed");
                Err(Error::internal())
            }
        }
    }

    /// Rolls the transaction back.
    pub async fn roll_back(mut self) {
        self.release().await;
    }
}

/// Checks that the database answers and accepts writes, with a schema that this binary works on. After a write that failed for
/// lack of storage, it is tried out whether there is room again.
pub async fn ready(database: &Database) -> Result<(), Error> {
    let database = database.without_shares();
    let mut db = database.begin(RowScope::Nobody, AccessMode::Read).await?;
    if !schema_record::takes_writes(db.connection()).await? {
        return Err(Error::unavailable("The database is read-only: it is a standby, or was set so."));
    }
    schema_record::check_version(db.connection()).await?;
    db.release().await;
    if errors::write_failed() {
        try_to_write(&database).await?;
    }
    Ok(())
}

/// Tries out whether the storage accepts writes, and notes that it does.
async fn try_to_write(database: &Database) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    schema_record::probe_storage(db.connection()).await?;
    db.roll_back().await;
    errors::note_that_writes_work();
    Ok(())
}

/// Checks that the login may still set its roles, and that policies and grants are as the migrations made them. It reads the
/// catalogue, which takes some milliseconds.
pub async fn check_integrity(database: &Database) -> Result<(), Error> {
    let mut db = database.without_shares().begin(RowScope::Nobody, AccessMode::Read).await?;
    roles::check_login(db.connection()).await?;
    Ok(schema_record::check_pieces(db.connection()).await?)
}

/// Checks that this login may work as the application, on a schema that this binary works on, with its policies and grants intact.
///
/// # Errors
/// Says which grant is missing, which version is needed, or what is broken.
pub async fn check(login: &PgConnectOptions) -> Result<(), SchemaError> {
    let mut connection = migrate::connected(login).await?;
    let checked = checked(&mut connection).await;
    connection.close().await.ok();
    checked
}

async fn checked(login: &mut PgConnection) -> Result<(), SchemaError> {
    schema_record::check_is_there(login).await?;
    roles::check_login(login).await?;
    if roles::is_overprivileged(login).await? {
        tracing::warn!("the application connects with rights of its own; README.md says how to make a login that has none");
    }
    sqlx::raw_sql("set role stint_app").execute(&mut *login).await?;
    schema_record::check_version(login).await?;
    schema_record::check_pieces(login).await
}

/// Sets the role of the application on every connection of a pool: it owns nothing and cannot bypass row security.
///
/// A statement is planned once for a connection: its row scope is a setting, which the planner cannot see anyway, and planning a
/// join under row security again takes longer than running it, as does JIT compilation. Each statement uses one core, so that the
/// others stay free for other calls.
pub fn as_application(options: sqlx::postgres::PgPoolOptions) -> sqlx::postgres::PgPoolOptions {
    options.test_before_acquire(false).after_connect(|connection, _| {
        Box::pin(async move {
            sqlx::Executor::execute(
                connection,
                "set role stint_app; set statement_timeout = '15s'; set lock_timeout = '10s'; set idle_in_transaction_session_timeout = '60s'; \
                 set plan_cache_mode = force_generic_plan; set jit = off; set max_parallel_workers_per_gather = 0; set client_connection_check_interval = '5s'",
            )
            .await?;
            Ok(())
        })
    })
}

/// An instant as a parameter of a statement.
pub fn instant(at: Timestamp) -> jiff_sqlx::Timestamp {
    at.into()
}

/// Plans the following statements of this transaction for their arguments. A generic plan would scan every call that was ever
/// made.
pub async fn use_custom_plan(db: &mut Db) -> Result<(), Error> {
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true)").fetch_one(db.connection()).await?;
    Ok(())
}

/// A calendar day as a parameter of a statement.
pub fn date(day: jiff::civil::Date) -> jiff_sqlx::Date {
    day.into()
}
