//! Why there is no database, said so that somebody can do something about it.

use std::{io, path::PathBuf};
use thiserror::Error;

/// Why a private cluster could not be started.
#[derive(Debug, Error)]
pub enum ClusterError {
    /// There are no programs to run.
    #[error(
        "PostgreSQL {oldest} or newer was not found on this machine. Install it with `{command}` (Stint runs its own \
         copy of it, in its data folder), or name a database in STINT_DATABASE_URL"
    )]
    NotInstalled {
        /// The oldest version that will do.
        oldest: u32,
        /// How to install it here.
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
        /// The version it needs.
        wanted: u32,
        /// The versions there are.
        found: String,
    },
    /// As root there is nobody to run the database as.
    #[error("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody` to run it as")]
    NoSystemUser,
    /// The data is somebody else's.
    #[error("the database in {data} belongs to the user {owner}: run Stint as that user or as root", data = .data.display())]
    OtherOwner {
        /// The folder of the data.
        data: PathBuf,
        /// Who may use it.
        owner: String,
    },
    /// A folder on the way to the data is closed to the database's user.
    #[error(
        "PostgreSQL refuses to run as root and runs as the user {user}, who may not enter {folder}. Choose another \
         folder in STINT_DATA_DIR (for example /var/lib/stint), or allow it with `chmod o+x {folder}`",
        folder = .folder.display()
    )]
    FolderNotAccessible {
        /// Who runs the database.
        user: String,
        /// The first folder that is closed.
        folder: PathBuf,
    },
    /// A file or folder of the cluster could not be used.
    #[error("could not {act} {path}: {source}", path = .path.display())]
    File {
        /// What was tried.
        act: &'static str,
        /// With what.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The password of an existing database is gone.
    #[error("the password of the database is missing: {path} should hold it", path = .path.display())]
    NoPassword {
        /// Where it should be.
        path: PathBuf,
    },
    /// Making the data folder failed.
    #[error("initdb failed: {0}")]
    Initdb(String),
    /// The database process ended instead of starting.
    #[error("PostgreSQL did not start ({status}). The end of {log}:\n{tail}", log = .log.display())]
    Ended {
        /// How it ended.
        status: String,
        /// Where it writes its messages.
        log: PathBuf,
        /// What it wrote last.
        tail: String,
    },
    /// The database of an earlier run would not end.
    #[error("an earlier PostgreSQL (process {pid}) still holds the data folder and does not end")]
    StaleProcess {
        /// Its process.
        pid: i32,
    },
    /// Another Stint holds the folder, but its database does not answer.
    #[error("another Stint (process {holder}) holds the data folder, but its database does not answer: {last}")]
    Unreachable {
        /// The process that holds it.
        holder: String,
        /// What the last attempt came to.
        last: String,
    },
    /// The database answers with an error.
    #[error("the private database refuses: {0}")]
    Database(#[from] sqlx::Error),
}

impl ClusterError {
    /// For `map_err`: what was tried with which file.
    pub(super) fn file(act: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { act, path, source }
    }
}
