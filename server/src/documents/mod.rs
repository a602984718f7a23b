//! Documents on paper: an invoice as a PDF, typeset inside the process.
//!
//! The PDF is PDF/A-3 and tagged for accessibility (PDF/UA-1). The same input always gives the same bytes, because
//! nothing but the input enters: no clock, and no file of the machine but a font for a letter that no shipped one has.

mod cjk;
mod fonts;
mod glyph_coverage;
mod grapheme_runs;
#[cfg(test)]
mod tests;
mod thread_pool;
mod typesetter;
mod typst_world;

use std::{
    sync::{Arc, LazyLock},
    thread,
    time::Duration,
};

use app::{
    id::{OrganizationId, UserId},
    invoices::{document::InvoiceDocument, locale::Locale},
    limits::{KeyedPermit, KeyedSemaphore},
};
use rayon::ThreadPoolBuildError;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
    time::timeout,
};

use thread_pool::TypesettingPool;
use typst_world::TypstResources;

/// How long a document may take from being asked for to being done, waiting for its turn included.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// How long one waits for a place: together with a connection and a document it is less than a door waits for an answer.
const SLOT_TIME_LIMIT: Duration = Duration::from_secs(5);

/// Typesets documents on threads of their own, a bounded number at once.
///
/// Cheap to clone: clones share the fonts, the templates and the bound.
#[derive(Clone)]
pub struct PdfRenderer {
    resources: Arc<LazyLock<TypstResources>>,
    threads: Arc<TypesettingPool>,
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    persons: Arc<KeyedSemaphore<UserId>>,
    organizations: Arc<KeyedSemaphore<OrganizationId>>,
    own_places: Arc<KeyedSemaphore<OrganizationId>>,
    persons_places: Arc<KeyedSemaphore<UserId>>,
    time_limit: Duration,
    slot_time_limit: Duration,
}

/// Why a document was not made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Too much was waiting before it.
    #[error("The document took too long to make. Try again in a moment.")]
    TooSlow,
    /// So many keep a connection while they wait that one more would keep others from working.
    #[error("Too many invoices are being sent at this moment. Try again in a moment.")]
    Crowded,
    /// More text than fits into memory in peace.
    #[error("The document is too long to print. Split it into several.")]
    TooLong,
    /// A field that must have a certain form has another one.
    #[error("The document cannot be made: {0} is not a valid instant.")]
    Malformed(&'static str),
    /// The typesetter refused, in its own words.
    #[error("The document could not be typeset: {0}.")]
    Refused(String),
    /// The typesetter broke down.
    #[error("The document could not be typeset.")]
    Crashed,
}

/// A place of one who keeps a connection meanwhile, until it is dropped.
pub struct RenderSlot(
    #[expect(dead_code, reason = "it is held")] [KeyedPermit; 2],
    #[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit,
);

impl PdfRenderer {
    /// Loads fonts and templates; at most `parallel` documents are typeset at the same moment, and there are `places` for
    /// those who keep a connection while they wait.
    pub fn new(parallel: usize, places: usize) -> Result<Self, ThreadPoolBuildError> {
        Self::with_slot_time_limit(parallel, places, SLOT_TIME_LIMIT)
    }

    /// The same, where one waits so long for a place.
    fn with_slot_time_limit(parallel: usize, places: usize, slot_time_limit: Duration) -> Result<Self, ThreadPoolBuildError> {
        let bound = |most: usize| Arc::new(Semaphore::new(most.max(1)));
        let resources = Arc::new(LazyLock::new(TypstResources::load as fn() -> TypstResources));
        let threads = Arc::new(TypesettingPool::new(parallel.max(1))?);
        // The fonts of the machine are searched at once, and nobody waits for it who prints nothing.
        thread::spawn({
            let resources = Arc::clone(&resources);
            move || {
                LazyLock::force(&resources);
            }
        });
        Ok(Self {
            resources,
            threads,
            turns: bound(parallel),
            places: bound(places),
            persons: Arc::new(KeyedSemaphore::new(1, TIME_LIMIT)),
            organizations: Arc::new(KeyedSemaphore::new(1, TIME_LIMIT)),
            own_places: Arc::new(KeyedSemaphore::new(places / 2, slot_time_limit)),
            persons_places: Arc::new(KeyedSemaphore::new(1, slot_time_limit)),
            time_limit: TIME_LIMIT,
            slot_time_limit,
        })
    }

    /// Comes back once the fonts of the machine have been searched: what is looked up or typeset before that waits for it.
    pub async fn wait_for_fonts(&self) {
        let resources = Arc::clone(&self.resources);
        let searched = task::spawn_blocking(move || {
            LazyLock::force(&resources);
        });
        if searched.await.is_err() {
            tracing::error!("the fonts of this machine could not be searched");
        }
    }

    /// The invoice as a PDF file. One person, and one organization, has one document in the line for the typesetter at a time:
    /// whoever asks for many long ones waits for themselves.
    pub async fn invoice(&self, organization: OrganizationId, person: UserId, document: InvoiceDocument) -> Result<Vec<u8>, DocumentError> {
        let made = async {
            // Always in this order: whoever waits for the organization's turn holds none that somebody before them waits for.
            let own = self.persons.take(person).await.ok_or(DocumentError::TooSlow)?;
            let organizations = self.organizations.take(organization).await.ok_or(DocumentError::TooSlow)?;
            let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| DocumentError::Crashed)?;
            self.print(document, (own, organizations, turn)).await
        };
        timeout(self.time_limit, made).await.unwrap_or(Err(DocumentError::TooSlow))
    }

    /// The characters of a text that no font has, each once: neither a shipped one nor one of this machine. Looked up, and nothing is
    /// typeset.
    pub fn missing_glyphs(&self, text: &str) -> Vec<char> {
        self.resources.glyph_coverage.missing(text)
    }

    /// The same of the labels of a document in this language.
    pub fn missing_label_glyphs(&self, language: Locale) -> Vec<char> {
        self.resources.missing_label_glyphs(language)
    }

    /// A place for one who keeps a connection of the database until the document is made, as sending an invoice does: number,
    /// document and mail are one fact. If all connections waited here, nobody else could work; and one organization has half of
    /// the places at most, and one person a single one, in however many organizations: their documents are made one after the other
    /// anyway. Who finds none waits for a while, before they have a connection.
    pub async fn acquire_slot(&self, organization: OrganizationId, person: UserId) -> Result<RenderSlot, DocumentError> {
        let persons = self.persons_places.take(person).await.ok_or(DocumentError::Crowded)?;
        let own = self.own_places.take(organization).await.ok_or(DocumentError::Crowded)?;
        let place = timeout(self.slot_time_limit, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_| DocumentError::Crowded)?.map_err(|_| DocumentError::Crashed)?;
        Ok(RenderSlot([persons, own], place))
    }

    /// Prints. The turns go along: a thread whose reader has given up still counts.
    async fn print(
        &self,
        document: InvoiceDocument,
        turns: (KeyedPermit, KeyedPermit, OwnedSemaphorePermit),
    ) -> Result<Vec<u8>, DocumentError> {
        let resources = Arc::clone(&self.resources);
        let printed = self.threads.run(move || {
            let _turns = turns;
            typesetter::print(&resources, &document)
        });
        printed.await.unwrap_or(Err(DocumentError::Crashed))
    }
}
