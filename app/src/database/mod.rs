//! The database as one call sees it: a transaction that belongs to one organization.

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

pub(crate) use errors::is_data_error;
pub use errors::{NoneIfLocked, OnConstraint};
pub use identity_check::IdentityCheck;
pub use migrate::{MIGRATIONS, migrate};
use pool::OpenTransaction;
pub use pool::{Database, SHARED_LOCK_LIMIT};
pub use row_scope::{AccessMode, RowScope};
pub use schema_error::SchemaError;

use crate::{
    error::Error,
    id::{ActionId, OrganizationId},
};

/// A transaction under the row security of one organization, or of one person before an organization is chosen. Dropped, it
/// has changed nothing.
pub struct Db {
    /// Nothing after the connection was given back.
    open: Option<OpenTransaction>,
    organization: Option<OrganizationId>,
}

/// What bounds each statement of a transaction; nothing is without end.
pub struct StatementTimeouts {
    /// How long it takes at most.
    pub statement: Duration,
    /// How long it waits at most for what somebody else holds.
    pub waiting: Duration,
}

impl Db {
    fn of(open: OpenTransaction, reach: RowScope) -> Self {
        Self { open: Some(open), organization: reach.organization() }
    }

    /// The same, which takes another organization for its own, if it has one.
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

    /// Goes on inside an organization: one that the person of this transaction founds, or was invited into.
    pub async fn enter_organization(&mut self, organization: OrganizationId) -> Result<(), Error> {
        let id = organization.0.to_string();
        sqlx::query!("select set_config('app.organization_id', $1, true)", id).fetch_one(self.connection()).await?;
        self.organization = Some(organization);
        Ok(())
    }

    /// Writes every change down for this action from here on.
    pub async fn set_action(&mut self, action: ActionId) -> Result<(), Error> {
        let id = action.0.to_string();
        sqlx::query!("select set_config('app.action_id', $1, true)", id).fetch_one(self.connection()).await?;
        Ok(())
    }

    /// Bounds each statement from here on, what it waits for included. A bound on waiting alone is one on each wait: whoever waits
    /// for several holders after each other waits for each.
    pub async fn set_statement_timeout(&mut self, limit: Duration) -> Result<(), Error> {
        let limit = format!("{}ms", limit.as_millis());
        sqlx::query!("select set_config('statement_timeout', $1, true)", limit).fetch_one(self.connection()).await?;
        Ok(())
    }

    /// Bounds what each statement waits from here on for what somebody else holds, on a connection that is one of a few for many.
    pub async fn set_lock_timeout(&mut self, limit: Duration) -> Result<(), Error> {
        let limit = format!("{}ms", limit.as_millis());
        sqlx::query!("select set_config('lock_timeout', $1, true)", limit).fetch_one(self.connection()).await?;
        Ok(())
    }

    /// What bounds each statement by now.
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

    /// Sets the savepoint to which [`Db::roll_back_to_savepoint`] leads; there is one, the newest.
    pub async fn savepoint(&mut self) -> Result<(), Error> {
        sqlx::query!("savepoint kept").execute(self.connection()).await?;
        Ok(())
    }

    /// Keeps what was done since [`Db::savepoint`], to which nothing leads any more. Each that is kept costs everybody who meets its rows.
    pub async fn release_savepoint(&mut self) -> Result<(), Error> {
        sqlx::query!("release savepoint kept").execute(self.connection()).await?;
        Ok(())
    }

    /// Leaves nothing of what was done since [`Db::savepoint`], its settings included. What somebody else held, or what was refused, has broken
    /// nothing of what was done before.
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

    /// What the database takes for now: the beginning of this transaction by its clock, which all processes share.
    pub async fn now(&mut self) -> Result<Timestamp, Error> {
        let now = sqlx::query_scalar!(r#"select now() as "now!: jiff_sqlx::Timestamp""#).fetch_one(self.connection()).await?;
        Ok(now.to_jiff())
    }

    /// Ends the transaction of a read and gives its connection back, before long work that asks the database nothing more.
    pub async fn release(&mut self) {
        if let Some(open) = self.open.take() {
            open.roll_back().await;
        }
    }

    /// Makes everything of this transaction true.
    pub async fn commit(self) -> Result<(), Error> {
        match self.open {
            Some(open) => open.commit().await.map_err(errors::commit_error),
            None => {
                tracing::error!("a transaction was given back before it was committed");
                Err(Error::internal())
            }
        }
    }

    /// Makes nothing of this transaction true.
    pub async fn roll_back(mut self) {
        self.release().await;
    }
}

/// Whether the database answers and takes writes, with a schema that this binary works on. After a write that failed for want of
/// room it is tried out whether there is room again.
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

/// Tries out whether there is room for what is to be kept, and notes it.
async fn try_to_write(database: &Database) -> Result<(), Error> {
    let mut db = database.begin(RowScope::Nobody, AccessMode::Write).await?;
    schema_record::probe_storage(db.connection()).await?;
    db.roll_back().await;
    errors::note_that_writes_work();
    Ok(())
}

/// Whether the login may still take on its roles, and the walls stand as the migrations built them. It reads the catalogue, which
/// takes some milliseconds.
pub async fn check_integrity(database: &Database) -> Result<(), Error> {
    let mut db = database.without_shares().begin(RowScope::Nobody, AccessMode::Read).await?;
    roles::check_login(db.connection()).await?;
    Ok(schema_record::check_pieces(db.connection()).await?)
}

/// Whether this login may work as the application, on a schema that this binary works on, with all walls standing.
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

/// Lets every connection of a pool work as the application's role, which owns nothing and cannot bypass row security.
///
/// A statement is planned once for a connection: whose rows it may touch is a setting, which the planner cannot see anyway,
/// and planning a join under row security anew takes longer than running it. Compiling it takes longer, too. Each takes one core: the
/// others are for whoever calls meanwhile.
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

/// An instant as the database takes it.
pub fn instant(at: Timestamp) -> jiff_sqlx::Timestamp {
    at.into()
}

/// Lets what follows in this transaction be planned for its arguments. One plan for all of them would have to look at every
/// call that was ever made.
pub async fn use_custom_plan(db: &mut Db) -> Result<(), Error> {
    sqlx::query!("select set_config('plan_cache_mode', 'force_custom_plan', true)").fetch_one(db.connection()).await?;
    Ok(())
}

/// A calendar day as the database takes it.
pub fn date(day: jiff::civil::Date) -> jiff_sqlx::Date {
    day.into()
}
