//! What every write of time stands on: the clock, the terms, where it came from, and what to tell the caller.

use jiff::{SignedDuration, civil::Date};
use uuid::Uuid;

use super::{
    EntrySource, EntryState, Labour, TimeEntry,
    local_clock::{LocalClock, WithRemarks},
    pricing::{BillingTerms, Price, check_may_set_rate},
    store::{self, StoredEntry, write::EntryOrigin},
};
use crate::{
    context::Channel,
    error::Error,
    history,
    id::TimeEntryId,
    money::Amount,
    operation::{self, Call},
    patch::Patch,
    projects::{Billing, read_scope::ReadScope},
    reference, text,
};

/// The longest description.
const DESCRIPTION_MAX: usize = 2_000;

/// Where the caller's days and clock are.
pub fn local_clock(cx: &Call) -> Result<LocalClock, Error> {
    Ok(LocalClock { zone: cx.membership()?.member_zone.clone() })
}

/// What was read; the caller is told what is out of the ordinary about it.
pub fn warn_remarks<T>(cx: &mut Call, read: WithRemarks<T>) -> T {
    read.remarks.into_iter().for_each(|remark| cx.warn(remark));
    read.value
}

/// The id of the project that time is put on, of which a part of the name is enough. It is looked for before anything is held: names may
/// have to be compared, in turn with those of others.
pub async fn resolve_project(cx: &mut Call, read_scope: &ReadScope, project: &str) -> Result<Uuid, Error> {
    reference::project_for_time(cx, read_scope, project).await.map_err(|error| error.with_field("project"))
}

/// The same of a change, where it moves time.
pub async fn resolve_new_project(cx: &mut Call, read_scope: &ReadScope, project: Option<String>) -> Result<Option<String>, Error> {
    match project.filter(|project| !project.trim().is_empty()) {
        Some(project) => resolve_project(cx, read_scope, &project).await.map(|id| Some(id.to_string())),
        None => Ok(None),
    }
}

/// The terms of a member's time on a project, if it is among those that `on` is on.
pub async fn load_terms(cx: &mut Call, project: Uuid, member: Uuid, on: Option<Uuid>) -> Result<BillingTerms, Error> {
    let terms = store::terms::terms(&mut cx.db, project, member, on).await?;
    terms.ok_or_else(|| Error::not_found("project"))
}

/// What was done, as it is kept.
pub fn parse_description(given: Option<&str>) -> Result<String, Error> {
    text::lines("description", given.unwrap_or_default(), DESCRIPTION_MAX)
}

/// A new description, or the one before.
pub fn apply_description(before: &str, given: Patch<String>) -> Result<String, Error> {
    match given {
        Patch::Keep => Ok(before.to_owned()),
        Patch::Clear => Ok(String::new()),
        Patch::Set(text) => parse_description(Some(&text)),
    }
}

/// Where time comes from: the door tells, and at the page what was used there.
pub fn origin(cx: &Call, read_scope: &ReadScope, at_page: EntrySource) -> EntryOrigin {
    let source = match cx.caller.channel {
        Channel::Page => at_page,
        Channel::Rest | Channel::CommandLine | Channel::Link => EntrySource::Api,
        Channel::Mcp => EntrySource::Mcp,
        Channel::Assistant => EntrySource::Assistant,
    };
    EntryOrigin { source, by: read_scope.member, through: cx.caller.token.as_ref().map(|token| token.id.0) }
}

/// What new time is, beside its length.
pub struct EntryDetails {
    /// Who worked.
    pub member: Uuid,
    /// Whether they did the work themselves, or an agent for them.
    pub labour: Labour,
    /// What was done.
    pub description: String,
    /// Whether it is billable, and at what rate.
    pub price: Price,
    /// The day of its start.
    pub day: Date,
}

/// New time on these terms, without its length yet. What an agent writes waits for a person, unless its token writes directly.
pub fn new_entry(cx: &Call, terms: &BillingTerms, new: EntryDetails) -> StoredEntry {
    let EntryDetails { member, labour, description, price, day } = new;
    StoredEntry {
        id: TimeEntryId::new().0,
        member,
        project: terms.project,
        currency: terms.currency.clone(),
        description,
        day,
        zone: terms.zone.clone(),
        started_at: None,
        ended_at: None,
        running: false,
        seconds: 0,
        labour,
        price,
        cost_rate: terms.cost_rate,
        state: if cx.writes_drafts() { EntryState::Draft } else { EntryState::Logged },
        version: 1,
        invoice: None,
        lock_date: terms.lock_date,
        timer_limit: terms.timer_limit,
    }
}

/// Whether a person acts, and no token: they see what they do.
pub fn is_person(cx: &Call) -> bool {
    cx.caller.token.is_none()
}

/// An agent that writes drafts may change the drafts that it wrote itself and that nobody else has changed. What a person wrote or
/// confirmed, and what they or another agent composed, it leaves to a person.
pub async fn check_agent_may_change(cx: &mut Call, entries: &[&StoredEntry], what: &str) -> Result<(), Error> {
    if cx.dry_run {
        return Ok(());
    }
    if cx.writes_drafts() && entries.iter().any(|entry| entry.state != EntryState::Draft) {
        return Err(operation::needs_person_error(what));
    }
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
    match are_changed_by_others(cx, &ids).await? {
        false => Ok(()),
        true => Err(operation::needs_person_error("change a draft that somebody else has made or changed")),
    }
}

/// Whether one of these drafts was written or changed by somebody else than the agent that writes drafts and asks.
async fn are_changed_by_others(cx: &mut Call, ids: &[Uuid]) -> Result<bool, Error> {
    match cx.caller.token.as_ref().map(|token| token.id.0).filter(|_| cx.writes_drafts()) {
        Some(token) => Ok(!history::store::changed_by_others(&mut cx.db, "time_entry", ids, token).await?.is_empty()),
        None => Ok(false),
    }
}

/// Whether the caller may end a timer of theirs that is in this state: an agent that writes drafts ends only what it has started.
pub async fn may_stop_timer(cx: &mut Call, timer: Uuid, state: EntryState) -> Result<bool, Error> {
    let left = cx.writes_drafts() && (state != EntryState::Draft || are_changed_by_others(cx, &[timer]).await?);
    Ok(!left && cx.may_call("stop_timer"))
}

/// Tells a program which of the time that it wrote is a draft, and where that is confirmed: it would say that it was done, whoever wrote
/// the draft at first. A page shows it beside the time. What is only tried is nowhere.
pub fn warn_drafts(cx: &mut Call, entries: &[TimeEntry]) -> Result<(), Error> {
    let drafts = || entries.iter().filter(|entry| entry.state == EntryState::Draft);
    // They are shown from the first of their days on.
    let Some(first) = drafts().min_by_key(|draft| draft.day.date()) else { return Ok(()) };
    if cx.caller.channel == Channel::Page || cx.dry_run {
        return Ok(());
    }
    let what = match (drafts().count(), entries.len()) {
        (1, 1) => "This is a draft".to_owned(),
        (1, _) => "One of these is a draft".to_owned(),
        (drafts, all) if drafts == all => "These are drafts".to_owned(),
        (drafts, _) => format!("{drafts} of these are drafts"),
    };
    let until = if first.running { "a person stops it" } else { "confirmed" };
    let (slug, public_url, day) = (&cx.membership()?.slug, &cx.caller.services.public_url, &first.day);
    let told = format!("{what} until {until}: {public_url}/o/{slug}/time?from={day}");
    cx.warn(told);
    Ok(())
}

/// What of a change touches the price.
pub struct PriceChange<'a> {
    /// Another project.
    pub project: Option<&'a str>,
    /// Whether the client pays.
    pub billable: Option<bool>,
    /// A rate of its own, or none any more.
    pub rate: Patch<Amount>,
}

/// Moves an entry to another project or price. The rate that held stays, unless the change is about it.
pub async fn reprice(cx: &mut Call, read_scope: &ReadScope, entry: &mut StoredEntry, change: PriceChange<'_>) -> Result<(), Error> {
    let given = change.project.filter(|project| !project.trim().is_empty());
    if given.is_none() && change.billable.is_none() && change.rate == Patch::Keep {
        return Ok(());
    }
    let project = match given {
        Some(given) => reference::project(cx, read_scope, given).await.map_err(|error| error.with_field("project"))?,
        None => entry.project,
    };
    let moved = project != entry.project;
    // What one worked on stays one's own, also when one is no longer on the project.
    let on = read_scope.only_projects_of().filter(|_| moved);
    let terms = load_terms(cx, project, entry.member, on).await.map_err(|error| error.with_field("project"))?;
    if moved {
        terms.check_open()?;
    }
    // What stays as it was, nobody has said anew; a form says it whether or not the time moves.
    let said = change.billable.filter(|said| *said != entry.price.billable || moved && cx.caller.channel != Channel::Page);
    let billable = match said {
        None if !moved => entry.price.billable,
        // Time that was not as its project says stays as somebody wanted it.
        None if !has_project_default(cx, entry).await? => entry.price.billable && terms.billing != Billing::Overhead,
        said => terms.billable(said, entry.labour)?,
    };
    let before = entry.price;
    entry.price = match change.rate {
        Patch::Set(rate) => terms.price(billable, Some(terms.own_rate(&cx.caller, &rate, billable, read_scope)?)),
        Patch::Clear => check_may_set_rate(&cx.caller, read_scope).map(|()| terms.price(billable, None))?,
        // Time that has no rate takes the one that holds now.
        Patch::Keep if !moved && before.rate.is_some() => Price { billable, ..before },
        Patch::Keep if before.own && entry.currency == terms.currency => terms.price(billable, before.rate),
        Patch::Keep => terms.price(billable, None),
    };
    entry.project = project;
    entry.currency = terms.currency.clone();
    if entry.price != before {
        warn_missing_rate(cx, read_scope, &terms, &entry.price);
    }
    Ok(())
}

/// Whether an entry is billable or not as its project says by default.
async fn has_project_default(cx: &mut Call, entry: &StoredEntry) -> Result<bool, Error> {
    let terms = load_terms(cx, entry.project, entry.member, None).await?;
    Ok(entry.price.billable == terms.billable(None, entry.labour)?)
}

/// Tells those who see money that billable time has no rate because nobody has said what an hour costs.
pub fn warn_missing_rate(cx: &mut Call, read_scope: &ReadScope, terms: &BillingTerms, price: &Price) {
    if read_scope.money && price.billable && price.rate.is_none() {
        let (project, currency) = (&terms.project_name, &terms.currency);
        let way = if cx.may_call("set_rate") { " Give the project or its client one, also for the unbilled time." } else { "" };
        cx.warn_by_channel(
            format!("This time on {project} is billable and has no rate in {currency}, so it is worth nothing yet.{way}"),
            format!("No rate in {currency}: worth 0. set_rate for unbilled_time gives one."),
        );
    }
}

/// Tells of a day that is more than a day ahead where the member is: time that was not worked yet is mostly a slip.
pub fn warn_distant_day(cx: &mut Call, day: Date, local_clock: &LocalClock) {
    if day > local_clock.day_of(cx.now).saturating_add(SignedDuration::from_hours(24)) {
        cx.warn(format!("{day} is more than a day ahead. Check the date."));
    } else if day < local_clock.day_of(cx.now).saturating_sub(SignedDuration::from_hours(24 * 366)) {
        cx.warn(format!("{day} is more than a year back. Check the date."));
    }
}
