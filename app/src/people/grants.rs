//! Granting clients to viewers, and what follows when somebody becomes a viewer or ceases to be one.

use uuid::Uuid;

use super::{
    Member, change, record,
    store::{grant, member},
};
use crate::{
    access::{Role, Seen},
    error::{Code, Error},
    operation::Call,
    projects::sight::Sight,
    reference,
    time::running,
};

/// Grants these clients to a viewer, and no others.
pub async fn set(cx: &mut Call, given: &str, clients: &[String]) -> Result<Member, Error> {
    let own = change::manager(cx).await?;
    let found = change::present(cx, given).await?;
    let (role, clients) = (change::of(&found)?, clients_of(cx, clients).await?);
    change::refuse_above(own, role)?;
    if !is_viewer(role) {
        let message = format!("{} is {} and not a viewer. Change their role to viewer first.", found.name, role.name());
        return Err(Error::new(Code::Conflict, message));
    }
    grant::keep(&mut cx.db, found.id, &clients).await?;
    grant::add(&mut cx.db, found.id, &clients).await?;
    if clients.is_empty() {
        sees_nothing(cx, &found.name);
    }
    record::get(cx, &found.id.to_string()).await
}

/// The clients that ids or names mean, each once. A form in which nothing is ticked says so with an empty one.
pub async fn clients_of(cx: &mut Call, given: &[String]) -> Result<Vec<Uuid>, Error> {
    let sight = Sight::of(cx)?;
    reference::clients(cx, &sight, given).await
}

/// Refuses projects for a viewer and clients for everybody else: neither would have an effect.
pub fn refuse_strange(role: Role, projects: &[Uuid], clients: &[Uuid]) -> Result<(), Error> {
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

/// What goes with a change of role. A viewer tracks no time: a timer of theirs is stopped and saved, and they are on no
/// project. Nobody else sees by grants.
pub async fn settle(cx: &mut Call, found: &member::Row, role: Role) -> Result<(), Error> {
    if !is_viewer(role) {
        return grant::keep(&mut cx.db, found.id, &[]).await;
    }
    if running::stop_of(cx, found.id).await? {
        cx.warn(format!("The timer of {} was stopped and saved: a viewer tracks no time.", found.name));
    }
    member::leave_projects(&mut cx.db, found.id).await?;
    if !is_viewer(change::of(found)?) {
        sees_nothing(cx, &found.name);
    }
    Ok(())
}

fn sees_nothing(cx: &mut Call, name: &str) {
    cx.warn(format!("{name} sees nothing until a client is granted to them."));
}

/// Whether the role sees what was granted to it.
pub fn is_viewer(role: Role) -> bool {
    role.sees() == Seen::GrantedClients
}
