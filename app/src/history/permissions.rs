//! Decides who may undo which action.
//!
//! An undo needs the permission of the operation at the time of the undo, not at the time of the action. A former manager who is a
//! member now can no longer undo what they did to clients and to the time of others.

use uuid::Uuid;

use super::{
    list::UNDO,
    obstacles::Obstacles,
    store::{self, restore::CurrentMember},
    undo::LOOKED_AT,
    visibility::Visibility,
};
use crate::{
    access::{Permission, Role, RoleVisibility},
    error::{Code, Error},
    operation::{Call, Change, authorize, registry},
};

/// The action, if the caller may undo it: their own or, if they lead the work, that of another; with the permission of its
/// operation. An agent undoes only its own actions.
pub async fn authorize_action(cx: &mut Call, id: Uuid) -> Result<store::DoneAction, Error> {
    let done = store::done(&mut cx.db, id).await?.ok_or_else(not_found)?;
    let own = match &cx.caller.token {
        Some(token) => done.token_id == Some(token.id.0),
        None => done.member_id == Some(cx.membership()?.member.0),
    };
    if !own && (cx.caller.token.is_some() || !cx.may(Permission::EveryonesTime)) {
        return Err(not_found());
    }
    // The undo of an undo repeats the first operation, however many undos lie between.
    authorize_operation(cx, &done.origin)?;
    match done.undoing {
        Some(undoing) => {
            let by = UndoneBy { undoing, name: done.undone_by.as_deref(), member: done.undone_by_member, token: done.undone_with };
            let kept = Obstacles::of(cx, &[undoing], LOOKED_AT).await?.refusal(undoing, UNDO);
            Err(already_undone_error(&Visibility::of(cx)?, &by, kept.as_ref()))
        }
        None => Ok(done),
    }
}

/// Refuses to undo an operation that the caller may not call, or that no longer exists.
pub fn authorize_operation(cx: &Call, operation: &str) -> Result<(), Error> {
    match registry::find(operation) {
        Some(known) => authorize(&cx.caller, known.declaration, cx.dry_run),
        None => Err(Error::invalid("action", format!("{operation} cannot be undone: it is not done any more."))),
    }
}

/// The undo that already undid an action.
pub struct UndoneBy<'a> {
    /// The action of the undo.
    pub undoing: Uuid,
    /// The name of the member who did it.
    pub name: Option<&'a str>,
    /// Their id.
    pub member: Option<Uuid>,
    /// The token with which they did it.
    pub token: Option<Uuid>,
}

/// The refusal of a second undo. It names a member only to callers who may see them, and hints at undoing the undo only where the caller
/// may do that. `kept` is why that undo cannot be undone as things stand, and says what to do first.
pub fn already_undone_error(visibility: &Visibility, by: &UndoneBy<'_>, kept: Option<&Error>) -> Error {
    let who = by.name.filter(|_| visibility.see(by.member)).unwrap_or("Somebody");
    let error = Error::new(Code::Stale, format!("{who} took this back already."));
    match kept {
        _ if !visibility.may_undo(by.token, by.member) => error,
        None => error.hint(format!("To have it again, undo {}: every undo is an action of its own.", by.undoing)),
        Some(kept) => {
            let first = kept.hint.as_ref().unwrap_or(&kept.message);
            error.hint(format!("Undoing {} would bring it back, but not as things stand. {first}", by.undoing))
        }
    }
}

/// The refusal to restore time of others that the caller may no longer see.
pub fn out_of_sight() -> Error {
    Error::new(Code::NotFound, "It changed time of others, which you do not see any more.").hint("Ask who leads the work to take it back.")
}

/// Refuses to restore records that the caller could not write by hand; time of others that they may not see is `not_found`.
pub fn authorize_records(cx: &Call, changes: &[Change]) -> Result<(), Error> {
    let own = cx.membership()?.member.to_string();
    for change in changes {
        let needs = needs(&change.kind);
        if !cx.may(needs) {
            return Err(Error::lacks_permission(needs, needs.verb()));
        }
        let mut images = [&change.before, &change.after].into_iter().flatten();
        let of_others = change.kind == "time_entry" && images.any(|image| image["member_id"] != own.as_str());
        if of_others && !cx.may(Permission::EveryonesTime) {
            return Err(out_of_sight());
        }
    }
    Ok(())
}

/// The refusal to restore time on a closed project.
pub fn closed_project_error(closed: &store::obstacle::ClosedProject) -> Error {
    if !closed.archived {
        return Error::new(Code::NotFound, NOT_ON_IT).hint(PUT_ON_IT);
    }
    Error::invalid("action", archived(&closed.project)).hint(RESTORE_HINT)
}

/// The same reason for a later change, as the end of a sentence: why its time cannot be restored either, and what to do about it.
pub fn closed_project_reason(closed: &store::obstacle::ClosedProject) -> String {
    match closed.archived {
        true => format!("{} or its client is archived. {RESTORE_HINT}", closed.project),
        false => format!("you are not on the project any more that it would put time on. {PUT_ON_IT}"),
    }
}

/// The hint for a project that is archived, or whose client is.
const RESTORE_HINT: &str = "restore_project and restore_client restore it.";

/// The hint for a caller who is not on the project.
const PUT_ON_IT: &str = "Ask whoever leads the work to put you on it.";

/// The reason for time on a project from which the caller was removed; it does not name the project.
const NOT_ON_IT: &str = "You are not on the project any more that this would put time on, so it cannot be undone.";

/// The reason for time on a project that is archived now.
fn archived(project: &str) -> String {
    format!("{project} or its client is archived, so no time comes back onto it. Restore it first; then this can be undone.")
}

/// The permission to write a record of this kind.
fn needs(kind: &str) -> Permission {
    match kind {
        "time_entry" => Permission::TrackTime,
        "invoice" | "invoice_line" | "payment" => Permission::WriteMoney,
        _ => Permission::WriteWork,
    }
}

/// The reason why the timer of a member who could not stop it does not run again.
pub fn timer_of_nobody(member: &str) -> String {
    format!("{member} has left or tracks no time any more, so nobody could stop a timer of theirs, and it does not run again.")
}

/// Whether a member can hold a project assignment, a client grant or a running timer: members who track time have assignments and a
/// timer, and viewers have client grants.
pub fn may_hold(member: &CurrentMember, kind: &str) -> bool {
    let Some(role) = member.role.parse::<Role>().ok().filter(|_| member.present) else { return false };
    match kind {
        "client_grant" => role.visibility() == RoleVisibility::GrantedClients,
        _ => role.may(Permission::TrackTime),
    }
}

/// The newest action of this credential: what `last` refers to.
pub async fn find_last(cx: &mut Call) -> Result<Uuid, Error> {
    let (member, token) = (cx.membership()?.member.0, cx.caller.token.as_ref().map(|token| token.id.0));
    // An idempotent operation that changed no record did nothing; one that is not idempotent, such as a mail, had an effect elsewhere.
    let reaching = registry::all().iter().map(|operation| operation.declaration);
    let reaching = reaching.filter(|declaration| declaration.is_destructive() && !declaration.idempotent);
    let reaching: Vec<String> = reaching.map(|declaration| declaration.name.to_owned()).collect();
    store::last(&mut cx.db, member, token, &reaching).await?.ok_or_else(|| {
        Error::new(Code::NotFound, "Nothing that this credential did is left to undo.").hint("list_actions shows what was done.")
    })
}

fn not_found() -> Error {
    Error::new(Code::NotFound, "There is no such action of yours.")
        .hint("Give the id that stood in `action` of the write's answer, or \"last\". list_actions shows them.")
}
