//! What a person agreed to before a write: it is done when it comes to the same again, and not otherwise.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Change;
use crate::error::{Code, Error};

/// What a rehearsal of a write came to. The write itself is held against it before anything of it is kept.
#[derive(Clone)]
pub struct ExpectedEffect {
    /// The print of the rehearsal.
    pub fingerprint: Vec<u8>,
    /// Takes the print of a dry run's answer, which was made between two instants.
    pub fingerprint_of: fn(&Value, Timestamp, Timestamp) -> Vec<u8>,
}

impl ExpectedEffect {
    /// Refuses a result, with what it changes, that is not what was agreed to.
    pub fn verify(&self, mut result: Value, changes: &[Change], now: Timestamp) -> Result<(), Error> {
        if let Some(fields) = result.as_object_mut() {
            fields.insert("changes".to_owned(), json!(changes));
        }
        match (self.fingerprint_of)(&result, now, now) == self.fingerprint {
            true => Ok(()),
            false => Err(Error::new(Code::Stale, "Something has changed since this was looked at, so it was not done. Look at it again.")),
        }
    }
}
