//! One call as the page of the audit log shows it: its arguments and its changes in words. Programs have them as they are stored, from
//! `get_audit_entry`.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::AuditEntry;
use crate::error::Error;

/// A call, with its arguments and its changes in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordedEntry {
    /// The call, without the arguments and the changes that stand below.
    pub entry: AuditEntry,
    /// The title of its operation.
    pub operation: String,
    /// Its arguments.
    pub arguments: Vec<WordedArgument>,
    /// What it changed, record by record.
    pub changes: Vec<WordedChange>,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordedArgument {
    /// Its name in words: `Payment terms days`.
    pub name: String,
    /// Its value: in words, or in JSON where it has parts of its own.
    pub value: String,
    /// Whether the value is JSON.
    pub is_json: bool,
}

/// The change of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordedChange {
    /// The kind of the record, its display name, and what happened to it: `invoice 2026-0001: changed`.
    pub title: String,
    /// The fields that differ.
    pub fields: Vec<ChangedField>,
}

/// A field of a record that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangedField {
    /// Its name in words: `payment terms days`.
    pub name: String,
    /// What it was; empty when there was nothing.
    pub before: String,
    /// What it is since; empty when there is nothing.
    pub after: String,
}

/// One call with everything that it changed, in words and in the time zone of the reader.
#[server(name = ShowAuditEntry, prefix = "/call", endpoint = "show_audit_entry", input = server_fn::codec::GetUrl)]
pub async fn show_audit_entry(
    /// The id of the action.
    action: String,
) -> Result<WordedEntry, Error> {
    super::wording::show(&action).await
}
