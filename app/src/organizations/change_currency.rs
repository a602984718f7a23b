//! The currency of an organization: what new clients bill in, and what its own rate is in.

use super::{Organization, store};
use crate::{
    clients,
    error::{Code, Error},
    money::{Amount, Currency, Money, written},
    operation::Call,
    patch::Patch,
};

/// How many of the clients that lose a rate are named.
const NAMED_MAX: usize = 5;

/// Gives the organization another currency, while there are no invoices. Nothing converts: its rate is none in the new one, and `rate`
/// is what it gets in its place.
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
        // A form sends the figure that stood there, too.
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

/// Tells which clients have billed at a rate of the organization that holds for them no longer, whatever it becomes: theirs is another
/// currency by now.
async fn lost(cx: &mut Call, rate: &Money) -> Result<(), Error> {
    let names = clients::store::without_rate(&mut cx.db, rate.currency.as_str(), NAMED_MAX as i64 + 1).await?;
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
