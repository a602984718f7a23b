//! Taking an action back from the images that the database kept before and after it.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{
    Restored, Undone, instead,
    obstacles::{self, Obstacles},
    right,
    store::{
        self, OpenChange,
        obstacle::{Held, Later},
    },
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
    time::{
        EntryState,
        ground::may_end,
        starting,
        store::{read, terms::lock_member},
    },
};

/// The most records of one action that are put back. The images of more are not read either.
pub const CHANGES_MAX: usize = 499;

/// The same where the database counts them.
const ALL: i64 = CHANGES_MAX as i64;

/// How many changes of an action are looked at to tell whether its undo is worth offering.
pub const LOOKED_AT: i64 = 20;

/// Takes an action back. Where the last one cannot be, the refusal names one that can.
pub async fn undo(cx: &mut Call, action: &str) -> Result<Undone, Error> {
    if !instead::is_last(action) {
        return undone(cx, reference::id(action)).await;
    }
    let last = right::last(cx).await?;
    store::back::mark(&mut cx.db).await?;
    match undone(cx, last).await {
        Err(error) => {
            // What was put back before it was refused is as it was again, so that what is told is of what stands.
            store::back::turn_back(&mut cx.db).await?;
            Err(instead::of_last(cx, last, error).await)
        }
        undone => undone,
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
    refuse_known(cx, &done).await?;
    right::to_time(cx, done.id, &changes).await?;
    hold(cx, &changes, &kinds).await?;
    let days = way::days(&changes);
    open(cx, done.id).await?;
    keep_currencies(cx, &changes).await?;
    same_currencies(cx, &done, &changes).await?;
    let sight = Sight::of(cx)?;
    if let Some(held) = store::obstacle::held(&mut cx.db, &[done.id], ALL).await?.first() {
        return Err(obstacles::in_use(&done.operation, held, sight.money, !cx.writes_drafts()));
    }
    refuse_timers_of_nobody(cx, done.id).await?;
    let told = in_words(cx, done.id, &sight).await?;
    let budgets = Watch::over(cx, &days).await?;
    let touched = restore(cx, &done, way::back(&changes, &kinds)).await?;
    budgets.settle(cx, &sight, Limit::Held).await?;
    cx.undoes = Some(ActionId(done.id));
    let (restored, removed) = touched.into_iter().partition(|record| !way::was_made(&changes, record.record));
    Ok(Undone { undone: ActionId(done.id), operation: done.operation, told, restored, removed })
}

/// What the list of actions says of one stands before all else. That looks at its first few changes; each of these looks is taken again,
/// at all of them, by what follows, so that nothing is refused here that would be put back.
async fn refuse_known(cx: &mut Call, done: &store::Done) -> Result<(), Error> {
    let known = Obstacles::of(cx, &[done.id]).await?.refusal(done.id, &done.operation);
    known.filter(is_no_second_timer).map_or(Ok(()), Err)
}

/// Which timer runs is told where that one is looked at.
fn is_no_second_timer(refusal: &Error) -> bool {
    refusal.code != Code::TimerRunning
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
        if way::runs(&change.before) && !way::runs(&change.after) {
            refuse_second_timer(cx, change).await?;
        }
        if change.before.is_none()
            && let Some(other) = store::back::goes_along(&mut cx.db, change).await?
        {
            let held = Held { action: done.id, made: change.kind.clone(), by: other };
            return Err(obstacles::in_use(&done.operation, &held, money, !cx.writes_drafts()));
        }
        if !store::back::restore(&mut cx.db, change).await? {
            return Err(overtaken(cx, done, change).await?);
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
            cx.warn(format!("{} has left or is something else by now, and does not get back the {}.", member.name, words(place.kind)));
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
    for action in obstacles::timers_that_stay(db, actions, LOOKED_AT).await?.keys() {
        open.remove(action);
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
        "project_member" => "place on a project".to_owned(),
        "client_grant" => "grant of a client".to_owned(),
        other => other.replace('_', " "),
    }
}

/// Time on a closed day neither comes back nor goes away.
async fn open(cx: &mut Call, action: Uuid) -> Result<(), Error> {
    match obstacles::on_closed_days(cx, &[action], ALL).await? {
        Some((last, actions)) if actions.contains(&action) => Err(obstacles::on_closed_day(last)),
        _ => Ok(()),
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

/// Amounts come back in the currency in which they were: images hold none of their own, but that of the client.
async fn same_currencies(cx: &mut Call, done: &store::Done, changes: &[Change]) -> Result<(), Error> {
    let images = || changes.iter().filter(|change| change.kind != "client").flat_map(|change| [&change.before, &change.after]).flatten();
    let ids = |column: &'static str| images().filter_map(move |image| image[column].as_str()?.parse().ok()).collect::<Vec<Uuid>>();
    let (clients, projects) = (ids("client_id"), ids("project_id"));
    match store::back::other_currency(&mut cx.db, &clients, &projects, done.position).await? {
        Some(client) => Err(Error::new(
            Code::Stale,
            format!("{client} has another currency since then, and nothing is converted, so {} cannot be undone.", done.operation),
        )),
        None => Ok(()),
    }
}

/// A timer runs again only for who can stop it: a member who is there and tracks time.
async fn refuse_timers_of_nobody(cx: &mut Call, action: Uuid) -> Result<(), Error> {
    let stays = obstacles::timers_that_stay(&mut cx.db, &[action], ALL).await?.remove(&action);
    stays.filter(is_no_second_timer).map_or(Ok(()), Err)
}

/// Nobody has two timers: one that runs by now is not stopped for another that ran before.
async fn refuse_second_timer(cx: &mut Call, change: &Change) -> Result<(), Error> {
    let sight = Sight::of(cx)?;
    let Some(member) = way::member(&change.before) else { return Ok(()) };
    match read::running(&mut cx.db, member).await? {
        Some(running) if running.id != change.record => {
            let state = EntryState::named(&running.state).ok_or_else(Error::internal)?;
            let way = match may_end(cx, running.id, state).await? && member == sight.member {
                true => "Stop it first; then this can be undone.",
                false => "Whoever has started it has to stop it; then this can be undone.",
            };
            Err(starting::already_running(cx, &sight, running.id).await?.hint(way))
        }
        _ => Ok(()),
    }
}

/// Why a record is no longer what the action left behind.
async fn overtaken(cx: &mut Call, done: &store::Done, change: &Change) -> Result<Error, Error> {
    let invoice = match change.kind.as_str() {
        "time_entry" => store::back::invoice_of(&mut cx.db, change.record).await?,
        _ => None,
    };
    let since = store::back::changed_since(&mut cx.db, change, done.position).await?;
    let later = Later {
        action: done.id,
        kind: change.kind.clone(),
        invoiced: invoice.is_some(),
        number: invoice.flatten(),
        by: since.as_ref().map(|since| since.action),
        member_id: since.as_ref().map(|since| since.member_id),
        token: since.as_ref().and_then(|since| since.token_id),
        member: since.as_ref().map(|since| since.member.clone()),
        operation: since.map(|since| since.operation),
    };
    obstacles::overtaken(cx, &done.operation, later).await
}
