//! SQL of the assistant. A conversation is found only by its own member, and messages and cards only through it.

pub mod card;
pub mod conversation;
pub mod message;
pub mod usage;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::Error;

/// Serializes a value for a JSON column.
fn json(value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_value(value).map_err(|_| Error::internal())
}

/// Deserializes the value of a JSON column.
fn read<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    serde_json::from_value(value).map_err(|problem| {
        tracing::error!(%problem, "a column of JSON cannot be read");
        Error::internal()
    })
}
