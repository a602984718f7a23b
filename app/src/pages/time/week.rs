//! A week of time: its days, its totals and its bars.

use domain::{day::Day, hours::WorkDuration};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    time::{SummarizeTime, TimeFilterInput, TimeGroup, TimeGroupBy, TimeSummary},
};

const DAYS: i64 = 7;

/// Seconds below which the tallest bar does not reach the top, so that a quiet week looks quiet.
const FULL_DAY: i64 = 8 * 3600;

/// Seven days, from the weekday on which the organization's week begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Week {
    /// Its first day.
    pub from: Day,
}

impl Week {
    /// The week of a day, when weeks begin on `start` (1 for Monday).
    pub fn of(day: &Day, start: u8) -> Self {
        let into = (i64::from(day.weekday()) - i64::from(start)).rem_euclid(DAYS);
        Self { from: day.plus(-into) }
    }

    /// The week of the day in the URL; the current week if there is none or it cannot be parsed.
    pub fn from_query(day: Option<&str>, today: &Day, start: u8) -> Self {
        let asked = day.and_then(|day| Day::parse("from", day).ok());
        Self::of(asked.as_ref().unwrap_or(today), start)
    }

    /// Its last day.
    pub fn to(&self) -> Day {
        self.from.plus(DAYS - 1)
    }

    /// The week before.
    pub fn before(&self) -> Self {
        Self { from: self.from.plus(-DAYS) }
    }

    /// The week after.
    pub fn after(&self) -> Self {
        Self { from: self.from.plus(DAYS) }
    }

    /// Its days in order.
    pub fn days(&self) -> impl Iterator<Item = Day> + use<> {
        let from = self.from.clone();
        (0..DAYS).map(move |days| from.plus(days))
    }

    /// Fetches the time that counts, by day and project: of one member, or of everybody whose time the caller sees.
    pub async fn hours(&self, whose: Option<String>) -> Result<TimeSummary, Error> {
        let (from, to) = (self.from.to_string(), self.to().to_string());
        let by = Some(TimeGroupBy::DayAndProject);
        SummarizeTime {
            group_by: by,
            filter: TimeFilterInput { from: Some(from), to: Some(to), member: whose, ..Default::default() },
            ..Default::default()
        }
        .call()
        .await
    }

    /// The week in words: `16 – 22 November 2026`.
    pub fn label(&self) -> String {
        let (from, to) = (&self.from, self.to());
        if from.month() == to.month() {
            return format!("{} – {} {}", from.day_of_month(), to.day_of_month(), to.month_label());
        }
        format!("{} {} – {} {}", from.day_of_month(), from.month_label(), to.day_of_month(), to.month_label())
    }
}

/// The hours of each day of a week, in the colours of the projects. Rendered on the server; read out as a list.
#[component]
pub fn WeekBars(
    /// The week.
    week: Week,
    /// Its hours, by day and project.
    hours: TimeSummary,
) -> impl IntoView {
    let days: Vec<(Day, Vec<TimeGroup>)> = week.days().map(|day| (day.clone(), hours.projects_of(&day).cloned().collect())).collect();
    let tallest = days.iter().map(|(_, pieces)| total(pieces)).max().unwrap_or_default().max(FULL_DAY);
    let columns = days.into_iter().map(|(day, pieces)| {
        let worked = total(&pieces);
        let spoken: Vec<String> = pieces.iter().map(|piece| format!("{} {}", piece.label, piece.totals.worked.text)).collect();
        let title = spoken.join(", ");
        let short: String = day.label().chars().take(3).collect();
        view! {
            <li title=title>
                {bar(&pieces, tallest)}
                <span class="bar-day">{short} " " {day.day_of_month()}</span>
                <span class="bar-hours">{if worked == 0 { "–".to_owned() } else { WorkDuration::of(worked).text }}</span>
            </li>
        }
    });
    view! { <ol class="bars">{columns.collect_view()}</ol> }
}

fn total(pieces: &[TimeGroup]) -> i64 {
    pieces.iter().map(|piece| piece.totals.worked.seconds).sum()
}

/// A bar of 100 units in height; the first piece is at the bottom.
fn bar(pieces: &[TimeGroup], tallest: i64) -> impl IntoView + use<> {
    let mut bottom = 100.0;
    let rects: Vec<_> = pieces
        .iter()
        .map(|piece| {
            let height = piece.totals.worked.seconds as f64 * 100.0 / tallest as f64;
            bottom -= height;
            view! { <rect x="0" width="10" y=format!("{bottom:.2}") height=format!("{height:.2}") fill=piece.color.clone()></rect> }
        })
        .collect();
    view! {
        <svg class="bar" viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true">
            <rect class="bar-ground" x="0" y="0" width="10" height="100"></rect>
            {rects}
        </svg>
    }
}
