//! The measured processes: started here, and ended here by their own ids.

use std::{
    fs::File,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use http::header;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

use crate::http::{Connection, get};

/// How long a process may take to answer for the first time, and to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// The log file of a Stint.
const LOG: &str = "stint.log";

/// The results of the build.
pub struct Build<'a> {
    /// The program `stint`.
    pub program: &'a Path,
    /// The folder of its pages.
    pub site: &'a Path,
}

/// The credentials of a Stint.
#[derive(serde::Deserialize)]
pub struct DemoLogin {
    /// The address of the owner's account.
    pub email: String,
    /// Their password.
    pub password: String,
    /// The slug of the organization.
    pub organization: String,
    /// A token of the owner.
    pub token: String,
}

/// The rate limit of one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallLimit {
    /// As shipped.
    Shipped,
    /// None.
    Unlimited,
}

/// A Stint that runs on a database.
pub struct Stint {
    /// The address on which it listens.
    pub address: SocketAddr,
    process: Process,
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
    program: PathBuf,
}

impl Stint {
    /// Starts it, with settings as shipped except for its address, its database, its model and its rate limit: one person sends the
    /// requests of a crowd, unless that is what is measured.
    pub async fn start(build: &Build<'_>, database: &str, model: &str, folder: &Path, rate: CallLimit) -> Result<Self> {
        let address = free_address()?;
        let folder = folder.to_owned();
        let mut settings = vec![
            ("LEPTOS_SITE_ROOT", build.site.display().to_string()),
            ("LEPTOS_HASH_FILES", "true".to_owned()),
            ("LEPTOS_ENV", "PROD".to_owned()),
            ("STINT_ADDR", address.to_string()),
            ("STINT_DATA_DIR", folder.display().to_string()),
            ("STINT_DATABASE_URL", database.to_owned()),
            ("STINT_MODEL_URL", model.to_owned()),
            ("STINT_MODEL", "bench".to_owned()),
        ];
        if rate == CallLimit::Unlimited {
            settings.push(("STINT_RATE_LIMIT", "0".to_owned()));
        }
        let program = build.program.to_owned();
        let process = Process::start(command(&program, &settings).arg("serve"), &folder.join(LOG))?;
        let mut stint = Self { address, process, folder, settings, program };
        stint.process.ready(address, "/readyz").await?;
        Ok(stint)
    }

    /// Runs a command of the command line beside it that prints JSON.
    pub async fn command<T: serde::de::DeserializeOwned>(&self, arguments: &[&str]) -> Result<T> {
        let output = command(&self.program, &self.settings).args(arguments).stderr(Stdio::inherit()).output().await?;
        ensure!(output.status.success(), "stint {} failed", arguments.join(" "));
        let text = String::from_utf8(output.stdout)?;
        serde_json::from_str(text.trim()).with_context(|| format!("stint {} printed: {text}", arguments.join(" ")))
    }

    /// Memory in use, in MB of 1,000,000 bytes.
    pub fn resident_mb(&self) -> Result<f64> {
        self.process.resident_mb()
    }

    /// Its log so far.
    pub fn log(&self) -> Result<String> {
        let log = self.folder.join(LOG);
        std::fs::read_to_string(&log).with_context(|| format!("{} cannot be read", log.display()))
    }

    /// Tells it to end, and waits until it has.
    pub async fn stop(self) -> Result<()> {
        self.process.stop().await.with_context(|| format!("its log is in {}", self.folder.display()))
    }
}

fn command(program: &Path, settings: &[(&'static str, String)]) -> Command {
    let mut command = Command::new(program);
    // Other variables of the environment are not meant for this Stint.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("STINT_")) {
        command.env_remove(name);
    }
    command.envs(settings.iter().map(|(name, value)| (name, value))).kill_on_drop(true);
    command
}

/// A child process.
pub struct Process(Child);

impl Process {
    /// Starts it; its output goes into a file.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let log = File::create(log)?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
        Ok(Self(command.spawn().with_context(|| format!("{command:?} cannot be started"))?))
    }

    /// Waits until it answers.
    pub async fn ready(&mut self, address: SocketAddr, path: &str) -> Result<()> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(status) = self.0.try_wait()? {
                bail!("a process that was to be measured ended at once: {status}");
            }
            if let Ok(mut connection) = Connection::open(address).await
                && let Ok(answer) = connection.send(get(path, header::ACCEPT, "*/*")?).await
                && !answer.status.is_server_error()
            {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        bail!("nothing answered at {address} within {} s", PATIENCE.as_secs())
    }

    fn resident_mb(&self) -> Result<f64> {
        let id = self.0.id().context("the process has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("there is no VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib * 1024.0 / 1_000_000.0)
    }

    /// Tells it to end, and waits until it has.
    pub async fn stop(mut self) -> Result<()> {
        let Some(id) = self.0.id() else { return Ok(()) };
        kill(Pid::from_raw(i32::try_from(id)?), Signal::SIGTERM)?;
        timeout(PATIENCE, self.0.wait()).await.context("a process did not end when told to")??;
        Ok(())
    }
}

/// A free address.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
