//! Entries as callers see them: one, a page of them, and their sums.

use std::collections::HashSet;

use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use super::{
    EntryState, Labour, Logged, MemberSummary, ProjectSummary, Source, TimeEntry,
    filter::{Filter, Given},
    ground::tell_drafts,
    store::{
        read::{self, After, Overlap, Row},
        sums,
    },
};
use crate::{
    access::Scope,
    budgets::watch::Settled,
    day::{Day, Moment, zone},
    error::Error,
    hours::{SECONDS_MAX, Worked},
    id::{ClientId, InvoiceId, MemberId, ProjectId, TimeEntryId},
    money::{Currency, Money, amount_of},
    operation::Call,
    page::{self, Cursor, Page},
    projects::{ClientSummary, sight::Sight},
    reference,
};

/// How rows are read for one caller.
pub struct Reader {
    organization_zone: TimeZone,
    now: Timestamp,
    money: bool,
}

impl Reader {
    /// For the caller of this call.
    pub fn of(cx: &Call, sight: &Sight) -> Result<Self, Error> {
        Ok(Self { organization_zone: cx.membership()?.organization_zone.clone(), now: cx.now, money: sight.money })
    }

    /// A row as the caller may see it. Start and end are on the clock of whoever worked, as is the day.
    pub fn read(&self, row: Row) -> Result<TimeEntry, Error> {
        let own = row.member_time_zone.as_deref().map(zone::kept).transpose()?;
        let zone = own.as_ref().unwrap_or(&self.organization_zone);
        let currency = Currency::parse(&row.currency)?;
        let started = row.started_at.map(|at| at.to_jiff());
        let seconds = match started {
            Some(started) if row.running => self.now.duration_since(started).as_secs().max(0),
            _ => i64::from(row.seconds),
        };
        let moment = |at: Timestamp| Moment::at(at, zone);
        let rate = row.rate.filter(|_| self.money && row.billable);
        Ok(TimeEntry {
            id: TimeEntryId(row.id),
            member: MemberSummary { id: MemberId(row.member_id), name: row.member_name },
            project: ProjectSummary { id: ProjectId(row.project_id), name: row.project_name, color: row.project_color },
            description: row.description,
            billable: row.billable,
            day: Day::from(row.day.to_jiff()),
            started_at: started.map(moment),
            ended_at: row.ended_at.map(|at| moment(at.to_jiff())),
            running: row.running,
            worked: Worked::of(seconds),
            rate: rate.map(|rate| Money::new(rate, &currency)),
            amount: rate.filter(|_| !row.running).map(|rate| Money::new(amount_of(seconds, rate), &currency)),
            client: ClientSummary { id: ClientId(row.client_id), name: row.client_name, currency },
            state: EntryState::named(&row.state).ok_or_else(Error::internal)?,
            labour: Labour::named(&row.labour).ok_or_else(Error::internal)?,
            source: Source::named(&row.source).ok_or_else(Error::internal)?,
            invoiced: row.invoice_id.filter(|_| self.money).map(InvoiceId),
            invoice_number: row.invoice_number.filter(|_| self.money),
            on_draft: row.on_draft && self.money,
            locked: row.locked,
            version: row.version,
        })
    }
}

/// A page of entries, the newest day first.
pub async fn list(
    cx: &mut Call,
    given: Given,
    limit: Option<u32>,
    cursor: Option<String>,
    with_total: bool,
) -> Result<Page<TimeEntry>, Error> {
    let (sight, limit) = (Sight::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map_or(Ok(After::START), after)?;
    let filter = Filter::of(cx, &sight, given).await?;
    let total = match with_total {
        true => Some(read::count(&mut cx.db, &filter).await?),
        false => None,
    };
    let rows = read::list(&mut cx.db, &filter, after, limit + 1).await?;
    let reader = Reader::of(cx, &sight)?;
    let place = |row: &read::Row| Cursor { key: format!("{} {}", row.day.to_jiff(), row.position.to_jiff().as_microsecond()), id: row.id };
    let page = Page::of(cx.listing, rows, limit, place, |row| reader.read(row))?;
    let (from, to) = filter.asked();
    Ok(Page { total, from, to, ..page })
}

/// Where a cursor goes on: day and microsecond of its entry.
fn after(cursor: Cursor) -> Result<After, Error> {
    let place = cursor
        .key
        .split_once(' ')
        .and_then(|(day, position)| Some((day.parse().ok()?, Timestamp::from_microsecond(position.parse().ok()?).ok()?)));
    let (day, position) =
        place.ok_or_else(|| Error::invalid("cursor", "The cursor is of another list. Give next_cursor of the page before, unchanged."))?;
    Ok(After { day, position, id: cursor.id })
}

/// One entry that the caller may see.
pub async fn get(cx: &mut Call, entry: &str) -> Result<TimeEntry, Error> {
    let sight = Sight::of(cx)?;
    one(cx, &sight, reference::id(entry)).await
}

/// The entry with this id.
pub async fn one(cx: &mut Call, sight: &Sight, id: Uuid) -> Result<TimeEntry, Error> {
    let row = read::find(&mut cx.db, id, sight.time_of()).await?;
    Reader::of(cx, sight)?.read(row.ok_or_else(|| missing(cx))?)
}

/// There is no such entry for this caller.
pub fn missing(cx: &Call) -> Error {
    cx.led_to("list_time_entries", Error::not_found("time entry"))
}

/// The entries with these ids, in their order.
pub async fn these(cx: &mut Call, sight: &Sight, ids: &[Uuid]) -> Result<Vec<TimeEntry>, Error> {
    let rows = read::these(&mut cx.db, ids, sight.time_of()).await?;
    let reader = Reader::of(cx, sight)?;
    rows.into_iter().map(|row| reader.read(row)).collect()
}

/// An entry that was just written, with the totals and the budget it changed.
pub async fn logged(cx: &mut Call, sight: &Sight, id: Uuid, budgets: &Settled) -> Result<Logged, Error> {
    let entry = one(cx, sight, id).await?;
    tell_drafts(cx, std::slice::from_ref(&entry))?;
    let (day_total, unbilled) = totals(cx, sight, &entry).await?;
    tell_full(cx, sight, &entry, &day_total);
    for other in overlaps(cx, &[entry.id.0]).await? {
        cx.warn(overlapping(&other, false));
    }
    let budget = budgets.at(entry.project.id.0, entry.day.date());
    Ok(Logged { entry, day_total, unbilled, budget })
}

/// Other time of the same members that lies over these entries: one of the two is wrong, or both were meant.
pub async fn overlaps(cx: &mut Call, entries: &[Uuid]) -> Result<Vec<Overlap>, Error> {
    // What a token may write alone it is not told of other time.
    if cx.caller.token.as_ref().is_some_and(|token| !token.scopes.contains(&Scope::TimeRead)) {
        return Ok(Vec::new());
    }
    let now = cx.now;
    read::overlaps(&mut cx.db, entries, now).await
}

/// What to tell of other time that lies over an entry. Its day is said, unless the entry is `named`, of which the caller knows the day.
pub fn overlapping(other: &Overlap, named: bool) -> String {
    let project = &other.project;
    let what = match (other.running, named) {
        (true, _) => format!("the timer that runs on {project}"),
        (false, true) => format!("time on {project}"),
        (false, false) => format!("time on {project} of {}", Day::from(other.day.to_jiff()).in_words()),
    };
    format!("It overlaps {what}. Check both.")
}

/// Tells of a day with more work than it has hours: something is logged twice, or on the wrong day. The entry says which day it is.
fn tell_full(cx: &mut Call, sight: &Sight, entry: &TimeEntry, day_total: &Worked) {
    if day_total.seconds > SECONDS_MAX {
        let whose = if entry.member.id.0 == sight.member { String::new() } else { format!(" of {}", entry.member.name) };
        cx.warn(format!("{}{whose} are more than a day holds.", day_total.text));
    }
}

/// The same of each day of several entries, told once.
pub async fn tell_full_days(cx: &mut Call, entries: &[TimeEntry]) -> Result<(), Error> {
    let mut told = HashSet::new();
    for entry in entries.iter().filter(|entry| told.insert((entry.member.id, entry.day.clone()))) {
        let (worked, _) = sums::totals(&mut cx.db, entry.member.id.0, entry.day.date(), None).await?;
        if worked > SECONDS_MAX {
            let (name, day, worked) = (&entry.member.name, entry.day.in_words(), Worked::of(worked).text);
            cx.warn(format!("{name} has {worked} on {day}, more than a day holds."));
        }
    }
    Ok(())
}

/// What the entry's member worked on its day, and what of its client's time could be invoiced now.
pub async fn totals(cx: &mut Call, sight: &Sight, entry: &TimeEntry) -> Result<(Worked, Option<Money>), Error> {
    let client = sight.money.then_some(entry.client.id);
    let (worked, unbilled) = sums::totals(&mut cx.db, entry.member.id.0, entry.day.date(), client).await?;
    Ok((Worked::of(worked), sight.money.then(|| Money::new(unbilled, &entry.client.currency))))
}
