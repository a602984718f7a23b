//! The command line of Stint: parses arguments and calls the library.

use std::{process::ExitCode, thread::available_parallelism, time::Duration};

use anyhow::Context;
use app::{
    access::{Scope, WriteMode},
    account::registration::{Confirmation, Registration},
};
use clap::{Args, Parser, Subcommand};
use server::{
    command::{self, admin},
    config::Config,
    connections::SchemaPolicy,
    services::RunningApp,
    telemetry,
};

/// Track time, hold it against budgets, and turn it into invoices.
#[derive(Parser)]
#[command(name = "stint", version)]
struct CommandLine {
    #[command(subcommand)]
    command: CliCommand,
}

#[derive(Subcommand)]
enum CliCommand {
    /// Open all doors: pages, REST and MCP.
    Serve,
    /// Bring the schema of the database up to date.
    Migrate,
    /// Make a studio to look around in.
    Demo {
        /// Print JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// Call an operation, with the token in STINT_TOKEN.
    Call {
        /// The operation, such as list_clients.
        operation: String,
        /// Its arguments as a JSON object.
        #[arg(default_value = "{}")]
        arguments: String,
    },
    /// What an operator does, beside a running server.
    Admin {
        #[command(subcommand)]
        command: Admin,
    },
}

impl CliCommand {
    /// Whether its output for people contains a link to a page.
    fn prints_link(&self) -> bool {
        match self {
            Self::Demo { .. } => true,
            Self::Admin { command } => !matches!(command, Admin::CreateToken(_)),
            Self::Serve | Self::Migrate | Self::Call { .. } => false,
        }
    }
}

#[derive(Subcommand)]
enum Admin {
    /// Add a person with a login and a personal organization. The password is a line of the standard input, or in
    /// STINT_PASSWORD.
    CreateUser(CreateUser),
    /// Make an access token for a member and print it, once.
    CreateToken(CreateToken),
    /// Print the link that confirms an address, as a mail would bring it: hand it to its owner, who opens it signed in.
    Confirm(Confirm),
    /// Print the link for a new password, as a mail would bring it: hand it to the person whose account and address it is, since
    /// using it confirms the address too.
    ResetPassword(Link),
}

#[derive(Args)]
struct Confirm {
    /// The address that the person signs in with, or that they have asked to sign in with.
    #[arg(long)]
    email: String,
    /// Where several have asked for that address, the one that the person who is meant signs in with.
    #[arg(long)]
    account: Option<String>,
    /// Print JSON for machines.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Link {
    /// The address that the person signs in with.
    #[arg(long)]
    email: String,
    /// Print JSON for machines.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct CreateUser {
    /// Where the person can be reached and what they sign in with.
    #[arg(long)]
    email: String,
    /// Their name.
    #[arg(long)]
    name: String,
    /// `-` for a line of the standard input. What is written here itself can be read by others on this machine.
    #[arg(long, hide = true)]
    password: Option<String>,
    /// What their organization is called; their own name when absent.
    #[arg(long)]
    organization: Option<String>,
    /// Print JSON for machines.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct CreateToken {
    /// The address of the person it speaks for.
    #[arg(long)]
    email: String,
    /// Their organization, by its place in addresses.
    #[arg(long, value_name = "SLUG")]
    organization: String,
    /// What the token is for.
    #[arg(long)]
    name: String,
    /// What it may be used for, such as time:read,time:write; everything when absent.
    #[arg(long, value_delimiter = ',', value_parser = scope)]
    scopes: Vec<Scope>,
    /// What happens when it writes: direct, ask or drafts.
    #[arg(long, default_value = "ask", value_parser = writes)]
    writes: WriteMode,
    /// Print JSON for machines.
    #[arg(long)]
    json: bool,
}

fn scope(name: &str) -> Result<Scope, String> {
    let known = || Scope::ALL.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(", ");
    name.trim().parse().map_err(|_| format!("a scope is one of {}", known()))
}

fn writes(name: &str) -> Result<WriteMode, String> {
    name.parse().map_err(|_| "it is direct, ask or drafts".to_owned())
}

/// How long blocking threads may take to finish after everything else has ended.
const COMPUTING_LIMIT: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let line = CommandLine::parse();
    match start(line.command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("stint: {problem:#}");
            ExitCode::FAILURE
        }
    }
}

/// The number of threads on which calls run. There are more than cores: while some compute a large answer without a pause, others take up
/// the short calls of the neighbours, and the system divides the cores among them.
fn worker_threads() -> usize {
    let cores = available_parallelism().map_or(2, usize::from);
    (4 * cores).max(8)
}

fn start(command: CliCommand) -> anyhow::Result<bool> {
    let config = Config::from_env()?;
    telemetry::start(&config.log);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(worker_threads()).enable_all().build().context("no threads")?;
    let done = runtime.block_on(run(command, config));
    // Computations that are still running, such as a document whose caller has gone, do not delay the end.
    runtime.shutdown_timeout(COMPUTING_LIMIT);
    done
}

async fn run(command: CliCommand, config: Config) -> anyhow::Result<bool> {
    match command {
        CliCommand::Serve => command::serve::serve(config).await?,
        CliCommand::Migrate => command::migrate(&config).await?,
        other => {
            let running = RunningApp::open(&config, SchemaPolicy::RequireCurrent).await?;
            if other.prints_link() {
                command::warn_of_guessed_url(&running);
            }
            let done = beside(other, &running).await;
            running.close().await;
            return done;
        }
    }
    Ok(true)
}

/// Runs a command that uses the database, beside a running server.
async fn beside(command: CliCommand, running: &RunningApp) -> anyhow::Result<bool> {
    match command {
        CliCommand::Demo { json } => command::demo::demo(running, json).await?,
        CliCommand::Call { operation, arguments } => {
            let token = std::env::var("STINT_TOKEN").context("no token: set STINT_TOKEN")?;
            return command::call::call(running, &operation, &arguments, &token).await;
        }
        CliCommand::Admin { command: Admin::CreateUser(given) } => {
            let CreateUser { email, name, password, organization, json } = given;
            let password = command::password::read(password, std::env::var(command::password::VARIABLE).ok())?;
            admin::create_user(
                running,
                Registration {
                    email,
                    name,
                    password,
                    organization,
                    time_zone: None,
                    basics: Default::default(),
                    confirmation: Confirmation::Vouched,
                },
                json,
            )
            .await?;
        }
        CliCommand::Admin { command: Admin::CreateToken(given) } => {
            let CreateToken { email, organization, name, scopes, writes, json } = given;
            admin::create_token(running, admin::TokenOptions { email, organization, name, scopes, writes }, json).await?;
        }
        CliCommand::Admin { command: Admin::Confirm(Confirm { email, account, json }) } => {
            admin::confirm(running, &email, account.as_deref(), json).await?;
        }
        CliCommand::Admin { command: Admin::ResetPassword(Link { email, json }) } => {
            admin::reset_password(running, &email, json).await?;
        }
        CliCommand::Serve | CliCommand::Migrate => {}
    }
    Ok(true)
}
