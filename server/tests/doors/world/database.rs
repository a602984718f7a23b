//! The databases behind the doors.

use std::{
    path::Path,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{
    AssertSqlSafe,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::sync::OnceCell;

/// The database that most tests share, each with organizations of its own.
pub(super) async fn shared() -> &'static PgConnectOptions {
    static SHARED: OnceCell<PgConnectOptions> = OnceCell::const_new();
    SHARED.get_or_init(made).await
}

/// Makes a database with the schema. The next run drops those of processes that are gone.
pub(super) async fn made() -> PgConnectOptions {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let url = std::env::var("STINT_TEST_DATABASE_URL")
        .expect("STINT_TEST_DATABASE_URL names a PostgreSQL whose user may create databases; ./dev test starts one");
    let options = PgConnectOptions::from_str(&url).expect("a PostgreSQL URL");
    let server =
        PgPoolOptions::new().max_connections(1).connect_with(options.clone()).await.expect("the server of STINT_TEST_DATABASE_URL");
    let names: Vec<String> =
        sqlx::query_scalar(r"select datname from pg_database where datname like 'stint\_test\_%'").fetch_all(&server).await.expect("names");
    let gone = |name: &String| {
        name.rsplit('_').next().is_some_and(|process| Path::new("/proc/self").exists() && !Path::new("/proc").join(process).exists())
    };
    for name in names.iter().filter(|name| gone(name)) {
        sqlx::query(AssertSqlSafe(format!("drop database if exists {name} with (force)"))).execute(&server).await.ok();
    }
    let name = format!("stint_test_doors{}_{}", MADE.fetch_add(1, Ordering::SeqCst), std::process::id());
    let create = format!("create database {name} template template0 encoding 'UTF8' locale 'C.UTF-8'");
    sqlx::query(AssertSqlSafe(create)).execute(&server).await.expect("a database");
    server.close().await;
    let options = options.database(&name);
    server::connections::migrate(options.clone()).await.expect("the schema");
    options
}
