//! Formats amounts, hours and dates: tabular figures, with the unit quieter than the number.

use leptos::prelude::*;

use domain::{
    day::Day,
    hours::WorkDuration,
    money::{Money, UnitPrice, formatted, grouped},
};

/// An amount: `1,080.00` with a quiet `EUR`.
pub fn money(amount: &Money) -> impl IntoView + use<> {
    let currency = amount.currency.to_string();
    let number = formatted(amount.amount, &amount.currency);
    view! { <span class="figure">{number} " " <span class="unit">{currency}</span></span> }
}

/// A unit price: `0.1651` with a quiet `USD`.
pub fn unit_price(price: &UnitPrice) -> impl IntoView + use<> {
    let (number, currency) = (price.formatted(), price.currency.to_string());
    view! { <span class="figure">{number} " " <span class="unit">{currency}</span></span> }
}

/// A quantity: `1,234.5` with a quiet `h`.
pub fn quantity(number: &str, unit: &str) -> impl IntoView + use<> {
    let (sign, size) = number.strip_prefix('-').map_or(("", number), |size| ("-", size));
    let (whole, decimals) = size.split_once('.').map_or((size, String::new()), |(whole, decimals)| (whole, format!(".{decimals}")));
    let (number, unit) = (format!("{sign}{}{decimals}", grouped(whole)), unit.to_owned());
    view! { <span class="figure">{number} " " <span class="unit">{unit}</span></span> }
}

/// A duration: `1h 30m`.
pub fn hours(worked: &WorkDuration) -> impl IntoView + use<> {
    view! { <span class="figure">{worked.text.clone()}</span> }
}

/// A day without its weekday: `21 Nov 2026`.
pub fn date(day: &Day) -> impl IntoView + use<> {
    let label = day.label();
    let short = label.split_once(' ').map_or(label.as_str(), |(_, short)| short).to_owned();
    view! { <time datetime=day.to_string()>{short}</time> }
}

/// A labelled number for the top of a page, with an optional note.
pub fn statistic(label: &'static str, figure: impl IntoView + 'static, note: Option<AnyView>) -> AnyView {
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>{figure} {note.map(|note| view! { <small>{note}</small> })}</dd>
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_grouped_as_an_amount_is() {
        for (number, shown) in [("1234567.8912", "1,234,567.8912"), ("-1000", "-1,000"), ("2.25", "2.25"), ("999", "999")] {
            let html = quantity(number, "h").to_html();
            assert!(html.contains(&format!(">{shown} ")) || html.contains(&format!(">{shown}<")), "{html}");
        }
    }
}
