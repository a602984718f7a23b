//! The secret of an installation, configured or generated.

use domain::count::pluralize;

use super::{ConfigError, make_data_dir};
use rand::distr::{Alphanumeric, SampleString};
use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

const LENGTH_MIN: usize = 32;
const LENGTH_GENERATED: usize = 64;

/// A secret text that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text itself, to derive keys from.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text.chars().count() {
            LENGTH_MIN.. => Ok(Self(text.to_owned())),
            length => Err(format!("has {}", pluralize(length as i64, "character", "characters"))),
        }
    }

    /// A secret that somebody else has issued, such as an API key, of any length.
    pub(super) fn of_others(text: &str) -> Result<Self, String> {
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err("has a space in it".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret in the data folder's file, generated on first use.
    pub(super) fn kept_in(data_dir: &Path) -> Result<Self, ConfigError> {
        let path = data_dir.join("secret");
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => generate(data_dir, &path),
            text => text,
        };
        text.and_then(|text| Self::parse(text.trim()).map_err(|problem| io::Error::other(format!("it {problem}"))))
            .map_err(|source| ConfigError::Secret { path, source })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Write a new secret to a temporary file and link it to its path: a link fails when another process was faster, and nobody ever sees half
/// a secret.
fn generate(data_dir: &Path, path: &Path) -> io::Result<String> {
    make_data_dir(data_dir)?;
    let text = Alphanumeric.sample_string(&mut rand::rng(), LENGTH_GENERATED);
    let draft = data_dir.join(format!("secret.{}", Alphanumeric.sample_string(&mut rand::rng(), 8)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => File::open(data_dir)?.sync_all().map(|()| text),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => fs::read_to_string(path),
        Err(error) => Err(error),
    }
}
