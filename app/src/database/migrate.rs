//! Bringing the schema up to date, as the owner of the tables.
//!
//! Old programs may be at work meanwhile: a migration waits for a lock no longer than [`LOCK_LIMIT`], so that nothing queues up
//! behind it, and is tried again. Each says in a line `-- works with: N` which is the oldest version of the schema whose programs
//! still work after it; without that line only programs that carry it do.

use std::time::Duration;

use sqlx::{Connection, PgConnection, migrate::Migrator, postgres::PgConnectOptions};
use tokio::time::{Instant, sleep, timeout_at};

use super::{SchemaError, errors, roles, schema_record, search_keys};

/// The history of the schema, carried in the binary.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// How long migrations are tried while others hold what they need.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_secs(1);
/// How long a database may take to answer.
const START_LIMIT: Duration = Duration::from_secs(5);
const RECONNECT: Duration = Duration::from_millis(100);
/// How long a migration may keep others waiting for a lock that it waits for.
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
/// Says which right the owner lacks, what is broken in the database, or that others held its tables for two minutes.
pub async fn migrate(owner: &PgConnectOptions) -> Result<(), SchemaError> {
    // That a table is already there is nothing to tell.
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

/// One try on a connection of its own: the advisory lock of one that failed goes with it.
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

/// A connection to a database that may still be starting.
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

/// The migrations, for a database that may be ahead of this binary: whether it works on it is checked before.
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
