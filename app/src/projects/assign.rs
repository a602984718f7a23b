//! Assigns members to a project and removes them from it.

use domain::id::{MemberId, ProjectId};
use uuid::Uuid;

use super::{
    record, store,
    team::{Team, Teammate},
};
use crate::{
    access::{Permission, Role},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations, reference,
};

/// Assigns members to a project.
pub async fn assign(cx: &mut Call, project: &str, given: &[String]) -> Result<Team, Error> {
    // The lock keeps members from being removed from the organization until the commit.
    organizations::store::lock_shared(&mut cx.db).await?;
    let (project, name) = of(cx, project).await?;
    let members = members(cx, given, true).await?;
    store::insert_members(&mut cx.db, project, &members).await?;
    team(cx, project, name).await
}

/// Removes members from a project.
pub async fn unassign(cx: &mut Call, project: &str, given: &[String]) -> Result<Team, Error> {
    let (project, name) = of(cx, project).await?;
    let members = members(cx, given, false).await?;
    store::delete_members(&mut cx.db, project, &members).await?;
    team(cx, project, name).await
}

async fn of(cx: &mut Call, given: &str) -> Result<(ProjectId, String), Error> {
    let project = record::get(cx, given).await?;
    Ok((project.id, project.full_name()))
}

async fn members(cx: &mut Call, given: &[String], present: bool) -> Result<Vec<Uuid>, Error> {
    if given.is_empty() {
        return Err(Error::invalid("members", "Nobody is named. Give at least one member of the organization."));
    }
    let read_scope = ReadScope::of(cx)?;
    let found = reference::members(cx, "members", given, read_scope.only_teammates_of()).await?;
    for member in found.iter().filter(|_| present) {
        if member.left {
            let message = format!("{} has left the organization. Invite them to bring them back.", member.name);
            return Err(Error::new(Code::Conflict, message));
        }
        if member.role.parse().is_ok_and(|role: Role| !role.may(Permission::TrackTime)) {
            let message =
                format!("{} is a viewer: they track no time and see the clients granted to them. Change their role first.", member.name);
            return Err(Error::new(Code::Conflict, message));
        }
    }
    Ok(found.into_iter().map(|member| member.id).collect())
}

async fn team(cx: &mut Call, project: ProjectId, name: String) -> Result<Team, Error> {
    let rows = store::members(&mut cx.db, project).await?;
    let members = rows.into_iter().map(|(id, name)| Teammate { id: MemberId(id), name }).collect();
    Ok(Team { project, name, members })
}
