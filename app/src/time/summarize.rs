//! Sums up time by group.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap, HashSet},
};

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
    store::sums::{self, GroupName, TimeGroupRow},
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
    if groups.len() as i64 > sums::GROUPS_MAX {
        return Err(Error::invalid("period", "That is too much to sum up at once. Choose a shorter period."));
    }
    let (totals, groups) = summed(&groups)?;
    let groups = if by == TimeGroupBy::None { Vec::new() } else { groups };
    let ((from, to), count) = (filter.requested_days(), (by != TimeGroupBy::None).then_some(groups.len() as i64));
    let groups = page_and_one_more(cx, by, groups, after, limit).await?;
    let items = named(cx, by, groups, &read_scope).await?;
    let page = Page::of(cx.listing, items, limit as i64, to_cursor, Ok)?;
    let totals = totals.totals(&read_scope);
    Ok(TimeSummary { group_by: by, from, to, items: page.items, groups: count, next_cursor: page.next_cursor, totals })
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
fn summed(rows: &[TimeGroupRow]) -> Result<(TotalsBuilder, Vec<SummedGroup>), Error> {
    let mut all = TotalsBuilder::default();
    let mut groups: HashMap<(Option<Uuid>, Option<Date>), TotalsBuilder> = HashMap::new();
    for row in rows {
        all.add(row)?;
        groups.entry((row.id, row.day.map(|day| day.to_jiff()))).or_default().add(row)?;
    }
    Ok((all, groups.into_iter().map(|((id, day), sum)| SummedGroup { id, day, sum }).collect()))
}

/// A group before its name is read: a name may be long, and of thousands of groups only a page is answered.
struct SummedGroup {
    id: Option<Uuid>,
    day: Option<Date>,
    sum: TotalsBuilder,
}

/// The sort key of a group as far as its time decides: the newest day first where there are days, then the most time.
type TimePosition = (Reverse<Option<Date>>, Reverse<i64>);

/// The sort key of a group: groups with as much time stand in the order of their names, then of their ids.
struct GroupPosition {
    time: TimePosition,
    label: String,
    id: Uuid,
}

impl SummedGroup {
    fn time(&self) -> TimePosition {
        (Reverse(self.day), Reverse(self.sum.worked))
    }
}

/// The groups after a position, in order: as many as requested, and one more, which tells whether there is a next page.
async fn page_and_one_more(
    cx: &mut Call,
    by: TimeGroupBy,
    groups: Vec<SummedGroup>,
    after: Option<GroupPosition>,
    limit: usize,
) -> Result<Vec<SummedGroup>, Error> {
    let cursor = after.as_ref().map(|after| after.time);
    let mut groups = candidates(groups, cursor, limit + 1);
    let ids = of_equal_time(&groups, cursor);
    let last = after.as_ref().map(|after| (after.label.as_str(), after.id));
    let order = if ids.is_empty() { Vec::new() } else { sums::in_order_of_names(&mut cx.db, by, &ids, last).await? };
    let behind: HashSet<Uuid> = order.iter().filter(|group| group.is_after).map(|group| group.id).collect();
    groups.retain(|group| Some(group.time()) != cursor || group.id.is_some_and(|id| behind.contains(&id)));
    let places: HashMap<Uuid, usize> = order.into_iter().enumerate().map(|(place, group)| (group.id, place)).collect();
    groups.sort_by_key(|group| (group.time(), group.id.and_then(|id| places.get(&id).copied())));
    groups.truncate(limit + 1);
    Ok(groups)
}

/// The groups among which the first `count` after the cursor are, in the order of their time: those at the cursor, `count` behind them,
/// and all with as much time as the last of these.
fn candidates(mut groups: Vec<SummedGroup>, cursor: Option<TimePosition>, count: usize) -> Vec<SummedGroup> {
    groups.retain(|group| cursor.is_none_or(|cursor| group.time() >= cursor));
    groups.sort_by_key(SummedGroup::time);
    let at_cursor = groups.partition_point(|group| cursor.is_some_and(|cursor| group.time() <= cursor));
    if let Some(last) = groups.get(at_cursor + count.saturating_sub(1)).map(SummedGroup::time) {
        groups.truncate(groups.partition_point(|group| group.time() <= last));
    }
    groups
}

/// The clients, projects or members whose place depends on their names, each once: those with as much time as others, or as the cursor.
fn of_equal_time(groups: &[SummedGroup], cursor: Option<TimePosition>) -> Vec<Uuid> {
    let equal = groups.chunk_by(|one, other| one.time() == other.time());
    let several = equal.filter(|equal| equal.len() > 1 || equal.first().map(SummedGroup::time) == cursor);
    several.flatten().filter_map(|group| group.id).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The groups with their names and colours.
async fn named(cx: &mut Call, by: TimeGroupBy, groups: Vec<SummedGroup>, read_scope: &ReadScope) -> Result<Vec<TimeGroup>, Error> {
    let ids: BTreeSet<Uuid> = groups.iter().filter_map(|group| group.id).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let names = if ids.is_empty() { Vec::new() } else { sums::names(&mut cx.db, by, &ids).await? };
    let names: HashMap<Uuid, GroupName> = names.into_iter().map(|name| (name.id, name)).collect();
    let items = groups.into_iter().map(|SummedGroup { id, day, sum }| {
        let name = id.and_then(|id| names.get(&id));
        let day = day.map(Day::from);
        let label = match name {
            Some(name) => name.label.clone(),
            None => day.as_ref().map(ToString::to_string).unwrap_or_default(),
        };
        TimeGroup { id, label, color: name.and_then(|name| name.color.clone()), day, totals: sum.totals(read_scope) }
    });
    Ok(items.collect())
}

fn to_cursor(group: &TimeGroup) -> Cursor {
    let day = group.day.as_ref().map(|day| day.to_string()).unwrap_or_default();
    Cursor { key: format!("{day}\n{}\n{}", group.totals.worked.seconds, group.label), id: group.id.unwrap_or_default() }
}

fn parse_cursor(cursor: Cursor) -> Result<GroupPosition, Error> {
    let mut parts = cursor.key.splitn(3, '\n');
    let day = parts.next().filter(|day| !day.is_empty()).map(|day| Day::parse("cursor", day)).transpose()?;
    let seconds = parts.next().and_then(|seconds| seconds.parse().ok()).unwrap_or_default();
    let time = (Reverse(day.map(|day| day.date())), Reverse(seconds));
    Ok(GroupPosition { time, label: parts.next().unwrap_or_default().to_owned(), id: cursor.id })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A group of this many seconds.
    fn group(seconds: i64) -> SummedGroup {
        SummedGroup {
            id: Some(Uuid::from_u128(seconds as u128)),
            day: None,
            sum: TotalsBuilder { worked: seconds, ..TotalsBuilder::default() },
        }
    }

    fn seconds(groups: &[SummedGroup]) -> Vec<i64> {
        groups.iter().map(|group| group.sum.worked).collect()
    }

    /// Thousands of names of hundreds of characters each would take as much memory as all other calls together.
    #[test]
    fn names_are_read_only_for_a_page_and_for_groups_of_equal_time() {
        let all = || (0..20_000).map(group).collect::<Vec<_>>();
        let first = candidates(all(), None, 3);
        assert_eq!((seconds(&first), of_equal_time(&first, None)), (vec![19_999, 19_998, 19_997], Vec::new()));
        let cursor = Some(group(5_000).time());
        let next = candidates(all(), cursor, 3);
        assert_eq!(seconds(&next), [5_000, 4_999, 4_998, 4_997], "that at the cursor is among them");
        assert_eq!(of_equal_time(&next, cursor), [Uuid::from_u128(5_000)]);
        let equal = |many: u128| (0..many).map(|id| SummedGroup { id: Some(Uuid::from_u128(id)), ..group(60) });
        let last = candidates(equal(5).chain(all()).collect(), Some(group(62).time()), 3);
        assert_eq!(seconds(&last), [62, 61, 60, 60, 60, 60, 60, 60], "all that may be the third");
        assert_eq!(of_equal_time(&last, None).len(), 6);
        assert!(candidates(all(), Some(group(-1).time()), 3).is_empty());
    }
}
