//! The currency of a client: fixed as soon as there is an amount in it, since amounts are never converted.

use domain::money::Currency;

use super::{
    Client,
    store::{self, ProjectWithAmounts},
};
use crate::{
    error::{Code, Error},
    operation::Call,
};

/// The most conflicting amounts that the refusal names.
const NAMED_MAX: usize = 5;

/// Changes the currency of a client and clears its own rate, with a warning unless it gets another one (`rated`). Refused while there are
/// other amounts in the old currency.
pub async fn change(cx: &mut Call, client: &mut Client, currency: Currency, rated: bool) -> Result<(), Error> {
    if currency == client.currency {
        return Ok(());
    }
    if store::has_time_or_invoices(&mut cx.db, client.id).await? {
        return Err(fixed(client, "there is time or an invoice in it", &format!("Add another client for {currency}.")));
    }
    let amounts = amounts(&store::priced(&mut cx.db, client.id, NAMED_MAX as i64 + 1).await?);
    if !amounts.is_empty() {
        let way_out = format!("Take what is an amount away first, or add another client for {currency}.");
        return Err(fixed(client, &format!("{} in it", listed(&amounts)), &way_out));
    }
    if let Some(rate) = client.rate.take().filter(|_| !rated) {
        cx.warn(format!("The rate of {} an hour is none in {currency}, so it was cleared. Set one in {currency}.", rate.text()));
    }
    client.currency = currency;
    Ok(())
}

fn fixed(client: &Client, why: &str, way_out: &str) -> Error {
    Error::new(Code::InUse, format!("The currency of {} stays {}: {why}. {way_out}", client.name, client.currency))
}

/// The amounts of the projects in the client's currency.
fn amounts(projects: &[ProjectWithAmounts]) -> Vec<String> {
    let of = |project: &ProjectWithAmounts| {
        let rate = project.rated.then(|| format!("the rate of {}", project.name));
        let budget = project.budgeted.then(|| format!("the budget of {}", project.name));
        [rate, budget].into_iter().flatten()
    };
    projects.iter().flat_map(of).collect()
}

/// Lists the first few with the verb: `the rate of Dashboard and the budget of Site are`.
fn listed(amounts: &[String]) -> String {
    let (named, verb) = (&amounts[..amounts.len().min(NAMED_MAX)], if amounts.len() == 1 { "is" } else { "are" });
    if amounts.len() > NAMED_MAX {
        return format!("{} and others {verb}", named.join(", "));
    }
    match named {
        [all @ .., last] if !all.is_empty() => format!("{} and {last} {verb}", all.join(", ")),
        _ => format!("{} {verb}", named.concat()),
    }
}
