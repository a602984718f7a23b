//! Finds the PostgreSQL programs on this machine.

use super::ClusterError;
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The oldest version with everything that the schema and the settings use, and still supported by its makers.
const OLDEST: u32 = 14;

/// Folders whose entries with a prefix are installations, with the path from there to the programs.
const INSTALL_LOCATIONS: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),         // Debian, Ubuntu: one folder for each version
    ("/usr", "pgsql-", "bin"),                  // the project's own packages for Fedora and its kin
    ("/usr/libexec", "postgresql", ""),         // Alpine
    ("/opt/homebrew/opt", "postgresql", "bin"), // macOS
    ("/usr/local/opt", "postgresql", "bin"),    // macOS on Intel
];

/// The install command of each family of systems, by its package manager.
const COMMANDS: &[(&str, &str)] = &[
    ("apt-get", "apt-get install postgresql"),
    ("dnf", "dnf install postgresql-server"),
    ("zypper", "zypper install postgresql-server"),
    ("apk", "apk add postgresql"),
    ("pacman", "pacman -S postgresql"),
    ("brew", "brew install postgresql"),
];

/// An installation: the folder of one version's programs.
#[derive(Clone, Debug)]
pub(super) struct Installation {
    pub(super) programs: PathBuf,
    pub(super) version: u32,
}

impl Installation {
    /// The newest installation, or the one that wrote `data` where it holds a database already.
    pub(super) fn find(data: &Path) -> Result<Self, ClusterError> {
        Self::find_among(candidates(), data)
    }

    pub(super) fn find_among(folders: impl IntoIterator<Item = PathBuf>, data: &Path) -> Result<Self, ClusterError> {
        let mut found = BTreeMap::new();
        for programs in folders {
            if let Some(version) = version_in(&programs).filter(|version| *version >= OLDEST) {
                // The first folder of a version wins: it is the one that the administrator prefers.
                found.entry(version).or_insert(Self { programs, version });
            }
        }
        let versions = found.keys().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let chosen = match written_by(data)? {
            Some(wanted) if !found.is_empty() => {
                let other = || ClusterError::OtherVersion { data: data.to_owned(), wanted, found: versions };
                return found.remove(&wanted).ok_or_else(other);
            }
            _ => found.pop_last().map(|(_, newest)| newest),
        };
        chosen.ok_or_else(|| ClusterError::NotInstalled { oldest: OLDEST, command: install_command() })
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }
}

/// The version that wrote a data folder, if it holds a database.
fn written_by(data: &Path) -> Result<Option<u32>, ClusterError> {
    let path = data.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ClusterError::file("read", path)(error)),
    }
}

/// Every folder that may hold the programs, the administrator's preference first.
fn candidates() -> Vec<PathBuf> {
    let mut folders = Vec::from_iter(told_by_pg_config());
    folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
    for (place, prefix, rest) in INSTALL_LOCATIONS {
        let entries = fs::read_dir(place).into_iter().flatten().flatten();
        let installed = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
        folders.extend(installed.map(|entry| entry.path().join(rest)));
    }
    folders
}

fn told_by_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// The major version: `postgres (PostgreSQL) 15.14 (Debian …)` is 15; a folder with only a client, as `pg_config` may name, has none.
fn version_in(programs: &Path) -> Option<u32> {
    let (initdb, postgres) = (programs.join("initdb"), programs.join("postgres"));
    if !programs.is_absolute() || !initdb.is_file() || !postgres.is_file() {
        return None;
    }
    let output = Command::new(postgres).arg("--version").stderr(Stdio::null()).output().ok()?;
    let output = String::from_utf8(output.stdout).ok()?;
    let number = output.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn install_command() -> String {
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = |program: &str| env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let here = COMMANDS.iter().find(|(program, _)| on_path(program));
    here.map_or("the package `postgresql` of your system", |(_, command)| command).to_owned()
}
