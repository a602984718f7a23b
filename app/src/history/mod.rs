//! The history of actions, and their undo.

#[cfg(feature = "ssr")]
mod alternatives;
#[cfg(feature = "ssr")]
mod conflict_errors;
#[cfg(feature = "ssr")]
pub(crate) mod descriptions;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
mod obstacles;
#[cfg(feature = "ssr")]
mod permissions;
#[cfg(feature = "ssr")]
mod restore_plan;
#[cfg(feature = "ssr")]
pub(crate) mod store;
#[cfg(all(test, feature = "ssr"))]
mod tests;
#[cfg(feature = "ssr")]
pub(crate) mod undo;
#[cfg(feature = "ssr")]
mod visibility;

use domain::{day::OffsetDateTime, id::ActionId};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::Error,
    page::{Page, PageRequest},
    summary::MemberSummary,
};

/// An action that was taken back.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Undone {
    /// The action that was taken back. Taking it back is an action of its own, which can be undone in its turn.
    #[label("Undone")]
    pub undone: ActionId,
    /// The operation that had been called.
    #[label("Operation")]
    pub operation: String,
    /// What it had done, in words.
    #[label("Told")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// The records that it had changed or deleted: they are as they were before it. Each stands once.
    #[label("Restored")]
    pub restored: Vec<Restored>,
    /// The records that it had made: they are not there any more.
    #[label("Removed")]
    pub removed: Vec<Restored>,
}

/// A record that an action touched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Restored {
    /// What kind of record: `client`, `project`, `project_member` (a member of a project), `client_grant` (a viewer's access to a client), `budget`, `invoice`, `invoice_line` or `time_entry`.
    pub kind: String,
    /// Its id.
    pub record: Uuid,
    /// What people know it by: its name, number or description, else its day; absent where it has none of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A write that was done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Action {
    /// Its id, which undo_action takes.
    pub id: ActionId,
    /// When it was done.
    pub at: OffsetDateTime,
    /// The operation, such as `create_time_entry`.
    pub operation: String,
    /// What was done, in words: "Invoice 2026-0001 for Acme sent"; absent where the caller does not see all that it touched, or may not do
    /// it themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<String>,
    /// Who is responsible: the person at the page, or the owner of the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberSummary>,
    /// The name of the token it was done with; absent at the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// The first three records that it made, changed or deleted.
    pub records: Vec<Restored>,
    /// How many more it touched; absent where these are all. undo_action with dry_run names more of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_records: Option<i64>,
    /// Whether undo_action would take it back as things stand.
    pub undoable: bool,
    /// Why not, and what to do instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// The action that it took back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<ActionId>,
    /// The action that took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ActionId>,
}

/// What was done, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Actions {
    /// The page of the list.
    #[serde(flatten)]
    pub page: Page<Action>,
    /// There are more than so many on all pages, when `with_total` was asked for: no more are counted, and `total` is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_than: Option<i64>,
}

/// List what was done, the newest first: each write in words (`told`) and with the first three records it touched, and whether it can be undone, or why not.
///
/// What your own token did; for a person at the page, what they and their agents did, and for who leads the work everybody's. undo_action with dry_run names more records of one. Example: {"limit": 5}.
#[operation(read, idempotent, everyday, needs = Belong, scope = None, title = "List actions")]
pub async fn list_actions(
    cx: &mut Call,
    /// Id, name or me.
    #[server(default)]
    member: Option<String>,
    #[flatten] page: PageRequest,
) -> Result<Actions, Error> {
    list::list(cx, member, page).await
}

/// Undo a write: what it changed or deleted becomes what it was before (`restored`), and what it made goes away (`removed`).
///
/// "last" is the newest action of this credential that changed something, is no undo and not undone, in a new conversation too; `told` says what it was. Twice goes two back. All or nothing. Refused: (stale) changed since, by whom, with the later action's id; (in_use) another record needs it; (locked) its time is invoiced or its day closed; (invalid) what is not taken back, such as a sent invoice, a stopped mail or settings. You undo what you did and may still do, a manager also what others did, an agent only its own. Example: {"action": "last"}.
#[operation(write, everyday, needs = Belong, scope = None, title = "Undo an action")]
pub async fn undo_action(
    cx: &mut Call,
    /// The `action` of a write's answer, or "last".
    action: String,
) -> Result<Undone, Error> {
    undo::undo(cx, &action).await
}
