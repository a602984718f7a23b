//! Changes the rates of the time on a draft, and reprices its lines.

use std::collections::BTreeMap;

use domain::{
    id::InvoiceLineId,
    money::{Amount, Currency},
    time_rounding::RoundingBasis,
};
use jiff::civil::Date;
use uuid::Uuid;

use crate::{
    budgets::guard::{BudgetGuard, HardStop},
    clients,
    error::{Code, Error},
    invoices::{
        LineChange,
        compose::{self, LINES_MAX, PricedTime, UnbilledEntry},
        line_texts, read,
        store::{self, DraftEntry, InvoiceRow, LineRow},
    },
    operation::{Call, read_scope::ReadScope},
    organizations::settings::rate_of,
};

/// A change of the rates of the time on a draft.
pub struct RateChange {
    /// Whether the time takes the present rates of project, client, member or organization.
    pub current: bool,
    /// The rate for time without one.
    pub missing: Option<Amount>,
    /// New rates for lines whose time has a rate of its own.
    pub per_line: Vec<(Uuid, Amount)>,
}

/// The rates in changes of lines. Skips removed lines and invalid ids, which are handled elsewhere.
pub fn line_rates(changes: &[LineChange]) -> Vec<(Uuid, Amount)> {
    let stays = changes.iter().filter(|change| change.remove != Some(true));
    let given = stays.filter_map(|change| Some((change.line.trim().parse().ok()?, change.rate.clone()?)));
    given.filter(|(_, rate)| !rate.is_empty()).collect()
}

impl RateChange {
    /// Whether the change sets present or missing rates; a form sends an empty field as an empty amount.
    pub fn wanted(&self) -> bool {
        self.current || self.missing.as_ref().is_some_and(|rate| !rate.is_empty())
    }
}

/// Gives the time on a draft the present or the missing rate and reprices its lines, which keep their texts; returns how many lines were
/// added, since a line has one price. Time with a rate of its own or on a closed day keeps its rate.
pub async fn apply_rates(cx: &mut Call, row: &InvoiceRow, currency: &Currency, rates: &RateChange) -> Result<usize, Error> {
    let missing = rates.missing.as_ref().filter(|rate| !rate.is_empty()).map(|rate| rate_of("time_rate", rate, currency)).transpose()?;
    store::lock_draft_entries(&mut cx.db, row.id).await?;
    let mut time = store::draft_entries(&mut cx.db, row.id, false).await?;
    let mut changed = Vec::new();
    for entry in &mut time {
        if let Some((rate, own)) = new_rate(entry, rates.current, missing) {
            (entry.entry.rate, entry.own) = (Some(rate), own);
            changed.push(&*entry);
        }
    }
    if changed.is_empty() {
        warn_unchanged(cx, rates.current, &time);
        return Ok(0);
    }
    write(cx, &changed).await?;
    price_lines(cx, row, currency, &time).await
}

/// Warns why no time on a draft got another rate; `current` says whether it was to take the rates that hold by now.
fn warn_unchanged(cx: &mut Call, current: bool, time: &[DraftEntry]) {
    const UNDO: &str = "A rate that was given to it by mistake is taken back by undoing that.";
    if current {
        let why = "The time on this draft has these rates already, has one of its own, or is on a closed day: nothing was priced anew.";
        cx.warn(format!("{why} {UNDO}"));
    } else if time.iter().any(|time| time.entry.rate.is_none()) {
        cx.warn("The time on this draft that has no rate is before the lock date, and gets one only when that is moved.");
    } else {
        cx.warn_by_channel(
            format!("No time on this draft is without a rate, and only such time gets one here: nothing was priced anew. {UNDO}"),
            format!("No time on it is without a rate; time_rate gives one only to such time. {UNDO}"),
        );
    }
}

/// The new rate of an entry, and whether it is the entry's own; `None` where the rate stays.
fn new_rate(time: &DraftEntry, current: bool, missing: Option<i64>) -> Option<(i64, bool)> {
    if time.own || time.closed {
        return None;
    }
    match time.holds.filter(|_| current) {
        Some(holds) => (time.entry.rate != Some(holds)).then_some((holds, false)),
        None => missing.filter(|_| time.entry.rate.is_none()).map(|rate| (rate, true)),
    }
}

/// Replaces the own rates of the time on lines, and reprices them; returns how many lines were added. A form sends unchanged rates along,
/// which have no effect.
pub async fn set_line_rates(cx: &mut Call, row: &InvoiceRow, currency: &Currency, again: &[(Uuid, Amount)]) -> Result<usize, Error> {
    store::lock_draft_entries(&mut cx.db, row.id).await?;
    let mut time = store::draft_entries(&mut cx.db, row.id, false).await?;
    // A draft has thousands of entries and lines: each entry looks up the rate of its line.
    let rates =
        again.iter().map(|(line, rate)| Ok((*line, rate_of("rate", rate, currency)?))).collect::<Result<BTreeMap<_, _>, Error>>()?;
    let mut changed = Vec::new();
    for entry in &mut time {
        let Some(rate) = rates.get(&entry.line).copied().filter(|rate| entry.entry.rate != Some(*rate)) else { continue };
        check_own_rate_editable(entry)?;
        entry.entry.rate = Some(rate);
        changed.push(&*entry);
    }
    if changed.is_empty() {
        return Ok(0);
    }
    write(cx, &changed).await?;
    price_lines(cx, row, currency, &time).await
}

fn check_own_rate_editable(time: &DraftEntry) -> Result<(), Error> {
    if time.closed {
        return Err(Error::new(Code::Locked, "Time on this line is before the lock date, so its rate stays."));
    }
    match time.own {
        true => Ok(()),
        false => Err(Error::invalid(
            "lines",
            "The time on this line takes the rate of its project, client or member. Set another one there, and take up the rates that hold by now.",
        )),
    }
}

/// The lines whose time has a single rate that is its own, with that rate.
pub fn own_rates(time: &[DraftEntry]) -> BTreeMap<Uuid, i64> {
    let mut rates: BTreeMap<Uuid, Option<i64>> = BTreeMap::new();
    for time in time {
        let own = time.entry.rate.filter(|_| time.own && !time.closed);
        let rate = rates.entry(time.line).or_insert(own);
        *rate = rate.filter(|rate| Some(*rate) == own);
    }
    rates.into_iter().filter_map(|(line, rate)| Some((line, rate?))).collect()
}

/// Writes the rates of entries under the budget guard. A hard stop does not refuse it, since the time was already worked.
async fn write(cx: &mut Call, changed: &[&DraftEntry]) -> Result<(), Error> {
    let (read_scope, now) = (ReadScope::of(cx)?, cx.now);
    let mut touched: Vec<(Uuid, Date)> = changed.iter().map(|time| (time.entry.project, time.entry.day)).collect();
    touched.sort_unstable();
    touched.dedup();
    let guard = BudgetGuard::lock(cx, &touched).await?;
    store::set_rates(&mut cx.db, changed, now).await?;
    guard.finish(cx, &read_scope, HardStop::Ignore).await?;
    Ok(())
}

/// Reprices the lines of a draft that share time rounded by day and project, after one of them was removed: the remaining ones get the
/// amounts that a new draft of their time would have. Returns how many lines were added.
pub async fn reprice_shared_rounding(cx: &mut Call, row: &InvoiceRow, currency: &Currency) -> Result<usize, Error> {
    let rounding = read::rounding(row)?;
    if rounding.step_minutes == 0 || rounding.basis != RoundingBasis::DayAndProject {
        return Ok(0);
    }
    let time = store::draft_entries(&mut cx.db, row.id, false).await?;
    price_lines(cx, row, currency, &time).await
}

/// Prices the lines of a draft by its time. If the time of a line has several rates, each rate after the first gets a new line behind
/// it. Returns how many lines were added.
async fn price_lines(cx: &mut Call, row: &InvoiceRow, currency: &Currency, time: &[DraftEntry]) -> Result<usize, Error> {
    let lines = store::lines(&mut cx.db, row.id).await?;
    let (mut changed, mut added, mut order) = (Vec::new(), Vec::new(), Vec::new());
    let mut priced_times = priced_times(cx, row, time).await?;
    for before in &lines {
        order.push(before.id);
        let mut priced = priced_times.remove(&before.id).unwrap_or_default().into_iter().map(|worth| priced(before, worth, currency));
        changed.extend(priced.next().filter(|first| first != before));
        for line in priced {
            let line = LineRow { id: InvoiceLineId::new().0, ..line };
            order.push(line.id);
            added.push(line);
        }
    }
    if order.len() > LINES_MAX {
        let message = format!("At these rates this would be {} lines, and an invoice holds {LINES_MAX} at most.", order.len());
        return Err(Error::invalid("current_rates", message));
    }
    store::update_lines(&mut cx.db, &changed, currency).await?;
    if !added.is_empty() {
        let last = store::last_position(&mut cx.db, row.id).await?;
        store::insert_lines(&mut cx.db, row.id, last, &added, currency).await?;
        store::order_lines(&mut cx.db, &order).await?;
        store::move_entries(&mut cx.db, &added).await?;
    }
    Ok(added.len())
}

/// The priced time of each line, per rate.
async fn priced_times(cx: &mut Call, row: &InvoiceRow, time: &[DraftEntry]) -> Result<BTreeMap<Uuid, Vec<PricedTime>>, Error> {
    let client = clients::record::find(cx, &row.client_id.to_string()).await?;
    let grouping = line_texts::grouping(row, &client)?;
    let (lines, entries): (Vec<Uuid>, Vec<UnbilledEntry>) = time.iter().map(|time| (time.line, time.entry.clone())).unzip();
    Ok(compose::priced_times(&entries, &lines, grouping))
}

/// A line with the amounts of its priced time.
fn priced(line: &LineRow, worth: PricedTime, currency: &Currency) -> LineRow {
    LineRow {
        seconds: Some(worth.worked),
        billed_seconds: Some(worth.billed),
        unit_price: worth.unit_price(currency),
        net: worth.net,
        without_rate: worth.without_rate,
        entries: worth.entries,
        ..line.clone()
    }
}
