//! Sums up time by group.

use std::{cmp::Reverse, collections::HashMap};

use domain::{
    day::Day,
    hours::WorkDuration,
    money::{Currency, Money},
};
use jiff::civil::Date;
use uuid::Uuid;

use super::{
    TimeFilterInput, TimeGroup, TimeGroupBy, TimeSummary, TimeTotals,
    filter::TimeFilter,
    store::sums::{self, TimeGroupRow},
};
use crate::{
    error::Error,
    operation::{Call, read_scope::ReadScope},
    page::{Cursor, Page},
};

/// The most groups in one answer.
pub const ITEMS_MAX: usize = 500;

/// The same by day and project: large enough for a week of everybody's time.
const PIECES_MAX: usize = 7 * ITEMS_MAX;

/// How to group the time, and which page of the groups to answer.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct SummaryRequest {
    pub by: TimeGroupBy,
    pub limit: Option<u32>,
    pub cursor: Option<String>,
}

/// Sums up the time that matches.
pub async fn summarize(cx: &mut Call, given: TimeFilterInput, wanted: SummaryRequest) -> Result<TimeSummary, Error> {
    let (read_scope, by) = (ReadScope::of(cx)?, wanted.by);
    let (limit, after) = (limit(wanted.limit, by)?, cx.listing.after(wanted.cursor.as_deref())?.map(parse_cursor).transpose()?);
    let filter = TimeFilter::of(cx, &read_scope, given).await?;
    let groups = sums::groups(&mut cx.db, &filter, by).await?;
    if groups.len() as i64 == sums::GROUPS_MAX {
        return Err(Error::invalid("period", "That is too much to sum up at once. Choose a shorter period."));
    }
    let (totals, items) = summed(groups, &read_scope)?;
    let ((from, to), items) = (filter.requested_days(), if by == TimeGroupBy::None { Vec::new() } else { items });
    let groups = (by != TimeGroupBy::None).then_some(items.len() as i64);
    let page = page(cx, items, after, limit)?;
    Ok(TimeSummary { group_by: by, from, to, items: page.items, groups, next_cursor: page.next_cursor, totals })
}

/// The number of groups on a page, the maximum by default.
fn limit(given: Option<u32>, by: TimeGroupBy) -> Result<usize, Error> {
    let most = if by == TimeGroupBy::DayAndProject { PIECES_MAX } else { ITEMS_MAX };
    match given.map(|given| given as usize) {
        None => Ok(most),
        Some(limit) if (1..=ITEMS_MAX).contains(&limit) => Ok(limit),
        Some(limit) => Err(Error::invalid("limit", format!("{limit} is not between 1 and {ITEMS_MAX}; follow next_cursor for more."))),
    }
}

/// The totals of all time, and those of each group.
fn summed(groups: Vec<TimeGroupRow>, read_scope: &ReadScope) -> Result<(TimeTotals, Vec<TimeGroup>), Error> {
    let mut all = TotalsBuilder::default();
    let mut items: HashMap<GroupKey, (TotalsBuilder, Option<String>)> = HashMap::new();
    for group in groups {
        all.add(&group)?;
        let item = items.entry((group.id, group.day.map(|day| day.to_jiff()), group.label.clone())).or_default();
        item.0.add(&group)?;
        item.1 = group.color;
    }
    let items = items.into_iter().map(|((id, day, label), (sum, color))| {
        let (day, totals) = (day.map(Day::from), sum.totals(read_scope));
        TimeGroup { id, label, color, day, totals }
    });
    Ok((all.totals(read_scope), items.collect()))
}

/// Identifies a group: id, day and name.
type GroupKey = (Option<Uuid>, Option<Date>, String);

/// The sort key of a group: the newest day first where there are days, then the most time.
type GroupPosition = (Reverse<Option<Day>>, Reverse<i64>, String, Uuid);

fn position(group: &TimeGroup) -> GroupPosition {
    (Reverse(group.day.clone()), Reverse(group.totals.worked.seconds), group.label.clone(), group.id.unwrap_or_default())
}

/// The groups after a position, as many as requested and as fit on the page.
fn page(cx: &Call, mut groups: Vec<TimeGroup>, after: Option<GroupPosition>, limit: usize) -> Result<Page<TimeGroup>, Error> {
    groups.sort_by_cached_key(position);
    if let Some(after) = after {
        groups.retain(|group| position(group) > after);
    }
    Page::of(cx.listing, groups, limit as i64, to_cursor, Ok)
}

fn to_cursor(group: &TimeGroup) -> Cursor {
    let (Reverse(day), Reverse(seconds), label, id) = position(group);
    Cursor { key: format!("{}\n{seconds}\n{label}", day.map(|day| day.to_string()).unwrap_or_default()), id }
}

fn parse_cursor(cursor: Cursor) -> Result<GroupPosition, Error> {
    let mut parts = cursor.key.splitn(3, '\n');
    let day = parts.next().filter(|day| !day.is_empty()).map(|day| Day::parse("cursor", day)).transpose()?;
    let seconds = parts.next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
    Ok((Reverse(day), Reverse(seconds), parts.next().unwrap_or_default().to_owned(), cursor.id))
}

/// Totals while they are summed up, with one amount per currency in the order of their codes.
#[derive(Default)]
struct TotalsBuilder {
    entries: i64,
    worked: i64,
    billable: i64,
    drafts: i64,
    amounts: Vec<(Currency, i64)>,
}

impl TotalsBuilder {
    fn add(&mut self, group: &TimeGroupRow) -> Result<(), Error> {
        self.entries += group.entries;
        self.worked += group.worked;
        self.billable += group.billable;
        self.drafts += group.drafts;
        if group.billable > 0 {
            let currency = Currency::parse(&group.currency)?;
            match self.amounts.binary_search_by(|(known, _)| known.as_str().cmp(currency.as_str())) {
                Ok(at) => self.amounts[at].1 += group.amount,
                Err(at) => self.amounts.insert(at, (currency, group.amount)),
            }
        }
        Ok(())
    }

    fn totals(&self, read_scope: &ReadScope) -> TimeTotals {
        let amounts = || self.amounts.iter().map(|(currency, amount)| Money::new(*amount, currency)).collect();
        TimeTotals {
            entries: self.entries,
            worked: WorkDuration::of(self.worked),
            billable: WorkDuration::of(self.billable),
            drafts: WorkDuration::of(self.drafts),
            amounts: read_scope.money.then(amounts),
        }
    }
}
