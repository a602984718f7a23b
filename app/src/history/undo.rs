//! Taking an action back from the images that the database kept before and after it.

use jiff::civil::Date;
use serde_json::Value;
use uuid::Uuid;

use super::{Restored, Undone, store};
use crate::{
    access::Permission,
    budgets::watch::{Limit, Watch},
    error::{Code, Error},
    id::ActionId,
    operation::{Call, Change, authorize, store as pipeline},
    operations, organizations,
    projects::sight::Sight,
    reference,
    time::lock,
};

/// The kinds of records that can be put back, each after those that it refers to.
const KINDS: [&str; 6] = ["client", "project", "budget", "invoice", "invoice_line", "time_entry"];

/// The most records of one action that are put back. The images of more are not read either.
const CHANGES_MAX: usize = 499;

/// Takes an action back.
pub async fn undo(cx: &mut Call, action: &str) -> Result<Undone, Error> {
    let done = permitted(cx, action).await?;
    let changes = pipeline::changes(&mut cx.db, ActionId(done.id)).await?;
    can_be_taken_back(&done, &changes)?;
    let days = days(&changes);
    open(cx, &days).await?;
    let sight = Sight::of(cx)?;
    let budgets = Watch::over(cx, &days).await?;
    let mut restored = Vec::with_capacity(changes.len());
    for change in the_way_back(&changes) {
        if !store::restore(&mut cx.db, change).await? {
            return Err(overtaken(cx, &done, change).await?);
        }
        restored.push(Restored { kind: change.kind.clone(), record: change.record });
    }
    budgets.settle(cx, &sight, Limit::Held).await?;
    cx.undoes = Some(ActionId(done.id));
    Ok(Undone { undone: ActionId(done.id), operation: done.operation, restored })
}

/// The action, when the caller may take it back: their own or, for who leads the work, that of another; with the right that
/// doing it took. An agent takes back only what it did itself.
async fn permitted(cx: &mut Call, action: &str) -> Result<store::Done, Error> {
    let not_found = || Error::not_found("action");
    let done = store::done(&mut cx.db, reference::id(action)).await?.ok_or_else(not_found)?;
    let own = match &cx.caller.token {
        Some(token) => done.token_id == Some(token.id.0),
        None => done.member_id == cx.membership()?.member.0,
    };
    if !own && (cx.caller.token.is_some() || !cx.may(Permission::EveryonesTime)) {
        return Err(not_found());
    }
    if let Some(operation) = operations::named(&done.operation) {
        authorize(&cx.caller, operation.declaration)?;
    }
    if let Some(by) = &done.undone_by {
        return Err(Error::new(Code::Stale, format!("{} took this back already.", by))
            .hint("To have it again, undo that: every undo is an action of its own."));
    }
    Ok(done)
}

fn can_be_taken_back(done: &store::Done, changes: &[Change]) -> Result<(), Error> {
    let cannot = |why: &str| Err(Error::invalid("action", format!("{} cannot be undone: {why}", done.operation)));
    if changes.is_empty() {
        return cannot("it changed no record that can be put back.");
    }
    if changes.len() > CHANGES_MAX {
        return cannot("it changed too many records at once.");
    }
    for change in changes {
        if !KINDS.contains(&change.kind.as_str()) {
            return cannot(&format!("a {} is not put back.", change.kind.replace('_', " ")));
        }
        let sent = |image: &Option<Value>| image.as_ref().is_some_and(|image| image["state"] != "draft");
        if change.kind == "invoice" && (sent(&change.before) || sent(&change.after)) {
            return cannot("an invoice that was sent stays as it is. Void it, or write a credit note.");
        }
    }
    Ok(())
}

/// The changes in the order in which they are taken back: what was deleted comes back before what refers to it, then what
/// was changed turns back, the last change first, and what was made goes away after what refers to it. A record is made
/// before and deleted after everything else that happened to it, so each goes back through its own images in order.
fn the_way_back(changes: &[Change]) -> Vec<&Change> {
    let rank = |change: &Change| KINDS.iter().position(|kind| *kind == change.kind).unwrap_or(KINDS.len());
    let (mut deleted, mut turned, mut made) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes.iter().rev() {
        match (&change.before, &change.after) {
            (_, None) => deleted.push(change),
            (None, _) => made.push(change),
            _ => turned.push(change),
        }
    }
    deleted.sort_by_key(|change| rank(change));
    made.sort_by_key(|change| std::cmp::Reverse(rank(change)));
    deleted.into_iter().chain(turned).chain(made).collect()
}

/// The projects and days whose time comes or goes; a running timer counts nowhere yet.
fn days(changes: &[Change]) -> Vec<(Uuid, Date)> {
    let images = changes.iter().filter(|change| change.kind == "time_entry").flat_map(|change| [&change.before, &change.after]);
    let touched = images.flatten().filter(|image| image["running"] != true);
    touched.filter_map(|image| Some((image["project_id"].as_str()?.parse().ok()?, image["day"].as_str()?.parse().ok()?))).collect()
}

/// Time on a closed day neither comes back nor goes away.
async fn open(cx: &mut Call, days: &[(Uuid, Date)]) -> Result<(), Error> {
    let lock_date = organizations::settings::get(cx).await?.lock_date.map(|day| day.date());
    match lock_date {
        Some(last) if days.iter().any(|(_, day)| *day <= last) => Err(lock::closed(last)),
        _ => Ok(()),
    }
}

/// Why a record is no longer what the action left behind.
async fn overtaken(cx: &mut Call, done: &store::Done, change: &Change) -> Result<Error, Error> {
    let what = change.kind.replace('_', " ");
    if change.kind == "time_entry"
        && let Some(number) = store::invoice_of(&mut cx.db, change.record).await?
    {
        let on = match number.filter(|_| Sight::of(cx).is_ok_and(|sight| sight.money)) {
            Some(number) => format!("invoice {number}"),
            None => "an invoice".to_owned(),
        };
        return Ok(Error::new(Code::Locked, format!("The time is on {on} by now, so {} cannot be undone.", done.operation)));
    }
    let since = store::changed_since(&mut cx.db, change, done.position).await?;
    let who = since.map_or_else(|| "somebody".to_owned(), |since| format!("{} ({})", since.member, since.operation));
    Ok(Error::new(Code::Stale, format!("The {what} was changed since by {who}, so {} cannot be undone.", done.operation))
        .hint("Undo the later change first, or change the record by hand."))
}
