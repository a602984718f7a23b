//! Client grants of viewers, and the effects of a change to or from the role of viewer.

use uuid::Uuid;

use super::{
    Member, manage_members, record,
    store::{client_grant, member},
};
use crate::{
    access::{Role, RoleVisibility},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope, registry},
    reference,
};

/// Replaces the client grants of a viewer with these clients.
pub async fn set(cx: &mut Call, given: &str, clients: &[String]) -> Result<Member, Error> {
    let own = manage_members::lock_as_manager(cx).await?;
    let found = manage_members::find_active(cx, given).await?;
    let (role, clients) = (manage_members::role_of(&found)?, resolve_clients(cx, clients).await?);
    manage_members::refuse_above(own, role)?;
    if !is_viewer(role) {
        let message = format!("{} is {} and not a viewer. Change their role to viewer first.", found.name, role.name());
        return Err(Error::new(Code::Conflict, message));
    }
    client_grant::retain(&mut cx.db, found.id, &clients).await?;
    client_grant::add(&mut cx.db, found.id, &clients).await?;
    if clients.is_empty() {
        sees_nothing(cx, &found.name);
    }
    record::get(cx, &found.id.to_string()).await
}

/// Resolves ids or names to clients, without duplicates. A form without a ticked box sends one empty value.
pub async fn resolve_clients(cx: &mut Call, given: &[String]) -> Result<Vec<Uuid>, Error> {
    let read_scope = ReadScope::of(cx)?;
    reference::clients(cx, &read_scope, given).await
}

/// Refuses projects for a viewer and clients for any other role, because they would have no effect.
pub fn refuse_mismatched_access(role: Role, projects: &[Uuid], clients: &[Uuid]) -> Result<(), Error> {
    match is_viewer(role) {
        true if !projects.is_empty() => {
            Err(Error::invalid("projects", "A viewer is on no project and sees clients instead. Leave out projects, and give clients."))
        }
        false if !clients.is_empty() => Err(Error::invalid(
            "clients",
            format!("Clients are granted to viewers, and {} is not one. Leave out clients, or choose the role viewer.", role.name()),
        )),
        _ => Ok(()),
    }
}

/// Applies the effects of a role change. A viewer tracks no time: their timer is stopped and saved, and they leave every project. Any other
/// role loses its client grants.
pub async fn apply_role_change(cx: &mut Call, found: &member::MemberRow, role: Role) -> Result<(), Error> {
    if !is_viewer(role) {
        return client_grant::retain(&mut cx.db, found.id, &[]).await;
    }
    if registry::stop_timer_of(cx, found.id).await? {
        cx.warn(format!("The timer of {} was stopped and saved: a viewer tracks no time.", found.name));
    }
    member::leave_projects(&mut cx.db, found.id).await?;
    if !is_viewer(manage_members::role_of(found)?) {
        sees_nothing(cx, &found.name);
    }
    Ok(())
}

fn sees_nothing(cx: &mut Call, name: &str) {
    cx.warn(format!("{name} sees nothing until a client is granted to them."));
}

/// Whether the role sees only granted clients.
pub fn is_viewer(role: Role) -> bool {
    role.visibility() == RoleVisibility::GrantedClients
}
