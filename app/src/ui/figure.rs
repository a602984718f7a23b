//! Amounts and hours as people compare them: figures of one width, the unit quieter than the number.

use leptos::prelude::*;

use crate::{
    day::Day,
    hours::Worked,
    money::{Money, UnitPrice, formatted},
};

/// An amount: `1,080.00` with a quiet `EUR`.
pub fn money(amount: &Money) -> impl IntoView + use<> {
    let currency = amount.currency.to_string();
    let number = formatted(amount.amount, &amount.currency);
    view! { <span class="figure">{number} " " <span class="unit">{currency}</span></span> }
}

/// The price of one: `0.1651` with a quiet `USD`.
pub fn unit_price(price: &UnitPrice) -> impl IntoView + use<> {
    let (number, currency) = (price.formatted(), price.currency.to_string());
    view! { <span class="figure">{number} " " <span class="unit">{currency}</span></span> }
}

/// A duration: `1h 30m`.
pub fn hours(worked: &Worked) -> impl IntoView + use<> {
    view! { <span class="figure">{worked.text.clone()}</span> }
}

/// A day without its weekday: `21 Nov 2026`.
pub fn date(day: &Day) -> impl IntoView + use<> {
    let label = day.label();
    let short = label.split_once(' ').map_or(label.as_str(), |(_, short)| short).to_owned();
    view! { <time datetime=day.to_string()>{short}</time> }
}

/// A number with what it is, for the top of a page, and something to know beside it.
pub fn fact(label: &'static str, figure: impl IntoView + 'static, note: Option<AnyView>) -> AnyView {
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>{figure} {note.map(|note| view! { <small>{note}</small> })}</dd>
        </div>
    }
    .into_any()
}
