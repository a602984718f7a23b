//! Parses the text of a variable into a value, with a sentence about what is wrong with it.

use app::access::sign_up_policy::SignUpPolicy;

use super::variables::{Fallback, VARIABLES, Variable};
use lettre::message::Mailbox;
use sqlx::postgres::PgConnectOptions;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, str::FromStr};
use tracing_subscriber::EnvFilter;
use url::Url;

/// The variables that are set, and the problems found so far.
pub(super) struct Values {
    given: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Values {
    /// Keep the variables of Stint, and report unknown names: most are typing mistakes.
    pub(super) fn read(variables: impl Iterator<Item = (String, String)>) -> Self {
        let given: BTreeMap<_, _> = variables.filter(|(name, value)| name.starts_with("STINT_") && !value.trim().is_empty()).collect();
        let known = VARIABLES.iter().map(|variable| variable.name).collect::<Vec<_>>();
        let problems = given
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .map(|name| format!("{name:?} is not a variable of Stint; it should be one of {}.", known.join(", ")))
            .collect();
        Self { given, problems }
    }

    /// The value of a variable, or none when it is not set or malformed.
    pub(super) fn take<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        let variable = named(name)?;
        let text = self.given.get(name)?;
        parse(text.trim()).map_err(|problem| self.problems.push(sentence(variable, &problem))).ok()
    }

    /// The value of a variable or of its default; none only when it is malformed.
    pub(super) fn or_default<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        if self.given.contains_key(name) {
            return self.take(name, parse);
        }
        match named(name)?.default {
            Fallback::Value(value) => parse(value).ok(),
            Fallback::Otherwise(_) => None,
        }
    }

    /// Report a variable that has no effect without another.
    pub(super) fn needs(&mut self, name: &str, other: &str) {
        if self.given.contains_key(name) && !self.given.contains_key(other) {
            self.problems.push(format!("{name} is set without {other}; it should be set beside it or not at all."));
        }
    }

    /// All problems, if there are any.
    pub(super) fn finish(self) -> Result<(), Vec<String>> {
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

fn named(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

fn sentence(variable: &Variable, problem: &str) -> String {
    format!("{} {problem}; it should be {}.", variable.name, variable.shape)
}

// Messages below never repeat a URL or a secret: it may hold a password, and messages end up in logs.

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("is {text:?}, which is not an address with a port"))
}

pub(super) fn days_kept(text: &str) -> Result<i32, String> {
    text.parse()
        .ok()
        .filter(|days| (7..=3_650).contains(days))
        .ok_or_else(|| format!("is {text:?}, which is not a whole number from 7 to 3650"))
}

pub(super) fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("is {text:?}, which is not a whole number"))
}

pub(super) fn sign_up(text: &str) -> Result<SignUpPolicy, String> {
    text.parse().map_err(|_| format!("is {text:?}"))
}

pub(super) fn folder(text: &str) -> Result<PathBuf, String> {
    if PathBuf::from(text).is_file() {
        return Err(format!("is {text:?}, which is a file"));
    }
    Ok(PathBuf::from(text))
}

pub(super) fn mailbox(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|_| format!("is {text:?}, which is not a mail address"))
}

pub(super) fn filter(text: &str) -> Result<String, String> {
    match EnvFilter::builder().parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("is {text:?}, which is not a filter ({error})")),
    }
}

pub(super) fn origin(text: &str) -> Result<String, String> {
    let url = url(text, &["http", "https"])?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("has something behind the host".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or a password".into());
    }
    Ok(url.origin().ascii_serialization())
}

pub(super) fn api_url(text: &str) -> Result<Url, String> {
    let url = url(text, &["http", "https"])?;
    match url.query().or(url.fragment()) {
        Some(_) => Err("has something behind its path".into()),
        None => Ok(url),
    }
}

pub(super) fn name(text: &str) -> Result<String, String> {
    match text.chars().count() {
        1..=200 => Ok(text.to_owned()),
        length => Err(format!("has {length} characters")),
    }
}

pub(super) fn smtp_url(text: &str) -> Result<Url, String> {
    url(text, &["smtp", "smtps"])
}

pub(super) fn postgres_url(text: &str) -> Result<PgConnectOptions, String> {
    // A URL without a host is valid: it means the socket of this machine.
    scheme(text, &["postgres", "postgresql"])?;
    PgConnectOptions::from_str(text).map_err(|_| "has a part that PostgreSQL does not understand".into())
}

fn url(text: &str, schemes: &[&str]) -> Result<Url, String> {
    let url = scheme(text, schemes)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err("has no host".into());
    }
    Ok(url)
}

fn scheme(text: &str, schemes: &[&str]) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL ({error})"))?;
    if !schemes.contains(&url.scheme()) {
        return Err(format!("does not begin with {}://", schemes.join(":// or ")));
    }
    Ok(url)
}
