//! The counter of invoice numbers: assigns the next number, sets it forward, and reports that none is missing.
//!
//! One counter continues whatever the pattern becomes; the yearly restart is a rule that is applied when the year changes and that shows in
//! the number. Counts that no invoice will have are recorded with their reason, so that the report can account for each.

use domain::{
    day::{Day, OffsetDateTime},
    id::InvoiceId,
    money::{Currency, Money, grouped},
    number_pattern::NumberPattern,
};
use jiff::{Timestamp, civil::Date};

use super::{
    MissingNumbers, NumberReport, NumberSeries, NumberedInvoice, SkipReason, SkippedNumbers, read,
    store::{self, MissingRow, NumberRow, SeriesRow, SkipRow},
};
use crate::{
    error::{Code, Error},
    operation::Call,
    organizations::{self, Organization},
    page::{self, Cursor, Page},
};

/// The highest count.
const COUNT_MAX: i64 = 999_999_999;

/// How many counts may be left out without confirmation.
const LEFT_OUT_MAX: i64 = 10_000;

/// The most series, left out and missing counts that the report names.
const REPORT_MAX: i64 = 100;

/// How many numbers are tried when earlier invoices have the next ones.
const TRIES_MAX: usize = 1_000;

/// The counter as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Its series since it last restarted: the year of that, or empty.
    pub series: String,
    /// The last count.
    pub last: i64,
    /// The year in which it last advanced.
    pub year: i16,
}

/// A range of counts that no invoice will have.
pub struct NewNumberSkip<'a> {
    /// Their series.
    pub series: &'a str,
    /// The first of them.
    pub first: i64,
    /// The last of them.
    pub last: i64,
    /// The reason.
    pub reason: SkipReason,
}

/// The number assigned to an invoice.
pub struct AssignedNumber {
    /// The number as printed.
    pub number: String,
    /// What it was counted in.
    pub series: String,
    /// Its count.
    pub sequence: i64,
}

/// The numbering of an organization on a given day.
struct Numbering {
    pattern: NumberPattern,
    yearly_reset: bool,
    today: Date,
}

impl Numbering {
    fn of(organization: &Organization, today: Date) -> Result<Self, Error> {
        let pattern = NumberPattern::parse(&organization.number_pattern)?;
        Ok(Self { pattern, yearly_reset: organization.number_yearly_reset, today })
    }

    fn series(&self) -> String {
        self.pattern.series(self.today.year(), self.yearly_reset)
    }

    fn number(&self, count: i64) -> String {
        self.pattern.format(self.today.year(), self.today.month(), count)
    }

    /// A counter before its first number.
    fn first(&self) -> Counter {
        Counter { series: self.series(), last: 0, year: self.today.year() }
    }

    /// Whether the counter restarts today.
    fn restarts_today(&self, counter: &Counter) -> bool {
        !self.series().is_empty() && self.today.year() > counter.year
    }
}

/// The current value of the counter, after a restart if one is due today.
async fn current_counter(cx: &mut Call, numbering: &Numbering, counter: Counter) -> Result<Counter, Error> {
    if !numbering.restarts_today(&counter) {
        return Ok(Counter { year: counter.year.max(numbering.today.year()), ..counter });
    }
    let series = numbering.series();
    let last = store::highest_count(&mut cx.db, Some(&series)).await?;
    Ok(Counter { series, last, year: numbering.today.year() })
}

/// The next count and number that no invoice has. Under another pattern an earlier invoice may have the number; then the counter continues
/// after the highest count there is.
async fn next_free_number(cx: &mut Call, numbering: &Numbering, counter: &Counter) -> Result<(i64, String), Error> {
    let mut count = counter.last + 1;
    if store::is_number_taken(&mut cx.db, &numbering.number(count)).await? {
        count = count.max(store::highest_count(&mut cx.db, None).await? + 1);
    }
    for count in (count..=COUNT_MAX).take(TRIES_MAX) {
        let number = numbering.number(count);
        if !store::is_number_taken(&mut cx.db, &number).await? {
            return Ok((count, number));
        }
    }
    Err(Error::new(Code::Conflict, "Earlier invoices have the numbers that come next. Change the pattern of invoice numbers in Settings."))
}

/// Assigns the next number. The counter stays locked until the transaction ends: numbers have no gap.
pub async fn assign_next(cx: &mut Call, organization: &Organization, today: Date) -> Result<AssignedNumber, Error> {
    let numbering = Numbering::of(organization, today)?;
    let counter = store::lock_counter(&mut cx.db, &numbering.first()).await?;
    let counter = current_counter(cx, &numbering, counter).await?;
    let (sequence, number) = next_free_number(cx, &numbering, &counter).await?;
    skip(cx, &counter, sequence, SkipReason::Taken).await?;
    let counter = Counter { last: sequence, ..counter };
    store::set_counter(&mut cx.db, &counter).await?;
    Ok(AssignedNumber { number, series: counter.series, sequence })
}

/// Records the counts between the counter and a count that is not the next one.
async fn skip(cx: &mut Call, counter: &Counter, count: i64, reason: SkipReason) -> Result<(), Error> {
    if count == counter.last + 1 {
        return Ok(());
    }
    let (member, now) = (cx.membership()?.member.0, cx.now);
    let skip = NewNumberSkip { series: &counter.series, first: counter.last + 1, last: count - 1, reason };
    store::insert_skip(&mut cx.db, &skip, member, now).await
}

/// Sets the next number, forward only. It cannot be set back, so leaving out many numbers requires confirmation.
pub async fn set_next(cx: &mut Call, next: i64, leave_out_many: bool) -> Result<NumberReport, Error> {
    let numbering = Numbering::of(&organizations::settings::get(cx).await?, cx.organization_today()?)?;
    let counter = store::lock_counter(&mut cx.db, &numbering.first()).await?;
    let counter = current_counter(cx, &numbering, counter).await?;
    if next <= counter.last || next > COUNT_MAX {
        let (least, shown) = (counter.last + 1, numbering.number(counter.last + 1));
        let most = grouped(&COUNT_MAX.to_string());
        let message = format!(
            "The count {next} cannot be next: the next number is {shown} at the earliest, since no number is given twice. Give a count from {least} to {most}."
        );
        return Err(Error::invalid("next", message));
    }
    let left_out = next - counter.last - 1;
    if left_out > LEFT_OUT_MAX && !leave_out_many {
        let message = format!(
            "{} would leave out {left_out} numbers for ever: the next one is {}. Give the count alone, such as 31 and not 20260031, or say \
             that so many are left out.",
            numbering.number(next),
            numbering.number(counter.last + 1)
        );
        return Err(Error::invalid("next", message));
    }
    skip(cx, &counter, next, SkipReason::Set).await?;
    store::set_counter(&mut cx.db, &Counter { last: next - 1, ..counter }).await?;
    report(cx, NumberReportQuery::default()).await
}

/// The arguments of `report_invoice_numbers`.
#[derive(Default)]
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct NumberReportQuery {
    pub year: Option<i16>,
    pub limit: Option<u32>,
    pub cursor: Option<String>,
    pub with_total: bool,
}

/// Reports the series, each number, and whether any is missing.
pub async fn report(cx: &mut Call, asked: NumberReportQuery) -> Result<NumberReport, Error> {
    let numbering = Numbering::of(&organizations::settings::get(cx).await?, cx.organization_today()?)?;
    let counter = store::counter(&mut cx.db).await?.unwrap_or_else(|| numbering.first());
    let counter = current_counter(cx, &numbering, counter).await?;
    // The rest of the report is valid even if no next number can be found.
    let following = match next_free_number(cx, &numbering, &counter).await {
        Err(error) if error.code == Code::Conflict => None,
        following => Some(following?),
    };
    let (next, next_number) = following.unzip();
    let zone = cx.membership()?.organization_zone.clone();
    let series = store::series(&mut cx.db, REPORT_MAX).await?.into_iter().map(read_series).collect();
    let skipped = store::skips(&mut cx.db, REPORT_MAX).await?.into_iter().map(|row| read_skip(row, &zone)).collect::<Result<_, _>>()?;
    let missing: Vec<_> = store::missing(&mut cx.db, REPORT_MAX).await?.into_iter().map(read_missing).collect();
    let numbers = numbers(cx, asked).await?;
    Ok(NumberReport { complete: missing.is_empty(), next, next_number, series, skipped, missing, numbers })
}

/// A page of the assigned numbers, the latest first.
async fn numbers(cx: &mut Call, asked: NumberReportQuery) -> Result<Page<NumberedInvoice>, Error> {
    let NumberReportQuery { year, limit, cursor, with_total } = asked;
    let (limit, after, today) = (page::limit(limit)?, cx.listing.after(cursor.as_deref())?, cx.organization_today()?);
    let at = after.as_ref().map(|after| after.key.parse::<Timestamp>()).transpose();
    let at = at.map_err(|_| Error::invalid("cursor", "The cursor does not belong to this list; start again without it."))?;
    let after = at.map(crate::database::instant).zip(after.as_ref());
    let rows = store::numbers(&mut cx.db, year, after, limit + 1).await?;
    let total = if with_total { Some(store::count_numbers(&mut cx.db, year).await?) } else { None };
    let place = |row: &NumberRow| Cursor { key: row.sent_at.to_jiff().to_string(), id: row.id };
    let page = Page::of(cx.listing, rows, limit, place, |row| read_number(row, today))?;
    Ok(Page { total, ..page })
}

fn read_series(row: SeriesRow) -> NumberSeries {
    let (from, to) = (Day::from(row.from.to_jiff()), Day::from(row.to.to_jiff()));
    NumberSeries { series: row.series, first: row.first, last: row.last, given: row.given, from, to }
}

fn read_skip(row: SkipRow, zone: &jiff::tz::TimeZone) -> Result<SkippedNumbers, Error> {
    Ok(SkippedNumbers {
        series: row.series,
        first: row.first,
        last: row.last,
        reason: row.reason.parse()?,
        by: row.member,
        at: OffsetDateTime::at(row.at.to_jiff(), zone),
    })
}

fn read_missing(row: MissingRow) -> MissingNumbers {
    MissingNumbers { series: row.series, first: row.first, last: row.last }
}

fn read_number(row: NumberRow, today: Date) -> Result<NumberedInvoice, Error> {
    let due_on = row.due_on.map(|day| day.to_jiff());
    Ok(NumberedInvoice {
        invoice: InvoiceId(row.id),
        number: row.number,
        series: row.series,
        sequence: row.sequence,
        status: read::status_of(&row.state, due_on, row.paid, today),
        client: row.client,
        issued_on: Day::from(row.issued_on.to_jiff()),
        total: Money::new(row.total, &Currency::parse(&row.currency)?),
    })
}
