//! Who may take what back.
//!
//! Taking back is doing: it needs the right that the operation needed, now and not when it was done. Edsger was a manager and
//! is a member by now: what he did to clients, and to the time of others, is no longer his to take back.

use uuid::Uuid;

use super::{
    store::{self, restore::CurrentMember},
    visibility::Visibility,
};
use crate::{
    access::{Permission, Role, RoleVisibility},
    error::{Code, Error},
    operation::{Call, Change, authorize},
    operations,
};

/// The action, when the caller may take it back: their own or, for who leads the work, that of another; with the right that
/// doing it took. An agent takes back only what it did itself.
pub async fn authorize_action(cx: &mut Call, id: Uuid) -> Result<store::DoneAction, Error> {
    let done = store::done(&mut cx.db, id).await?.ok_or_else(not_found)?;
    let own = match &cx.caller.token {
        Some(token) => done.token_id == Some(token.id.0),
        None => done.member_id == Some(cx.membership()?.member.0),
    };
    if !own && (cx.caller.token.is_some() || !cx.may(Permission::EveryonesTime)) {
        return Err(not_found());
    }
    // Taking an undo back does the first operation again, however many lie between them.
    authorize_operation(cx, &done.origin)?;
    match done.undoing {
        Some(undoing) => {
            let by = UndoneBy { undoing, name: done.undone_by.as_deref(), member: done.undone_by_member, token: done.undone_with };
            Err(already_undone_error(&Visibility::of(cx)?, &by))
        }
        None => Ok(done),
    }
}

/// Refuses to take back a call of what the caller may not call, or of what is not done any more.
pub fn authorize_operation(cx: &Call, operation: &str) -> Result<(), Error> {
    match operations::find(operation) {
        Some(known) => authorize(&cx.caller, known.declaration, cx.dry_run),
        None => Err(Error::invalid("action", format!("{operation} cannot be undone: it is not done any more."))),
    }
}

/// By what an action was taken back already.
pub struct UndoneBy<'a> {
    /// The action that did.
    pub undoing: Uuid,
    /// The name of who did.
    pub name: Option<&'a str>,
    /// Their id.
    pub member: Option<Uuid>,
    /// The token that they did it with.
    pub token: Option<Uuid>,
}

/// Why nothing is taken back twice. Whoever sees only those beside them is told no other name, and who may not undo that undo is not told
/// to.
pub fn already_undone_error(visibility: &Visibility, by: &UndoneBy<'_>) -> Error {
    let who = by.name.filter(|_| visibility.see(by.member)).unwrap_or("Somebody");
    let error = Error::new(Code::Stale, format!("{who} took this back already."));
    match visibility.may_undo(by.token, by.member) {
        true => error.hint(format!("To have it again, undo {}: every undo is an action of its own.", by.undoing)),
        false => error,
    }
}

/// Why time of others is not put back by who does not see it any more.
pub fn out_of_sight() -> Error {
    Error::new(Code::NotFound, "It changed time of others, which you do not see any more.").hint("Ask who leads the work to take it back.")
}

/// Refuses to put back what the caller could not write by hand. Time of others is not there for who sees only their own.
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

/// Why time does not come back onto a project.
pub fn closed_project_error(closed: &store::obstacle::ClosedProject) -> Error {
    if !closed.archived {
        return Error::new(Code::NotFound, NOT_ON_IT).hint(PUT_ON_IT);
    }
    Error::invalid("action", archived(&closed.project)).hint(RESTORE_HINT)
}

/// The same of a later change, behind what is said of that: why its time does not come back either, and what to do about it.
pub fn closed_project_reason(closed: &store::obstacle::ClosedProject) -> String {
    match closed.archived {
        true => format!("{} or its client is archived. {RESTORE_HINT}", closed.project),
        false => format!("you are not on the project any more that it would put time on. {PUT_ON_IT}"),
    }
}

/// How a project takes time again that is archived, or whose client is.
const RESTORE_HINT: &str = "restore_project and restore_client restore it.";

/// How one gets onto a project again.
const PUT_ON_IT: &str = "Ask whoever leads the work to put you on it.";

/// What is said of time on a project that one was taken off, whose name is not there any more.
const NOT_ON_IT: &str = "You are not on the project any more that this would put time on, so it cannot be undone.";

/// What is said of time on a project that is archived by now.
fn archived(project: &str) -> String {
    format!("{project} or its client is archived, so no time comes back onto it. Restore it first; then this can be undone.")
}

/// What writing a record of a kind takes.
fn needs(kind: &str) -> Permission {
    match kind {
        "time_entry" => Permission::TrackTime,
        "invoice" | "invoice_line" | "payment" => Permission::WriteMoney,
        _ => Permission::WriteWork,
    }
}

/// What is said of the timer of a member who could not stop it.
pub fn timer_of_nobody(member: &str) -> String {
    format!("{member} has left or tracks no time any more, so nobody could stop a timer of theirs, and it does not run again.")
}

/// Whether a member keeps a place on a project, the grant of a client or a running timer: who works here is on projects and has a timer,
/// and viewers have clients granted to them.
pub fn may_hold(member: &CurrentMember, kind: &str) -> bool {
    let Some(role) = Role::from_name(&member.role).filter(|_| member.present) else { return false };
    match kind {
        "client_grant" => role.visibility() == RoleVisibility::GrantedClients,
        _ => role.may(Permission::TrackTime),
    }
}

/// The newest action of this credential that can be meant.
pub async fn find_last(cx: &mut Call) -> Result<Uuid, Error> {
    let (member, token) = (cx.membership()?.member.0, cx.caller.token.as_ref().map(|token| token.id.0));
    // What is once however often it is done did nothing where it changed no record; what is not, such as a mail, reached somebody.
    let reaching = operations::all().iter().map(|operation| operation.declaration);
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
