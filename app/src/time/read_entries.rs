//! Reads entries as callers see them: one, a page of them, and their totals and overlaps.

use std::collections::HashSet;

use domain::{
    day::{Day, OffsetDateTime, zone},
    hours::{SECONDS_MAX, WorkDuration},
    id::{ClientId, InvoiceId, MemberId, ProjectId, TimeEntryId},
    money::{Currency, Money, amount_of},
};
use jiff::{Timestamp, tz::TimeZone};
use uuid::Uuid;

use super::{
    Logged, TimeEntry, TimeFilterInput,
    entry_rules::warn_drafts,
    filter::TimeFilter,
    store::{
        read::{self, EntryCursor, EntryRow, Overlap},
        sums,
    },
};
use crate::{
    access::Scope,
    budgets::guard::BudgetOutcome,
    error::Error,
    operation::{Call, read_scope::ReadScope},
    page::{self, Cursor, Page, PageRequest},
    reference,
    summary::{ClientSummary, MemberSummary, ProjectSummary},
};

/// Presents rows as one caller may see them.
pub struct EntryPresenter {
    organization_zone: TimeZone,
    now: Timestamp,
    money: bool,
}

impl EntryPresenter {
    /// The presenter for the caller of this call.
    pub fn of(cx: &Call, read_scope: &ReadScope) -> Result<Self, Error> {
        Ok(Self { organization_zone: cx.membership()?.organization_zone.clone(), now: cx.now, money: read_scope.money })
    }

    /// The row as the caller may see it. Start and end are on the clock of the member who worked, as is the day.
    pub fn present(&self, row: EntryRow) -> Result<TimeEntry, Error> {
        let own = row.member_time_zone.as_deref().map(zone::load).transpose()?;
        let zone = own.as_ref().unwrap_or(&self.organization_zone);
        let currency = Currency::parse(&row.currency)?;
        let started = row.started_at.map(|at| at.to_jiff());
        let seconds = match started {
            Some(started) if row.running => self.now.duration_since(started).as_secs().max(0),
            _ => i64::from(row.seconds),
        };
        let moment = |at: Timestamp| OffsetDateTime::at(at, zone);
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
            worked: WorkDuration::of(seconds),
            rate: rate.map(|rate| Money::new(rate, &currency)),
            amount: rate.filter(|_| !row.running).map(|rate| Money::new(amount_of(seconds, rate), &currency)),
            client: ClientSummary { id: ClientId(row.client_id), name: row.client_name, currency },
            state: row.state.parse()?,
            labour: row.labour.parse()?,
            source: row.source.parse()?,
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
    given: TimeFilterInput,
    PageRequest { limit, cursor, with_total }: PageRequest,
) -> Result<Page<TimeEntry>, Error> {
    let (read_scope, limit) = (ReadScope::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map_or(Ok(EntryCursor::START), after)?;
    let filter = TimeFilter::of(cx, &read_scope, given).await?;
    let rows = read::list(&mut cx.db, &filter, after, limit + 1).await?;
    let total = match with_total.unwrap_or(false) {
        // A first page that is the last one has been searched to its end: the descriptions are not searched a second time.
        true if after == EntryCursor::START && rows.len() as i64 <= limit => Some(rows.len() as i64),
        true => Some(read::count(&mut cx.db, &filter).await?),
        false => None,
    };
    let presenter = EntryPresenter::of(cx, &read_scope)?;
    let cursor_of =
        |row: &read::EntryRow| Cursor { key: format!("{} {}", row.day.to_jiff(), row.position.to_jiff().as_microsecond()), id: row.id };
    let page = Page::of(cx.listing, rows, limit, cursor_of, |row| presenter.present(row))?;
    let (from, to) = filter.requested_days();
    Ok(Page { total, from, to, ..page })
}

/// Parses a cursor: the day and the position (in microseconds) of the last entry of the page before.
fn after(cursor: Cursor) -> Result<EntryCursor, Error> {
    let parsed = cursor
        .key
        .split_once(' ')
        .and_then(|(day, position)| Some((day.parse().ok()?, Timestamp::from_microsecond(position.parse().ok()?).ok()?)));
    let (day, position) =
        parsed.ok_or_else(|| Error::invalid("cursor", "The cursor is of another list. Give next_cursor of the page before, unchanged."))?;
    Ok(EntryCursor { day, position, id: cursor.id })
}

/// One entry that the caller may see.
pub async fn get(cx: &mut Call, entry: &str) -> Result<TimeEntry, Error> {
    let read_scope = ReadScope::of(cx)?;
    one(cx, &read_scope, reference::parse_id(entry)).await
}

/// The entry with this id, as the caller may see it.
pub async fn one(cx: &mut Call, read_scope: &ReadScope, id: Uuid) -> Result<TimeEntry, Error> {
    let row = read::find(&mut cx.db, id, read_scope.only_time_of()).await?;
    EntryPresenter::of(cx, read_scope)?.present(row.ok_or_else(|| missing(cx))?)
}

/// The error for an entry that does not exist for this caller.
pub fn missing(cx: &Call) -> Error {
    cx.with_operation_hint("list_time_entries", Error::not_found("time entry"))
}

/// The entries with these ids, in their order.
pub async fn find_many(cx: &mut Call, read_scope: &ReadScope, ids: &[Uuid]) -> Result<Vec<TimeEntry>, Error> {
    let rows = read::find_many(&mut cx.db, ids, read_scope.only_time_of()).await?;
    let presenter = EntryPresenter::of(cx, read_scope)?;
    rows.into_iter().map(|row| presenter.present(row)).collect()
}

/// An entry that was just written, with the totals and the budget it changed.
pub async fn logged(cx: &mut Call, read_scope: &ReadScope, id: Uuid, budgets: &BudgetOutcome) -> Result<Logged, Error> {
    let entry = one(cx, read_scope, id).await?;
    warn_drafts(cx, std::slice::from_ref(&entry))?;
    let (day_total, unbilled) = totals(cx, read_scope, &entry).await?;
    warn_overfull_day(cx, read_scope, &entry, &day_total);
    for other in overlaps(cx, &[entry.id.0]).await? {
        cx.warn(overlapping(&other, false));
    }
    let budget = budgets.status_on(entry.project.id.0, entry.day.date());
    Ok(Logged { entry, day_total, unbilled, budget })
}

/// Other time of the same members that overlaps these entries: either of the two is wrong, or both were meant.
pub async fn overlaps(cx: &mut Call, entries: &[Uuid]) -> Result<Vec<Overlap>, Error> {
    // A token that may only write learns nothing of other time.
    if cx.caller.token.as_ref().is_some_and(|token| !token.scopes.contains(&Scope::TimeRead)) {
        return Ok(Vec::new());
    }
    let now = cx.now;
    read::overlaps(&mut cx.db, entries, now).await
}

/// The warning about time that overlaps an entry. It states the day, unless the entry is `named`, so that the caller knows the day.
pub fn overlapping(other: &Overlap, named: bool) -> String {
    let project = &other.project;
    let what = match (other.running, named) {
        (true, _) => format!("the timer that runs on {project}"),
        (false, true) => format!("time on {project}"),
        (false, false) => format!("time on {project} of {}", Day::from(other.day.to_jiff()).in_words()),
    };
    format!("It overlaps {what}. Check both.")
}

/// Warns of a day with more work than it has hours: something is logged twice, or on the wrong day. The entry shows the day.
fn warn_overfull_day(cx: &mut Call, read_scope: &ReadScope, entry: &TimeEntry, day_total: &WorkDuration) {
    if day_total.seconds > SECONDS_MAX {
        let whose = if entry.member.id.0 == read_scope.member { String::new() } else { format!(" of {}", entry.member.name) };
        cx.warn(format!("{}{whose} are more than a day holds.", day_total.text));
    }
}

/// The same for the days of several entries, once per member and day.
pub async fn warn_overfull_days(cx: &mut Call, entries: &[TimeEntry]) -> Result<(), Error> {
    let mut seen = HashSet::new();
    for entry in entries.iter().filter(|entry| seen.insert((entry.member.id, entry.day.clone()))) {
        let (worked, _) = sums::totals(&mut cx.db, entry.member.id.0, entry.day.date(), None).await?;
        if worked > SECONDS_MAX {
            let (name, day, worked) = (&entry.member.name, entry.day.in_words(), WorkDuration::of(worked).text);
            cx.warn(format!("{name} has {worked} on {day}, more than a day holds."));
        }
    }
    Ok(())
}

/// The time that the entry's member worked on its day, and the unbilled amount of its client.
pub async fn totals(cx: &mut Call, read_scope: &ReadScope, entry: &TimeEntry) -> Result<(WorkDuration, Option<Money>), Error> {
    let client = read_scope.money.then_some(entry.client.id);
    let (worked, unbilled) = sums::totals(&mut cx.db, entry.member.id.0, entry.day.date(), client).await?;
    Ok((WorkDuration::of(worked), read_scope.money.then(|| Money::new(unbilled, &entry.client.currency))))
}
