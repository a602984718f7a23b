//! Formats amounts, hours and dates: tabular figures, with the unit quieter than the number.

use leptos::prelude::*;

use crate::{
    day::{Day, OffsetDateTime},
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

/// A text of an operation with its instants as pages write them: `Sat 21 Nov 2026 09:00`. What is quoted is input, and stays.
pub fn with_readable_times(text: &str) -> String {
    text.split(' ').map(with_readable_time).collect::<Vec<_>>().join(" ")
}

fn with_readable_time(word: &str) -> String {
    let written = word.trim_end_matches(['.', ',', ';', ':', ')', '?']);
    let at = OffsetDateTime::parse("at", written).ok().filter(|_| written.contains('T'));
    at.map_or_else(|| word.to_owned(), |at| format!("{} {}{}", at.day().label(), at.clock(), &word[written.len()..]))
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
    fn an_instant_in_a_text_is_written_as_everywhere_on_a_page() {
        let told = with_readable_times("2026-11-30T22:00:00+01:00 is in the future; it is 2026-11-21T10:00:00+00:00 now.");
        assert_eq!(told, "Mon 30 Nov 2026 22:00 is in the future; it is Sat 21 Nov 2026 10:00 now.");
        assert_eq!(with_readable_times("It begins at 2026-11-21T10:00:00Z."), "It begins at Sat 21 Nov 2026 10:00.");
        for text in ["\"2026-11-30T22:00:00Z\" is no day.", "It is closed up to 2026-11-30.", "Nothing  here\n"] {
            assert_eq!(with_readable_times(text), text);
        }
    }

    #[test]
    fn a_quantity_is_grouped_as_an_amount_is() {
        for (number, shown) in [("1234567.8912", "1,234,567.8912"), ("-1000", "-1,000"), ("2.25", "2.25"), ("999", "999")] {
            let html = quantity(number, "h").to_html();
            assert!(html.contains(&format!(">{shown} ")) || html.contains(&format!(">{shown}<")), "{html}");
        }
    }
}
