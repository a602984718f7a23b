//! A clock that can be set, and services that use it.

use std::sync::{Arc, Mutex, PoisonError};

use app::{
    context::{BoxFuture, Caller, Clock, DocumentRenderer, Services},
    error::Error,
};
use domain::{document::InvoiceDocument, locale::Locale};
use jiff::Timestamp;

/// Services with a settable clock.
pub struct DemoServices {
    /// The services of every call.
    pub services: Arc<Services>,
    /// Their clock.
    pub clock: Arc<SettableClock>,
}

/// A clock that shows the instant that it is set to.
pub struct SettableClock(Mutex<Timestamp>);

impl SettableClock {
    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }
}

struct SharedClock(Arc<SettableClock>);

impl Clock for SharedClock {
    fn now(&self) -> Timestamp {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_made_up(&self) -> bool {
        true
    }
}

struct BorrowedRenderer(Arc<Services>);

impl DocumentRenderer for BorrowedRenderer {
    fn invoice(&self, caller: &Caller, document: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        self.0.documents.invoice(caller, document)
    }

    fn missing_glyphs(&self, text: &str) -> Vec<char> {
        self.0.documents.missing_glyphs(text)
    }

    fn missing_label_glyphs(&self, language: Locale) -> Vec<char> {
        self.0.documents.missing_label_glyphs(language)
    }
}

/// The services of the process with a clock that is set to this instant.
pub fn services_at(now: &Arc<Services>, at: Timestamp) -> DemoServices {
    let clock = Arc::new(SettableClock(Mutex::new(at)));
    let services = Services {
        database: now.database.clone(),
        workers: now.workers.clone(),
        admission: now.admission.clone(),
        recorder: now.recorder.clone(),
        clock: Box::new(SharedClock(Arc::clone(&clock))),
        documents: Box::new(BorrowedRenderer(Arc::clone(now))),
        public_url: now.public_url.clone(),
        // The clients do not exist, so no mail is sent to them and none counts as sent.
        mail_leaves: false,
        quotas: now.quotas,
        sign_up: now.sign_up,
        outbox_wakeup: tokio::sync::Notify::new(),
        verification_wakeup: tokio::sync::Notify::new(),
        access_log_days: now.access_log_days,
        tasks: now.tasks.clone(),
        extensions: http::Extensions::new(),
    };
    DemoServices { services: Arc::new(services), clock }
}
