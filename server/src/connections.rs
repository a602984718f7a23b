//! The connections of this process to the database: their number, and how they are opened.

use std::{thread::available_parallelism, time::Duration};

use anyhow::Context as _;
use app::{
    admission::PATIENCE,
    database::{self, Database},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{cluster::Cluster, config::Config};

/// How long a call waits for a connection before it is refused.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// The connections of background work: mails, records, cleanup.
const WORKER_CONNECTIONS: usize = 2;

/// What a command does to a schema that is older than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaPolicy {
    /// Migrates it.
    Migrate,
    /// Leaves it alone, and refuses to work on it.
    RequireCurrent,
}

/// Opens the pool for calls, and the pool for background work.
pub async fn open(config: &Config, cluster: Option<&Cluster>, schema: SchemaPolicy) -> anyhow::Result<(Database, Database)> {
    let login = config.database_url.clone().or_else(|| cluster.map(Cluster::login)).context("there is no database")?;
    if schema == SchemaPolicy::Migrate {
        let owner = config.owner_database_url.clone().or_else(|| cluster.map(Cluster::owner));
        migrate(owner.unwrap_or_else(|| login.clone())).await?;
    }
    database::check(&login).await?;
    let for_calls = database(login.clone(), for_calls()).await?.with_fair_shares(share(), PATIENCE);
    Ok((for_calls, database(login, WORKER_CONNECTIONS).await?.for_workers()))
}

/// Migrates the schema, as the owner of the tables.
pub async fn migrate(owner: PgConnectOptions) -> anyhow::Result<()> {
    Ok(database::migrate(&owner).await?)
}

/// A pool of connections that work as the application's role.
async fn database(options: PgConnectOptions, at_most: usize) -> anyhow::Result<Database> {
    let most = u32::try_from(at_most).unwrap_or(u32::MAX);
    let pool = PgPoolOptions::new().max_connections(most).acquire_timeout(ACQUIRE_LIMIT);
    let pool = database::as_application(pool).connect_with(options.application_name("stint")).await;
    Ok(Database::new(pool.context("the database cannot be reached as the application's role")?))
}

/// The number of cores.
pub fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// The number of connections that keep the database busy.
pub fn busy_connections() -> usize {
    cores() * 2 + 2
}

/// The connections for calls beside those: an organization without one in use finds one, however many others are busy with slow calls.
const FIRST_CONNECTIONS: usize = 10;

/// The number of connections for calls.
pub fn for_calls() -> usize {
    busy_connections() + FIRST_CONNECTIONS
}

/// The most connections for calls that one organization may use, and all anonymous callers together; also the most that all together may
/// use beyond the first of each.
fn share() -> usize {
    (busy_connections() / 3).max(1)
}

/// The most connections of one process.
pub fn max_connections_of_process() -> usize {
    for_calls() + WORKER_CONNECTIONS
}
