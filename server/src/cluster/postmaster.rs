//! The database process, which is our child, and the watch that ends it when we are killed.

use super::{
    ClusterError, KILL_LIMIT,
    directory::{ClusterDirectory, PORT},
    installation::Installation,
    stale_process,
};
use crate::connections;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use std::{
    fs::File,
    io::{
        self,
        ErrorKind::{ConnectionRefused, ConnectionReset, NotFound, UnexpectedEof},
        Read, Seek, SeekFrom,
    },
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};
use tokio::{
    process::Child,
    time::{Instant, sleep, timeout, timeout_at},
};

/// How long a start may take; after a crash much of the log may have to be replayed.
const START_LIMIT: Duration = Duration::from_secs(300);
/// The part of the stop's time limit that is reserved for an immediate shutdown, without a checkpoint.
const IMMEDIATE_LIMIT: Duration = Duration::from_millis(500);
const POLL: Duration = Duration::from_millis(20);

/// Settings for a machine with few cores and a few hundred people. They are passed on the command line, where they override the data
/// folder's own configuration.
const SETTINGS: &[&str] = &[
    "listen_addresses=", // no network: the socket lies in a folder that only one user enters
    "unix_socket_permissions=0700",
    "shared_buffers=128MB",
    "effective_cache_size=512MB",
    "maintenance_work_mem=64MB",
    "random_page_cost=1.1", // solid state disks
    "jit=off",              // compiling costs more than our short statements
    "fsync=on",
    "full_page_writes=on",
    "synchronous_commit=on",
    "wal_compression=on",
    "timezone=UTC",
    "log_timezone=UTC",
    // The log must stay small and without customers' data: no statements, no values.
    "logging_collector=off",
    "log_destination=stderr",
    "log_checkpoints=off",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_line_prefix=%m [%p] ",
    "cluster_name=stint",
];

/// The processes that may use the database at once, commands beside servers included.
const PROCESSES: usize = 4;
/// Connections for migrations by the owner, for backups, and for an operator's inspection.
const RESERVE: usize = 12;

/// Ends the database ($2) once the pipe on its input is closed, which the kernel does when a process dies, unless the pid file ($1) names
/// another process by then.
const WATCH: &str = r#"read -r _; read -r pid <"$1" && [ "$pid" = "$2" ] && kill -INT "$pid""#;

/// A running database. Dropping it ends the process too, by the watch, but in the background.
pub(super) struct Postmaster {
    child: Child,
    pid: Pid,
    watch: Option<Child>,
    data: PathBuf,
    log: PathBuf,
    log_start: u64,
}

impl Postmaster {
    /// Start the database, after ending the one of an earlier run. The caller holds the lock of the directory.
    pub(super) async fn start(directory: &ClusterDirectory, installation: &Installation) -> Result<Self, ClusterError> {
        stale_process::end(directory).await?;
        directory.ensure_ownership()?;
        let log = directory.open_log()?;
        let log_start = log.metadata().map_or(0, |log| log.len());
        let program = installation.program("postgres");
        let command = command(directory, installation, log).map_err(ClusterError::file("write", directory.log_file()))?;
        let mut command = tokio::process::Command::from(command);
        let child = command.spawn().map_err(ClusterError::file("run", &program))?;
        let pid = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
        let pid = pid.ok_or_else(|| ClusterError::file("run", &program)(io::Error::other("it ended at once")))?;
        let watch = watch(directory, pid).inspect_err(|error| tracing::warn!(%error, "nobody watches over PostgreSQL")).ok();
        Ok(Self { child, pid, watch, data: directory.data.clone(), log: directory.log_file(), log_start })
    }

    /// Wait until the database answers.
    pub(super) async fn ready(&mut self, options: &PgConnectOptions) -> Result<PgConnection, ClusterError> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            match PgConnection::connect_with(options).await {
                Ok(connection) => return Ok(connection),
                Err(error) if !is_starting(&error) || Instant::now() > deadline => return Err(error.into()),
                Err(_) => {}
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(ClusterError::Ended { status: status.to_string(), log: self.log.clone(), tail: self.tail() });
            }
            sleep(POLL).await;
        }
    }

    /// Wait until the database has ended without being asked to; returns how.
    pub(super) async fn ended(&mut self) -> String {
        let status = self.child.wait().await;
        dismiss(self.watch.take()).await;
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        format!("{status}; last words: {}", self.tail().replace('\n', " | "))
    }

    /// Stop the database by this instant; returns whether it stopped when it was told. Clients are disconnected; everything committed is on
    /// disk, and where there was no time for a checkpoint the next start recovers from the log.
    pub(super) async fn stop_by(mut self, by: Instant) -> bool {
        let before = |duration| by.checked_sub(duration).unwrap_or(by);
        for (signal, by) in [(Signal::SIGINT, before(IMMEDIATE_LIMIT + KILL_LIMIT)), (Signal::SIGQUIT, before(KILL_LIMIT))] {
            // Until the child is reaped, its id can belong to no other process.
            if self.child.id().is_some() {
                let _ = kill(self.pid, signal);
            }
            if timeout_at(by, self.child.wait()).await.is_ok() {
                dismiss(self.watch.take()).await;
                return signal == Signal::SIGINT;
            }
            tracing::warn!(pid = self.pid.as_raw(), %signal, "PostgreSQL does not stop");
        }
        self.kill().await;
        false
    }

    /// Kill the database with all its processes: each has its own group, so they are found by their working directory.
    async fn kill(&mut self) {
        if self.child.id().is_some() {
            let _ = kill(self.pid, Signal::SIGKILL);
        }
        stale_process::kill_all(&self.data).await;
        if timeout(KILL_LIMIT, self.child.wait()).await.is_err() {
            tracing::error!(pid = self.pid.as_raw(), "PostgreSQL was killed and does not go");
        }
        dismiss(self.watch.take()).await;
    }

    /// The last lines that this process wrote into the log.
    fn tail(&self) -> String {
        let mut text = Vec::new();
        let read = File::open(&self.log).and_then(|mut log| {
            log.seek(SeekFrom::Start(self.log_start.max(log.metadata()?.len().saturating_sub(4096))))?;
            log.read_to_end(&mut text)
        });
        if let Err(error) = read {
            return error.to_string();
        }
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().collect::<Vec<_>>();
        lines[lines.len().saturating_sub(8)..].join("\n")
    }
}

fn command(directory: &ClusterDirectory, installation: &Installation, log: File) -> io::Result<Command> {
    let mut command = directory.system_user.command(installation.program("postgres"));
    command.arg("-D").arg(&directory.data).args(["-p", &PORT.to_string()]);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    command.args(["-c", &format!("max_connections={}", connections_max(connections::max_connections_of_process()))]);
    // The setting is a list; quotes keep a comma in the path from splitting it.
    let socket = directory.socket.to_string_lossy().replace('"', "\"\"");
    command.args(["-c", &format!("unix_socket_directories=\"{socket}\"")]);
    command.stdout(log.try_clone()?).stderr(log).current_dir(&directory.folder);
    // Its own process group: Ctrl-C in the terminal is for us, who stop the database after the last request.
    command.process_group(0);
    Ok(command)
}

/// The database's `max_connections`, where each process opens this many.
pub(super) fn connections_max(max_connections_of_process: usize) -> usize {
    PROCESSES * max_connections_of_process + RESERVE
}

fn watch(directory: &ClusterDirectory, pid: Pid) -> io::Result<Child> {
    let mut shell = directory.system_user.command("/bin/sh");
    shell.args(["-c", WATCH, "stint-watch"]).arg(directory.pid_file()).arg(pid.to_string());
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    tokio::process::Command::from(shell).spawn()
}

/// Dismiss the watch before its pipe closes.
async fn dismiss(watch: Option<Child>) {
    if let Some(mut watch) = watch
        && let Err(error) = watch.kill().await
    {
        tracing::debug!(%error, "the watch over PostgreSQL had already gone");
    }
}

/// Whether a connection failed only because the database is still starting.
fn is_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => matches!(error.kind(), NotFound | ConnectionRefused | ConnectionReset | UnexpectedEof),
        sqlx::Error::Database(error) => error.code().as_deref() == Some("57P03"),
        _ => false,
    }
}
