//! Documents on paper: an invoice as a PDF, typeset inside the process.
//!
//! The PDF is PDF/A-3 and tagged for accessibility (PDF/UA-1). The same input always gives the same bytes, because
//! nothing but the input enters: no clock, no file of the machine, no font of the machine.

mod letters;
mod press;
#[cfg(test)]
mod tests;
mod world;

use std::{sync::Arc, time::Duration};

use app::invoices::document::InvoiceDocument;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
    time::timeout,
};

use world::Stage;

/// How long a document may take from being asked for to being done, waiting for its turn included.
const PATIENCE: Duration = Duration::from_secs(20);

/// Typesets documents on blocking threads, a bounded number at once.
///
/// Cheap to clone: clones share the fonts, the templates and the bound.
#[derive(Clone)]
pub struct Documents {
    stage: Arc<Stage>,
    turns: Arc<Semaphore>,
    patience: Duration,
}

/// Why a document was not made.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// Too much was waiting before it.
    #[error("The document took too long to make. Try again in a moment.")]
    TooSlow,
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

impl Documents {
    /// Loads fonts and templates; at most `parallel` documents are typeset at the same moment.
    pub fn new(parallel: usize) -> Self {
        Self { stage: Arc::new(Stage::set()), turns: Arc::new(Semaphore::new(parallel.max(1))), patience: PATIENCE }
    }

    /// The invoice as a PDF file.
    pub async fn invoice(&self, document: InvoiceDocument) -> Result<Vec<u8>, DocumentError> {
        let made = async {
            let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| DocumentError::Crashed)?;
            self.print(document, turn).await
        };
        timeout(self.patience, made).await.unwrap_or(Err(DocumentError::TooSlow))
    }

    /// Prints on a blocking thread. The turn goes along: a thread whose reader has given up still counts.
    async fn print(&self, document: InvoiceDocument, turn: OwnedSemaphorePermit) -> Result<Vec<u8>, DocumentError> {
        let stage = Arc::clone(&self.stage);
        let printed = task::spawn_blocking(move || {
            let _turn = turn;
            press::print(&stage, &document)
        });
        printed.await.unwrap_or(Err(DocumentError::Crashed))
    }
}
