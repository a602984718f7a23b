//! Typesets invoices as PDF files, inside the process.
//!
//! The PDF is PDF/A-3 and tagged for accessibility (PDF/UA-1). The same input always gives the same bytes, because nothing but the
//! input enters: no clock, and no file of the machine but a font for a letter that no shipped one has.

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

use app::limits::{KeyedPermit, KeyedSemaphore};
use domain::{
    document::InvoiceDocument,
    id::{OrganizationId, UserId},
    locale::Locale,
};
use rayon::ThreadPoolBuildError;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
    time::timeout,
};

use thread_pool::TypesettingPool;
use typst_world::TypstResources;

/// How long a document may take from the request to the result, waiting included.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// How long a caller waits for a slot: together with a connection and a document it is less than the time limit of a response.
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
    /// Too many documents were waiting before it.
    #[error("The document took too long to make. Try again in a moment.")]
    TooSlow,
    /// All slots are taken: one more waiting caller with a connection would keep others from working.
    #[error("Too many invoices are being sent at this moment. Try again in a moment.")]
    Crowded,
    /// The text would take too much memory and time.
    #[error("The document is too long to print. Split it into several.")]
    TooLong,
    /// A field is malformed.
    #[error("The document cannot be made: {0} is not a valid instant.")]
    Malformed(&'static str),
    /// The typesetter refused, in its own words.
    #[error("The document could not be typeset: {0}.")]
    Refused(String),
    /// The typesetter panicked.
    #[error("The document could not be typeset.")]
    Crashed,
}

/// A slot of a caller that holds a connection while it waits for its document; released when it is dropped.
pub struct RenderSlot(
    #[expect(dead_code, reason = "it is held")] [KeyedPermit; 2],
    #[expect(dead_code, reason = "it is held")] OwnedSemaphorePermit,
);

impl PdfRenderer {
    /// Loads fonts and templates. At most `parallel` documents are typeset at once, and there are `places` slots for callers that hold a
    /// connection while they wait.
    pub fn new(parallel: usize, places: usize) -> Result<Self, ThreadPoolBuildError> {
        Self::with_slot_time_limit(parallel, places, SLOT_TIME_LIMIT)
    }

    /// The same, with another time limit for slots.
    fn with_slot_time_limit(parallel: usize, places: usize, slot_time_limit: Duration) -> Result<Self, ThreadPoolBuildError> {
        let bound = |most: usize| Arc::new(Semaphore::new(most.max(1)));
        let resources = Arc::new(LazyLock::new(TypstResources::load as fn() -> TypstResources));
        let threads = Arc::new(TypesettingPool::new(parallel.max(1))?);
        // The fonts of the machine are searched right away; only documents wait for the result.
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

    /// Waits until the fonts of the machine have been searched, as every lookup and every document does.
    pub async fn wait_for_fonts(&self) {
        let resources = Arc::clone(&self.resources);
        let searched = task::spawn_blocking(move || {
            LazyLock::force(&resources);
        });
        if searched.await.is_err() {
            tracing::error!("the fonts of this machine could not be searched");
        }
    }

    /// Typesets the invoice as a PDF file. One person, and one organization, has one document in the queue at a time, so that a caller with
    /// many long ones delays only themselves.
    pub async fn invoice(&self, organization: OrganizationId, person: UserId, document: InvoiceDocument) -> Result<Vec<u8>, DocumentError> {
        let made = async {
            // Lock order: person, then organization. A caller that waits for the second permit holds none that an earlier one needs.
            let own = self.persons.take(person).await.ok_or(DocumentError::TooSlow)?;
            let organizations = self.organizations.take(organization).await.ok_or(DocumentError::TooSlow)?;
            let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| DocumentError::Crashed)?;
            self.print(document, (own, organizations, turn)).await
        };
        timeout(self.time_limit, made).await.unwrap_or(Err(DocumentError::TooSlow))
    }

    /// The characters of a text that no font has, each once: neither a shipped one nor one of this machine. Nothing is typeset.
    pub fn missing_glyphs(&self, text: &str) -> Vec<char> {
        self.resources.glyph_coverage.missing(text)
    }

    /// The same for the labels of a document in this language.
    pub fn missing_label_glyphs(&self, language: Locale) -> Vec<char> {
        self.resources.missing_label_glyphs(language)
    }

    /// Acquires a slot for a caller that holds a database connection until the document is made, as sending an invoice does: number,
    /// document and mail are one fact. If all connections waited here, no other call could work. One organization gets half of the slots at
    /// most, and one person a single one, in however many organizations, as their documents are made one after the other anyway. Without a
    /// free slot it waits for a while; callers take it before they have a connection.
    pub async fn acquire_slot(&self, organization: OrganizationId, person: UserId) -> Result<RenderSlot, DocumentError> {
        let persons = self.persons_places.take(person).await.ok_or(DocumentError::Crowded)?;
        let own = self.own_places.take(organization).await.ok_or(DocumentError::Crowded)?;
        let permit = timeout(self.slot_time_limit, Arc::clone(&self.places).acquire_owned()).await;
        let permit = permit.map_err(|_| DocumentError::Crowded)?.map_err(|_| DocumentError::Crashed)?;
        Ok(RenderSlot([persons, own], permit))
    }

    /// Typesets on the pool. The permits go along: work whose caller has given up still counts.
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
