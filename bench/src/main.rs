//! Benchmarks of Stint: the overhead of its channels over the bare database, its pages, its timers and its documents.
//!
//! It is run by `./dev bench`, which builds what is measured and starts an empty database for it. Data, load and clock are here; the
//! server is the release build, as shipped, in a process of its own.

mod assistant_page;
mod bare;
mod comparison;
mod data;
mod http;
mod list;
mod load;
mod neighbour;
mod pgbench;
mod report;
mod scenarios;
mod server_process;
mod sign_ins;
mod verification;

use std::{
    io::{Write as _, stderr},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, Parser, Subcommand};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, postgres::PgConnectOptions};
use tempfile::TempDir;
use tokio::{
    process::Command,
    signal::unix::{SignalKind, signal},
};

use crate::{
    assistant_page::{AssistantPage, FakeModel},
    bare::Bare,
    comparison::ComparedServers,
    data::Data,
    load::Scenario,
    pgbench::{Around, Pgbench},
    report::Report,
    scenarios::names,
    server_process::{Build, CallLimit, DemoLogin, Process, Stint},
};

/// The number of concurrent clients, beside a single one.
const CROWD: usize = 16;

/// The name of the measured database.
const DATABASE: &str = "stint_bench";

#[derive(Parser)]
#[command(name = "bench", about = "Measures Stint beside the bare database")]
struct BenchArgs {
    #[command(subcommand)]
    part: Part,
}

#[derive(Subcommand)]
enum Part {
    /// Measure everything, and fail when a limit is not kept.
    Run(Run),
    /// Serve the list with nothing but axum and sqlx, for comparison.
    Bare(Bare),
}

#[derive(Args)]
struct Run {
    /// The release build of the program `stint`.
    #[arg(long)]
    program: PathBuf,
    /// The folder of its pages.
    #[arg(long)]
    site: PathBuf,
    /// A PostgreSQL cluster to throw away: the URL of its superuser.
    #[arg(long)]
    cluster: String,
    /// PostgreSQL's own measuring program.
    #[arg(long)]
    pgbench: PathBuf,
    /// Print JSON for machines.
    #[arg(long)]
    json: bool,
    /// Verify the audit log and measure nothing else.
    #[arg(long, conflicts_with = "sign_ins")]
    audit_log: bool,
    /// Sign in and out beside pages that are broken off, and measure nothing else.
    #[arg(long)]
    sign_ins: bool,
    /// Measure a neighbour alone and beside a flood, and nothing else.
    #[arg(long, conflicts_with_all = ["audit_log", "sign_ins"])]
    neighbour: bool,
    /// The program of before, with its `hash.txt` beside it: measure the lines of both in turns on the same data, and nothing else. It
    /// has to work on the schema of the other one.
    #[arg(long, conflicts_with_all = ["audit_log", "sign_ins", "neighbour"])]
    before: Option<PathBuf>,
    /// In turns, only the lines whose name has these words.
    #[arg(long, requires = "before")]
    line: Option<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match BenchArgs::parse().part {
        Part::Bare(bare) => bare.serve().await.map(|()| true),
        Part::Run(run) => unless_told_to_end(run.measure()).await,
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            say(&format!("bench: {problem:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the work until a signal comes. It stops its processes when it is dropped, so it has to end before this process does.
async fn unless_told_to_end(work: impl Future<Output = Result<bool>>) -> Result<bool> {
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        done = work => done,
        _ = interrupted.recv() => bail!("interrupted"),
        _ = terminated.recv() => bail!("told to end"),
    }
}

/// Reports progress on the standard error stream, beside the report on the standard output.
fn say(words: &str) {
    // Without a reader there is nothing better to do than to go on.
    writeln!(stderr(), "{words}").ok();
}

impl Run {
    async fn measure(self) -> Result<bool> {
        let folder = TempDir::with_prefix("stint-bench-")?;
        let database = fresh_database(&self.cluster).await?;
        let model = FakeModel::start().await?;
        let build = Build { program: &self.program, site: &self.site };
        let stint = Stint::start(&build, &database, &model.url, folder.path(), CallLimit::Unlimited).await?;
        say("· writing two years of work");
        let login: Arc<DemoLogin> = Arc::new(stint.command(&["demo", "--json"]).await?);
        if self.sign_ins {
            data::durable(&mut database.parse::<PgConnectOptions>()?.connect().await?).await?;
            let beside = beside_broken_pages(&stint, &login, &database).await?;
            stint.stop().await?;
            return report::print(&[], &report::of_sign_ins(&beside));
        }
        let data = Arc::new(Data::make(&stint, &database, &login).await?);
        if let Some(before) = &self.before {
            let folder = TempDir::with_prefix("stint-bench-before-")?;
            let before = Build { program: before, site: &self.site };
            let before = Stint::start(&before, &database, &model.url, folder.path(), CallLimit::Unlimited).await?;
            let kept = in_turns(&before, &stint, &login, &data, self.line.as_deref()).await?;
            before.stop().await?;
            stint.stop().await?;
            return Ok(kept);
        }
        let mut report = Report::default();
        if !self.audit_log && !self.neighbour {
            self.raw(&mut report, &database, &data, &folder).await?;
            bare_program(&mut report, &database, &data, &folder).await?;
            product(&mut report, &stint, &login, &data, &model).await?;
            report.set_resident_mb(stint.resident_mb()?);
            report.set_beside(beside_broken_pages(&stint, &login, &database).await?);
        }
        stint.stop().await?;
        let stint = Stint::start(&build, &database, &model.url, folder.path(), CallLimit::Shipped).await?;
        if !self.audit_log {
            say("· a neighbour, alone and beside a flood");
            report.add(neighbour::beside_a_flood(stint.address, &data).await?);
        }
        if self.neighbour {
            stint.stop().await?;
            return report.print_neighbour();
        }
        say("· an audit log of a million writes");
        let took = audit_log(&stint, &login, &database, &data).await?;
        stint.stop().await?;
        if self.audit_log {
            let verification::VerificationTimes { whole, longest, since } = took;
            say(&format!("  whole {whole:.1} s, longest transaction {longest:.2} s, since the last checkpoint {since:.2} s"));
            return Ok(true);
        }
        report.set_verification(took);
        report.print(CROWD, self.json)
    }

    /// Measures the statement without anything around it.
    async fn raw(&self, report: &mut Report, database: &str, data: &Data, folder: &TempDir) -> Result<()> {
        let pgbench = Pgbench { program: self.pgbench.clone(), database, organization: data.organization, folder: folder.path() };
        for around in [Around::Nothing, Around::Transaction] {
            for clients in [1, CROWD] {
                say(&format!("· pgbench, {clients} at once"));
                report.add([pgbench.run(around, clients).await?]);
            }
        }
        Ok(())
    }
}

/// Creates a new database in the cluster; returns its URL.
async fn fresh_database(cluster: &str) -> Result<String> {
    let options: PgConnectOptions = cluster.parse().context("--cluster is not a PostgreSQL URL")?;
    let mut owner = options.connect().await.context("the cluster cannot be reached")?;
    owner.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(format!("create database {DATABASE}")))).await?;
    owner.close().await?;
    let (before, after) = cluster.rsplit_once("/postgres?").context("--cluster names no database postgres and its socket")?;
    Ok(format!("{before}/{DATABASE}?{after}"))
}

/// Measures a program that runs the same statement and does nothing else.
async fn bare_program(report: &mut Report, database: &str, data: &Data, folder: &TempDir) -> Result<()> {
    let (address, token) = (server_process::free_address()?, "bare".to_owned());
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("bare").arg(format!("--address={address}")).arg(format!("--database={database}"));
    command.arg(format!("--organization={}", data.organization)).arg(format!("--token={token}"));
    let mut process = Process::start(&mut command, &folder.path().join("bare.log"))?;
    process.ready(address, "/list").await?;
    measure(report, address, scenarios::bare(token)).await?;
    process.stop().await
}

/// Measures every channel of Stint itself.
async fn product(report: &mut Report, stint: &Stint, login: &DemoLogin, data: &Arc<Data>, model: &FakeModel) -> Result<()> {
    let address = stint.address;
    for (drafts, wanted) in [(&data.short, 1), (&data.long, 10)] {
        let pages = scenarios::pages(address, data, drafts.first().map_or("", String::as_str)).await?;
        ensure!(pages == wanted, "a draft has {pages} pages and should have {wanted}: give it other lines");
    }
    let cookie = scenarios::sign_in(address, login).await?;
    measure(report, address, scenarios::rest(data)).await?;
    measure(report, address, scenarios::mcp(data)).await?;
    measure(report, address, scenarios::dashboard(&login.organization, cookie.clone())).await?;
    assistant(report, &AssistantPage { address, organization: &login.organization, cookie: &cookie }, model).await?;
    measure(report, address, scenarios::timer(data)).await?;
    measure(report, address, scenarios::document(data, false)).await?;
    measure(report, address, scenarios::document(data, true)).await?;
    Ok(())
}

/// Compares the lines of two programs on the same data, all or those whose name has these words; returns whether none is worse than before.
async fn in_turns(before: &Stint, now: &Stint, login: &DemoLogin, data: &Arc<Data>, line: Option<&str>) -> Result<bool> {
    let both = ComparedServers { before: before.address, now: now.address };
    let cookie = scenarios::sign_in(now.address, login).await?;
    let dashboard = scenarios::dashboard(&login.organization, cookie);
    let (short, long) = (scenarios::document(data, false), scenarios::document(data, true));
    let (mut samples, mut pairs) = (Vec::new(), Vec::new());
    let all = [scenarios::rest(data), scenarios::mcp(data), dashboard, scenarios::timer(data), short, long];
    let is_named = |name: &str| line.is_none_or(|line| name.contains(line));
    let is_meant = |scenario: &load::Scenario| scenario.steps.iter().any(|step| is_named(step.name));
    for scenario in all.into_iter().filter(is_meant).map(Arc::new) {
        for clients in [1, CROWD] {
            let (measured, beside) = comparison::measure(&both, &scenario, clients).await?;
            samples.extend(measured.into_iter().filter(|sample| is_named(&sample.name)));
            pairs.extend(beside.into_iter().filter(|pair| is_named(&pair.name)));
        }
    }
    ensure!(!pairs.is_empty(), "no line has the words {line:?}");
    report::print(&samples, &report::of_turns(&pairs))
}

/// Measures sign-ins and sign-outs beside aborted page loads.
async fn beside_broken_pages(stint: &Stint, login: &Arc<DemoLogin>, database: &str) -> Result<sign_ins::SignInLoad> {
    say("· sign-ins and sign-outs beside pages that are broken off");
    let beside = sign_ins::measure(stint, login, database).await?;
    say(&format!("  {:.0} transactions a second; {} sign-ins or sign-outs were refused", beside.transactions, beside.refused));
    Ok(beside)
}

/// Measures the verification of the audit log by the owner.
async fn audit_log(stint: &Stint, login: &DemoLogin, database: &str, data: &Data) -> Result<verification::VerificationTimes> {
    let cookie = scenarios::sign_in(stint.address, login).await?;
    let page = AssistantPage { address: stint.address, organization: &login.organization, cookie: &cookie };
    verification::measure(&page, database, data).await
}

/// Measures the drawer, and pages beside many open answers.
async fn assistant(report: &mut Report, page: &AssistantPage<'_>, model: &FakeModel) -> Result<()> {
    page.switch_on().await?;
    say("· first words of the assistant");
    report.add([page.first_words(model).await?]);
    say("· page: dashboard, beside 100 open answers");
    let dashboard = scenarios::named(names::BESIDE, scenarios::dashboard(page.organization, page.cookie.to_owned()));
    report.add(page.beside_open_answers(dashboard).await?);
    Ok(())
}

/// Measures a scenario with one client, then with many.
async fn measure(report: &mut Report, address: std::net::SocketAddr, scenario: Scenario) -> Result<()> {
    let scenario = Arc::new(scenario);
    for clients in [1, CROWD] {
        say(&format!("· {}, {clients} at once", scenario.steps.iter().map(|step| step.name).collect::<Vec<_>>().join(" and ")));
        report.add(load::run(address, Arc::clone(&scenario), clients).await?);
    }
    Ok(())
}
