//! The members of a project: a member sees and tracks time on the projects they are on.

use domain::id::{MemberId, ProjectId};
use macros::{answer, operation};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// The people of a project after a change.
#[answer]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Team {
    /// The project.
    #[label("Project", rank = 40, always)]
    pub project: ProjectId,
    /// Its name with its client's: `Acme / Dashboard`.
    #[label("Name", rank = 20, always)]
    pub name: String,
    /// Who is on it, by name.
    #[label("Members", rank = 70)]
    pub members: Vec<Teammate>,
}

/// Somebody on a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(schemars::JsonSchema))]
pub struct Teammate {
    /// Their id.
    pub id: MemberId,
    /// Their name.
    pub name: String,
}

/// Add people to a project: from then on they see it and can track time on it. Who is on it already stays.
///
/// Owners, admins and managers see every project anyway. Example: {"project": "Acme / Dashboard", "members": ["Barbara"]}.
#[operation(write, idempotent, everyday, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Put members on a project")]
pub async fn assign_project_members(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
    /// Ids, names or me.
    members: Vec<String>,
) -> Result<Team, Error> {
    super::assign::assign(cx, &project, &members).await
}

/// Take members off a project: they no longer see it. Their time on it stays, and a timer that runs can be stopped.
#[operation(write, destructive, idempotent, needs = WriteWork, scope = WorkWrite, agent = Draft, title = "Take members off a project")]
pub async fn unassign_project_members(
    cx: &mut Call,
    /// Id, name or "Client / Project".
    project: String,
    /// Ids, names or me.
    members: Vec<String>,
) -> Result<Team, Error> {
    super::assign::unassign(cx, &project, &members).await
}
