//! Undoes an action from the before and after images of its changes.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use domain::{id::ActionId, money::Currency};
use uuid::Uuid;

use super::{
    Restored, Undone, alternatives, descriptions,
    obstacles::{self, Obstacles},
    permissions, restore_plan,
    store::{self, ChangeKind, obstacle::ReferencedRecord},
    visibility::display_name,
};
use crate::{
    access::RoleVisibility,
    budgets::guard::{BudgetGuard, HardStop},
    clients,
    database::{Db, search_keys},
    error::{Code, Error},
    operation::{CHANGES_MAX, Call, Change, read_scope::ReadScope, store as pipeline},
    organizations, reference,
    time::{entry_batch::ENTRIES_MAX, store::terms::lock_member},
};

/// [`CHANGES_MAX`] in the type of a SQL limit.
const ALL: i64 = CHANGES_MAX as i64;

/// How many changes of an action are examined to decide whether its undo is offered: all of a call that takes several entries.
pub const LOOKED_AT: i64 = ENTRIES_MAX as i64;

/// Lock timeout of each statement of a trial undo: the caller whose own undo was refused waits for the trial's result.
const TRY_WAIT: Duration = Duration::from_millis(300);

/// Undoes an action. When `last` cannot be undone, the error names the newest action that can.
pub async fn undo(cx: &mut Call, action: &str) -> Result<Undone, Error> {
    if !alternatives::is_last(action) {
        return undone(cx, reference::parse_id(action)).await;
    }
    let last = permissions::find_last(cx).await?;
    cx.db.savepoint().await?;
    match undone(cx, last).await {
        Err(error) => {
            // The records restored before the refusal are rolled back, so that the error describes the stored state.
            cx.db.roll_back_to_savepoint().await?;
            Err(alternatives::with_newest_undoable(cx, last, error).await)
        }
        undone => undone,
    }
}

/// Whether this action can be undone now; runs the undo and rolls everything since the savepoint back, including the lock timeout.
///
/// # Errors
/// `unavailable` when the trial could not be completed, such as while another transaction holds a lock on one of its records.
pub async fn can_undo(cx: &mut Call, action: Uuid) -> Result<bool, Error> {
    cx.db.set_lock_timeout(TRY_WAIT).await?;
    let undone = undone(cx, action).await;
    cx.db.roll_back_to_savepoint().await?;
    cx.undoes = None;
    match undone {
        Err(error) if error.code == Code::Unavailable => Err(error),
        undone => Ok(undone.is_ok()),
    }
}

async fn undone(cx: &mut Call, action: Uuid) -> Result<Undone, Error> {
    let done = permissions::authorize_action(cx, action).await?;
    let why_not = refusals_for_good(&mut cx.db, &[done.id]).await?.remove(&done.id);
    if let Some(why) = why_not.unwrap_or_else(|| Some(UNCHANGED.to_owned())) {
        return Err(not_undoable_error(cx, &done.operation, &why));
    }
    let changes = Change::from_images(pipeline::changes(&mut cx.db, ActionId(done.id), i64::MAX).await?);
    let kinds = store::kinds(&mut cx.db).await?;
    permissions::authorize_records(cx, &changes)?;
    lock_records(cx, &changes, &kinds).await?;
    refuse_known(cx, &done, &changes).await?;
    let days = restore_plan::touched_days(&changes);
    keep_currencies(cx, &changes).await?;
    let read_scope = ReadScope::of(cx)?;
    let told = in_words(cx, done.id, &read_scope).await?;
    let budget_guard = BudgetGuard::lock(cx, &days).await?;
    let touched = restore(cx, &done, restore_plan::restore_order(&changes, &kinds)).await?;
    budget_guard.finish(cx, &read_scope, HardStop::Enforce).await?;
    cx.undoes = Some(ActionId(done.id));
    let (restored, removed) = touched.into_iter().partition(|record| !restore_plan::was_made(&changes, record.record));
    Ok(Undone { undone: ActionId(done.id), operation: done.operation, told, restored, removed })
}

/// Refuses because of a known obstacle. The first changes, which the list of actions examines, are checked before all changes, so that
/// the list and the undo give the same reason.
async fn refuse_known(cx: &mut Call, done: &store::DoneAction, changes: &[Change]) -> Result<(), Error> {
    let all = (changes.len() > LOOKED_AT as usize).then_some(ALL);
    for most in std::iter::once(LOOKED_AT).chain(all) {
        if let Some(refusal) = Obstacles::of(cx, &[done.id], most).await?.refusal(done.id, &done.operation) {
            return Err(refusal);
        }
    }
    Ok(())
}

/// The description of an action; none when it changed time on a project that the caller may not see.
pub async fn in_words(cx: &mut Call, action: Uuid, read_scope: &ReadScope) -> Result<Option<String>, Error> {
    if read_scope.seen != RoleVisibility::Everything
        && !store::descriptions::elsewhere(&mut cx.db, &[action], read_scope.member).await?.is_empty()
    {
        return Ok(None);
    }
    Ok(descriptions::describe(&mut cx.db, &[action], read_scope.money).await?.remove(&action))
}

/// Locks the records to restore, in the lock order of every writer: the organization, members whose timer runs again,
/// then the records, kind by kind. The budgets of its time are locked after that, by [`BudgetGuard::lock`].
async fn lock_records(cx: &mut Call, changes: &[Change], kinds: &[String]) -> Result<(), Error> {
    // As in `update_client`, the currency of a client changes only while nobody writes an amount.
    match changes.iter().any(|change| restore_plan::restored_currency(change).is_some()) {
        true => organizations::store::lock(&mut cx.db).await?,
        false => organizations::store::lock_shared(&mut cx.db).await?,
    }
    for member in restore_plan::members_with_timers(changes) {
        lock_member(&mut cx.db, member).await?;
    }
    for kind in kinds {
        let records: Vec<Uuid> = changes.iter().filter(|change| change.kind == *kind).map(|change| change.record).collect();
        if !records.is_empty() {
            store::restore::lock(&mut cx.db, kind, &records).await?;
        }
    }
    Ok(())
}

/// Restores the records one after the other and returns each of them once.
async fn restore(cx: &mut Call, done: &store::DoneAction, changes: Vec<&Change>) -> Result<Vec<Restored>, Error> {
    let no_longer_valid = no_longer_valid(cx, &changes).await?;
    let (money, mut restored) = (ReadScope::of(cx)?.money, Vec::with_capacity(changes.len()));
    for change in changes {
        if no_longer_valid.contains(&change.record) {
            continue;
        }
        if change.before.is_none()
            && let Some(other) = store::restore::cascading_kind(&mut cx.db, change).await?
        {
            let held = ReferencedRecord { action: done.id, made: change.kind.clone(), name: None, other, other_name: None, by: None };
            return Err(obstacles::in_use(cx, &done.operation, &held).await?);
        }
        if !store::restore::restore(&mut cx.db, change).await? {
            return Err(obstacles::overtaken(cx, done.id, &done.operation, &change.kind).await?);
        }
        let image = change.before.as_ref().or(change.after.as_ref());
        let name = image.and_then(|image| display_name(&change.kind, image, money));
        // A record with several changes is listed once, in its final state.
        restored.retain(|other: &Restored| other.record != change.record);
        restored.push(Restored { kind: change.kind.clone(), record: change.record, name });
    }
    // Images contain no search keys.
    let organization = cx.db.organization();
    search_keys::fold(cx.db.connection(), organization).await?;
    if restored.is_empty() {
        let message = format!("Whom this would put back does not belong there any more, so {} cannot be undone.", done.operation);
        return Err(Error::new(Code::Conflict, message));
    }
    Ok(restored)
}

/// The project assignments and client grants that are not restored, because their member has left or has a role that
/// cannot hold them.
async fn no_longer_valid(cx: &mut Call, changes: &[&Change]) -> Result<Vec<Uuid>, Error> {
    let assignments: Vec<_> = changes.iter().filter_map(|change| restore_plan::restored_assignment(change)).collect();
    if assignments.is_empty() {
        return Ok(Vec::new());
    }
    let members: Vec<Uuid> = assignments.iter().map(|assignment| assignment.member).collect();
    let known = store::restore::current_members(&mut cx.db, &members).await?;
    let mut no_longer_valid = Vec::new();
    for assignment in assignments {
        let Some(member) = known.iter().find(|member| member.id == assignment.member) else { continue };
        if !permissions::may_hold(member, assignment.kind) {
            let stays = match assignment.kind {
                "client_grant" => "does not see the client again",
                _ => "is not put back on the project",
            };
            cx.warn(format!("{} has left or is something else by now, and {stays}.", member.name));
            no_longer_valid.push(assignment.record);
        }
    }
    Ok(no_longer_valid)
}

/// Those of these actions whose undo is offered: their changes may be restored, and nobody has undone them yet.
pub async fn undoable_among(db: &mut Db, actions: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    let refusals = refusals_for_good(db, actions).await?;
    let mut open: HashSet<Uuid> = refusals.into_iter().filter(|(_, why_not)| why_not.is_none()).map(|(action, _)| action).collect();
    let actions: Vec<Uuid> = open.iter().copied().collect();
    for action in obstacles::hindered(db, &actions).await? {
        open.remove(&action);
    }
    Ok(open)
}

/// Why each of these actions can never be undone, or nothing when it may be. Undone actions are left out.
pub async fn refusals_for_good(db: &mut Db, actions: &[Uuid]) -> Result<HashMap<Uuid, Option<String>>, Error> {
    if actions.is_empty() {
        return Ok(HashMap::new());
    }
    let mut changed: HashMap<Uuid, Vec<ChangeKind>> = HashMap::new();
    for kind in store::kinds_changed(db, actions).await? {
        changed.entry(kind.action).or_default().push(kind);
    }
    let restored = store::kinds(db).await?;
    Ok(changed.into_iter().map(|(action, kinds)| (action, not_undoable_reason(&kinds, &restored))).collect())
}

/// The reason for an action that changed nothing.
pub const UNCHANGED: &str = "it changed no record that can be put back.";

/// The reason for an action of more than [`CHANGES_MAX`] changes.
const TOO_MANY: &str = "it changed too many records at once.";

/// Why an action that changed these kinds of records can never be undone; nothing when it may be. `restored` are those that an undo restores.
fn not_undoable_reason(changed: &[ChangeKind], restored: &[String]) -> Option<String> {
    if changed.iter().any(|kind| kind.in_all > ALL) {
        return Some(TOO_MANY.to_owned());
    }
    changed.iter().find_map(|changed| match changed.kind.as_str() {
        kind if !restored.iter().any(|known| known == kind) => Some(kind_not_undoable_reason(kind)),
        _ if changed.alters_sent_invoice => Some(
            "an invoice that was sent stays as it is. Where it is not void yet, a person can void it while nothing is paid on it."
                .to_owned(),
        ),
        _ => None,
    })
}

/// The reason for a kind of record that is never restored, with what to do instead.
fn kind_not_undoable_reason(kind: &str) -> String {
    match kind {
        "organization" => {
            "settings of the organization are not put back. Change them by hand; the audit log shows what they were.".to_owned()
        }
        "access_token" => "a token is not put back. Revoke it, or make another.".to_owned(),
        "member" | "invitation" => "who belongs to the organization, and as what, is not put back. Change it among the people.".to_owned(),
        other => format!("a {} is not put back.", kind_label(other)),
    }
}

/// The refusal of an undo of `operation` that is never possible, with the operation that reverses it by hand.
pub fn not_undoable_error(cx: &Call, operation: &str, why: &str) -> Error {
    let error = Error::invalid("action", format!("{operation} cannot be undone: {why}"));
    match alternatives::manual_remedy(cx, operation) {
        Some(by_hand) => error.hint(by_hand),
        None => error,
    }
}

/// The label of a kind of record.
pub fn kind_label(kind: &str) -> String {
    match kind {
        "project_member" => "member of the project".to_owned(),
        "client_grant" => "client access".to_owned(),
        other => other.replace('_', " "),
    }
}

/// Refuses to restore a client's currency when `update_client` would refuse it: amounts in the present currency are never converted.
async fn keep_currencies(cx: &mut Call, changes: &[Change]) -> Result<(), Error> {
    for change in changes {
        let Some(currency) = restore_plan::restored_currency(change) else { continue };
        // A deleted client is reported by the restore, with who deleted it.
        if let Ok(mut client) = clients::record::find(cx, &change.record.to_string()).await {
            clients::currency::change(cx, &mut client, Currency::parse(currency)?, true).await?;
        }
    }
    Ok(())
}
