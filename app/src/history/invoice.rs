//! What was done to one invoice.

use super::{
    InvoiceEvent, InvoiceHistory,
    store::{self, told::of_invoice},
    told,
};
use crate::{
    day::Moment,
    error::Error,
    id::{ActionId, MemberId},
    invoices::read,
    operation::Call,
    projects::sight::Sight,
    time::MemberSummary,
};

/// How much of it is told.
const EVENTS_MAX: usize = 100;

/// The newest of what was done to an invoice that the caller sees.
pub async fn history(cx: &mut Call, invoice: &str) -> Result<InvoiceHistory, Error> {
    let invoice = read::find(cx, invoice).await?;
    let mut actions = of_invoice(&mut cx.db, invoice.id, invoice.number.as_deref().unwrap_or_default(), EVENTS_MAX as i64 + 1).await?;
    let more = actions.len() > EVENTS_MAX;
    actions.truncate(EVENTS_MAX);
    let money = Sight::of(cx)?.money;
    let mut words = told::told_of(&mut cx.db, &actions, money, invoice.id).await?;
    let zone = cx.membership()?.member_zone.clone();
    let rows = store::these(&mut cx.db, &actions).await?;
    let events = rows.into_iter().map(|row| InvoiceEvent {
        id: ActionId(row.id),
        at: Moment::at(row.at.to_jiff(), &zone),
        told: words.remove(&row.id).unwrap_or_default(),
        member: row.member_id.zip(row.member_name).map(|(id, name)| MemberSummary { id: MemberId(id), name }),
        token: row.token,
        undone: row.undone_by.is_some(),
    });
    Ok(InvoiceHistory { events: events.collect(), more })
}
