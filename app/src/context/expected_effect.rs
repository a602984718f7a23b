//! The effect that a person agreed to before a write, which is done only if it has the same effect again.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::error::{Code, Error};

/// The effect of the dry run of a write. The write is compared with it before it is committed.
#[derive(Clone)]
pub struct ExpectedEffect {
    /// The name of the operation.
    pub operation: &'static str,
    /// The fingerprint of the dry run.
    pub fingerprint: Vec<u8>,
    /// Computes the fingerprint of the answer of a dry run of this operation that ran between two instants.
    pub fingerprint_of: fn(&str, &Value, Timestamp, Timestamp) -> Vec<u8>,
}

impl ExpectedEffect {
    /// Refuses a result with its changes (`stale`) unless it has the expected fingerprint.
    pub fn verify(&self, mut result: Value, changes: &impl Serialize, now: Timestamp) -> Result<(), Error> {
        if let Some(fields) = result.as_object_mut() {
            fields.insert("changes".to_owned(), json!(changes));
        }
        match (self.fingerprint_of)(self.operation, &result, now, now) == self.fingerprint {
            true => Ok(()),
            false => Err(Error::new(Code::Stale, "Something has changed since this was looked at, so it was not done. Look at it again.")),
        }
    }
}
