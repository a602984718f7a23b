//! The commands of the command line.

pub mod admin;
pub mod call;
pub mod demo;
pub mod password;
pub mod serve;

use std::io::{self, Write};

use anyhow::Context;
use app::error::Error;
use serde::Serialize;

use crate::{config::Config, connections::SchemaPolicy, services::RunningApp};

/// Migrates the schema of the configured database.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let running = RunningApp::open(config, SchemaPolicy::Migrate).await?;
    running.close().await;
    print_line("The schema is up to date.")
}

/// Warns on the standard error stream when the public address in a link is a guess.
pub fn warn_of_guessed_url(running: &RunningApp) {
    if running.public_url_is_guessed {
        let address = &running.services.public_url;
        eprintln!("stint: STINT_PUBLIC_URL is not set here, and no server has run on this database: the link says {address}");
    }
}

/// Prints a line for people.
pub fn print_line(line: &str) -> anyhow::Result<()> {
    writeln!(io::stdout(), "{line}").context("the output is closed")
}

/// Prints a value for machines, on one line.
pub fn print_json(value: &impl Serialize) -> anyhow::Result<()> {
    print_line(&serde_json::to_string(value)?)
}

/// Turns an error of the product into the error that ends a command.
pub fn failed(error: Error) -> anyhow::Error {
    let hint = error.hint.as_deref().map(|hint| format!(" {hint}")).unwrap_or_default();
    anyhow::anyhow!("{}{hint}", error.message)
}
