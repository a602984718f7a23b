//! The burn chart of a budget: usage over the days of its period, cap, thresholds and forecast.

use domain::day::Day;
use leptos::prelude::*;

use super::chart_geometry::{ChartGeometry, Point};
use crate::budgets::{BudgetStatus, Burn, BurnPoint};

/// The chart of a budget. Rendered on the server in relative lengths, so that it fits a phone; read out as a sentence.
pub fn chart(status: &BudgetStatus, burn: &Burn, curve: &[BurnPoint], today: &Day) -> Option<AnyView> {
    let plot = ChartGeometry::of(status, burn, curve, today)?;
    let label = format!("{} {}", plot.told, lasting(status, burn, today));
    let used: String = plot.used.iter().map(|point| path(*point)).collect::<Vec<_>>().join(" ");
    let forecast = plot.forecast.map(|(from, to)| format!("{} {}", path(from), path(to)));
    let lines = plot.levels.iter().map(|level| {
        let at = share(level.at);
        view! { <line class=level.class x1="0" x2="100%" y1=at.clone() y2=at></line> }
    });
    let names =
        plot.levels.iter().map(|level| view! { <text class="burn-name" x="0" y=share(level.at) dy="-4">{level.name.clone()}</text> });
    let today_at = share(plot.today);
    Some(
        view! {
            <figure class="burn">
                <svg class="burn-chart" role="img" aria-label=label width="100%" height="220">
                    {lines.collect_view()}
                    <line class="burn-today" x1=today_at.clone() x2=today_at.clone() y1="0" y2="100%"></line>
                    <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" width="100%" height="100%">
                        {forecast.map(|points| view! { <polyline class="burn-forecast" points=points></polyline> })}
                        <polyline class="burn-used" points=used></polyline>
                    </svg>
                    {names.collect_view()}
                    <text class="burn-name" x=today_at y="100%" dy="-6" dx=beside(plot.today) text-anchor=anchor(plot.today)>"Today"</text>
                    {plot.end.map(|(at, day)| view! {
                        <text class="burn-name strong" x=share(at) y=share(plot.cap) dy="-4" dx=beside(at) text-anchor=anchor(at)>{short(&day)}</text>
                    })}
                </svg>
                <p class="burn-days" aria-hidden="true"><span>{short(&plot.from)}</span> <span>{short(&plot.to)}</span></p>
            </figure>
        }
        .into_any(),
    )
}

/// How long the budget lasts, as a sentence.
pub fn lasting(status: &BudgetStatus, burn: &Burn, today: &Day) -> String {
    let pace = format!("At the pace of the last four weeks, {} a week,", burn.per_week.text);
    match &burn.reached_on {
        Some(day) if day == today && status.percent.as_ref().is_some_and(|share| share.hundredths >= 10_000) => "It is used up.".to_owned(),
        Some(day) => format!("{pace} it runs out on {}.", day.label()),
        None if burn.per_week.seconds == 0 => "Nothing was worked in the last four weeks, so nobody can say how long it lasts.".to_owned(),
        None if status.to.is_some() => format!("{pace} it lasts until the period ends."),
        None => format!("{pace} it lasts for years."),
    }
}

/// A point in thousandths of the drawing.
fn path(point: Point) -> String {
    format!("{:.1},{:.1}", point.x * 1000.0, point.y * 1000.0)
}

fn share(part: f64) -> String {
    format!("{:.2}%", part * 100.0)
}

/// The anchor that keeps labels within the drawing: near its right edge they extend to the left.
fn anchor(x: f64) -> &'static str {
    if x > 0.6 { "end" } else { "start" }
}

fn beside(x: f64) -> &'static str {
    if x > 0.6 { "-4" } else { "4" }
}

/// `21 Nov`; the year follows from the context.
fn short(day: &Day) -> String {
    let label = day.label();
    label.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")
}
