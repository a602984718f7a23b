//! Creates, changes and deletes time entries that do not run.

use domain::{day::OffsetDateTime, money::Amount, patch::Patch};
use jiff::Timestamp;
use uuid::Uuid;

use super::{
    DeletedTimeEntry, EntrySource, Labour, Logged,
    entry_rules::{
        EntryDetails, PriceChange, apply_description, check_agent_may_change, load_terms, may_stop_timer, new_entry, origin,
        parse_description, reprice, resolve_new_project, resolve_project, warn_distant_day, warn_missing_rate, warn_remarks,
    },
    entry_time::{EntryTime, EntryTimeInput},
    local_clock::{LocalClock, WithRemarks},
    lock,
    pricing::BillingTerms,
    read_entries,
    store::{
        StoredEntry, terms as workers,
        write::{self, LockTarget},
    },
    times_of_day,
};
use crate::{
    access::{Permission, Role},
    budgets::guard::{BudgetGuard, HardStop},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations,
    reference::{self, member},
};

/// The input for a new entry; the arguments of `create_time_entry`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct NewEntry {
    pub project: String,
    pub when: EntryTimeInput,
    pub description: Option<String>,
    pub billable: Option<bool>,
    pub rate: Option<Amount>,
    pub labour: Option<Labour>,
    pub member: Option<String>,
}

/// A change of an entry; the arguments of `update_time_entry`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct EntryChange {
    pub project: Option<String>,
    pub when: EntryTimeInput,
    pub description: Patch<String>,
    pub billable: Option<bool>,
    pub rate: Patch<Amount>,
    pub version: Option<i32>,
}

/// Logs time.
pub async fn create(cx: &mut Call, given: NewEntry) -> Result<Logged, Error> {
    let read_scope = ReadScope::of(cx)?;
    let project = resolve_project(cx, &read_scope, &given.project).await?;
    organizations::store::lock_shared(&mut cx.db).await?;
    let terms = terms(cx, &read_scope, project, given.member.as_deref()).await?;
    let entry = build_entry(cx, &read_scope, &terms, given)?;
    let entry = warn_remarks(cx, entry);
    let (origin, now) = (origin(cx, &read_scope, EntrySource::Manual), cx.now);
    let guard = BudgetGuard::lock(cx, &[(entry.project, entry.day)]).await?;
    write::insert(&mut cx.db, &entry, &origin, now).await?;
    let budgets = guard.finish(cx, &read_scope, HardStop::Enforce).await?;
    read_entries::logged(cx, &read_scope, entry.id, &budgets).await
}

/// The terms of new time of a member on a project. Refuses archived projects and clients.
pub async fn terms(cx: &mut Call, read_scope: &ReadScope, project: Uuid, member: Option<&str>) -> Result<BillingTerms, Error> {
    let member = worker(cx, read_scope, member).await.map_err(|error| error.with_field("member"))?;
    let terms = load_terms(cx, project, member, read_scope.only_projects_of()).await.map_err(|error| error.with_field("project"))?;
    terms.check_open()?;
    Ok(terms)
}

/// Builds a new entry on these terms, with remarks about its times.
pub fn build_entry(
    cx: &mut Call,
    read_scope: &ReadScope,
    terms: &BillingTerms,
    given: NewEntry,
) -> Result<WithRemarks<StoredEntry>, Error> {
    // Days and times are on the clock of the member who worked, not of the caller.
    let local_clock = LocalClock { zone: terms.zone.clone() };
    let WithRemarks { value: when, mut remarks } = EntryTime::read(&given.when, &local_clock, cx.now, None)?;
    remarks.extend(check_not_in_future(cx.now, &given.when, &when, &local_clock)?);
    terms.check_day_open(when.day)?;
    let labour = given.labour.unwrap_or_default();
    let billable = terms.billable(given.billable, labour)?;
    let own = given.rate.map(|rate| terms.own_rate(&cx.caller, &rate, billable, read_scope)).transpose()?;
    let (description, price) = (parse_description(given.description.as_deref())?, terms.price(billable, own));
    let mut entry = new_entry(cx, terms, EntryDetails { member: terms.member, labour, description, price, day: when.day });
    warn_distant_day(cx, when.day, &local_clock);
    entry.set_time(when);
    warn_missing_rate(cx, read_scope, terms, &price);
    Ok(WithRemarks { value: entry, remarks })
}

/// The remark about work that ends after now. Times of day without a day are on today or on the day of the entry. If they are in the
/// future, another day was meant, which only the caller knows: they are refused.
fn check_not_in_future(
    now: Timestamp,
    given: &EntryTimeInput,
    when: &EntryTime,
    local_clock: &LocalClock,
) -> Result<Option<String>, Error> {
    match when.span {
        Some((from, to)) if to > now && times_of_day::has_only_times(given) => {
            let (field, at) = if from > now { ("started_at", from) } else { ("ended_at", to) };
            let words =
                format!("{} is yet to come. Give its day in date, such as \"yesterday\".", OffsetDateTime::at(at, &local_clock.zone));
            Err(Error::invalid(field, words).hint(local_clock.day_before_hint(at)))
        }
        _ => Ok(future_remark(now, when, local_clock)),
    }
}

fn future_remark(now: Timestamp, when: &EntryTime, local_clock: &LocalClock) -> Option<String> {
    let to = when.ended().filter(|to| *to > now)?;
    Some(format!("It ends at {}, which is yet to come. Check the time.", OffsetDateTime::at(to, &local_clock.zone)))
}

/// Resolves the member who worked, the caller by default. Refuses members who have left, and viewers.
async fn worker(cx: &mut Call, read_scope: &ReadScope, given: Option<&str>) -> Result<Uuid, Error> {
    let Some(given) = given.filter(|member| !member.trim().is_empty()) else { return Ok(read_scope.member) };
    let member = member::find_member(cx, read_scope, given).await?;
    let worker = workers::worker(&mut cx.db, member).await?;
    let name = &worker.name;
    if worker.left {
        let back = if cx.may_call("invite_member") { "Invite them to bring them back, or change" } else { "Change" };
        return Err(Error::invalid("member", format!("{name} has left, so no time is logged for them any more."))
            .hint(format!("{back} time that they have logged.")));
    }
    if worker.role.parse().is_ok_and(|role: Role| !role.may(Permission::TrackTime)) {
        let message = format!("{name} is a viewer and tracks no time. Change their role first, or log it for somebody else.");
        return Err(Error::invalid("member", message));
    }
    Ok(member)
}

/// Updates an entry; what is not given stays.
pub async fn update(cx: &mut Call, entry: &str, given: EntryChange) -> Result<Logged, Error> {
    let read_scope = ReadScope::of(cx)?;
    let given = EntryChange { project: resolve_new_project(cx, &read_scope, given.project).await?, ..given };
    organizations::store::lock_shared(&mut cx.db).await?;
    let before = lock_editable(cx, &read_scope, reference::parse_id(entry), "update_timer").await?;
    let after = apply_change(cx, &read_scope, &before, &given).await?;
    let after = warn_remarks(cx, after);
    check_agent_may_change(cx, &[&before], CHANGE_LOGGED_TIME).await?;
    let guard = BudgetGuard::lock(cx, &[(before.project, before.day), (after.project, after.day)]).await?;
    save_change(cx, &before, &after).await?;
    let budgets = guard.finish(cx, &read_scope, HardStop::Enforce).await?;
    read_entries::logged(cx, &read_scope, after.id, &budgets).await
}

/// What an agent that writes drafts may not do, as its refusal says it.
pub const CHANGE_LOGGED_TIME: &str = "change time that is already logged";

/// Applies a change to an entry, with remarks about its times.
pub async fn apply_change(
    cx: &mut Call,
    read_scope: &ReadScope,
    before: &StoredEntry,
    given: &EntryChange,
) -> Result<WithRemarks<StoredEntry>, Error> {
    if let Some(seen) = given.version.filter(|seen| *seen != before.version) {
        return Err(Error::new(Code::Stale, format!("This time has changed since you saw it: version {seen} is now {}.", before.version))
            .hint("Look at it as it stands now, and change it again."));
    }
    let mut after = before.clone();
    let change = PriceChange { project: given.project.as_deref(), billable: given.billable, rate: given.rate.clone() };
    reprice(cx, read_scope, &mut after, change).await?;
    after.description = apply_description(&before.description, given.description.clone())?;
    let local_clock = LocalClock { zone: before.zone.clone() };
    let (today, was) = (local_clock.day_of(cx.now), before.when());
    let WithRemarks { value: when, mut remarks } = EntryTime::read(&given.when, &local_clock, cx.now, Some(&was))?;
    // Time that already was in the future may stay there, with a remark.
    let planned = was.day > today || was.span.is_some_and(|(_, to)| to > cx.now);
    if when.span != was.span {
        remarks.extend(if planned {
            future_remark(cx.now, &when, &local_clock)
        } else {
            check_not_in_future(cx.now, &given.when, &when, &local_clock)?
        });
    }
    after.set_time(when);
    if let Some(last) = after.lock_date.filter(|last| after.day <= *last) {
        return Err(lock::day_closed(last));
    }
    Ok(WithRemarks { value: after, remarks })
}

/// Stores an entry if it has changed.
pub async fn save_change(cx: &mut Call, before: &StoredEntry, after: &StoredEntry) -> Result<(), Error> {
    if after != before {
        let now = cx.now;
        write::update(&mut cx.db, after, now).await?;
        warn_distant_day(cx, after.day, &LocalClock { zone: after.zone.clone() });
    }
    Ok(())
}

/// Deletes an entry.
pub async fn delete(cx: &mut Call, entry: &str) -> Result<DeletedTimeEntry, Error> {
    let read_scope = ReadScope::of(cx)?;
    organizations::store::lock_shared(&mut cx.db).await?;
    let held = lock_editable(cx, &read_scope, reference::parse_id(entry), "discard_timer").await?;
    let entry = read_entries::one(cx, &read_scope, held.id).await?;
    let guard = BudgetGuard::lock(cx, &[(held.project, held.day)]).await?;
    write::delete(&mut cx.db, held.id).await?;
    let budget = guard.finish(cx, &read_scope, HardStop::Ignore).await?.status_on(held.project, held.day);
    let (day_total, unbilled) = read_entries::totals(cx, &read_scope, &entry).await?;
    Ok(DeletedTimeEntry { id: entry.id, day_total, unbilled, budget })
}

/// Locks an entry that may change until the call ends. `instead` is the operation that fits a running timer.
pub async fn lock_editable(cx: &mut Call, read_scope: &ReadScope, entry: Uuid, instead: &str) -> Result<StoredEntry, Error> {
    let found = write::lock(&mut cx.db, LockTarget::Entry(entry), read_scope.only_time_of()).await?;
    let found = found.ok_or_else(|| read_entries::missing(cx))?;
    if found.running {
        let error = Error::new(Code::Conflict, "This is the running timer.");
        return Err(match may_stop_timer(cx, found.id, found.state).await? && found.member == read_scope.member {
            true => error.hint(format!("Stop the timer first. Or use {instead}.")),
            false => error.hint("Whoever has started it has to stop it first."),
        });
    }
    lock::refuse_locked(&found, found.lock_date, read_scope, lock::InvoiceAccess::of(cx))?;
    Ok(found)
}
