//! Databases for the tests: one for each process, or one for a single test.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use sqlx::{
    AssertSqlSafe, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::OnceCell;

use crate::database::{self, Database};

/// The database of this process, made when the first test asks for it.
static DATABASE: OnceCell<PgConnectOptions> = OnceCell::const_new();

tokio::task_local! {
    /// The database of a test with one of its own.
    static APART: PgConnectOptions;
}

async fn database() -> PgConnectOptions {
    match APART.try_with(PgConnectOptions::clone) {
        Ok(own) => own,
        Err(_) => DATABASE.get_or_init(|| made("")).await.clone(),
    }
}

/// Runs a test in a database of its own, named after it: tests that change the schema, or count locks and deadlocks, neither
/// disturb other tests nor are disturbed by them.
pub async fn apart<T>(name: &str, work: impl Future<Output = T>) -> T {
    APART.scope(made(&format!("{name}_")).await, work).await
}

/// Creates a database with the schema.
async fn made(name: &str) -> PgConnectOptions {
    let options = create(name).await;
    database::migrate(&options).await.expect("the schema");
    options
}

/// Creates an empty database for this process, and drops those of processes that have ended. `name` distinguishes several.
pub async fn create(name: &str) -> PgConnectOptions {
    let url = std::env::var("STINT_TEST_DATABASE_URL").expect("STINT_TEST_DATABASE_URL names a PostgreSQL whose user may create databases");
    let options = PgConnectOptions::from_str(&url).expect("STINT_TEST_DATABASE_URL looks like postgres://user:password@host/postgres");
    let server =
        PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await.expect("the server of STINT_TEST_DATABASE_URL");
    let names: Vec<String> =
        sqlx::query_scalar(r"select datname from pg_database where datname like 'stint\_test\_%'").fetch_all(&server).await.expect("names");
    for name in names.iter().filter(|name| left_behind(name)) {
        sqlx::query(AssertSqlSafe(format!("drop database if exists {name} with (force)"))).execute(&server).await.ok();
    }
    let name = format!("stint_test_{name}_{}", std::process::id());
    // Names are compared without regard to case, also beyond ASCII: C.UTF-8 knows how.
    let create = format!("create database {name} template template0 encoding 'UTF8' locale 'C.UTF-8'");
    sqlx::query(AssertSqlSafe(create)).execute(&server).await.expect("a database");
    server.close().await;
    options.database(&name)
}

/// A connection to a new database without a schema, as its owner.
pub async fn empty(name: &str) -> PgPool {
    PgPoolOptions::new().max_connections(1).connect_with(create(name).await).await.expect("the new database")
}

/// Whether the process that created a database has ended; false where that cannot be known.
fn left_behind(name: &str) -> bool {
    let process = name.rsplit('_').next().unwrap_or_default();
    std::path::Path::new("/proc/self").exists() && !std::path::Path::new("/proc").join(process).exists()
}

/// A pool with the role of the application. Each world has its own, since a connection belongs to the runtime of its test.
pub async fn connect() -> Database {
    let options = database::as_application(PgPoolOptions::new().max_connections(6));
    Database::new(options.connect_with(database().await).await.expect("connections"))
}

/// A connection as the owner of the database.
pub async fn owner() -> PgPool {
    PgPoolOptions::new().max_connections(1).connect_with(database().await).await.expect("a connection")
}

/// The number of sessions of this database that wait for a lock.
pub async fn waiting(holder: &mut PgConnection) -> i64 {
    let waiting = "select count(distinct pid) from pg_locks where not granted
        and pid in (select pid from pg_stat_activity where datname = current_database())";
    // Within a transaction the statistics are a snapshot of the first reading.
    sqlx::query("select pg_stat_clear_snapshot()").execute(&mut *holder).await.expect("forgotten");
    sqlx::query_scalar(waiting).fetch_one(holder).await.expect("locks")
}

/// Waits until `sessions` sessions of this database wait for a lock.
pub async fn until_waiting(holder: &mut PgConnection, sessions: i64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        if waiting(holder).await >= sessions {
            return;
        }
    }
    panic!("fewer than {sessions} wait");
}
