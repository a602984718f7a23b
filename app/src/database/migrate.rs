//! Migrations of the schema, run as the owner of the tables.
//!
//! Older programs may run meanwhile: a migration waits for a lock no longer than [`LOCK_LIMIT`], so that no other statement
//! queues behind it, and is tried again. Its line `-- works with: N` names the oldest version of the schema whose programs
//! still work after it; without that line only programs that contain the migration do.

use std::time::Duration;

use sqlx::{Connection, PgConnection, migrate::Migrator, postgres::PgConnectOptions};
use tokio::time::{Instant, sleep, timeout_at};

use super::{SchemaError, errors, roles, schema_record, search_keys};

/// All migrations, embedded in the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// How long migrations are retried while other transactions hold the locks that they need.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(1);
/// How long a database may take to accept a connection.
const START_LIMIT: Duration = Duration::from_secs(5);
const RECONNECT: Duration = Duration::from_millis(100);
/// The lock timeout of a migration, which also bounds how long other statements wait behind it.
const LOCK_LIMIT: &str = "2s";

/// The newest version of the schema that this binary knows.
pub(super) fn newest() -> i64 {
    MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

/// The oldest version of the schema whose programs work after all migrations of this binary.
pub(super) fn works_with() -> i64 {
    MIGRATIONS.iter().map(|migration| named_in(migration.sql.as_str()).unwrap_or(migration.version)).max().unwrap_or_default()
}

/// The version that a migration names in its line `-- works with: N`.
fn named_in(sql: &str) -> Option<i64> {
    sql.lines().find_map(|line| line.strip_prefix("-- works with: ")?.trim().parse().ok())
}

/// Brings the schema up to date. An advisory lock lets one process do it at a time.
///
/// # Errors
/// Says which right the owner lacks, what is broken in the database, or that its tables were locked for two minutes.
pub async fn migrate(owner: &PgConnectOptions) -> Result<(), SchemaError> {
    // Notices, such as that a table exists already, are not logged.
    let owner = owner.clone().options([("client_min_messages", "warning"), ("lock_timeout", LOCK_LIMIT)]);
    let deadline = Instant::now() + PATIENCE;
    loop {
        match tried(&owner).await {
            Err(problem) if problem.may_pass() && Instant::now() < deadline => {
                tracing::info!(?problem, "the schema cannot be brought up to date yet");
                sleep(PAUSE).await;
            }
            ended => return ended,
        }
    }
}

/// One try on a connection of its own, whose end releases the advisory lock of a failed one.
async fn tried(owner: &PgConnectOptions) -> Result<(), SchemaError> {
    let mut connection = connected(owner).await?;
    let migrated = with_roles(&mut connection).await;
    connection.close().await.ok();
    migrated.map_err(|problem| problem.of(owner.get_username()))
}

async fn with_roles(connection: &mut PgConnection) -> Result<(), SchemaError> {
    roles::prepare(connection).await?;
    schema_record::may_migrate(connection).await?;
    migrator().run_direct(None, connection, false).await?;
    schema_record::renew(connection).await?;
    search_keys::fold_all(connection).await
}

/// Connects to a database that may still be starting.
pub(super) async fn connected(options: &PgConnectOptions) -> Result<PgConnection, SchemaError> {
    let deadline = Instant::now() + START_LIMIT;
    loop {
        let last = match timeout_at(deadline, PgConnection::connect_with(options)).await {
            Ok(Ok(connection)) => return Ok(connection),
            Ok(Err(problem)) => problem,
            Err(_) => sqlx::Error::PoolTimedOut,
        };
        if !errors::is_disconnected(&last) || Instant::now() >= deadline {
            return Err(SchemaError::Unreachable(last));
        }
        sleep(RECONNECT).await;
    }
}

/// The migrator, which accepts a database newer than this binary: whether the binary works on it is checked before.
fn migrator() -> Migrator {
    let mut migrator = Migrator::with_migrations(MIGRATIONS.iter().cloned().collect());
    migrator.set_ignore_missing(true);
    migrator
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_names_the_oldest_version_that_it_works_with() {
        assert_eq!(named_in("-- works with: 19\ncreate table x ();"), Some(19));
        assert_eq!(named_in("create table x (); -- works with: 19"), None);
        assert!((19..=newest()).contains(&works_with()));
    }
}
