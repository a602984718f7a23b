//! Changes the currency of an organization, in which new clients and its own rate are billed.

use domain::{
    money::{Amount, Currency, Money, written},
    patch::Patch,
};

use super::{Organization, store};
use crate::{
    error::{Code, Error},
    operation::Call,
};

/// The most clients named in the warning about lost rates.
const NAMED_MAX: usize = 5;

/// Changes the currency of the organization, while there are no invoices. Amounts are not converted: the rate is cleared unless `rate` sets
/// a new one.
pub async fn change(cx: &mut Call, organization: &mut Organization, currency: Currency, rate: &mut Patch<Amount>) -> Result<(), Error> {
    if currency == organization.currency {
        return Ok(());
    }
    if store::has_invoices(&mut cx.db).await? {
        return Err(Error::new(
            Code::InUse,
            "The currency cannot change any more: there are invoices. New clients can have another currency of their own.",
        ));
    }
    if let Some(before) = organization.rate.take() {
        // A form also sends the unchanged figure.
        let renewed = matches!(&*rate, Patch::Set(given) if given.as_str() != written(before.amount, &before.currency));
        if !renewed {
            *rate = Patch::Keep;
            cx.warn(format!(
                "The rate of {} an hour is none in {currency}, so it was cleared. Set one in {currency}: clients in {currency} without a \
                 rate of their own take it.",
                before.text()
            ));
        }
        lost(cx, &before).await?;
    }
    organization.currency = currency;
    Ok(())
}

/// Warns about clients that were billed at the organization's rate and have none any more, whatever it becomes: their currency is now
/// another one.
async fn lost(cx: &mut Call, rate: &Money) -> Result<(), Error> {
    let names = store::without_rate(&mut cx.db, rate.currency.as_str(), NAMED_MAX as i64 + 1).await?;
    if names.is_empty() {
        return Ok(());
    }
    let (named, others) = (&names[..names.len().min(NAMED_MAX)], if names.len() > NAMED_MAX { " and others" } else { "" });
    cx.warn(format!(
        "Without a rate of their own, these clients billed at {} an hour and have no rate any more: {}{others}. Give each a rate in {}.",
        rate.text(),
        named.join(", "),
        rate.currency
    ));
    Ok(())
}
