//! Ends the database process of an earlier run, whose Stint was killed.
//!
//! It is not adopted but ended, and a new one started: that takes a quarter of a second, and there is only one way in which a database
//! is supervised. Whether the process named in the pid file is that database is asked of the operating system, since after a reboot
//! or in a new container the id may belong to any process.

use super::{
    ClusterError, KILL_LIMIT,
    directory::{ClusterDirectory, PORT},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How long a database may take to write its last checkpoint before an immediate shutdown.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long it may then take.
const PATIENCE_LEFT: Duration = Duration::from_secs(10);
/// The names of PostgreSQL's processes.
const PROGRAMS: [&str; 2] = ["postgres", "initdb"];
/// An id that no process ever has.
const NO_PROCESS: i32 = i32::MAX;

/// The pid file that a database writes into its folder.
#[derive(Debug)]
pub(super) struct PidFile {
    pub(super) pid: i32,
    pub(super) socket: Option<PathBuf>,
}

impl PidFile {
    /// Line 1 is the process, line 5 the socket's folder (written a moment later).
    pub(super) fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        // A negative number is a maintenance session; zero and one would signal far more than one process.
        let pid = text.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1)?;
        let socket = text.lines().nth(4).filter(|line| !line.is_empty()).map(PathBuf::from);
        Some(Self { pid, socket })
    }
}

/// End the database of an earlier run, if there is one; we hold the lock, so no other Stint uses it.
pub(super) async fn end(directory: &ClusterDirectory) -> Result<(), ClusterError> {
    let Some(PidFile { pid, .. }) = PidFile::read(&directory.pid_file()) else { return Ok(()) };
    if works_in(pid, &directory.data) {
        tracing::info!(pid, "ending the PostgreSQL of an earlier run");
        shut_down(directory, pid).await;
    }
    // The processes of a killed database outlive it for a moment, or for as long as they are busy, and hold its memory.
    kill_all(&directory.data).await;
    if works_in(pid, &directory.data) { Err(ClusterError::StaleProcess { pid }) } else { disown(directory, pid) }
}

/// Shut a database down: fast first; then immediately, without a checkpoint, which the next start recovers from the log.
async fn shut_down(directory: &ClusterDirectory, pid: i32) {
    for (signal, patience) in [(Signal::SIGINT, PATIENCE), (Signal::SIGQUIT, PATIENCE_LEFT)] {
        // It may have ended by itself meanwhile, which the wait detects.
        let _ = kill(Pid::from_raw(pid), signal);
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if !works_in(pid, &directory.data) {
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Kill every PostgreSQL process with its working directory in this folder, and wait until none is left.
pub(super) async fn kill_all(data: &Path) {
    let deadline = Instant::now() + KILL_LIMIT;
    loop {
        let left = working_in(data);
        if left.is_empty() || Instant::now() > deadline {
            return;
        }
        for pid in left {
            // It may have ended by itself meanwhile.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        sleep(Duration::from_millis(20)).await;
    }
}

/// The PostgreSQL processes that work in this folder or below, without an operator's shell there; none where the system does not tell, as
/// on macOS: there the processes of a killed database notice by themselves.
fn working_in(folder: &Path) -> Vec<i32> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let numbers = processes.flatten().filter_map(|process| process.file_name().to_str()?.parse::<i32>().ok());
    let is_ours = |pid: &i32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| PROGRAMS.contains(&name.trim_end()));
    let works_there = |pid: &i32| fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|place| place.starts_with(folder));
    numbers.filter(is_ours).filter(works_there).collect()
}

/// PostgreSQL refuses to start when the id in an old pid file belongs to any process of its user, also to one that has ended and is not yet
/// reaped: a database that was killed while it was being ended leaves its file behind. The id is then replaced by one that no process has;
/// the file stays, because PostgreSQL also checks by it that no part of the old database still holds the shared memory.
fn disown(directory: &ClusterDirectory, pid: i32) -> Result<(), ClusterError> {
    if kill(Pid::from_raw(pid), None).is_err() {
        return Ok(());
    }
    let path = directory.pid_file();
    // A database that ended in order has removed its file.
    let Some(PidFile { pid: named, .. }) = PidFile::read(&path) else { return Ok(()) };
    if named != pid {
        return Ok(());
    }
    tracing::info!(pid, "the pid file of PostgreSQL names a process that is not its");
    let text = fs::read_to_string(&path).map_err(ClusterError::file("read", &path))?;
    directory.replace(&path, &text.replacen(&pid.to_string(), &NO_PROCESS.to_string(), 1))?;
    let lock = directory.socket.join(format!(".s.PGSQL.{PORT}.lock"));
    match fs::remove_file(&lock) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(ClusterError::file("remove", lock)(error)),
        _ => Ok(()),
    }
}

/// Whether a process is alive and a database of this folder: PostgreSQL changes into its data folder at the start and stays there.
fn works_in(pid: i32, data: &Path) -> bool {
    if Path::new("/proc/self/cwd").exists() {
        return fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == data);
    }
    // Without /proc, as on macOS, its command line names the folder.
    let output = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).stderr(Stdio::null()).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(&*data.to_string_lossy()))
}
