//! What the process offers to every call: the database, the clock, the typesetter.

use std::{sync::Arc, thread::available_parallelism, time::Duration};

use anyhow::Context as _;
use app::{
    assistant::{Engine, model::Model},
    audit::Recorder,
    context::{Place, Promise, Services, SystemClock},
    database::{self, Database},
    error::{Code, Error},
    invoices::document::InvoiceDocument,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use tokio::time::{Instant, timeout_at};

use crate::{
    cluster::Cluster,
    config::Config,
    documents::{DocumentError, Documents},
    model::ModelClient,
};

/// How long a call waits for a connection before it is told to try again.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// The connections of the work that nobody waits for: mails, records, upkeep.
const WORKERS: usize = 2;

/// How long the end of a command may take: a database that is away does not hold it up.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);

/// What is left of that for stopping the private database, whatever came before.
const DATABASE_LIMIT: Duration = Duration::from_millis(2_500);

/// The services of this process, and the private database where there is one.
pub struct Running {
    /// What every call is given.
    pub services: Arc<Services>,
    cluster: Option<Cluster>,
}

impl Running {
    /// Opens the database, starts the private one where none is configured, and brings the schema up to date.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        let cluster = match config.database_url {
            Some(_) => None,
            None => Some(Cluster::start(&config.data_dir).await?),
        };
        match connect(config, cluster.as_ref()).await {
            Ok(connections) => Ok(Self { services: Arc::new(services(config, connections)), cluster }),
            Err(problem) => {
                if let Some(cluster) = cluster {
                    cluster.stop().await;
                }
                Err(problem)
            }
        }
    }

    /// Comes back when the private database has failed so often that it is not started any more; never where another one
    /// is used.
    pub async fn database_given_up(&mut self) {
        match &mut self.cluster {
            Some(cluster) => cluster.given_up().await,
            None => std::future::pending().await,
        }
    }

    /// Keeps what the calls have left, closes the connections and stops the private database.
    pub async fn close(self) {
        if let Err(problem) = self.close_by(Instant::now() + CLOSE_LIMIT).await {
            tracing::error!(%problem, "not everything came to its end");
        }
    }

    /// The same by this instant, whatever the database does.
    ///
    /// # Errors
    /// Says what was given up, or had to be killed.
    pub async fn close_by(self, by: Instant) -> anyhow::Result<()> {
        let mut given_up = Vec::new();
        let kept_by = by.checked_sub(DATABASE_LIMIT).unwrap_or(by);
        self.services.tasks.close();
        if timeout_at(kept_by, self.services.tasks.wait()).await.is_err() {
            given_up.push("some units of work did not come to their end in time");
        }
        let left = kept_by.saturating_duration_since(Instant::now());
        if !self.services.recorder.flush_within(left).await {
            given_up.push("the last calls that changed nothing could not be recorded");
        }
        let closed = async { tokio::join!(self.services.database.close(), self.services.workers.close()) };
        if timeout_at(kept_by, closed).await.is_err() {
            given_up.push("some connections to the database could not be closed");
        }
        if let Some(cluster) = self.cluster
            && !cluster.stop_by(by).await
        {
            given_up.push("the private PostgreSQL did not stop by itself and was killed");
        }
        anyhow::ensure!(given_up.is_empty(), "{}", given_up.join("; "));
        Ok(())
    }
}

/// Connections for calls, and those for the work that nobody waits for.
async fn connect(config: &Config, cluster: Option<&Cluster>) -> anyhow::Result<(Database, Database)> {
    let given = config.database_url.clone().or_else(|| cluster.map(Cluster::url)).context("there is no database")?;
    migrate(config.owner_database_url.clone().unwrap_or_else(|| given.clone())).await?;
    Ok((database(given.clone(), connections()).await?, database(given, WORKERS).await?))
}

/// Brings the schema up to date, as the owner of the tables.
pub async fn migrate(owner: PgConnectOptions) -> anyhow::Result<()> {
    // That a table is already there is nothing to tell.
    let owner = owner.options([("client_min_messages", "warning")]);
    let owner = PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_LIMIT).connect_with(owner).await;
    let owner = owner.context("the database cannot be reached")?;
    let migrated = database::migrate(&owner).await.context("the schema could not be brought up to date");
    owner.close().await;
    migrated
}

/// Connections that work as the application's role.
async fn database(options: PgConnectOptions, at_most: usize) -> anyhow::Result<Database> {
    let most = u32::try_from(at_most).unwrap_or(u32::MAX);
    let pool = PgPoolOptions::new().max_connections(most).acquire_timeout(ACQUIRE_LIMIT);
    let pool = database::as_application(pool).connect_with(options.application_name("stint")).await;
    Ok(Database::new(pool.context("the database cannot be reached as the application's role")?))
}

fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}

fn connections() -> usize {
    cores() * 2 + 2
}

/// How many may keep a connection while a document is made: half of the connections are always left for everybody else.
fn places() -> usize {
    connections() / 2
}

fn services(config: &Config, (database, workers): (Database, Database)) -> Services {
    Services {
        recorder: Recorder::start(workers.clone()),
        database,
        workers,
        clock: Box::new(SystemClock),
        documents: Box::new(Typesetter(Documents::new(cores(), places()))),
        public_url: config.public_url.clone(),
        mail_leaves: config.smtp_url.is_some(),
        quotas: config.quotas,
        mail_waits: tokio::sync::Notify::new(),
        tasks: tokio_util::task::TaskTracker::new(),
        assistant: Engine {
            model: config.model.as_ref().map(|model| Box::new(ModelClient::new(model)) as Box<dyn Model>),
            ..Engine::default()
        },
    }
}

/// The typesetter, with its troubles in words that a caller can act on.
struct Typesetter(Documents);

impl app::context::Documents for Typesetter {
    fn invoice(&self, document: InvoiceDocument) -> Promise<'static, Result<Vec<u8>, Error>> {
        let documents = self.0.clone();
        Box::pin(async move { documents.invoice(document).await.map_err(refused) })
    }

    fn place(&self) -> Result<Place, Error> {
        let place = self.0.place().map_err(refused)?;
        Ok(Place(Some(Box::new(place))))
    }
}

fn refused(problem: DocumentError) -> Error {
    match problem {
        DocumentError::TooLong => Error::new(Code::Invalid, problem.to_string())
            .hint("Group its time by day or project, shorten its texts, or bill a shorter period."),
        DocumentError::Crowded => Error::unavailable("Too many invoices are being sent at this moment."),
        DocumentError::TooSlow => {
            tracing::warn!(%problem, "an invoice could not be typeset in time");
            Error::unavailable("The invoice took too long to typeset.")
        }
        _ => {
            tracing::error!(%problem, "an invoice could not be typeset");
            Error::internal()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_a_document_is_told_what_to_do() {
        let told = refused(DocumentError::TooLong);
        assert_eq!((told.code, told.message.as_str()), (Code::Invalid, "The document is too long to print. Split it into several."));
        assert!(told.hint.is_some_and(|hint| hint.contains("shorter period")));
        assert_eq!(refused(DocumentError::Crowded).code, Code::Unavailable);
        assert_eq!(refused(DocumentError::TooSlow).code, Code::Unavailable);
        assert_eq!(refused(DocumentError::Refused("a secret of the typesetter".to_owned())), Error::internal());
    }

    #[test]
    fn sending_never_takes_the_last_connection() {
        assert!(places() >= 1 && places() < connections());
    }
}
