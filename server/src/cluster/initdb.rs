//! Creates a new, empty cluster at the first start.

use super::{
    ClusterError,
    directory::{ClusterDirectory, SUPERUSER},
    installation::Installation,
    stale_process,
};
use rand::distr::{Alphanumeric, SampleString};
use std::{fs, os::unix::process::CommandExt, path::Path};
use tokio::process::Command;

/// The name prefix of an unfinished cluster.
const DRAFT: &str = "data.new";

/// Create the cluster if there is none; returns the superuser's password either way.
///
/// The data folder is renamed last: a process that is killed half-way leaves nothing that looks like a database.
pub(super) async fn make_if_missing(directory: &ClusterDirectory, installation: &Installation) -> Result<String, ClusterError> {
    let password = match directory.password()? {
        Some(password) => password,
        None => directory.choose_password()?,
    };
    if !directory.data.exists() {
        clear(&directory.folder).await;
        let draft = directory.folder.join(format!("{DRAFT}{}", Alphanumeric.sample_string(&mut rand::rng(), 8)));
        tracing::info!(folder = %directory.data.display(), version = installation.version, "making a private PostgreSQL cluster");
        run(directory, installation, &draft).await?;
        fs::rename(&draft, &directory.data).map_err(ClusterError::file("rename", draft))?;
    }
    Ok(password)
}

/// Remove what earlier first starts that were killed have left, with the processes that may still write to it. What cannot be removed does
/// no harm: each draft has a name of its own.
async fn clear(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(DRAFT)) {
        stale_process::kill_all(&entry.path()).await;
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(%error, draft = %entry.path().display(), "a cluster that was never finished could not be removed");
        }
    }
}

async fn run(directory: &ClusterDirectory, installation: &Installation, draft: &Path) -> Result<(), ClusterError> {
    let program = installation.program("initdb");
    let mut command = directory.system_user.command(&program);
    command.arg("--pgdata").arg(draft).arg("--pwfile").arg(directory.password_file()).current_dir(&directory.folder);
    command.args(["--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--data-checksums"]);
    command.args(locale(installation));
    // Its own process group: Ctrl-C in the terminal is for us.
    command.process_group(0);
    let output = Command::from(command).kill_on_drop(true).output().await.map_err(ClusterError::file("run", program))?;
    if output.status.success() {
        return Ok(());
    }
    Err(ClusterError::Initdb(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// The order of code points on every machine: an index stays right when the system's sorting rules change with an
/// upgrade, and data can be moved. Letters beyond ASCII still have upper and lower case.
fn locale(installation: &Installation) -> &'static [&'static str] {
    if installation.version >= 17 {
        return &["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"];
    }
    if cfg!(target_os = "macos") {
        return &["--lc-collate", "C", "--lc-ctype", "UTF-8"];
    }
    &["--locale", "C.UTF-8"]
}
