//! What the process offers to every call: the database, the clock, the typesetter.

use std::{sync::Arc, time::Duration};

use crate::{
    cluster::Cluster,
    config::Config,
    connections::{self, Schema, cores, for_calls},
    documents::{DocumentError, Documents},
    model::ModelClient,
};
use app::{
    admission::{Gate, Rules},
    assistant::{Engine, model::Model},
    audit::Recorder,
    context::{Place, Promise, Services, SystemClock},
    database::Database,
    error::{Code, Error},
    invoices::document::InvoiceDocument,
};

/// How long the last records of calls, and the connections after them, may take when the process ends: a database that is away
/// does not hold it up.
const CLOSE_LIMIT: Duration = Duration::from_secs(5);

/// The services of this process, and the private database where there is one.
pub struct Running {
    /// What every call is given.
    pub services: Arc<Services>,
    cluster: Option<Cluster>,
}

impl Running {
    /// Opens the database, and starts the private one where none is configured.
    pub async fn open(config: &Config, schema: Schema) -> anyhow::Result<Self> {
        let cluster = match config.database_url {
            Some(_) => None,
            None => Some(Cluster::start(&config.data_dir).await?),
        };
        match connections::open(config, cluster.as_ref(), schema).await {
            Ok(connections) => Ok(Self { services: Arc::new(services(config, connections)), cluster }),
            Err(problem) => {
                stop(cluster).await;
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

    /// Closes the connections and stops the private database.
    pub async fn close(self) {
        self.services.tasks.close();
        if tokio::time::timeout(CLOSE_LIMIT, self.services.tasks.wait()).await.is_err() {
            tracing::error!("some units of work did not come to their end in time");
        }
        if !self.services.recorder.flush_within(CLOSE_LIMIT).await {
            tracing::error!("the database is away: the last calls that changed nothing could not be recorded");
        }
        let closed = async { tokio::join!(self.services.database.close(), self.services.workers.close()) };
        if tokio::time::timeout(CLOSE_LIMIT, closed).await.is_err() {
            tracing::warn!("some connections to the database could not be closed");
        }
        stop(self.cluster).await;
    }
}

async fn stop(cluster: Option<Cluster>) {
    if let Some(cluster) = cluster {
        cluster.stop().await;
    }
}

/// How many documents are made at once: one core is always left for everybody else.
fn turns() -> usize {
    cores().saturating_sub(1).max(1)
}

/// How many may keep a connection while a document is made: half of the connections are always left for everybody else.
fn places() -> usize {
    for_calls() / 2
}

fn services(config: &Config, (database, workers): (Database, Database)) -> Services {
    Services {
        admission: Gate::new(Rules::of(config.rate_limit), workers.clone()),
        recorder: Recorder::start(workers.clone()),
        database,
        workers,
        clock: Box::new(SystemClock),
        documents: Box::new(Typesetter(Documents::new(turns(), places()))),
        public_url: config.public_url.clone(),
        mail_leaves: config.smtp_url.is_some(),
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
        assert!(places() >= 1 && places() < for_calls());
    }
}
