//! What was done, and the way back from it.

pub mod button;
#[cfg(feature = "ssr")]
mod right;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub(crate) mod undo;
#[cfg(feature = "ssr")]
mod way;

use macros::operation;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{error::Error, id::ActionId};

/// An action that was taken back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Undone {
    /// The action that was taken back. Taking it back is an action of its own, which can be undone in its turn.
    pub undone: ActionId,
    /// The operation that had been called.
    pub operation: String,
    /// The records that are as they were before it.
    pub restored: Vec<Restored>,
}

/// A record that is as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Restored {
    /// What kind of record: `client`, `project`, `project_member` (a place on a project), `client_grant` (a client granted to a viewer), `budget`, `invoice`, `invoice_line` or `time_entry`.
    pub kind: String,
    /// Its id.
    pub record: Uuid,
}

/// Undo a write: every record that it made, changed or deleted becomes what it was before.
///
/// For time entries and timers, clients and who was granted them, projects and who is on them, budgets and invoice drafts. All of it or nothing: refused (stale) when one of the records was changed since, naming by whom; refused (in_use) when something was added to a record that would go away with it; refused (locked) when the time is invoiced by now or its day is closed; refused (invalid) for what cannot be taken back, such as a sent invoice or settings. You can undo what you did yourself, and as a manager what others did, while you may still do it; an agent only what it did itself. Example: {"action": "0198c0de-0000-7000-8000-000000000000"}.
#[operation(write, needs = Belong, scope = None, title = "Undo an action")]
pub async fn undo_action(
    cx: &mut Call,
    /// The action's id, as the answer of the write gave it in `action`.
    action: String,
) -> Result<Undone, Error> {
    undo::undo(cx, &action).await
}
