//! Tests with real clusters in temporary folders: what is killed, what is left, what is refused.

mod killed;
mod owners;
mod refused;
mod shared;

use super::*;
use sqlx::{Executor, PgPool, postgres::PgPoolOptions};
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
};
use tempfile::TempDir;

/// How long any wait may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// A folder that the database's user can enter, unlike most temporary ones.
fn folder() -> TempDir {
    let passable = fs::Permissions::from_mode(0o711);
    tempfile::Builder::new().prefix("stint-cluster-").permissions(passable).tempdir().expect("a folder")
}

async fn start(folder: &TempDir) -> Cluster {
    Cluster::start(folder.path()).await.expect("a cluster")
}

async fn pool(cluster: &Cluster) -> PgPool {
    PgPoolOptions::new().max_connections(2).acquire_timeout(LIMIT).connect_with(cluster.owner()).await.expect("a pool")
}

async fn ask<T>(pool: &PgPool, question: &'static str) -> sqlx::Result<T>
where
    T: Send + Unpin + sqlx::Type<sqlx::Postgres> + for<'r> sqlx::Decode<'r, sqlx::Postgres>,
{
    sqlx::query_scalar(question).fetch_one(pool).await
}

/// Store something.
async fn remember(pool: &PgPool) {
    pool.execute("create table kept (word text); insert into kept values ('Grüße')").await.expect("a table");
}

async fn recalls(pool: &PgPool) -> sqlx::Result<String> {
    ask(pool, "select upper(word) from kept").await
}

/// The process that runs the database of this folder.
fn postmaster(folder: &TempDir) -> Option<i32> {
    PidFile::read(&folder.path().join("postgres/data/postmaster.pid")).map(|file| file.pid)
}

/// Wait for something to become true.
async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !holds().await {
        assert!(Instant::now() < deadline, "waited too long: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn data_survives_stop_and_start() {
    let folder = folder();
    let cluster = start(&folder).await;
    remember(&pool(&cluster).await).await;
    let url = cluster.owner();
    cluster.stop().await;
    assert_eq!(postmaster(&folder), None);

    let again = start(&folder).await;
    assert_eq!(recalls(&pool(&again).await).await.expect("a word"), "GRÜßE");
    assert_eq!(format!("{:?}", again.owner()), format!("{url:?}"));
    again.stop().await;
}

#[tokio::test]
async fn the_database_is_private_and_careful() {
    let folder = folder();
    let cluster = start(&folder).await;
    let pool = pool(&cluster).await;
    for (setting, value) in [
        ("show listen_addresses", ""),
        ("show fsync", "on"),
        ("show password_encryption", "scram-sha-256"),
        ("show data_checksums", "on"),
        ("select current_database()::text", "stint"),
    ] {
        assert_eq!(ask::<String>(&pool, setting).await.expect("a value"), value, "{setting}");
    }
    let superuser = PgPool::connect_with(cluster.connect_options.superuser.clone()).await.expect("a pool");
    let methods: String = ask(&superuser, "select string_agg(distinct auth_method, ' ') from pg_hba_file_rules").await.expect("methods");
    assert_eq!(methods, "scram-sha-256");
    let stranger = PgConnection::connect_with(&cluster.owner().password("postgres")).await;
    assert!(stranger.expect_err("a wrong password").to_string().contains("password authentication failed"));
    for (path, mode) in [("postgres", 0o700), ("postgres/socket", 0o700), ("postgres/password", 0o600), ("postgres.log", 0o600)] {
        let found = fs::metadata(folder.path().join(path)).expect("it is there");
        assert_eq!(found.mode() & 0o777, mode, "{path}");
    }
    cluster.stop().await;
}

#[tokio::test]
async fn several_processes_find_room_for_all_their_connections() {
    let folder = folder();
    let cluster = start(&folder).await;
    let pool = pool(&cluster).await;
    let room: i32 = ask(&pool, "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int")
        .await
        .expect("a number");
    assert!(room >= i32::try_from(4 * crate::connections::max_connections_of_process()).expect("few"), "{room}");
    cluster.stop().await;
}

#[tokio::test]
async fn the_process_is_kept_apart_from_ours() {
    let folder = folder();
    let cluster = start(&folder).await;
    let pid = postmaster(&folder).expect("it runs");
    let told = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).expect("Linux");
    let environment = told("environ");
    let mut names = environment.split('\0').filter_map(|entry| entry.split_once('=')).map(|(name, _)| name);
    assert!(names.clone().any(|name| name == "LC_ALL"), "{environment}");
    assert!(names.all(|name| name == "LC_ALL" || system_user::ENVIRONMENT.contains(&name)), "secrets in our environment stay ours");
    let group = told("stat").split_whitespace().nth(4).map(str::to_owned);
    assert_eq!(group, Some(pid.to_string()), "Ctrl-C is not for the database");
    let status = told("status");
    let line = |name| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let root = nix::unistd::geteuid().is_root();
    assert!(!root || line("Uid:").is_some_and(|ids| ids.split('\t').all(|id| id != "0")), "{status}");
    assert!(!root || line("Groups:") == Some(""), "{status}");
    cluster.stop().await;
}

#[tokio::test]
async fn an_interrupted_first_start_is_begun_again() {
    let folder = folder();
    let half = folder.path().join("postgres/data.new");
    fs::create_dir_all(&half).expect("a folder");
    fs::write(half.join("PG_VERSION"), "15").expect("half a cluster");
    let cluster = start(&folder).await;
    assert!(!half.exists());
    cluster.stop().await;
}

#[tokio::test]
async fn any_path_will_do() {
    let folder = folder();
    let odd = folder.path().join("a \"long\", odd 'path' $HOME ".repeat(4)).join("data");
    let cluster = Cluster::start(&odd).await.expect("a cluster");
    let socket = cluster.owner().get_socket().cloned().expect("a socket");
    assert!(socket.as_os_str().len() < 100 && !socket.starts_with(&odd), "{}", socket.display());
    assert_eq!(ask::<i32>(&pool(&cluster).await, "select 1").await.expect("an answer"), 1);
    cluster.stop().await;
    fs::remove_dir(&socket).expect("an empty folder");

    let comma = folder.path().join("a, \"b\"");
    let cluster = Cluster::start(&comma).await.expect("a cluster");
    assert!(cluster.owner().get_socket().is_some_and(|socket| socket.starts_with(&comma)));
    cluster.stop().await;
}

#[tokio::test]
async fn a_large_log_is_put_aside() {
    let folder = folder();
    let log = fs::File::create(folder.path().join("postgres.log")).expect("a log");
    log.set_len((10 << 20) + 1).expect("a large one");
    start(&folder).await.stop().await;
    assert!(fs::metadata(folder.path().join("postgres.log")).is_ok_and(|log| log.len() < 100_000));
    assert!(folder.path().join("postgres.log.1").exists());
}
