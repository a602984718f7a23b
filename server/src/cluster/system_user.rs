//! The operating system's user that the database runs as.
//!
//! PostgreSQL refuses to run as root. As root the database therefore runs as the owner of its data, else as `postgres` where the
//! package created that user, else as `nobody`; otherwise it runs as the user of Stint.

use super::ClusterError;
use nix::unistd::{Gid, Uid, User, geteuid};
use std::{
    env, fs, io,
    os::unix::{
        fs::{MetadataExt, lchown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The environment variables that the programs inherit: enough to find libraries and locales, and no secrets.
pub(super) const ENVIRONMENT: &[&str] = &["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LOCALE_ARCHIVE", "TZDIR"];

/// The user who runs the database.
#[derive(Clone, Debug)]
pub(super) struct SystemUser {
    /// The user to switch to; none when we are not root.
    unprivileged: Option<(Uid, Gid)>,
}

impl SystemUser {
    /// The user for the database that is, or will be, in `data`.
    pub(super) fn of(data: &Path) -> Result<Self, ClusterError> {
        let owner = fs::symlink_metadata(data).ok().map(|found| (Uid::from_raw(found.uid()), Gid::from_raw(found.gid())));
        let me = geteuid();
        match owner {
            Some((owner, _)) if !me.is_root() && owner != me => Err(ClusterError::OtherOwner { data: data.to_owned(), owner: name(owner) }),
            _ if !me.is_root() => Ok(Self { unprivileged: None }),
            Some(owner) if !owner.0.is_root() => Ok(Self { unprivileged: Some(owner) }),
            _ => ["postgres", "nobody"]
                .into_iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .map(|user| Self { unprivileged: Some((user.uid, user.gid)) })
                .ok_or(ClusterError::NoSystemUser),
        }
    }

    /// The user's id.
    pub(super) fn uid(&self) -> u32 {
        self.unprivileged.map_or_else(geteuid, |(uid, _)| uid).as_raw()
    }

    /// A program run by this user; as root, Rust also drops the supplementary groups.
    pub(super) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear().envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
        command.env("LC_ALL", "C").stdin(Stdio::null());
        if let Some((uid, gid)) = self.unprivileged {
            command.uid(uid.as_raw()).gid(gid.as_raw());
        }
        command
    }

    /// Give a file or a folder to this user, never the target of a link.
    pub(super) fn own(&self, path: &Path) -> Result<(), ClusterError> {
        match self.unprivileged {
            Some((uid, gid)) => lchown(path, Some(uid.as_raw()), Some(gid.as_raw())).map_err(ClusterError::file("give away", path)),
            None => Ok(()),
        }
    }

    /// Give a folder and everything in it to this user, where root owns it: after a restored backup, for example.
    pub(super) fn own_all(&self, path: &Path) -> Result<(), ClusterError> {
        let found = fs::symlink_metadata(path).map_err(ClusterError::file("read", path))?;
        if self.unprivileged.is_none() || found.uid() == self.uid() {
            return Ok(());
        }
        if found.is_dir() {
            for entry in fs::read_dir(path).map_err(ClusterError::file("read", path))? {
                self.own_all(&entry.map_err(ClusterError::file("read", path))?.path())?;
            }
        }
        // The folder comes last, so that an interrupted walk starts again.
        self.own(path)
    }

    /// Check that every folder on the way to this one can be entered.
    pub(super) fn reaches(&self, folder: &Path) -> Result<(), ClusterError> {
        let enters = |folder: &Path| -> io::Result<bool> {
            // Checked by trying, since modes alone are not enough: there are access lists.
            let mut shell = self.command("/bin/sh");
            let status = shell.args(["-c", "cd \"$1\"", "sh"]).arg(folder).stderr(Stdio::null()).status()?;
            Ok(status.success())
        };
        if enters(folder).map_err(ClusterError::file("try to enter", folder))? {
            return Ok(());
        }
        let mut way = folder.ancestors().collect::<Vec<_>>();
        way.reverse();
        let closed = way.into_iter().find(|folder| !enters(folder).unwrap_or(false)).unwrap_or(folder);
        Err(ClusterError::FolderNotAccessible { user: name(Uid::from_raw(self.uid())), folder: PathBuf::from(closed) })
    }
}

/// The user's name, or the id of one without a name.
fn name(uid: Uid) -> String {
    User::from_uid(uid).ok().flatten().map_or_else(|| uid.to_string(), |user| user.name)
}
