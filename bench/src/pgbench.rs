//! Measures the raw SQL with PostgreSQL's pgbench.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use tokio::process::Command;
use uuid::Uuid;

use crate::{list, load::Sample};

/// The number of transactions of all clients together, warm-up included.
const TRANSACTIONS: usize = 6_000;

/// The number of each client's first transactions that are not measured: plans are made and caches filled.
const WARM_UP: usize = 100;

/// The name of the bare statement in the table.
pub const BARE: &str = "raw SQL of the list (pgbench)";

/// The SQL around the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// Nothing: the session belongs to the organization.
    Nothing,
    /// The product's transaction: begin and set, statement, commit.
    Transaction,
}

/// A run of pgbench.
pub struct Pgbench<'a> {
    /// The path of pgbench.
    pub program: PathBuf,
    /// The database's URL; its socket is used.
    pub database: &'a str,
    /// The organization whose time is listed.
    pub organization: Uuid,
    /// A folder for scripts and logs.
    pub folder: &'a Path,
}

impl Pgbench<'_> {
    /// Measures the statement with this many clients.
    pub async fn run(&self, around: Around, clients: usize) -> Result<Sample> {
        let name = match around {
            Around::Nothing => BARE,
            Around::Transaction => "raw SQL in a transaction (pgbench)",
        };
        let run = self.folder.join(format!("{around:?}-{clients}"));
        let script = run.with_extension("sql");
        fs::write(&script, self.script(around))?;
        let output = Command::new(&self.program)
            .args(["--no-vacuum", "--log", "--define=prepared=0"])
            .arg(format!("--client={clients}"))
            .arg(format!("--jobs={}", clients.min(2)))
            .arg(format!("--transactions={}", WARM_UP + TRANSACTIONS / clients))
            .arg(format!("--log-prefix={}", run.display()))
            .arg(format!("--file={}", script.display()))
            .arg(self.database)
            .env("PGOPTIONS", self.options(around))
            .kill_on_drop(true)
            .output()
            .await
            .with_context(|| format!("{} cannot be started", self.program.display()))?;
        ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
        self.sample(name, &run, clients)
    }

    /// Every session runs as the application's role, under row security.
    fn options(&self, around: Around) -> String {
        let role = "-c role=stint_app";
        match around {
            Around::Nothing => format!("{role} -c app.organization_id={}", self.organization),
            Around::Transaction => role.to_owned(),
        }
    }

    /// Each session prepares the statement once, as the product's connections do. It is prepared by SQL and not by
    /// pgbench's own prepared mode, since that has no way to bind a null, and a plan with other values is another plan.
    fn script(&self, around: Around) -> String {
        let (parameters, statement, organization) = (list::PARAMETERS, list::STATEMENT.trim_end(), self.organization);
        let prepare = format!("\\if :prepared = 0\nprepare list ({parameters}) as\n{statement};\n\\set prepared 1\n\\endif\n");
        let execute = format!("execute list ({});\n", list::literals(organization));
        match around {
            Around::Nothing => format!("{prepare}{execute}"),
            Around::Transaction => format!("{prepare}begin \\; set local app.organization_id = '{organization}';\n{execute}commit;\n"),
        }
    }

    /// Parses the logs: client, number, microseconds taken, script, and the second and microsecond of the end.
    fn sample(&self, name: &str, run: &Path, clients: usize) -> Result<Sample> {
        let (mut latencies, mut ends) = (Vec::new(), Vec::new());
        for log in logs(run)? {
            for line in fs::read_to_string(log)?.lines() {
                let fields: Vec<u64> =
                    line.split_whitespace().map(str::parse).collect::<Result<_, _>>().with_context(|| format!("pgbench logged: {line}"))?;
                let [_, number, took, _, second, microsecond, ..] = fields[..] else { bail!("pgbench logged: {line}") };
                if number > WARM_UP as u64 {
                    latencies.push(Duration::from_micros(took));
                    ends.push(Duration::from_secs(second) + Duration::from_micros(microsecond));
                }
            }
        }
        let took = ends.iter().max().zip(ends.iter().min()).map(|(last, first)| *last - *first);
        Ok(Sample::new(name, clients, latencies, took.context("pgbench logged nothing")?))
    }
}

/// The logs of a run: one for each of its threads.
fn logs(run: &Path) -> Result<Vec<PathBuf>> {
    let (folder, name) = run.parent().zip(run.file_name()).context("a run has a folder and a name")?;
    let begins = format!("{}.", name.to_string_lossy());
    let files = fs::read_dir(folder)?.map(|file| file.map(|file| file.path())).collect::<Result<Vec<_>, _>>()?;
    let of_run = |path: &PathBuf| {
        path.extension().is_none_or(|end| end != "sql") && path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&begins))
    };
    Ok(files.into_iter().filter(of_run).collect())
}
