//! The process itself: how it ends when it is told to.

use std::{
    env, fs,
    io::Write as _,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::{Instant, interval, sleep, timeout},
};

/// How long anything that is waited for may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// When a container that was told to end is killed, with the usual time for draining.
const KILLED_AFTER: Duration = Duration::from_secs(10);

/// A Stint with a private database, in a process of its own.
pub struct Process {
    child: Child,
    /// Where it says whether it is ready.
    pub address: String,
    data: PathBuf,
}

impl Process {
    /// Starts it, with at most so many files open, and waits until it is ready.
    pub async fn start(folder: &Path, files: u32) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", &format!("ulimit -n {files}; exec \"$0\" serve"), env!("CARGO_BIN_EXE_stint")]);
        for (name, _) in env::vars().filter(|(name, _)| name.starts_with("STINT_")) {
            command.env_remove(name);
        }
        command.env("STINT_ADDR", format!("127.0.0.1:{port}")).env("STINT_DATA_DIR", folder);
        command.env("LEPTOS_OUTPUT_NAME", "stint").env("LEPTOS_SITE_ROOT", folder);
        fs::create_dir_all(folder.join("pkg")).and_then(|()| fs::write(folder.join("pkg/stint.js"), "")).expect("pages");
        let log = folder.join("log");
        let lines = fs::OpenOptions::new().create(true).append(true).open(&log).expect("a log");
        let child = command.stdout(Stdio::null()).stderr(lines).kill_on_drop(true).spawn().expect("a process");
        let data = folder.canonicalize().expect("a folder").join("postgres/data");
        let process = Self { child, address: format!("http://127.0.0.1:{port}/readyz"), data };
        let deadline = Instant::now() + LIMIT;
        while !reqwest::get(&process.address).await.is_ok_and(|answer| answer.status().is_success()) {
            assert!(Instant::now() < deadline, "it does not become ready: {}", fs::read_to_string(&log).expect("a log"));
            sleep(Duration::from_millis(20)).await;
        }
        process
    }

    /// Tells it to end, and waits until it has.
    pub async fn told_to_end(&mut self) -> ExitStatus {
        kill(Pid::from_raw(self.id()), Signal::SIGTERM).expect("told");
        timeout(LIMIT, self.child.wait()).await.expect("an end").expect("a status")
    }

    /// Its number.
    pub fn id(&self) -> i32 {
        i32::try_from(self.child.id().expect("it runs")).expect("a number")
    }

    /// The processes of its database.
    pub fn database(&self) -> Vec<i32> {
        let processes = fs::read_dir("/proc").expect("Linux").flatten();
        let numbers = processes.filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok());
        numbers.filter(|pid| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|place| place == self.data)).collect()
    }
}

/// A folder that the database's user can pass through, unlike most that are made for tests.
pub fn folder() -> tempfile::TempDir {
    rustls::crypto::ring::default_provider().install_default().ok();
    let passable = fs::Permissions::from_mode(0o711);
    tempfile::Builder::new().prefix("stint-ending-").permissions(passable).tempdir().expect("a folder")
}

#[tokio::test]
async fn more_silent_sockets_than_there_are_files_keep_nobody_out() {
    let folder = folder();
    let mut process = Process::start(folder.path(), 256).await;
    let address = process.address.trim_start_matches("http://").trim_end_matches("/readyz");
    let silent: Vec<TcpStream> = (0..300).map(|_| TcpStream::connect(address).expect("connected")).collect();
    for _ in 0..5 {
        let answer = timeout(LIMIT, reqwest::get(&process.address)).await.expect("in time").expect("an answer");
        assert!(answer.status().is_success());
    }
    assert!(process.told_to_end().await.success(), "nor does the end wait for them");
    drop(silent);
}

#[tokio::test]
async fn five_hundred_connections_that_send_a_byte_a_second_keep_nobody_out() {
    let folder = folder();
    let mut process = Process::start(folder.path(), 1024).await;
    let address = process.address.trim_start_matches("http://").trim_end_matches("/readyz").to_owned();
    let mut slow = Vec::new();
    for _ in 0..500 {
        let mut socket = TcpStream::connect(&address).expect("connected");
        // Some are closed for others meanwhile: that is how room is made.
        socket.write_all(b"POST /call/sign_in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n").ok();
        slow.push(socket);
    }
    let mut second = interval(Duration::from_secs(1));
    for _ in 0..5 {
        second.tick().await;
        for socket in &mut slow {
            socket.write_all(b"x").ok();
        }
        let asked = Instant::now();
        let answer = timeout(LIMIT, reqwest::get(&process.address)).await.expect("in time").expect("an answer");
        assert!(answer.status().is_success());
        assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    }
    let ended = process.told_to_end().await;
    assert!(ended.success(), "nor does the end wait for them: {}", fs::read_to_string(folder.path().join("log")).expect("a log"));
}

#[tokio::test]
async fn the_process_ends_when_it_is_told_to_whatever_its_database_does() {
    let folder = folder();
    let mut process = Process::start(folder.path(), 1024).await;
    assert!(process.told_to_end().await.success(), "in order");
    assert_eq!(process.database(), Vec::<i32>::new());

    let mut process = Process::start(folder.path(), 1024).await;
    for pid in process.database() {
        kill(Pid::from_raw(pid), Signal::SIGSTOP).expect("it was alive");
    }
    let told = Instant::now();
    assert!(!process.told_to_end().await.success(), "the exit code tells that the database was killed");
    assert!(told.elapsed() < KILLED_AFTER, "{:?}", told.elapsed());
    assert_eq!(process.database(), Vec::<i32>::new(), "nothing is left behind");
}

#[tokio::test]
async fn one_connection_that_hangs_does_not_hold_the_end_up() {
    let folder = folder();
    let mut process = Process::start(folder.path(), 1024).await;
    let backend = process
        .database()
        .into_iter()
        .find(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.contains("[local]")));
    kill(Pid::from_raw(backend.expect("a connection")), Signal::SIGSTOP).expect("it was alive");
    let told = Instant::now();
    process.told_to_end().await;
    assert!(told.elapsed() < KILLED_AFTER, "{:?}", told.elapsed());
    assert_eq!(process.database(), Vec::<i32>::new(), "nothing is left behind");
}
