//! Rules that all writes of time share: local clock, billing terms, origin, price, what agents may change, and warnings.

use domain::{id::TimeEntryId, money::Amount, patch::Patch, text};
use jiff::{SignedDuration, civil::Date};
use serde_json::Value;
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
    operation::{self, Call, read_scope::ReadScope},
    projects::Billing,
    reference,
};

/// The longest description.
const DESCRIPTION_MAX: usize = 2_000;

/// The local clock of the caller, in the time zone of their membership.
pub fn local_clock(cx: &Call) -> Result<LocalClock, Error> {
    Ok(LocalClock { zone: cx.membership()?.member_zone.clone() })
}

/// Returns the value, and passes its remarks to the caller as warnings.
pub fn warn_remarks<T>(cx: &mut Call, read: WithRemarks<T>) -> T {
    read.remarks.into_iter().for_each(|remark| cx.warn(remark));
    read.value
}

/// Resolves the project of new time, of which a part of the name is enough. This runs before any row is locked, since the comparison of
/// names may wait for other callers.
pub async fn resolve_project(cx: &mut Call, read_scope: &ReadScope, project: &str) -> Result<Uuid, Error> {
    reference::project_for_time(cx, read_scope, project).await.map_err(|error| error.with_field("project"))
}

/// The same for a change; `None` if it does not move time to a project.
pub async fn resolve_new_project(cx: &mut Call, read_scope: &ReadScope, project: Option<String>) -> Result<Option<String>, Error> {
    match project.filter(|project| !project.trim().is_empty()) {
        Some(project) => resolve_project(cx, read_scope, &project).await.map(|id| Some(id.to_string())),
        None => Ok(None),
    }
}

/// Loads the terms of a member's time on a project; `not_found` if `on` is given and that member is not on the project.
pub async fn load_terms(cx: &mut Call, project: Uuid, member: Uuid, on: Option<Uuid>) -> Result<BillingTerms, Error> {
    let terms = store::terms::terms(&mut cx.db, project, member, on).await?;
    terms.ok_or_else(|| Error::not_found("project"))
}

/// Validates a description and returns it as it is stored.
pub fn parse_description(given: Option<&str>) -> Result<String, Error> {
    Ok(text::lines("description", given.unwrap_or_default(), DESCRIPTION_MAX)?)
}

/// Applies a patch to a description.
pub fn apply_description(before: &str, given: Patch<String>) -> Result<String, Error> {
    match given {
        Patch::Keep => Ok(before.to_owned()),
        Patch::Clear => Ok(String::new()),
        Patch::Set(text) => parse_description(Some(&text)),
    }
}

/// The origin of new time. The source follows from the channel; on a page it is `at_page`, the control that was used.
pub fn origin(cx: &Call, read_scope: &ReadScope, at_page: EntrySource) -> EntryOrigin {
    let source = match cx.caller.channel {
        Channel::Page => at_page,
        Channel::Rest | Channel::CommandLine | Channel::Link => EntrySource::Api,
        Channel::Mcp => EntrySource::Mcp,
        Channel::Assistant => EntrySource::Assistant,
    };
    EntryOrigin { source, by: read_scope.member, through: cx.caller.token.as_ref().map(|token| token.id.0) }
}

/// The fields of a new entry except its start, end and duration.
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

/// A new entry without its duration yet. What an agent writes is a draft, unless its token writes directly.
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

/// Whether a person calls, without a token: a person sees what they change.
pub fn is_person(cx: &Call) -> bool {
    cx.caller.token.is_none()
}

/// Refuses a change that is left to a person: an agent that writes drafts may change only drafts that it wrote itself and that nobody
/// else has changed. A dry run is never refused.
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

/// Whether one of these drafts was written or changed by anybody but the calling agent; false for callers who do not write drafts.
async fn are_changed_by_others(cx: &mut Call, ids: &[Uuid]) -> Result<bool, Error> {
    match cx.caller.token.as_ref().map(|token| token.id.0).filter(|_| cx.writes_drafts()) {
        Some(token) => Ok(!operation::changed_by_others(&mut cx.db, "time_entry", ids, token).await?.is_empty()),
        None => Ok(false),
    }
}

/// Whether the caller may stop a timer of theirs in this state: an agent that writes drafts stops only timers that it started.
pub async fn may_stop_timer(cx: &mut Call, timer: Uuid, state: EntryState) -> Result<bool, Error> {
    let left = cx.writes_drafts() && (state != EntryState::Draft || are_changed_by_others(cx, &[timer]).await?);
    Ok(!left && cx.may_call("stop_timer"))
}

/// Warns a caller which of the entries that it wrote are drafts and where they are confirmed, whoever drafted them first: otherwise it
/// would report them as done. A page shows this beside the time, and a dry run stores nothing.
pub fn warn_drafts(cx: &mut Call, entries: &[TimeEntry]) -> Result<(), Error> {
    let drafts = || entries.iter().filter(|entry| entry.state == EntryState::Draft);
    // The link shows the drafts from the first of their days on.
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
    let address = cx.page_address(&format!("time?from={}", first.day))?;
    cx.warn_by_channel(format!("{what} until {until} on the time page."), format!("{what} until {until}: {address}"));
    Ok(())
}

/// The part of a change that affects the price.
pub struct PriceChange<'a> {
    /// The new project.
    pub project: Option<&'a str>,
    /// Whether the client pays.
    pub billable: Option<bool>,
    /// A rate for this entry alone, or its removal.
    pub rate: Patch<Amount>,
}

/// Applies a change of project, billability or rate. The stored rate stays, unless the change is about it.
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
    // Members may change time on a project that they have left; only a move requires them to be on the project.
    let on = read_scope.only_projects_of().filter(|_| moved);
    let terms = load_terms(cx, project, entry.member, on).await.map_err(|error| error.with_field("project"))?;
    if moved {
        terms.check_open()?;
    }
    // A page sends `billable` with every change, so an unchanged value is no decision, even if the time moves.
    let said = change.billable.filter(|said| *said != entry.price.billable || moved && cx.caller.channel != Channel::Page);
    let billable = match said {
        None if !moved => entry.price.billable,
        // Time that differs from the default of its project was set so on purpose and stays.
        None if !has_project_default(cx, entry).await? => entry.price.billable && terms.billing != Billing::Overhead,
        said => terms.billable(said, entry.labour)?,
    };
    let before = entry.price;
    entry.price = match change.rate {
        Patch::Set(rate) => terms.price(billable, Some(terms.own_rate(&cx.caller, &rate, billable, read_scope)?)),
        Patch::Clear => check_may_set_rate(&cx.caller, read_scope).map(|()| terms.price(billable, None))?,
        // Time without a rate gets the current one.
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

/// Whether an entry is as billable as its project makes time by default.
async fn has_project_default(cx: &mut Call, entry: &StoredEntry) -> Result<bool, Error> {
    let terms = load_terms(cx, entry.project, entry.member, None).await?;
    Ok(entry.price.billable == terms.billable(None, entry.labour)?)
}

/// Warns callers who see money that billable time has no rate, because nobody has set one.
pub fn warn_missing_rate(cx: &mut Call, read_scope: &ReadScope, terms: &BillingTerms, price: &Price) {
    if read_scope.money && price.billable && price.rate.is_none() {
        let (project, currency) = (&terms.project_name, &terms.currency);
        let way = if cx.may_call("set_rate") { " Give the project or its client one, also for the unbilled time." } else { "" };
        cx.warn_by_channel(
            format!("This time on \"{project}\" is billable and has no rate in {currency}, so it is worth nothing yet.{way}"),
            format!("No rate in {currency}: worth 0. {} gives one.", pricing_call(&terms.client_name)),
        );
    }
}

/// The call that gives time of this client without a rate one, but for the rate.
fn pricing_call(client: &str) -> String {
    format!("set_rate {{\"client\": {}, \"rate\": …, \"applies_to\": \"unbilled_time\"}}", Value::from(client))
}

/// Warns of a day more than one day ahead or more than a year back on the local clock: such a day is mostly a mistake.
pub fn warn_distant_day(cx: &mut Call, day: Date, local_clock: &LocalClock) {
    if day > local_clock.day_of(cx.now).saturating_add(SignedDuration::from_hours(24)) {
        cx.warn(format!("{day} is more than a day ahead. Check the date."));
    } else if day < local_clock.day_of(cx.now).saturating_sub(SignedDuration::from_hours(24 * 366)) {
        cx.warn(format!("{day} is more than a year back. Check the date."));
    }
}
