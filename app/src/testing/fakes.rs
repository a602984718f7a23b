//! Stand-ins for what a process offers: a clock that stands still, a typesetter that writes plain text.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};

use crate::{
    context::{BoxFuture, Caller, Clock, DocumentRenderer},
    error::Error,
    invoices::{document::InvoiceDocument, locale::Locale},
};

/// The instant at which every world begins, a Saturday morning.
pub const START_TIME: &str = "2026-11-21T10:00:00Z";

/// A clock that shows what a test says.
pub struct ManualClock(Mutex<Face>);

/// What the clock shows, and how far it goes on whenever somebody looks at it.
struct Face {
    shows: Timestamp,
    step: SignedDuration,
}

impl ManualClock {
    /// Sets what it shows.
    pub fn set(&self, instant: Timestamp) {
        self.0.lock().expect("the clock").shows = instant;
    }

    /// Lets it go on by so much with every look at it, as a clock on a wall does.
    pub fn go_on_by(&self, step: SignedDuration) {
        self.0.lock().expect("the clock").step = step;
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self(Mutex::new(Face { shows: START_TIME.parse().expect("an instant"), step: SignedDuration::ZERO }))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let mut face = self.0.lock().expect("the clock");
        let now = face.shows;
        let step = face.step;
        face.shows += step;
        now
    }
}

impl Clock for Arc<ManualClock> {
    fn now(&self) -> Timestamp {
        self.as_ref().now()
    }
}

/// A typesetter whose PDFs are plain JSON behind a PDF's first bytes, and which fails when told to. It has no letters of Devanagari and
/// none of Japanese.
#[derive(Default)]
pub struct FakeRenderer {
    /// Whether the next documents fail.
    pub fail: AtomicBool,
}

impl DocumentRenderer for Arc<FakeRenderer> {
    fn missing_glyphs(&self, text: &str) -> Vec<char> {
        let unknown = |letter: &char| matches!(letter, '\u{900}'..='\u{97f}' | '\u{3040}'..='\u{9fff}' | '\u{e000}');
        let mut seen = HashSet::new();
        text.chars().filter(unknown).filter(|letter| seen.insert(*letter)).collect()
    }

    fn missing_label_glyphs(&self, language: Locale) -> Vec<char> {
        match language {
            Locale::Japanese => self.missing_glyphs("請求書"),
            _ => Vec::new(),
        }
    }

    fn invoice(&self, _: &Caller, document: InvoiceDocument) -> BoxFuture<'static, Result<Vec<u8>, Error>> {
        let fail = self.fail.load(Ordering::SeqCst);
        Box::pin(async move {
            if fail {
                return Err(Error::unavailable("The document could not be made."));
            }
            let text = serde_json::to_string(&document).map_err(|_| Error::internal())?;
            Ok(format!("%PDF-1.7\n{text}").into_bytes())
        })
    }
}
