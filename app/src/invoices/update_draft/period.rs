//! Sets the service period of a draft.

use domain::{
    day::{DateRange, Day},
    invalid_value::InvalidValue,
    patch::Patch,
};
use jiff::civil::Date;
use uuid::Uuid;

use super::given;
use crate::{
    database::date,
    error::Error,
    invoices::{
        read,
        store::{self, InvoiceRow},
    },
    operation::Call,
};

/// Sets the service period (BG-14): the days given, or those of the time on the invoice. Either of two given days can be cleared.
pub async fn set(cx: &mut Call, row: &mut InvoiceRow, from: Patch<String>, to: Patch<String>) -> Result<(), Error> {
    let (before, from, to) = (read::period(row), given(from), given(to));
    if from.is_none() && to.is_none() && row.period_given {
        return Ok(());
    }
    let names_no_day = [&from, &to].into_iter().all(|end| !matches!(end, Some(Some(_))));
    let wished = match names_no_day && (from == to || before.is_none()) {
        true => None,
        false => Some(period_of(cx, row.id, before.as_ref(), from, to).await?),
    };
    // A form sends the unchanged days along; they do not count as given.
    let wished = wished.filter(|span| row.period_given || before.as_ref() != Some(span));
    row.period_given = wished.is_some();
    (row.period_from, row.period_to) = match wished {
        Some(span) => (Some(date(span.from.date())), Some(date(span.to.date()))),
        None => store::worked_days(&mut cx.db, row.id).await?.unzip(),
    };
    Ok(())
}

/// The service period after a change of its ends; a cleared end falls back to that of the time on the invoice.
async fn period_of(
    cx: &mut Call,
    invoice: Uuid,
    before: Option<&DateRange>,
    from: Option<Option<String>>,
    to: Option<Option<String>>,
) -> Result<DateRange, Error> {
    let (today, of_time) = (cx.organization_today()?, store::worked_days(&mut cx.db, invoice).await?);
    let (first, last) = of_time.map(|(first, last)| (Day::from(first.to_jiff()), Day::from(last.to_jiff()))).unzip();
    let there = if from.is_some() { first } else { before.map(|span| span.from.clone()) };
    let changed = if from.is_some() && !matches!(to, Some(Some(_))) { "period_from" } else { "period_to" };
    let first = written("period_from", from.flatten(), there, today)?;
    let there = if to.is_some() { last } else { before.map(|span| span.to.clone()) };
    let last = written("period_to", to.flatten(), there, today)?;
    Ok(DateRange::between(first, last).map_err(|refused| InvalidValue { field: changed.to_owned(), ..refused })?)
}

/// The given day of the service period, else the fallback `there`.
fn written(field: &'static str, given: Option<String>, there: Option<Day>, today: Date) -> Result<Day, Error> {
    match (given, there) {
        (Some(given), _) => Ok(Day::parse_relative(field, &given, today)?),
        (None, Some(there)) => Ok(there),
        (None, None) => Err(Error::invalid(
            field,
            "The service period has a first and a last day, and there is no time on the invoice that has one; give both, or clear both.",
        )),
    }
}
