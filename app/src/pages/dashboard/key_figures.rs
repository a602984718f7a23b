//! Key figures at the top. The server computes the sums over all records, whatever rows the page shows.

use std::collections::BTreeMap;

use domain::{day::Day, hours, money::Money};
use leptos::prelude::*;

use crate::{
    invoices::balance::{Balance, CurrencyBalance},
    time::{TimeSummary, live_clock::LiveClock},
    ui::{hours, money, statistic},
};

/// The time of today and of this week, and the unbilled and open amounts.
#[component]
pub fn KeyFigures(
    /// The present day.
    today: Day,
    /// The counted time of this week, by day and project.
    week: TimeSummary,
    /// The duration of the running timer at the time of rendering, in seconds.
    running: Option<i64>,
    /// The unbilled and open amounts, for users who may see them.
    balance: Option<Balance>,
) -> impl IntoView {
    let billable = view! { {format!("{} billable", week.totals.billable.text)} }.into_any();
    view! {
        <dl class="facts">
            {statistic("Today", hours(&week.worked_on(&today)), Some(running_timer_note(running)))}
            {statistic("This week", hours(&week.totals.worked), Some(billable))}
            {balance.map(amounts)}
        </dl>
    }
}

/// The running timer. Its time counts once it is stopped, so it is shown beside the total.
fn running_timer_note(running: Option<i64>) -> AnyView {
    let live_clock = expect_context::<LiveClock>();
    let clock = move || live_clock.clock().or_else(|| running.map(hours::clock));
    view! { {move || clock().map(|clock| format!("and {clock} running")).unwrap_or_default()} }.into_any()
}

fn amounts(balance: Balance) -> impl IntoView {
    let sums = |of: fn(&CurrencyBalance) -> &Money| sums(balance.items.iter().map(of));
    let (unbilled, open, overdue) = (sums(|due| &due.unbilled), sums(|due| &due.open), sums(|due| &due.overdue));
    let note = (!overdue.is_empty()).then(|| view! { <span class="bad">{all(&overdue)} " overdue"</span> }.into_any());
    [statistic("Not invoiced yet", all(&unbilled), None), statistic("Invoiced, not paid", all(&open), note)].collect_view()
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
