//! Errors of the private database, each with what to do about it.

use std::{io, path::PathBuf};
use thiserror::Error;

/// Why a private cluster could not be started.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// No PostgreSQL programs were found.
    #[error(
        "PostgreSQL {oldest} or newer was not found on this machine. Install it with `{command}` (Stint runs its own \
         copy of it, in its data folder), or name a database in STINT_DATABASE_URL"
    )]
    NotInstalled {
        /// The oldest supported version.
        oldest: u32,
        /// The command that installs it here.
        command: String,
    },
    /// The data was written by another version than those found.
    #[error(
        "the database in {data} was made by PostgreSQL {wanted}, but found on this machine: {found}. Install version \
         {wanted} again, or move the data over with pg_upgrade", data = .data.display()
    )]
    OtherVersion {
        /// The folder of the data.
        data: PathBuf,
        /// The version that it needs.
        wanted: u32,
        /// The versions that were found.
        found: String,
    },
    /// Stint runs as root, and there is no user to run the database as.
    #[error("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as")]
    NoSystemUser,
    /// The data belongs to another user.
    #[error("the database in {data} belongs to the user {owner}: run Stint as that user or as root", data = .data.display())]
    OtherOwner {
        /// The folder of the data.
        data: PathBuf,
        /// Its owner.
        owner: String,
    },
    /// A folder on the way to the data is closed to the database's user.
    #[error(
        "PostgreSQL refuses to run as root and runs as the user {user}, who may not enter {folder}. Choose another \
         folder in STINT_DATA_DIR (for example /var/lib/stint), or allow it with `chmod o+x {folder}`",
        folder = .folder.display()
    )]
    FolderNotAccessible {
        /// The user who runs the database.
        user: String,
        /// The first closed folder.
        folder: PathBuf,
    },
    /// A file or folder of the cluster could not be used.
    #[error("could not {act} {path}: {source}", path = .path.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The underlying error.
        source: io::Error,
    },
    /// The password of an existing database is missing.
    #[error("the password of the database is missing: {path} should hold it", path = .path.display())]
    NoPassword {
        /// The file that should hold it.
        path: PathBuf,
    },
    /// Creating the data folder failed.
    #[error("initdb failed: {0}")]
    Initdb(String),
    /// The database process ended instead of starting.
    #[error("PostgreSQL did not start ({status}). The end of {log}:\n{tail}", log = .log.display())]
    Ended {
        /// Its exit status.
        status: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },
    /// The database of an earlier run did not end.
    #[error("an earlier PostgreSQL (process {pid}) still holds the data folder and does not end")]
    StaleProcess {
        /// The id of its process.
        pid: i32,
    },
    /// Another Stint holds the folder, but its database does not answer.
    #[error("another Stint (process {holder}) holds the data folder, but its database does not answer: {last}")]
    Unreachable {
        /// The id of the process that holds it.
        holder: String,
        /// The result of the last attempt.
        last: String,
    },
    /// The database refused with an error.
    #[error("the private database refuses: {0}")]
    Database(#[from] sqlx::Error),
}

impl ClusterError {
    /// For `map_err`: makes an error of this action on this file.
    pub(super) fn file(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }
}
