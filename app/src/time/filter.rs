//! filter.
use super::*;
#[allow(missing_docs)]
pub struct Given { pub period: Option<String>, pub from: Option<String>, pub to: Option<String>, pub client: Option<String>, pub project: Option<String>, pub member: Option<String>, pub billable: Option<bool>, pub billed: Option<bool>, pub state: Option<EntryState>, pub labour: Option<Labour>, pub source: Option<Source>, pub query: Option<String> }
