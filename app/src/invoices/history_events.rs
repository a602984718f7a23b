//! The history of one invoice.

use domain::{
    day::OffsetDateTime,
    id::{ActionId, MemberId},
};

use super::history::{InvoiceEvent, InvoiceHistory};
use crate::{
    error::Error,
    history::{
        descriptions,
        store::{self, descriptions::of_invoice},
    },
    invoices::read,
    operation::{Call, read_scope::ReadScope},
    summary::MemberSummary,
};

/// The most events that are returned.
const EVENTS_MAX: usize = 100;

/// The newest actions on an invoice that the caller may see.
pub async fn history(cx: &mut Call, invoice: &str) -> Result<InvoiceHistory, Error> {
    let invoice = read::find(cx, invoice).await?;
    let mut actions = of_invoice(&mut cx.db, invoice.id, invoice.number.as_deref().unwrap_or_default(), EVENTS_MAX as i64 + 1).await?;
    let more = actions.len() > EVENTS_MAX;
    actions.truncate(EVENTS_MAX);
    let money = ReadScope::of(cx)?.money;
    let mut words = descriptions::describe_for_invoice(&mut cx.db, &actions, money, invoice.id).await?;
    let zone = cx.membership()?.member_zone.clone();
    let rows = store::find_all(&mut cx.db, &actions).await?;
    let events = rows.into_iter().map(|row| InvoiceEvent {
        id: ActionId(row.id),
        at: OffsetDateTime::at(row.at.to_jiff(), &zone),
        told: words.remove(&row.id).unwrap_or_default(),
        member: row.member_id.zip(row.member_name).map(|(id, name)| MemberSummary { id: MemberId(id), name }),
        token: row.token,
        undone: row.undone_by.is_some(),
    });
    Ok(InvoiceHistory { events: events.collect(), more })
}
