//! The operations by title, for the filter of the audit page. Programs have them from the descriptions of their channels.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// An operation by its name and its title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationTitle {
    /// The name, such as `record_payment`.
    pub name: String,
    /// The title, such as `Record a payment`.
    pub title: String,
}

/// The operations that the log can name, by title.
#[server(name = ListOperationTitles, prefix = "/call", endpoint = "operation_titles", input = server_fn::codec::GetUrl)]
pub async fn list_operation_titles() -> Result<Vec<OperationTitle>, Error> {
    crate::context::Caller::current()?.person()?;
    Ok(super::log::operation_titles())
}
