//! The cluster after `kill -9` of its processes.

use super::*;
use crate::cluster::supervisor::Failures;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    env,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// The variable with the folder in which the process to be killed starts its cluster.
const DATA_DIR: &str = "CLUSTER_TO_KILL";

fn kill_hard(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGKILL).expect("it was alive");
}

fn is_alive(pid: i32) -> bool {
    // A process that has ended but is not reaped has no working directory any more.
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok()
}

/// Not a test: another Stint, to be killed by one.
#[tokio::test]
#[ignore = "run by the tests that kill it"]
async fn another_stint() {
    let Some(data_dir) = env::var_os(DATA_DIR) else { return };
    let _cluster = Cluster::start(Path::new(&data_dir)).await.expect("a cluster");
    std::future::pending().await
}

/// Start a process that runs a cluster with some data in this folder.
async fn another_process(folder: &TempDir) -> Child {
    let name = format!("{}::another_stint", module_path!().split_once("::").expect("a module").1);
    let child = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", &name, "--ignored"])
        .env(DATA_DIR, folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("a process");
    // The other process holds the lock as soon as there is a password.
    eventually("the other process starts", async || folder.path().join("postgres/password").exists()).await;
    let beside = start(folder).await;
    assert_ne!(postmaster(folder), None);
    remember(&pool(&beside).await).await;
    beside.stop().await;
    child
}

fn end(mut child: Child) {
    child.kill().expect("it was alive");
    child.wait().expect("it has ended");
}

#[tokio::test]
async fn a_killed_database_comes_back_and_the_pool_with_it() {
    let folder = folder();
    let cluster = start(&folder).await;
    let pool = pool(&cluster).await;
    remember(&pool).await;
    for _ in 0..2 {
        let killed = postmaster(&folder).expect("it runs");
        kill_hard(killed);
        eventually("another database runs", async || postmaster(&folder).is_some_and(|pid| pid != killed)).await;
        eventually("the pool works again", async || recalls(&pool).await.is_ok()).await;
    }
    cluster.stop().await;
    assert_eq!(postmaster(&folder), None);
}

#[tokio::test]
async fn the_database_ends_when_its_stint_is_killed() {
    let folder = folder();
    let other = another_process(&folder).await;
    let pid = postmaster(&folder).expect("it runs");
    end(other);
    eventually("the database ends", async || !is_alive(pid)).await;
    assert_eq!(postmaster(&folder), None, "it has been stopped, not killed");
}

#[tokio::test]
async fn a_dropped_cluster_stops_too() {
    let folder = folder();
    let cluster = start(&folder).await;
    let pid = postmaster(&folder).expect("it runs");
    drop(cluster);
    eventually("the database ends", async || !is_alive(pid)).await;
}

#[test]
fn a_dropped_runtime_stops_too() {
    let folder = folder();
    let runtime = || tokio::runtime::Runtime::new().expect("a runtime");
    let first = runtime();
    let cluster = first.block_on(start(&folder));
    let pid = postmaster(&folder).expect("it runs");
    drop(first);
    runtime().block_on(eventually("the database ends", async || !is_alive(pid)));
    drop(cluster);
}

#[tokio::test]
async fn a_database_left_behind_is_replaced() {
    let folder = folder();
    let other = another_process(&folder).await;
    let left = postmaster(&folder).expect("it runs");
    kill_hard(watch_over(&folder));
    end(other);
    assert!(is_alive(left), "nobody has ended it");

    let cluster = start(&folder).await;
    assert!(!is_alive(left));
    assert_eq!(recalls(&pool(&cluster).await).await.expect("a word"), "GRÜßE");
    cluster.stop().await;
}

#[tokio::test]
async fn a_start_ends_the_remains_of_a_killed_database() {
    let folder = folder();
    let other = another_process(&folder).await;
    let left = postmaster(&folder).expect("it runs");
    // One of its processes never notices, and holds the shared memory.
    let stuck = Pid::from_raw(child_of(left));
    kill(stuck, Signal::SIGSTOP).expect("it was alive");
    kill_hard(watch_over(&folder));
    kill_hard(left);
    end(other);
    let cluster = start(&folder).await;
    assert_eq!(recalls(&pool(&cluster).await).await.expect("a word"), "GRÜßE");
    let log = fs::read_to_string(folder.path().join("postgres.log")).expect("a log");
    assert!(!log.contains(SHARED_MEMORY_IN_USE), "no start met the remains");
    cluster.stop().await;
}

/// A child process of this one.
fn child_of(parent: i32) -> i32 {
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let mut numbers = processes.filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok());
    let of_parent = |pid: &i32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // The name is in parentheses and may contain anything; state and parent follow it.
        stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)).and_then(|found| found.parse().ok()) == Some(parent)
    };
    numbers.find(of_parent).expect("a child")
}

/// The shell that watches the database of this folder.
fn watch_over(folder: &TempDir) -> i32 {
    let file = folder.path().join("postgres/data/postmaster.pid").display().to_string();
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let mut numbers = processes.filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok());
    let watches = |pid: &i32| {
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.contains("stint-watch") && line.contains(&file)
    };
    numbers.find(watches).expect("a watch")
}

#[tokio::test]
async fn an_old_pid_file_that_names_a_stranger_is_not_believed() {
    let folder = folder();
    let cluster = start(&folder).await;
    let pid_file = folder.path().join("postgres/data/postmaster.pid");
    let old = fs::read_to_string(&pid_file).expect("it runs");
    let pid = postmaster(&folder).expect("it runs").to_string();
    cluster.stop().await;

    // PostgreSQL itself would refuse: the id is alive and belongs to its own user.
    let directory = ClusterDirectory::prepare(folder.path()).expect("a directory");
    let mut stranger = directory.system_user.command("/bin/sleep").arg("600").spawn().expect("a process");
    directory.replace(&pid_file, &old.replacen(&pid, &stranger.id().to_string(), 1)).expect("an old file");
    let again = Cluster::start(folder.path()).await;
    let unharmed = stranger.try_wait().expect("a state").is_none();
    end(stranger);
    again.expect("a cluster").stop().await;
    assert!(unharmed);
}

/// A process that ends when it is told to, also below a shell that has its commands in the background ignore that.
const ENDING: [&str; 3] = ["--default-signal=INT,QUIT", "/bin/sleep", "600"];

#[tokio::test]
async fn a_database_that_ends_without_taking_its_file_away_holds_up_no_start() {
    let folder = folder();
    let cluster = start(&folder).await;
    let pid_file = folder.path().join("postgres/data/postmaster.pid");
    let old = fs::read_to_string(&pid_file).expect("it runs");
    let pid = postmaster(&folder).expect("it runs").to_string();
    cluster.stop().await;

    // It ends at once when it is told to, and is not reaped yet: PostgreSQL still takes it for alive.
    let directory = ClusterDirectory::prepare(folder.path()).expect("a directory");
    let mut left = directory.system_user.command("/usr/bin/env").args(ENDING).current_dir(&directory.data).spawn().expect("a process");
    directory.replace(&pid_file, &old.replacen(&pid, &left.id().to_string(), 1)).expect("its file");
    let again = Cluster::start(folder.path()).await;
    left.wait().expect("it has ended");
    again.expect("a cluster").stop().await;
}

#[tokio::test]
async fn a_database_that_fails_again_and_again_is_given_up() {
    let folder = folder();
    let mut cluster = start(&folder).await;
    fs::write(folder.path().join("postgres/data/postgresql.conf"), "no_such_setting = 1\n").expect("nonsense");
    kill_hard(postmaster(&folder).expect("it runs"));
    cluster.given_up().await;
    assert!(ClusterDirectory::prepare(folder.path()).expect("a directory").lock().expect("a lock").is_some(), "others may try");
    cluster.stop().await;
}

#[test]
fn patience_ends_after_five_failures_in_a_minute() {
    let start = Instant::now();
    let mut failures = Failures::default();
    let pauses = (0..5).map(|second| failures.pause(start + Duration::from_secs(second))).collect::<Vec<_>>();
    let milliseconds = |number| Some(Duration::from_millis(number));
    assert_eq!(pauses, [milliseconds(0), milliseconds(500), milliseconds(1000), milliseconds(2000), None]);
    assert_eq!(failures.pause(start + Duration::from_secs(120)), milliseconds(0), "an older minute is forgotten");
}

/// Every process of this folder's database.
fn processes(folder: &TempDir) -> Vec<i32> {
    let data = folder.path().canonicalize().expect("a folder").join("postgres/data");
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let numbers = processes.filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok());
    numbers.filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|place| place == data)).collect()
}

#[tokio::test]
async fn a_database_that_hangs_is_killed_whole_and_in_time() {
    let folder = folder();
    let cluster = start(&folder).await;
    let pool = pool(&cluster).await;
    remember(&pool).await;
    let hanging = processes(&folder);
    assert!(hanging.len() > 3, "{hanging:?}");
    for pid in &hanging {
        kill(Pid::from_raw(*pid), Signal::SIGSTOP).expect("it was alive");
    }
    let by = Instant::now() + Duration::from_secs(2);
    assert!(!cluster.stop_by(by).await, "that it had to be killed is said");
    assert!(Instant::now() < by + Duration::from_secs(2), "it takes no longer than it may");
    eventually("nothing is left behind", async || processes(&folder).is_empty()).await;

    let again = start(&folder).await;
    let pool = self::pool(&again).await;
    assert_eq!(recalls(&pool).await.expect("a word"), "GRÜßE");
    assert!(again.stop_by(Instant::now() + LIMIT).await, "who is asked in time stops by itself");
}

/// A script that the system runs under the name of the program that it replaces.
fn called_initdb(folder: &TempDir, script: &str) -> PathBuf {
    let path = folder.path().join("initdb");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it may be run");
    path
}

#[tokio::test]
async fn a_first_start_that_was_killed_does_not_disturb_the_next_one() {
    let folder = folder();
    let draft = folder.path().join("postgres/data.new");
    let directory = ClusterDirectory::prepare(folder.path()).expect("a directory");
    fs::create_dir_all(&draft).expect("a folder");
    directory.system_user.own_all(&draft).expect("it is given away");
    // An orphan of a killed first start, which still writes its draft.
    let mut orphan =
        directory.system_user.command(called_initdb(&folder, "while :; do mkdir -p base; true >base/$$; true >base/more; done"));
    let mut orphan = orphan.current_dir(&draft).spawn().expect("a process");
    eventually("it writes", async || draft.join("base/more").exists()).await;
    let cluster = start(&folder).await;
    eventually("the next start has ended it", async || orphan.try_wait().expect("a state").is_some()).await;
    assert_eq!(ask::<i32>(&pool(&cluster).await, "select 1").await.expect("an answer"), 1);
    cluster.stop().await;
}
