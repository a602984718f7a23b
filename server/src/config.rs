//! Configuration: the `STINT_*` environment variables, read once.
//!
//! The table [`VARIABLES`] is the only list of variables: a variable that is not in it stops the start, and the README's table is
//! printed from it. Messages never repeat a secret or a URL, since those end up in logs.

mod secret;
mod values;
mod variables;

#[cfg(test)]
mod tests;

pub use secret::Secret;
pub use variables::{Fallback, VARIABLES, Variable, readme_table};

use crate::client_ip::TrustedProxies;
use app::{access::sign_up_policy::SignUpPolicy, quotas::UsageQuotas};
use lettre::message::Mailbox;
use sqlx::postgres::PgConnectOptions;
use std::{
    fmt, fs, io,
    net::SocketAddr,
    num::NonZeroU32,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    time::Duration,
};
use thiserror::Error;
use url::Url;
use values::Values;

/// The configuration of this process.
#[derive(Clone)]
pub struct Config {
    /// The address to listen on.
    pub addr: SocketAddr,
    /// The public origin, without a slash at its end.
    pub public_url: String,
    /// Whether the public origin was configured; otherwise it is derived from the listening address.
    pub public_url_is_given: bool,
    /// The folder for all files of Stint.
    pub data_dir: PathBuf,
    /// The database; when absent, a private cluster in the data folder.
    pub database_url: Option<PgConnectOptions>,
    /// Connects to the same database as its owner, for migrations.
    pub owner_database_url: Option<PgConnectOptions>,
    /// Whether, and with which addresses, people may sign up.
    pub sign_up: SignUpPolicy,
    /// The mail server; without one mails stay in the outbox. It may hold a password: do not log it.
    pub smtp_url: Option<Url>,
    /// The sender address of mails.
    pub mail_from: Mailbox,
    /// The language model of the assistant; without one it takes slash commands only.
    pub model: Option<ModelApi>,
    /// The quotas of mails and model tokens.
    pub quotas: UsageQuotas,
    /// The limit of calls per minute and token; none for no limit.
    pub rate_limit: Option<NonZeroU32>,
    /// How many days accesses (calls that changed nothing) stay in the audit log.
    pub access_log_days: i32,
    /// How long the process keeps serving after a signal to end, while `/readyz` says no.
    pub drain: Duration,
    /// The proxies in front whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: TrustedProxies,
    /// The filter of the log.
    pub log: String,
    given_secret: Option<Secret>,
}

/// A language model behind an API.
#[derive(Clone)]
pub struct ModelApi {
    /// The base address of the API.
    pub url: Url,
    /// The model's name there.
    pub name: String,
    /// The API key, if it needs one.
    pub key: Option<Secret>,
}

/// Why the process cannot start as it is configured.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// One sentence for each variable that is unknown or malformed.
    #[error("{}", .0.join("\n"))]
    Variables(Vec<String>),
    /// The generated secret could not be read or written.
    #[error("the secret in {path} cannot be used: {source}", path = .path.display())]
    Secret {
        /// The file of the secret.
        path: PathBuf,
        /// The underlying error.
        source: io::Error,
    },
}

impl Config {
    /// Read the environment of the process.
    ///
    /// # Errors
    /// Names every variable that is unknown or malformed, one on each line.
    pub fn from_env() -> Result<Self, ConfigError> {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self::parse(std::env::vars_os().map(|(name, value)| (text(name), text(value))))
    }

    /// Read settings from pairs of name and value. Names that do not begin with `STINT_` are ignored, and an empty value counts as none.
    ///
    /// # Errors
    /// Names every variable that is unknown or malformed, one on each line.
    pub fn parse(variables: impl Iterator<Item = (String, String)>) -> Result<Self, ConfigError> {
        let mut values = Values::read(variables);
        let addr = values.or_default("STINT_ADDR", values::address);
        let public_url = values.take("STINT_PUBLIC_URL", values::origin);
        let data_dir = values.or_default("STINT_DATA_DIR", values::folder);
        let database_url = values.take("STINT_DATABASE_URL", values::postgres_url);
        let owner_database_url = values.take("STINT_OWNER_DATABASE_URL", values::postgres_url);
        values.needs("STINT_OWNER_DATABASE_URL", "STINT_DATABASE_URL");
        let sign_up = values.or_default("STINT_SIGN_UP", values::sign_up);
        let smtp_url = values.take("STINT_SMTP_URL", values::smtp_url);
        let mail_from = values.or_default("STINT_MAIL_FROM", values::mailbox);
        let model_url = values.take("STINT_MODEL_URL", values::api_url);
        let model_name = values.take("STINT_MODEL", values::name);
        let key = values.take("STINT_MODEL_KEY", Secret::of_others);
        values.needs("STINT_MODEL_URL", "STINT_MODEL");
        values.needs("STINT_MODEL", "STINT_MODEL_URL");
        values.needs("STINT_MODEL_KEY", "STINT_MODEL_URL");
        let model = model_url.zip(model_name).map(|(url, name)| ModelApi { url, name, key });
        let given_secret = values.take("STINT_SECRET", Secret::parse);
        let rate_limit = values.or_default("STINT_RATE_LIMIT", values::number);
        let trusted_proxies = values.or_default("STINT_TRUSTED_PROXIES", TrustedProxies::parse);
        let quotas = quotas(&mut values);
        let access_log_days = values.or_default("STINT_ACCESS_LOG_DAYS", values::days_kept);
        let drain = values.or_default("STINT_DRAIN_SECONDS", values::number);
        let log = values.or_default("STINT_LOG", values::filter);
        let problems = values.finish();
        let (
            Some(addr),
            Some(data_dir),
            Some(sign_up),
            Some(mail_from),
            Some(rate_limit),
            Some(trusted_proxies),
            Some(access_log_days),
            Some(drain),
            Some(log),
            Ok(()),
        ) = (addr, data_dir, sign_up, mail_from, rate_limit, trusted_proxies, access_log_days, drain, log, &problems)
        else {
            return Err(ConfigError::Variables(problems.err().unwrap_or_default()));
        };
        let (rate_limit, drain) = (NonZeroU32::new(rate_limit), Duration::from_secs(drain.into()));
        let public_url_is_given = public_url.is_some();
        let public_url = public_url.unwrap_or_else(|| own_origin(addr));
        Ok(Self {
            addr,
            public_url,
            public_url_is_given,
            data_dir,
            database_url,
            owner_database_url,
            sign_up,
            smtp_url,
            mail_from,
            model,
            quotas,
            rate_limit,
            access_log_days,
            drain,
            trusted_proxies,
            log,
            given_secret,
        })
    }

    /// The secret of this installation: the one given, else the one in the data folder, made on first use.
    ///
    /// # Errors
    /// When the data folder cannot be written, or its file does not hold a secret.
    pub fn secret(&self) -> Result<Secret, ConfigError> {
        match &self.given_secret {
            Some(secret) => Ok(secret.clone()),
            None => Secret::kept_in(&self.data_dir),
        }
    }
}

fn quotas(values: &mut Values) -> UsageQuotas {
    let mut most = |name| values.or_default(name, values::number).filter(|most| *most > 0).map(i64::from);
    UsageQuotas {
        mails_of_organization: most("STINT_MAILS_PER_DAY"),
        mails: most("STINT_ALL_MAILS_PER_DAY"),
        model_tokens: most("STINT_MODEL_TOKENS"),
    }
}

/// Prints only what may be logged.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("addr", &self.addr)
            .field("public_url", &self.public_url)
            .field("data_dir", &self.data_dir)
            .field("private_database", &self.database_url.is_none())
            .field("sign_up", &self.sign_up)
            .field("sends_mail", &self.smtp_url.is_some())
            .field("mail_from", &self.mail_from)
            .field("model", &self.model.as_ref().map(|model| &model.name))
            .field("rate_limit", &self.rate_limit)
            .field("quotas", &self.quotas)
            .field("drain", &self.drain)
            .field("log", &self.log)
            .finish_non_exhaustive()
    }
}

/// Make the data folder if it is missing.
///
/// It is private, except that others may pass through one made by root: the database then runs as another user, who has to reach
/// its own folder inside.
///
/// # Errors
/// When it cannot be made.
pub fn make_data_dir(data_dir: &Path) -> io::Result<()> {
    let mode = if nix::unistd::geteuid().is_root() { 0o711 } else { 0o700 };
    if data_dir.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(mode).create(data_dir)?;
    // Set again, because the umask may have removed some of the bits.
    fs::set_permissions(data_dir, fs::Permissions::from_mode(mode))
}

/// The origin at which a browser on this machine reaches the server.
fn own_origin(addr: SocketAddr) -> String {
    if addr.ip().is_unspecified() {
        return format!("http://localhost:{}", addr.port());
    }
    format!("http://{addr}")
}
