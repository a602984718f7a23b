//! Changes the role of members and removes them.
//!
//! Every change holds the lock on the organization, so the caller sees the current members, themselves included. A database trigger
//! additionally ensures that an organization always has an owner.

use domain::id::{MemberId, UserId};

use super::{
    Member, RemovedMember, client_grants, record, revoke_invitations,
    store::{
        client_grant,
        invitation::KeptInvitations,
        member::{self, MemberRow},
    },
};
use crate::{
    access::{Permission, Role},
    database::OnConstraint,
    error::{Code, Error},
    operation::{Call, registry},
    security::{
        EventKind,
        event::{RequestOrigin, record_event},
    },
};

/// Changes the role of a member.
pub async fn change_role(cx: &mut Call, given: &str, role: Role) -> Result<Member, Error> {
    let own = lock_as_manager(cx).await?;
    let found = find_active(cx, given).await?;
    refuse_above(own, role_of(&found)?)?;
    refuse_role(own, role)?;
    member::set_role(&mut cx.db, found.id, role).await.on_constraint(OWNER, || only_owner(&found.name))?;
    take_back_invitations(cx, &found, Some(role)).await?;
    client_grants::apply_role_change(cx, &found, role).await?;
    record::get(cx, &found.id.to_string()).await
}

/// Removes a member.
pub async fn remove(cx: &mut Call, given: &str) -> Result<RemovedMember, Error> {
    let own = lock_as_manager(cx).await?;
    let found = find_active(cx, given).await?;
    refuse_above(own, role_of(&found)?)?;
    end_membership(cx, found).await
}

/// Removes the caller from the organization.
pub async fn leave(cx: &mut Call) -> Result<RemovedMember, Error> {
    member::lock_organization(&mut cx.db).await?;
    let own = find_active(cx, "me").await?;
    end_membership(cx, own).await
}

/// The constraint trigger that keeps an owner in every organization.
const OWNER: &str = "organization_owner";

/// Removes a member of the caller's organization with everything that depends on the membership: timer, tokens, open invitations, project
/// assignments and client grants. Their time entries stay.
pub(super) async fn end_membership(cx: &mut Call, found: MemberRow) -> Result<RemovedMember, Error> {
    let now = cx.now;
    let stopped_timer = registry::stop_timer_of(cx, found.id).await?;
    member::remove(&mut cx.db, found.id, now).await.on_constraint(OWNER, || only_owner(&found.name))?;
    let revoked_tokens = revoke_tokens(cx, &found).await?;
    take_back_invitations(cx, &found, None).await?;
    member::leave_projects(&mut cx.db, found.id).await?;
    client_grant::retain(&mut cx.db, found.id, &[]).await?;
    Ok(RemovedMember { id: MemberId(found.id), name: found.name, stopped_timer, revoked_tokens })
}

/// Revokes the tokens of a removed member and records it as a security event of theirs, without the address of whoever removed them.
async fn revoke_tokens(cx: &mut Call, found: &MemberRow) -> Result<i64, Error> {
    let (now, membership) = (cx.now, cx.membership()?);
    let about = format!("all tokens in {}, with the membership", membership.name);
    let from = if membership.member.0 == found.id { RequestOrigin::of(&cx.caller) } else { RequestOrigin::default() };
    let revoked = member::revoke_tokens(&mut cx.db, found.id, now).await?;
    if revoked > 0
        && let Some(person) = member::person_of(&mut cx.db, found.id).await?
    {
        record_event(&mut cx.db, UserId(person), EventKind::TokenRevoked, now, &from, &about).await?;
    }
    Ok(revoked)
}

/// Revokes the open invitations of a member that their role no longer covers, or all of them without a role: they would give, or restore,
/// more than the member may give.
async fn take_back_invitations(cx: &mut Call, found: &MemberRow, role: Option<Role>) -> Result<(), Error> {
    let covered = Role::ALL.iter().filter(|given| role.is_some_and(|role| role.covers(**given)));
    let spared = KeptInvitations { roles: covered.map(|given| given.name().to_owned()).collect(), ..KeptInvitations::default() };
    let now = cx.now;
    let taken_back = revoke_invitations::revoke_open(&mut cx.db, &[found.id], &spared, now).await?;
    match taken_back.len() {
        0 => {}
        1 => cx.warn(format!("An open invitation by {} was taken back.", found.name)),
        several => cx.warn(format!("{several} open invitations by {} were taken back.", found.name)),
    }
    Ok(())
}

/// Locks the organization and returns the caller's current role: they may have been demoted while this call waited.
pub async fn lock_as_manager(cx: &mut Call) -> Result<Role, Error> {
    member::lock_organization(&mut cx.db).await?;
    let own = role_of(&find_active(cx, "me").await?)?;
    match own.may(Permission::ManagePeople) {
        true => Ok(own),
        false => Err(Error::forbidden(Permission::ManagePeople.verb())),
    }
}

/// Refuses to give a role above the caller's own.
pub fn refuse_role(own: Role, role: Role) -> Result<(), Error> {
    match own.covers(role) {
        true => Ok(()),
        false => Err(Error::new(
            Code::Forbidden,
            format!("The role {} is above your own, {}. Ask an owner to give it.", role.name(), own.name()),
        )),
    }
}

/// Refuses to change a member whose role is above the caller's own.
pub fn refuse_above(own: Role, theirs: Role) -> Result<(), Error> {
    match own.covers(theirs) {
        true => Ok(()),
        false => Err(Error::new(
            Code::Forbidden,
            format!("Their role, {}, is above your own, {}. Ask an owner to change it.", theirs.name(), own.name()),
        )),
    }
}

/// Resolves a reference to a member who was not removed.
pub async fn find_active(cx: &mut Call, given: &str) -> Result<MemberRow, Error> {
    let found = record::find(cx, given).await?;
    match found.removed_at {
        None => Ok(found),
        Some(_) => Err(Error::new(Code::Conflict, format!("{} has left already. Invite them to bring them back.", found.name))),
    }
}

/// The role of a stored member.
pub fn role_of(row: &MemberRow) -> Result<Role, Error> {
    Ok(row.role.parse()?)
}

fn only_owner(name: &str) -> Error {
    Error::new(Code::Conflict, format!("{name} is the only owner, and an organization always has one. Make somebody else an owner first."))
}
