//! The numbers on top.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::Balance;
use crate::{
    hours::Worked,
    invoices::InvoiceStatus,
    money::Money,
    time::{EntryState, TimeEntry},
    ui::{fact, hours, money},
};

/// Today, this week, unbilled and open, at a glance.
#[component]
pub fn Figures(
    /// What was worked today.
    today: Vec<TimeEntry>,
    /// What was worked this week.
    week: Vec<TimeEntry>,
    /// What is to be billed and paid.
    balance: Option<Balance>,
) -> impl IntoView {
    let billable = worked(week.iter().filter(|entry| entry.billable));
    let note = view! { {format!("{} billable", billable.text)} };
    view! {
        <dl class="facts">
            {fact("Today", hours(&worked(today.iter())), None)}
            {fact("This week", hours(&worked(week.iter())), Some(note.into_any()))}
            {balance.map(amounts)}
        </dl>
    }
}

/// What counts of some entries; drafts do not.
fn worked<'a>(entries: impl Iterator<Item = &'a TimeEntry>) -> Worked {
    Worked::of(entries.filter(|entry| entry.state != EntryState::Draft).map(|entry| entry.worked.seconds).sum())
}

fn amounts(balance: Balance) -> impl IntoView {
    let overdue = sums(balance.open.iter().filter(|invoice| invoice.status == InvoiceStatus::Overdue).map(|invoice| &invoice.balance));
    let note = (!overdue.is_empty()).then(|| view! { <span class="bad">{all(&overdue)} " overdue"</span> }.into_any());
    let open = sums(balance.open.iter().map(|invoice| &invoice.balance));
    let unbilled = sums(balance.unbilled.iter().map(|unbilled| &unbilled.amount));
    [fact("Not invoiced yet", all(&unbilled), None), fact("Invoiced, not paid", all(&open), note)].collect_view()
}

/// One sum per currency, since nothing is ever converted.
pub fn sums<'a>(amounts: impl Iterator<Item = &'a Money>) -> Vec<Money> {
    let mut sums = BTreeMap::new();
    for amount in amounts {
        *sums.entry(amount.currency.clone()).or_insert(0_i64) += amount.amount;
    }
    sums.into_iter().filter(|(_, sum)| *sum != 0).map(|(currency, sum)| Money::new(sum, &currency)).collect()
}

fn all(sums: &[Money]) -> AnyView {
    match sums {
        [] => view! { <span class="quiet">"–"</span> }.into_any(),
        sums => sums.iter().map(|sum| view! { <span class="sum">{money(sum)}</span> }).collect_view().into_any(),
    }
}
