//! Taking an action back from the images that the database kept before and after it.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use uuid::Uuid;

use super::{
    Restored, Undone, instead,
    obstacles::{self, Obstacles},
    right,
    store::{self, OpenChange, obstacle::Held},
    told,
    visibility::known_as,
    way,
};
use crate::{
    access::Seen,
    budgets::watch::{Limit, Watch},
    clients,
    database::{Db, folding},
    error::{Code, Error},
    id::ActionId,
    money::Currency,
    operation::{Call, Change, store as pipeline},
    organizations,
    projects::sight::Sight,
    reference,
    time::{several::ENTRIES_MAX, store::terms::lock_member},
};

/// The most records of one action that are put back. The images of more are not read either.
pub const CHANGES_MAX: usize = 499;

/// The same where the database counts them.
const ALL: i64 = CHANGES_MAX as i64;

/// How many changes of an action are looked at to tell whether its undo is worth offering: all of a call that takes several entries.
pub const LOOKED_AT: i64 = ENTRIES_MAX as i64;

/// How long a try waits for each of what others hold: whoever is refused waits for what they are told beside that.
const TRY_WAIT: Duration = Duration::from_millis(300);

/// Takes an action back. Where the last one cannot be, the refusal names one that can.
pub async fn undo(cx: &mut Call, action: &str) -> Result<Undone, Error> {
    if !instead::is_last(action) {
        return undone(cx, reference::id(action)).await;
    }
    let last = right::last(cx).await?;
    cx.db.savepoint().await?;
    match undone(cx, last).await {
        Err(error) => {
            // What was put back before it was refused is as it was again, so that what is told is of what stands.
            cx.db.roll_back_to_savepoint().await?;
            Err(instead::of_last(cx, last, error).await)
        }
        undone => undone,
    }
}

/// Whether this action can be taken back as things stand, which is found out by trying it. What was done since the savepoint is
/// rolled back, the bound on waiting with it.
///
/// # Errors
/// `unavailable` when it could not be found out, such as while somebody else holds one of its records.
pub async fn is_open(cx: &mut Call, action: Uuid) -> Result<bool, Error> {
    cx.db.limit_waiting(TRY_WAIT).await?;
    let undone = undone(cx, action).await;
    cx.db.roll_back_to_savepoint().await?;
    cx.undoes = None;
    match undone {
        Err(error) if error.code == Code::Unavailable => Err(error),
        undone => Ok(undone.is_ok()),
    }
}

async fn undone(cx: &mut Call, action: Uuid) -> Result<Undone, Error> {
    let done = right::to_action(cx, action).await?;
    let changes = Change::stored(pipeline::changes(&mut cx.db, ActionId(done.id)).await?);
    let kinds = store::kinds(&mut cx.db).await?;
    if let Some(why) = stands(&changes, &kinds) {
        return Err(never(cx, &done.operation, &why));
    }
    right::to_records(cx, &changes)?;
    hold(cx, &changes, &kinds).await?;
    refuse_known(cx, &done, &changes).await?;
    let days = way::days(&changes);
    keep_currencies(cx, &changes).await?;
    let sight = Sight::of(cx)?;
    let told = in_words(cx, done.id, &sight).await?;
    let budgets = Watch::over(cx, &days).await?;
    let touched = restore(cx, &done, way::back(&changes, &kinds)).await?;
    budgets.settle(cx, &sight, Limit::Held).await?;
    cx.undoes = Some(ActionId(done.id));
    let (restored, removed) = touched.into_iter().partition(|record| !way::was_made(&changes, record.record));
    Ok(Undone { undone: ActionId(done.id), operation: done.operation, told, restored, removed })
}

/// What the list of actions says of one stands before all else: that looks at its first changes, and behind them stands what it does
/// not see.
async fn refuse_known(cx: &mut Call, done: &store::Done, changes: &[Change]) -> Result<(), Error> {
    let all = (changes.len() > LOOKED_AT as usize).then_some(ALL);
    for most in std::iter::once(LOOKED_AT).chain(all) {
        if let Some(refusal) = Obstacles::of(cx, &[done.id], most).await?.refusal(done.id, &done.operation) {
            return Err(refusal);
        }
    }
    Ok(())
}

/// What an action did, in words, unless it was to time on a project whose name is not there for the caller.
async fn in_words(cx: &mut Call, action: Uuid, sight: &Sight) -> Result<Option<String>, Error> {
    if sight.seen != Seen::Everything && !store::told::elsewhere(&mut cx.db, &[action], sight.member).await?.is_empty() {
        return Ok(None);
    }
    Ok(told::told(&mut cx.db, &[action], sight.money).await?.remove(&action))
}

/// Holds what is put back, in the order in which every writer takes its locks: the organization, members whose timer runs on,
/// then the records, kind by kind. What the budgets of its time are is held after it, by [`Watch::over`].
async fn hold(cx: &mut Call, changes: &[Change], kinds: &[String]) -> Result<(), Error> {
    // A client that gets another currency is changed as it is by hand: while nobody writes an amount.
    match changes.iter().any(|change| way::other_currency(change).is_some()) {
        true => organizations::store::lock(&mut cx.db).await?,
        false => organizations::store::keep(&mut cx.db).await?,
    }
    for member in way::timed(changes) {
        lock_member(&mut cx.db, member).await?;
    }
    for kind in kinds {
        let records: Vec<Uuid> = changes.iter().filter(|change| change.kind == *kind).map(|change| change.record).collect();
        if !records.is_empty() {
            store::back::hold(&mut cx.db, kind, &records).await?;
        }
    }
    Ok(())
}

/// Puts the records back, one after the other; which they are, each once.
async fn restore(cx: &mut Call, done: &store::Done, changes: Vec<&Change>) -> Result<Vec<Restored>, Error> {
    let lapsed = lapsed(cx, &changes).await?;
    let (money, mut restored) = (Sight::of(cx)?.money, Vec::with_capacity(changes.len()));
    for change in changes {
        if lapsed.contains(&change.record) {
            continue;
        }
        if change.before.is_none()
            && let Some(other) = store::back::goes_along(&mut cx.db, change).await?
        {
            let held = Held { action: done.id, made: change.kind.clone(), name: None, other, other_name: None, by: None };
            return Err(obstacles::in_use(cx, &done.operation, &held).await?);
        }
        if !store::back::restore(&mut cx.db, change).await? {
            return Err(obstacles::overtaken(cx, done.id, &done.operation, &change.kind).await?);
        }
        let image = change.before.as_ref().or(change.after.as_ref());
        let name = image.and_then(|image| known_as(&change.kind, image, money));
        // What turned back step by step is told by how it stands in the end.
        restored.retain(|other: &Restored| other.record != change.record);
        restored.push(Restored { kind: change.kind.clone(), record: change.record, name });
    }
    // Images hold no keys of names.
    let organization = cx.db.organization();
    folding::fold(cx.db.connection(), organization).await?;
    if restored.is_empty() {
        let message = format!("Whom this would put back does not belong there any more, so {} cannot be undone.", done.operation);
        return Err(Error::new(Code::Conflict, message));
    }
    Ok(restored)
}

/// The places on projects and the grants that do not come back, since whose they were has left or is something else by now:
/// they would have lost them.
async fn lapsed(cx: &mut Call, changes: &[&Change]) -> Result<Vec<Uuid>, Error> {
    let places: Vec<_> = changes.iter().filter_map(|change| way::comes_back(change)).collect();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let members: Vec<Uuid> = places.iter().map(|place| place.member).collect();
    let known = store::back::standings(&mut cx.db, &members).await?;
    let mut lapsed = Vec::new();
    for place in places {
        let Some(member) = known.iter().find(|member| member.id == place.member) else { continue };
        if !right::keeps(member, place.kind) {
            let stays = match place.kind {
                "client_grant" => "does not see the client again",
                _ => "is not put back on the project",
            };
            cx.warn(format!("{} has left or is something else by now, and {stays}.", member.name));
            lapsed.push(place.record);
        }
    }
    Ok(lapsed)
}

/// Those of these actions whose undo is worth offering: what they did may be put back, and nobody has done that yet.
pub async fn open_among(db: &mut Db, actions: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    let standing = standing_of(db, actions).await?;
    let mut open: HashSet<Uuid> = standing.into_iter().filter(|(_, why_not)| why_not.is_none()).map(|(action, _)| action).collect();
    for closed in store::obstacle::closed(db, actions, None, LOOKED_AT).await? {
        open.remove(&closed.action);
    }
    for gone in store::gone::gone(db, actions, LOOKED_AT).await? {
        open.remove(&gone.action);
    }
    for taken in obstacles::taken(db, actions, LOOKED_AT).await? {
        open.remove(&taken.action);
    }
    for other in store::currency::other(db, actions, LOOKED_AT).await? {
        open.remove(&other.action);
    }
    for action in obstacles::with_timers_that_stay(db, actions, LOOKED_AT).await? {
        open.remove(&action);
    }
    Ok(open)
}

/// Why what each of these actions did is never put back, or nothing when it may be. Those that somebody took back are left out.
pub async fn standing_of(db: &mut Db, actions: &[Uuid]) -> Result<HashMap<Uuid, Option<String>>, Error> {
    if actions.is_empty() {
        return Ok(HashMap::new());
    }
    let mut done: HashMap<Uuid, Vec<Change>> = HashMap::new();
    for OpenChange { action, kind, record, before, after } in store::open_changes(db, actions).await? {
        done.entry(action).or_default().push(Change::unpriced(kind, record, before, after));
    }
    let kinds = store::kinds(db).await?;
    Ok(done.into_iter().map(|(action, changes)| (action, stands(&changes, &kinds))).collect())
}

/// What is said of an action that changed nothing.
pub const UNCHANGED: &str = "it changed no record that can be put back.";

/// Why what an action did is never put back; nothing when it may be.
pub fn stands(changes: &[Change], kinds: &[String]) -> Option<String> {
    if changes.is_empty() {
        return Some(UNCHANGED.to_owned());
    }
    if changes.len() > CHANGES_MAX {
        return Some("it changed too many records at once.".to_owned());
    }
    changes.iter().find_map(|change| match change.kind.as_str() {
        kind if !kinds.iter().any(|known| known == kind) => Some(stays(kind)),
        "invoice" if way::leaves_the_house(change) => Some(
            "an invoice that was sent stays as it is. Where it is not void yet, a person can void it while nothing is paid on it."
                .to_owned(),
        ),
        _ => None,
    })
}

/// What is said of a kind that is not put back, with what to do instead.
fn stays(kind: &str) -> String {
    match kind {
        "organization" => {
            "settings of the organization are not put back. Change them by hand; the audit log shows what they were.".to_owned()
        }
        "access_token" => "a token is not put back. Revoke it, or make another.".to_owned(),
        "member" | "invitation" => "who belongs to the organization, and as what, is not put back. Change it among the people.".to_owned(),
        other => format!("a {} is not put back.", words(other)),
    }
}

/// Why a call of `operation` is never taken back, with what undoes by hand what it did.
pub fn never(cx: &Call, operation: &str, why: &str) -> Error {
    let error = Error::invalid("action", format!("{operation} cannot be undone: {why}"));
    match instead::open_to(cx, operation) {
        Some(by_hand) => error.hint(by_hand),
        None => error,
    }
}

/// A kind of record as people say it.
pub fn words(kind: &str) -> String {
    match kind {
        "project_member" => "member of the project".to_owned(),
        "client_grant" => "client access".to_owned(),
        other => other.replace('_', " "),
    }
}

/// A client gets its currency back only if it could be given it by hand: what is an amount by now would be one in another.
async fn keep_currencies(cx: &mut Call, changes: &[Change]) -> Result<(), Error> {
    for change in changes {
        let Some(currency) = way::other_currency(change) else { continue };
        // One that is gone is noticed when it is put back, with who deleted it.
        if let Ok(mut client) = clients::record::find(cx, &change.record.to_string()).await {
            clients::currency::change(cx, &mut client, Currency::parse(currency)?, true).await?;
        }
    }
    Ok(())
}
