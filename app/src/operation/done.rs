//! The answer of a write.

use std::ops::Deref;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::id::ActionId;

/// The answer of a write: the result itself, with what the call did beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Done<T> {
    /// What was made or changed.
    #[serde(flatten)]
    pub result: T,
    /// The recorded action behind this answer; absent after a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<ActionId>,
    /// True when nothing was kept because the caller asked for a dry run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// After a dry run: what would have changed, record by record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What a careful person would want to know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What happened to one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Change {
    /// What kind of record: `client`, `time_entry`, `invoice` and so on.
    pub kind: String,
    /// Its id.
    pub record: Uuid,
    /// The record before; absent when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<serde_json::Value>,
    /// The record after; absent when it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<serde_json::Value>,
}

impl<T> Deref for Done<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.result
    }
}
