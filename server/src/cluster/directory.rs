//! The files of a cluster: its folders in the data folder, its socket and its password.
//!
//! ```text
//! data/postgres.lock    held by the Stint that runs the database
//! data/postgres.log     the log of the database, and postgres.log.1 before that
//! data/postgres/        owned by the database's user, closed to everybody else
//!     data/             the database
//!     password          of its superuser
//!     socket/           where it listens
//! ```

use super::{ClusterError, SystemUser};
use crate::config::make_data_dir;
use nix::unistd::geteuid;
use rand::distr::{Alphanumeric, SampleString};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{
    env,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, ErrorKind, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    },
    path::{Path, PathBuf},
};

/// The database that Stint works in.
pub(super) const DATABASE: &str = "stint";
/// The superuser of the cluster.
pub(super) const SUPERUSER: &str = "postgres";
/// The name of the socket; nothing listens on this port of the network.
pub(super) const PORT: u16 = 5432;

/// The longest path of a socket's folder: the kernel allows a socket's whole path 104 bytes on macOS, 108 on Linux.
const SOCKET_FOLDER_BYTES_MAX: usize = 85;
/// A log of this size is rotated at the next start.
const LOG_BYTES_MAX: u64 = 10 << 20;
const PASSWORD_LENGTH: usize = 43;

/// The files of one cluster, and the user who owns them.
#[derive(Clone, Debug)]
pub(super) struct ClusterDirectory {
    data_dir: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) data: PathBuf,
    pub(super) socket: PathBuf,
    pub(super) system_user: SystemUser,
}

impl ClusterDirectory {
    /// Create the missing folders, and check that the database's user can reach them.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, ClusterError> {
        make_data_dir(data_dir).map_err(ClusterError::file("make", data_dir))?;
        let data_dir = data_dir.canonicalize().map_err(ClusterError::file("find", data_dir))?;
        let folder = data_dir.join("postgres");
        let system_user = SystemUser::of(&folder)?;
        make_private(&folder, &system_user)?;
        system_user.reaches(&folder)?;
        let data = folder.join("data");
        let socket = socket_folder(&folder, &system_user);
        Ok(Self { data_dir, folder, data, socket, system_user })
    }

    /// Options for connecting as the superuser, with this password.
    pub(super) fn options(&self, password: &str, database: &str) -> PgConnectOptions {
        self.options_of(SUPERUSER, password, database)
    }

    /// Options for connecting as one of the roles.
    pub(super) fn options_of(&self, role: &str, password: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.socket)
            .port(PORT)
            .username(role)
            .password(password)
            .database(database)
            .ssl_mode(PgSslMode::Disable)
    }

    /// Take the lock; none while another process holds it. The kernel releases it when its holder dies.
    pub(super) fn lock(&self) -> Result<Option<File>, ClusterError> {
        let path = self.data_dir.join("postgres.lock");
        let failed = || ClusterError::file("lock", &path);
        let mut file = self.open(&path, OpenOptions::new().write(true).truncate(false)).map_err(failed())?;
        match file.try_lock() {
            Ok(()) => {
                // The id is for people only: the kernel knows who holds the lock.
                file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(failed())?;
                Ok(Some(file))
            }
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed()(error)),
        }
    }

    /// The id of the process that took the lock last.
    pub(super) fn holder(&self) -> String {
        fs::read_to_string(self.data_dir.join("postgres.lock")).unwrap_or_else(|_| "unknown".into())
    }

    /// The superuser's password; none while there is no database yet.
    pub(super) fn password(&self) -> Result<Option<String>, ClusterError> {
        let path = self.password_file();
        match fs::read_to_string(&path) {
            Ok(password) => Ok(Some(password.trim_end().to_owned())),
            Err(error) if error.kind() != ErrorKind::NotFound => Err(ClusterError::file("read", path)(error)),
            Err(_) if self.data.exists() => Err(ClusterError::NoPassword { path }),
            Err(_) => Ok(None),
        }
    }

    /// Generate a password for a new database.
    pub(super) fn choose_password(&self) -> Result<String, ClusterError> {
        let password = Alphanumeric.sample_string(&mut rand::rng(), PASSWORD_LENGTH);
        self.replace(&self.password_file(), &password)?;
        Ok(password)
    }

    pub(super) fn password_file(&self) -> PathBuf {
        self.folder.join("password")
    }

    pub(super) fn pid_file(&self) -> PathBuf {
        self.data.join("postmaster.pid")
    }

    /// Replace a file of the database's user atomically, without following links that this user may have left.
    pub(super) fn replace(&self, path: &Path, text: &str) -> Result<(), ClusterError> {
        let failed = || ClusterError::file("write", path);
        let draft = path.with_extension(Alphanumeric.sample_string(&mut rand::rng(), 8));
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(&draft).map_err(failed())?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed())?;
        self.system_user.own(&draft)?;
        fs::rename(&draft, path).map_err(failed())
    }

    pub(super) fn log_file(&self) -> PathBuf {
        self.data_dir.join("postgres.log")
    }

    /// Open the log for appending; a large one is rotated.
    pub(super) fn open_log(&self) -> Result<File, ClusterError> {
        let path = self.log_file();
        if fs::metadata(&path).is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
            fs::rename(&path, path.with_extension("log.1")).map_err(ClusterError::file("put aside", &path))?;
        }
        self.open(&path, OpenOptions::new().append(true)).map_err(ClusterError::file("write", &path))
    }

    /// Open a file in the data folder; it is owned by the database's user, who may run Stint without root another time.
    fn open(&self, path: &Path, options: &mut OpenOptions) -> io::Result<File> {
        let file = options.create(true).mode(0o600).open(path)?;
        self.system_user.own(path).map_err(io::Error::other)?;
        Ok(file)
    }

    /// Make sure that the data and the socket's folder are the database's user's.
    pub(super) fn ensure_ownership(&self) -> Result<(), ClusterError> {
        if self.data.exists() {
            self.system_user.own_all(&self.data)?;
        }
        make_private(&self.socket, &self.system_user)
    }
}

/// Create a folder that only this user can enter. An existing one must be owned by this user, since the fallback for sockets lies where
/// everybody may create folders.
fn make_private(path: &Path, system_user: &SystemUser) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => return system_user.own(path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(ClusterError::file("make", path)(error)),
    }
    let found = fs::symlink_metadata(path).map_err(ClusterError::file("read", path))?;
    let ours = [system_user.uid(), geteuid().as_raw()].contains(&found.uid());
    if !found.is_dir() || !ours || found.mode() & 0o022 != 0 {
        let taken = io::Error::new(ErrorKind::PermissionDenied, "it is not a folder that only the database's user can write");
        return Err(ClusterError::file("use", path)(taken));
    }
    system_user.own(path)
}

/// The socket is beside the data, or in a short folder of its own where that path is too long for a socket.
fn socket_folder(folder: &Path, system_user: &SystemUser) -> PathBuf {
    let beside = folder.join("socket");
    let fits = |path: &Path| path.as_os_str().as_bytes().len() <= SOCKET_FOLDER_BYTES_MAX;
    if fits(&beside) {
        return beside;
    }
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    let name = format!("stint-{}-{:016x}", system_user.uid(), hasher.finish());
    let short = env::temp_dir().join(&name);
    if fits(&short) { short } else { Path::new("/tmp").join(name) }
}
