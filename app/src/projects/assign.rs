//! Putting members on a project and taking them off.

use uuid::Uuid;

use super::{
    record, store,
    team::{Team, Teammate},
};
use crate::{
    access::{Permission, Role},
    error::{Code, Error},
    id::{MemberId, ProjectId},
    operation::Call,
    people,
};

/// Puts members on a project.
pub async fn assign(cx: &mut Call, project: &str, given: &[String]) -> Result<Team, Error> {
    let (project, name) = of(cx, project).await?;
    for member in members(cx, given, true).await? {
        store::insert_member(&mut cx.db, project, member).await?;
    }
    team(cx, project, name).await
}

/// Takes members off a project.
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
        return Err(Error::invalid("members", "Nobody is named. Give at least one member; list_members shows them."));
    }
    let mut members = Vec::new();
    for member in given {
        let found = people::record::find(cx, member).await.map_err(|error| named(error, member))?;
        if present && found.removed_at.is_some() {
            let message = format!("{} has left the organization. Invite them to bring them back.", found.name);
            return Err(Error::new(Code::Conflict, message));
        }
        if present && Role::named(&found.role).is_some_and(|role| !role.may(Permission::TrackTime)) {
            let message =
                format!("{} is a viewer: they track no time and see the clients granted to them. Change their role first.", found.name);
            return Err(Error::new(Code::Conflict, message));
        }
        members.push(found.id);
    }
    Ok(members)
}

/// A refusal of one of several members names the argument that it stands in.
fn named(error: Error, member: &str) -> Error {
    match error.code {
        Code::Invalid => Error { fields: [("members".to_owned(), error.message.clone())].into(), ..error },
        Code::NotFound => Error::new(
            Code::NotFound,
            format!("There is no member \"{}\". Check the id or the name; list_members shows them.", crate::text::excerpt(member)),
        ),
        _ => error,
    }
}

async fn team(cx: &mut Call, project: ProjectId, name: String) -> Result<Team, Error> {
    let rows = store::members(&mut cx.db, project).await?;
    let members = rows.into_iter().map(|(id, name)| Teammate { id: MemberId(id), name }).collect();
    Ok(Team { project, name, members })
}
