//! What every write of time stands on: the place, the terms, where it came from, and what to tell the caller.

use jiff::{SignedDuration, civil::Date};
use uuid::Uuid;

use super::{
    EntryState, Labour, Source, TimeEntry,
    place::{Place, Read},
    rate::{Price, Terms, may_price},
    store::{self, Stored, write::Origin},
};
use crate::{
    context::Door,
    edit::Edit,
    error::Error,
    history,
    id::TimeEntryId,
    money::Amount,
    operation::{self, Call},
    projects::{Billing, sight::Sight},
    reference, text,
};

/// The longest description.
const DESCRIPTION_MAX: usize = 2_000;

/// Where the caller's days and clock are.
pub fn place(cx: &Call) -> Result<Place, Error> {
    Ok(Place { zone: cx.membership()?.member_zone.clone() })
}

/// What was read; the caller is told what is out of the ordinary about it.
pub fn tell<T>(cx: &mut Call, read: Read<T>) -> T {
    read.remarks.into_iter().for_each(|remark| cx.warn(remark));
    read.what
}

/// The id of the project that time is put on, of which a part of the name is enough. It is looked for before anything is held: names may
/// have to be compared, in turn with those of others.
pub async fn placed(cx: &mut Call, sight: &Sight, project: &str) -> Result<Uuid, Error> {
    reference::project_of_time(cx, sight, project).await.map_err(|error| error.about("project"))
}

/// The same of a change, where it moves time.
pub async fn moved_to(cx: &mut Call, sight: &Sight, project: Option<String>) -> Result<Option<String>, Error> {
    match project.filter(|project| !project.trim().is_empty()) {
        Some(project) => placed(cx, sight, &project).await.map(|id| Some(id.to_string())),
        None => Ok(None),
    }
}

/// The terms of a member's time on a project, if it is among those that `on` is on.
pub async fn terms_of(cx: &mut Call, project: Uuid, member: Uuid, on: Option<Uuid>) -> Result<Terms, Error> {
    let terms = store::terms::terms(&mut cx.db, project, member, on).await?;
    terms.ok_or_else(|| Error::not_found("project"))
}

/// What was done, as it is kept.
pub fn description_of(given: Option<&str>) -> Result<String, Error> {
    text::lines("description", given.unwrap_or_default(), DESCRIPTION_MAX)
}

/// A new description, or the one before.
pub fn described(before: &str, given: Edit<String>) -> Result<String, Error> {
    match given {
        Edit::Keep => Ok(before.to_owned()),
        Edit::Clear => Ok(String::new()),
        Edit::Set(text) => description_of(Some(&text)),
    }
}

/// Where time comes from: the door tells, and at the page what was used there.
pub fn origin(cx: &Call, sight: &Sight, at_page: Source) -> Origin {
    let source = match cx.caller.door {
        Door::Page => at_page,
        Door::Rest | Door::CommandLine | Door::Link => Source::Api,
        Door::Mcp => Source::Mcp,
        Door::Assistant => Source::Assistant,
    };
    Origin { source, by: sight.member, through: cx.caller.token.as_ref().map(|token| token.id.0) }
}

/// What new time is, beside its length.
pub struct New {
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
pub fn fresh(cx: &Call, terms: &Terms, new: New) -> Stored {
    let New { member, labour, description, price, day } = new;
    Stored {
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
pub async fn leave_to_person(cx: &mut Call, entries: &[&Stored], what: &str) -> Result<(), Error> {
    if cx.dry_run {
        return Ok(());
    }
    if cx.writes_drafts() && entries.iter().any(|entry| entry.state != EntryState::Draft) {
        return Err(operation::needs_person(what));
    }
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
    match are_of_others(cx, &ids).await? {
        false => Ok(()),
        true => Err(operation::needs_person("change a draft that somebody else has made or changed")),
    }
}

/// Whether one of these drafts was written or changed by somebody else than the agent that writes drafts and asks.
async fn are_of_others(cx: &mut Call, ids: &[Uuid]) -> Result<bool, Error> {
    match cx.caller.token.as_ref().map(|token| token.id.0).filter(|_| cx.writes_drafts()) {
        Some(token) => Ok(!history::store::changed_by_others(&mut cx.db, "time_entry", ids, token).await?.is_empty()),
        None => Ok(false),
    }
}

/// Whether the caller may end a timer of theirs that is in this state: an agent that writes drafts ends only what it has started.
pub async fn may_end(cx: &mut Call, timer: Uuid, state: EntryState) -> Result<bool, Error> {
    let left = cx.writes_drafts() && (state != EntryState::Draft || are_of_others(cx, &[timer]).await?);
    Ok(!left && cx.may_call("stop_timer"))
}

/// Tells a program which of the time that it wrote is a draft, and where that is confirmed: it would say that it was done, whoever wrote
/// the draft at first. A page shows it beside the time. What is only tried is nowhere.
pub fn tell_drafts(cx: &mut Call, entries: &[TimeEntry]) -> Result<(), Error> {
    let drafts = || entries.iter().filter(|entry| entry.state == EntryState::Draft);
    // They are shown from the first of their days on.
    let Some(first) = drafts().min_by_key(|draft| draft.day.date()) else { return Ok(()) };
    if cx.caller.door == Door::Page || cx.dry_run {
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
pub struct Repriced<'a> {
    /// Another project.
    pub project: Option<&'a str>,
    /// Whether the client pays.
    pub billable: Option<bool>,
    /// A rate of its own, or none any more.
    pub rate: Edit<Amount>,
}

/// Moves an entry to another project or price. The rate that held stays, unless the change is about it.
pub async fn reprice(cx: &mut Call, sight: &Sight, entry: &mut Stored, change: Repriced<'_>) -> Result<(), Error> {
    let given = change.project.filter(|project| !project.trim().is_empty());
    if given.is_none() && change.billable.is_none() && change.rate == Edit::Keep {
        return Ok(());
    }
    let project = match given {
        Some(given) => reference::project(cx, sight, given).await.map_err(|error| error.about("project"))?,
        None => entry.project,
    };
    let moved = project != entry.project;
    // What one worked on stays one's own, also when one is no longer on the project.
    let on = sight.on_projects_of().filter(|_| moved);
    let terms = terms_of(cx, project, entry.member, on).await.map_err(|error| error.about("project"))?;
    if moved {
        terms.open()?;
    }
    // What stays as it was, nobody has said anew; a form says it whether or not the time moves.
    let said = change.billable.filter(|said| *said != entry.price.billable || moved && cx.caller.door != Door::Page);
    let billable = match said {
        None if !moved => entry.price.billable,
        // Time that was not as its project says stays as somebody wanted it.
        None if !as_its_project(cx, entry).await? => entry.price.billable && terms.billing != Billing::Overhead,
        said => terms.billable(said, entry.labour)?,
    };
    let before = entry.price;
    entry.price = match change.rate {
        Edit::Set(rate) => terms.price(billable, Some(terms.own_rate(&cx.caller, &rate, billable, sight)?)),
        Edit::Clear => may_price(&cx.caller, sight).map(|()| terms.price(billable, None))?,
        // Time that has no rate takes the one that holds now.
        Edit::Keep if !moved && before.rate.is_some() => Price { billable, ..before },
        Edit::Keep if before.own && entry.currency == terms.currency => terms.price(billable, before.rate),
        Edit::Keep => terms.price(billable, None),
    };
    entry.project = project;
    entry.currency = terms.currency.clone();
    if entry.price != before {
        tell_price(cx, sight, &terms, &entry.price);
    }
    Ok(())
}

/// Whether an entry is billable or not as its project says by default.
async fn as_its_project(cx: &mut Call, entry: &Stored) -> Result<bool, Error> {
    let terms = terms_of(cx, entry.project, entry.member, None).await?;
    Ok(entry.price.billable == terms.billable(None, entry.labour)?)
}

/// Tells those who see money that billable time has no rate because nobody has said what an hour costs.
pub fn tell_price(cx: &mut Call, sight: &Sight, terms: &Terms, price: &Price) {
    if sight.money && price.billable && price.rate.is_none() {
        let (project, currency) = (&terms.project_name, &terms.currency);
        let way = if cx.may_call("set_rate") { " Give the project or its client one, also for the unbilled time." } else { "" };
        cx.warn_either(
            format!("This time on {project} is billable and has no rate in {currency}, so it is worth nothing yet.{way}"),
            format!("No rate in {currency}: worth 0. set_rate for unbilled_time gives one."),
        );
    }
}

/// Tells of a day that is more than a day ahead where the member is: time that was not worked yet is mostly a slip.
pub fn tell_future(cx: &mut Call, day: Date, place: &Place) {
    if day > place.day_of(cx.now).saturating_add(SignedDuration::from_hours(24)) {
        cx.warn(format!("{day} is more than a day ahead. Check the date."));
    } else if day < place.day_of(cx.now).saturating_sub(SignedDuration::from_hours(24 * 366)) {
        cx.warn(format!("{day} is more than a year back. Check the date."));
    }
}
