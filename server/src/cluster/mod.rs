//! A private PostgreSQL cluster in the data folder, for deployments without a database of their own.
//!
//! It is created with the programs found on the machine, listens on a Unix socket only, and lives as long as Stint: the first process
//! on a data folder starts and supervises it, others share it beside that one (`stint admin` beside `stint serve`). A lock that the
//! kernel releases when its holder dies decides which one is the first.
//!
//! What may be killed, and what follows:
//! - the database: it is restarted at once, and the pool reconnects;
//! - Stint: a shell that waits on a pipe from us notices and stops the database. Linux could do that alone
//!   (`PR_SET_PDEATHSIG`), but then for the end of the *thread* that started it, and threads come and go here;
//! - Stint and that shell: the database stays behind, and the next start ends it first.
//!
//! What does not stop when it is told to is killed, with every process that works in its folder. Decision 36 says why no crate does this.

mod directory;
mod error;
mod initdb;
mod installation;
mod postmaster;
mod roles;
mod stale_process;
mod supervisor;
mod system_user;

#[cfg(test)]
mod tests;

pub use error::ClusterError;

use directory::{ClusterDirectory, DATABASE};
use installation::Installation;
use postmaster::Postmaster;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use stale_process::PidFile;
use std::{path::Path, time::Duration};
use supervisor::Supervisor;
use system_user::SystemUser;
use tokio::{
    sync::oneshot::{Sender, channel},
    task::JoinHandle,
    time::{Instant, sleep, timeout_at},
};

/// How long another process may take to start the shared database.
const SHARE_LIMIT: Duration = Duration::from_secs(60);
/// How long the backends of a killed database may take to notice that it is gone.
const SHARED_MEMORY_LIMIT: Duration = Duration::from_secs(20);
/// The message of PostgreSQL while they have not.
const SHARED_MEMORY_IN_USE: &str = "pre-existing shared memory block";
const POLL: Duration = Duration::from_millis(50);
/// How long the database may take to stop when the caller sets no limit.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How long killed processes may take to end.
const KILL_LIMIT: Duration = Duration::from_millis(500);

/// The private database of a data folder, ready for connections.
///
/// Dropping it without [`stop`](Self::stop) stops the database as well, but in the background.
pub struct Cluster {
    connect_options: RoleConnectOptions,
    /// Receives the instant by which the database has to have stopped.
    stopping: Sender<Instant>,
    /// Returns whether the database stopped in time.
    supervisor: JoinHandle<bool>,
}

/// Options for connecting to Stint's database over the socket. They stay valid over restarts.
struct RoleConnectOptions {
    owner: PgConnectOptions,
    login: PgConnectOptions,
    #[cfg(test)]
    superuser: PgConnectOptions,
}

impl RoleConnectOptions {
    /// The other passwords are derived from the superuser's.
    fn of(directory: &ClusterDirectory, password: &str) -> Self {
        let way = |role| directory.options_of(role, &roles::password(password, role), DATABASE);
        Self {
            owner: way(roles::OWNER),
            login: way(roles::LOGIN),
            #[cfg(test)]
            superuser: directory.options(password, DATABASE),
        }
    }
}

impl Cluster {
    /// Start the cluster of this data folder, or connect to it where another process has started it already.
    ///
    /// # Errors
    /// Says what to do: install PostgreSQL, choose another folder, look into the log.
    pub async fn start(data_dir: &Path) -> Result<Self, ClusterError> {
        let directory = ClusterDirectory::prepare(data_dir)?;
        let installation = Installation::find(&directory.data)?;
        Self::start_with(directory, installation).await
    }

    async fn start_with(mut directory: ClusterDirectory, installation: Installation) -> Result<Self, ClusterError> {
        let (stopping, stopped) = channel();
        let deadline = Instant::now() + SHARE_LIMIT;
        loop {
            if let Some(lock) = directory.lock()? {
                let (postmaster, connect_options) = first_start(&directory, &installation).await?;
                let supervisor = Supervisor { directory, installation, stopping: stopped };
                let supervisor = tokio::spawn(supervisor.own(lock, postmaster));
                return Ok(Self { connect_options, stopping, supervisor });
            }
            match join(&mut directory).await {
                Ok(connect_options) => {
                    let supervisor = tokio::spawn(Supervisor { directory, installation, stopping: stopped }.share());
                    return Ok(Self { connect_options, stopping, supervisor });
                }
                Err(last) if Instant::now() > deadline => {
                    return Err(ClusterError::Unreachable { holder: directory.holder(), last });
                }
                Err(_) => sleep(POLL).await,
            }
        }
    }

    /// Options of the application: a login that owns nothing.
    pub fn login(&self) -> PgConnectOptions {
        self.connect_options.login.clone()
    }

    /// Options of migrations: the owner of the database, who is no superuser.
    pub fn owner(&self) -> PgConnectOptions {
        self.connect_options.owner.clone()
    }

    /// Resolves when the database has failed so often that it is not started any more; the log says why. A server should end then, so that
    /// its supervisor notices.
    pub async fn given_up(&mut self) {
        if !self.supervisor.is_finished()
            && let Err(error) = (&mut self.supervisor).await
        {
            tracing::error!(%error, "the supervisor of PostgreSQL failed");
        }
    }

    /// Stop the database and wait for its end, unless it is another process's.
    pub async fn stop(self) {
        self.stop_by(Instant::now() + STOP_LIMIT).await;
    }

    /// The same by this instant: a database that does not stop by itself is killed. Returns whether it stopped by itself.
    pub async fn stop_by(mut self, by: Instant) -> bool {
        let (nobody, _) = channel();
        // If the supervisor has given up before, there is no receiver.
        let _ = std::mem::replace(&mut self.stopping, nobody).send(by);
        if self.supervisor.is_finished() {
            return true;
        }
        match timeout_at(by + KILL_LIMIT, &mut self.supervisor).await {
            Ok(stopped) => stopped.inspect_err(|error| tracing::error!(%error, "the supervisor of PostgreSQL failed")).unwrap_or(false),
            // The supervisor was about to start a shared database. Its watch ends whatever was started.
            Err(_) => {
                self.supervisor.abort();
                false
            }
        }
    }
}

/// Start the database as its owner, and create everything that is missing.
async fn first_start(directory: &ClusterDirectory, installation: &Installation) -> Result<(Postmaster, RoleConnectOptions), ClusterError> {
    let password = initdb::make_if_missing(directory, installation).await?;
    let deadline = Instant::now() + SHARED_MEMORY_LIMIT;
    let (postmaster, made) = loop {
        let mut postmaster = Postmaster::start(directory, installation).await?;
        match postmaster.ready(&directory.options(&password, "postgres")).await {
            Ok(connection) => break (postmaster, set_up(connection, directory, &password).await),
            // The backends of a killed database hold its shared memory until they notice.
            Err(ClusterError::Ended { tail, .. }) if tail.contains(SHARED_MEMORY_IN_USE) && Instant::now() < deadline => sleep(POLL).await,
            Err(error) => break (postmaster, Err(error)),
        }
    };
    match made {
        Ok(()) => {
            tracing::info!(folder = %directory.data.display(), version = installation.version, "the private PostgreSQL runs");
            Ok((postmaster, RoleConnectOptions::of(directory, &password)))
        }
        Err(error) => {
            postmaster.stop_by(Instant::now() + STOP_LIMIT).await;
            Err(error)
        }
    }
}

/// Create what is missing of the database and its roles.
async fn set_up(connection: PgConnection, directory: &ClusterDirectory, password: &str) -> Result<(), ClusterError> {
    connection.close().await?;
    roles::ensure_roles(&directory.options(password, "postgres"), password).await
}

/// Connect to the database that another process runs; the socket is where that process put it.
async fn join(directory: &mut ClusterDirectory) -> Result<RoleConnectOptions, String> {
    let pid_file = PidFile::read(&directory.pid_file()).ok_or("it is not running")?;
    directory.socket = pid_file.socket.ok_or("it has not said yet where it listens")?;
    let password = directory.password().map_err(|error| error.to_string())?.ok_or("it has no password yet")?;
    let connect_options = RoleConnectOptions::of(directory, &password);
    let connection = match PgConnection::connect_with(&connect_options.login).await {
        Ok(connection) => connection,
        Err(_) => {
            // The other process may be an older Stint without these roles, or it is about to create them.
            roles::ensure_roles(&directory.options(&password, "postgres"), &password).await.map_err(|error| error.to_string())?;
            PgConnection::connect_with(&connect_options.login).await.map_err(|error| error.to_string())?
        }
    };
    connection.close().await.map_err(|error| error.to_string())?;
    Ok(connect_options)
}
