//! The same services with a clock that can be set.

use std::sync::{Arc, Mutex, PoisonError};

use app::{
    assistant::Engine,
    context::{Caller, Clock, Documents, Promise, Services},
    error::Error,
    invoices::{document::InvoiceDocument, wording::Wording},
};
use jiff::Timestamp;

/// Services at another time.
pub struct Travelling {
    /// What calls are given.
    pub services: Arc<Services>,
    /// What time it is for them.
    pub clock: Arc<Travel>,
}

/// A clock that shows what it is set to.
pub struct Travel(Mutex<Timestamp>);

impl Travel {
    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

struct Shared(Arc<Travel>);

impl Clock for Shared {
    fn now(&self) -> Timestamp {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_made_up(&self) -> bool {
        true
    }
}

struct Lent(Arc<Services>);

impl Documents for Lent {
    fn invoice(&self, caller: &Caller, document: InvoiceDocument) -> Promise<'static, Result<Vec<u8>, Error>> {
        self.0.documents.invoice(caller, document)
    }

    fn missing_letters(&self, text: &str) -> Vec<char> {
        self.0.documents.missing_letters(text)
    }

    fn missing_in_labels(&self, language: Wording) -> Vec<char> {
        self.0.documents.missing_in_labels(language)
    }
}

/// The services of the process, at another time.
pub fn services(now: &Arc<Services>, at: Timestamp) -> Travelling {
    let clock = Arc::new(Travel(Mutex::new(at)));
    let services = Services {
        database: now.database.clone(),
        workers: now.workers.clone(),
        admission: now.admission.clone(),
        recorder: now.recorder.clone(),
        clock: Box::new(Shared(Arc::clone(&clock))),
        documents: Box::new(Lent(Arc::clone(now))),
        public_url: now.public_url.clone(),
        // The clients do not exist, so nothing is mailed to them and nothing counts as mailed.
        mail_leaves: false,
        quotas: now.quotas,
        sign_up: now.sign_up,
        mail_waits: tokio::sync::Notify::new(),
        verifications: tokio::sync::Notify::new(),
        access_log_days: now.access_log_days,
        tasks: now.tasks.clone(),
        assistant: Engine::default(),
    };
    Travelling { services: Arc::new(services), clock }
}
