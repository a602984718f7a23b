//! Fakes for the services of a process: a manual clock, and a renderer that writes plain text.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{document::InvoiceDocument, locale::Locale};
use jiff::{SignedDuration, Timestamp};

use crate::{
    context::{BoxFuture, Caller, Clock, DocumentRenderer},
    error::Error,
};

/// The instant at which every world begins, a Saturday morning.
pub const START_TIME: &str = "2026-11-21T10:00:00Z";

/// A clock that a test sets.
pub struct ManualClock(Mutex<Face>);

/// The instant that the clock shows, and the step by which each reading advances it.
struct Face {
    shows: Timestamp,
    step: SignedDuration,
}

impl ManualClock {
    /// Sets the instant that it shows.
    pub fn set(&self, instant: Timestamp) {
        self.0.lock().expect("the clock").shows = instant;
    }

    /// Makes each reading advance the clock by this step, as time does.
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

/// A renderer whose PDFs are plain JSON behind the first bytes of a PDF, and which fails on demand. It has no glyphs for Devanagari
/// and Japanese.
#[derive(Default)]
pub struct FakeRenderer {
    /// Whether rendering fails from now on.
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
