//! Logging time by hand, changing it and deleting it.

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    DeletedTimeEntry, Labour, Logged, Source,
    clock::{Given, When},
    filter,
    ground::{
        New, Repriced, described, description_of, fresh, leave_to_person, may_end, moved_to, origin, placed, reprice, tell, tell_future,
        tell_price, terms_of,
    },
    lock,
    place::{Place, Read},
    rate::Terms,
    record,
    store::{
        Stored, terms as workers,
        write::{self, Which},
    },
    times_of_day,
};
use crate::{
    access::{Permission, Role},
    budgets::watch::{Limit, Watch},
    day::Moment,
    edit::Edit,
    error::{Code, Error},
    money::Amount,
    operation::Call,
    organizations,
    projects::sight::Sight,
    reference,
};

/// What a new entry is made of; the arguments of `create_time_entry`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct NewEntry {
    pub project: String,
    pub when: Given,
    pub description: Option<String>,
    pub billable: Option<bool>,
    pub rate: Option<Amount>,
    pub labour: Option<Labour>,
    pub member: Option<String>,
}

/// What changes about an entry; the arguments of `update_time_entry`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct EntryChange {
    pub project: Option<String>,
    pub when: Given,
    pub description: Edit<String>,
    pub billable: Option<bool>,
    pub rate: Edit<Amount>,
    pub version: Option<i32>,
}

/// Logs time.
pub async fn create(cx: &mut Call, given: NewEntry) -> Result<Logged, Error> {
    let sight = Sight::of(cx)?;
    let project = placed(cx, &sight, &given.project).await?;
    organizations::store::keep(&mut cx.db).await?;
    let terms = terms(cx, &sight, project, given.member.as_deref()).await?;
    let entry = entry(cx, &sight, &terms, given)?;
    let entry = tell(cx, entry);
    let (origin, now) = (origin(cx, &sight, Source::Manual), cx.now);
    let watch = Watch::over(cx, &[(entry.project, entry.day)]).await?;
    write::insert(&mut cx.db, &entry, &origin, now).await?;
    let budgets = watch.settle(cx, &sight, Limit::Held).await?;
    record::logged(cx, &sight, entry.id, &budgets).await
}

/// What holds for new time of a member on a project.
pub async fn terms(cx: &mut Call, sight: &Sight, project: Uuid, member: Option<&str>) -> Result<Terms, Error> {
    let member = worker(cx, sight, member).await.map_err(|error| error.about("member"))?;
    let terms = terms_of(cx, project, member, sight.on_projects_of()).await.map_err(|error| error.about("project"))?;
    terms.open()?;
    Ok(terms)
}

/// A new entry on these terms, and what is out of the ordinary about its times.
pub fn entry(cx: &mut Call, sight: &Sight, terms: &Terms, given: NewEntry) -> Result<Read<Stored>, Error> {
    // Days and times are those of whoever worked.
    let place = Place { zone: terms.zone.clone() };
    let Read { what: when, mut remarks } = When::new(&given.when, &place, place.day_of(cx.now))?;
    remarks.extend(yet_to_come(cx.now, &given.when, &when, &place)?);
    terms.open_on(when.day)?;
    let labour = given.labour.unwrap_or_default();
    let billable = terms.billable(given.billable, labour)?;
    let own = given.rate.map(|rate| terms.own_rate(&cx.caller, &rate, billable, sight)).transpose()?;
    let (description, price) = (description_of(given.description.as_deref())?, terms.price(billable, own));
    let mut entry = fresh(cx, terms, New { member: terms.member, labour, description, price, day: when.day });
    tell_future(cx, when.day, &place);
    entry.place(when);
    tell_price(cx, sight, terms, &price);
    Ok(Read { what: entry, remarks })
}

/// What to tell of work that ends after now. A time of day alone is one of today, or of the day of the work that changes: one that is yet
/// to come was of another day, which only whoever gave it knows, and is refused.
fn yet_to_come(now: Timestamp, given: &Given, when: &When, place: &Place) -> Result<Option<String>, Error> {
    match when.span {
        Some((from, to)) if to > now && times_of_day::alone(given) => {
            let (field, at) = if from > now { ("started_at", from) } else { ("ended_at", to) };
            let words = format!("{} is yet to come. Give its day in date, such as \"yesterday\".", Moment::at(at, &place.zone));
            Err(Error::invalid(field, words).hint(place.day_before(at)))
        }
        _ => Ok(told_to_come(now, when, place)),
    }
}

fn told_to_come(now: Timestamp, when: &When, place: &Place) -> Option<String> {
    let to = when.ended().filter(|to| *to > now)?;
    Some(format!("It ends at {}, which is yet to come. Check the time.", Moment::at(to, &place.zone)))
}

/// Who worked: the caller, or whoever is named and belongs.
async fn worker(cx: &mut Call, sight: &Sight, given: Option<&str>) -> Result<Uuid, Error> {
    let Some(given) = given.filter(|member| !member.trim().is_empty()) else { return Ok(sight.member) };
    let member = filter::member_of(cx, sight, given).await?;
    let worker = workers::worker(&mut cx.db, member).await?;
    let name = &worker.name;
    if worker.left {
        let back = if cx.may_call("invite_member") { "Invite them to bring them back, or change" } else { "Change" };
        return Err(Error::invalid("member", format!("{name} has left, so no time is logged for them any more."))
            .hint(format!("{back} time that they have logged.")));
    }
    if Role::named(&worker.role).is_some_and(|role| !role.may(Permission::TrackTime)) {
        let message = format!("{name} is a viewer and tracks no time. Change their role first, or log it for somebody else.");
        return Err(Error::invalid("member", message));
    }
    Ok(member)
}

/// Changes what is given and keeps the rest.
pub async fn update(cx: &mut Call, entry: &str, given: EntryChange) -> Result<Logged, Error> {
    let sight = Sight::of(cx)?;
    let given = EntryChange { project: moved_to(cx, &sight, given.project).await?, ..given };
    organizations::store::keep(&mut cx.db).await?;
    let before = held(cx, &sight, reference::id(entry), "update_timer").await?;
    let after = changed(cx, &sight, &before, &given).await?;
    let after = tell(cx, after);
    leave_to_person(cx, &[&before], LOGGED).await?;
    let watch = Watch::over(cx, &[(before.project, before.day), (after.project, after.day)]).await?;
    keep(cx, &before, &after).await?;
    let budgets = watch.settle(cx, &sight, Limit::Held).await?;
    record::logged(cx, &sight, after.id, &budgets).await
}

/// What no agent does that writes drafts.
pub const LOGGED: &str = "change time that is already logged";

/// The entry as it is to be, and what is out of the ordinary about its times.
pub async fn changed(cx: &mut Call, sight: &Sight, before: &Stored, given: &EntryChange) -> Result<Read<Stored>, Error> {
    if let Some(seen) = given.version.filter(|seen| *seen != before.version) {
        return Err(Error::new(Code::Stale, format!("This time has changed since you saw it: version {seen} is now {}.", before.version))
            .hint("Look at it as it stands now, and change it again."));
    }
    let mut after = before.clone();
    let change = Repriced { project: given.project.as_deref(), billable: given.billable, rate: given.rate.clone() };
    reprice(cx, sight, &mut after, change).await?;
    after.description = described(&before.description, given.description.clone())?;
    let place = Place { zone: before.zone.clone() };
    let (today, was) = (place.day_of(cx.now), before.when());
    let Read { what: when, mut remarks } = was.changed(&given.when, &place, today)?;
    // What was to come already may stay so, and is told of.
    let planned = was.day > today || was.span.is_some_and(|(_, to)| to > cx.now);
    if when.span != was.span {
        remarks.extend(if planned { told_to_come(cx.now, &when, &place) } else { yet_to_come(cx.now, &given.when, &when, &place)? });
    }
    after.place(when);
    if let Some(last) = after.lock_date.filter(|last| after.day <= *last) {
        return Err(lock::closed(last));
    }
    Ok(Read { what: after, remarks })
}

/// Writes a change down, where it is one.
pub async fn keep(cx: &mut Call, before: &Stored, after: &Stored) -> Result<(), Error> {
    if after != before {
        let now = cx.now;
        write::update(&mut cx.db, after, now).await?;
        tell_future(cx, after.day, &Place { zone: after.zone.clone() });
    }
    Ok(())
}

/// Deletes an entry.
pub async fn delete(cx: &mut Call, entry: &str) -> Result<DeletedTimeEntry, Error> {
    let sight = Sight::of(cx)?;
    organizations::store::keep(&mut cx.db).await?;
    let held = held(cx, &sight, reference::id(entry), "discard_timer").await?;
    let entry = record::one(cx, &sight, held.id).await?;
    let watch = Watch::over(cx, &[(held.project, held.day)]).await?;
    write::delete(&mut cx.db, held.id).await?;
    let budget = watch.settle(cx, &sight, Limit::Free).await?.at(held.project, held.day);
    let (day_total, unbilled) = record::totals(cx, &sight, &entry).await?;
    Ok(DeletedTimeEntry { id: entry.id, day_total, unbilled, budget })
}

/// An entry that may change, held until this call ends. `instead` is the operation for a running timer.
pub async fn held(cx: &mut Call, sight: &Sight, entry: Uuid, instead: &str) -> Result<Stored, Error> {
    let found = write::lock(&mut cx.db, Which::Entry(entry), sight.time_of()).await?;
    let found = found.ok_or_else(|| record::missing(cx))?;
    if found.running {
        let error = Error::new(Code::Conflict, "This is the running timer.");
        return Err(match may_end(cx, found.id, found.state).await? && found.member == sight.member {
            true => error.hint(format!("Stop the timer first. Or use {instead}.")),
            false => error.hint("Whoever has started it has to stop it first."),
        });
    }
    lock::refuse_locked(&found, found.lock_date, sight, lock::frees(cx))?;
    Ok(found)
}
