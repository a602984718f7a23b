//! Builds the services of the process for every call: the database, the clock, the typesetter.

use std::{sync::Arc, time::Duration};

use anyhow::Context as _;
use app::{
    admission::{AdmissionControl, AdmissionLimits},
    assistant::{Engine, model::Model},
    audit::Recorder,
    context::{BoxFuture, Caller, RenderPermit, Services, SystemClock},
    database::Database,
    deployment,
    error::{Code, Error},
    operations,
};
use domain::{
    document::InvoiceDocument,
    id::{OrganizationId, UserId},
    locale::Locale,
};
use tokio::time::{Instant, timeout_at};

use crate::{
    cluster::Cluster,
    config::Config,
    connections::{self, SchemaPolicy, busy_connections, cores},
    documents::{DocumentError, PdfRenderer},
    model::ModelClient,
};

/// How long the end of a command may take, also when the database does not answer.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);

/// The part of that limit that is reserved for stopping the private database.
const DATABASE_LIMIT: Duration = Duration::from_millis(2_500);

/// The services of this process, and the private database where there is one.
pub struct RunningApp {
    /// The services of every call.
    pub services: Arc<Services>,
    /// Whether the public address is a guess: this command was given none, and no server has stored one.
    pub public_url_is_guessed: bool,
    cluster: Option<Cluster>,
}

impl RunningApp {
    /// Opens the database, and starts the private cluster where none is configured.
    pub async fn open(config: &Config, schema: SchemaPolicy) -> anyhow::Result<Self> {
        let cluster = match config.database_url {
            Some(_) => None,
            // A command beside a server uses the server's database or fails: it creates none.
            None if schema == SchemaPolicy::RequireCurrent && !config.data_dir.join("postgres/data").exists() => anyhow::bail!(
                "there is no database in {}: set STINT_DATA_DIR to the folder of the server, or start it first with `stint serve`",
                config.data_dir.display()
            ),
            None => Some(Cluster::start(&config.data_dir).await?),
        };
        match opened(config, cluster.as_ref(), schema).await {
            Ok((services, public_url_is_guessed)) => Ok(Self { services: Arc::new(services), public_url_is_guessed, cluster }),
            Err(problem) => {
                if let Some(cluster) = cluster {
                    cluster.stop().await;
                }
                Err(problem)
            }
        }
    }

    /// Resolves when the private database has failed so often that it is not started any more; never where another database is used.
    pub async fn database_given_up(&mut self) {
        match &mut self.cluster {
            Some(cluster) => cluster.given_up().await,
            None => std::future::pending().await,
        }
    }

    /// Flushes what the calls have left, closes the connections and stops the private database.
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
        let lost = self.services.recorder.flush_within(left).await;
        if lost > 0 {
            tracing::error!(lost, "the records of the last calls that changed nothing could not be written");
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

async fn opened(config: &Config, cluster: Option<&Cluster>, schema: SchemaPolicy) -> anyhow::Result<(Services, bool)> {
    let documents = PdfRenderer::new(typesetting_threads(), render_permits()).context("there are no threads for documents")?;
    let model = config.model.as_ref().map(ModelClient::new).transpose().context("STINT_MODEL_URL cannot be asked")?;
    let (database, workers) = connections::open(config, cluster, schema).await?;
    let known = public_url(config, &workers, schema).await?;
    let guessed = known.is_none();
    let public_url = known.unwrap_or_else(|| config.public_url.clone());
    if schema == SchemaPolicy::Migrate {
        // The search for fonts is not awaited: no call needs it any more.
        documents.wait_for_fonts().await;
    }
    Ok((services(config, model, public_url, (database, workers), documents), guessed))
}

/// The public address: as configured, else, for a command beside the server, as that has stored it. A server without configuration is
/// reached where it listens.
async fn public_url(config: &Config, database: &Database, schema: SchemaPolicy) -> anyhow::Result<Option<String>> {
    if config.public_url_is_given || schema == SchemaPolicy::Migrate {
        return Ok(Some(config.public_url.clone()));
    }
    Ok(deployment::kept_public_url(database).await?)
}

/// The number of documents that are typeset concurrently: one core is always left for everything else.
fn typesetting_threads() -> usize {
    cores().saturating_sub(1).max(1)
}

/// The number of calls that may hold a connection while a document is typeset: half of the busy ones, so that most stay free.
fn render_permits() -> usize {
    busy_connections() / 2
}

fn services(
    config: &Config,
    model: Option<ModelClient>,
    public_url: String,
    (database, workers): (Database, Database),
    documents: PdfRenderer,
) -> Services {
    operations::install();
    Services {
        admission: AdmissionControl::new(AdmissionLimits::of(config.rate_limit), workers.clone()),
        recorder: Recorder::start(workers.clone()),
        database,
        workers,
        clock: Box::new(SystemClock),
        documents: Box::new(Typesetter(documents)),
        public_url,
        mail_leaves: config.smtp_url.is_some(),
        quotas: config.quotas,
        sign_up: config.sign_up,
        outbox_wakeup: tokio::sync::Notify::new(),
        verification_wakeup: tokio::sync::Notify::new(),
        access_log_days: config.access_log_days,
        tasks: tokio_util::task::TaskTracker::new(),
        extensions: Engine { model: model.map(|model| Box::new(model) as Box<dyn Model>), ..Engine::default() }.into_extensions(),
    }
}

/// The typesetter as [`app::context::DocumentRenderer`], with errors in words that a caller can act on.
struct Typesetter(PdfRenderer);

impl app::context::DocumentRenderer for Typesetter {
    fn invoice(&self, caller: &Caller, document: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        let (documents, owners) = (self.0.clone(), owners(caller));
        Box::pin(async move {
            let (organization, person) = owners?;
            documents.invoice(organization, person, document).await.map_err(refused)
        })
    }

    fn missing_glyphs(&self, text: &str) -> Vec<char> {
        self.0.missing_glyphs(text)
    }

    fn missing_label_glyphs(&self, language: Locale) -> Vec<char> {
        self.0.missing_label_glyphs(language)
    }

    fn render_permit(&self, caller: &Caller) -> BoxFuture<'static, Result<RenderPermit, Error>> {
        let (documents, owners) = (self.0.clone(), owners(caller));
        Box::pin(async move {
            let (organization, person) = owners?;
            let slot = documents.acquire_slot(organization, person).await.map_err(refused)?;
            Ok(RenderPermit(Some(Box::new(slot))))
        })
    }
}

/// The keys by which documents wait for each other: the organization and the person.
fn owners(caller: &Caller) -> Result<(OrganizationId, UserId), Error> {
    Ok((caller.membership()?.organization, caller.person()?.id))
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
        assert!(render_permits() >= 1 && render_permits() < connections::for_calls());
    }
}
