//! The usage of a budget as a bar: rendered on the server, read out as a sentence.

use leptos::prelude::*;

use crate::{
    budgets::{BudgetState, BudgetStatus, Share},
    ui::{Tone, badge},
};

/// Hundredths of a percent in a whole bar.
const WHOLE: i64 = 10_000;

/// The bar of a budget: what is used, what is pending on top (hatched), and where the thresholds are. `None` if the viewer sees
/// no cap.
pub fn gauge(status: &BudgetStatus) -> Option<impl IntoView + use<>> {
    let state = status.state?;
    let used = status.percent.as_ref()?.hundredths.min(WHOLE);
    let pending = status.pending_percent.as_ref().map_or(used, |share| share.hundredths.min(WHOLE));
    let marks = [status.warning_percent, status.critical_percent].into_iter().filter(|percent| *percent < 100);
    let marks = marks.map(|percent| {
        let at = format!("{percent}%");
        view! { <line class="gauge-mark" x1=at.clone() x2=at y1="0" y2="100%"></line> }
    });
    Some(view! {
        <svg class=format!("gauge {}", class(state)) role="img" aria-label=sentence(status) width="100%" height="10">
            <rect class="gauge-ground" width="100%" height="100%"></rect>
            <rect class="gauge-used" width=percent(used) height="100%"></rect>
            {(pending > used).then(|| view! {
                <line class="gauge-pending" x1=percent(used) x2=percent(pending) y1="50%" y2="50%"></line>
            })}
            {marks.collect_view()}
        </svg>
    })
}

/// The gauge with its percentage, for a row of a list.
pub fn gauge_with_percent(status: &BudgetStatus) -> Option<impl IntoView + use<>> {
    let share = status.percent.as_ref()?.text.clone();
    Some(view! { <span class="gauge-row">{gauge(status)} <span class="figure" aria-hidden="true">{share}</span></span> })
}

/// The state in a word; `None` below the first threshold.
pub fn word(state: BudgetState) -> Option<impl IntoView> {
    let (tone, word) = match state {
        BudgetState::Ok => return None,
        BudgetState::Warning => (Tone::Warn, "Nearly used up"),
        BudgetState::Critical => (Tone::Bad, "Used up"),
        BudgetState::Over => (Tone::Bad, "Over budget"),
    };
    Some(badge(tone, word))
}

/// The bar as a sentence for screen readers: `Budget of Dashboard: 80 % used, 85 % with what is pending, nearly used up`.
pub fn sentence(status: &BudgetStatus) -> String {
    let text = |share: &Option<Share>| share.as_ref().map(|share| share.text.clone()).unwrap_or_default();
    let pending = match status.percent == status.pending_percent {
        true => String::new(),
        false => format!(", {} with what is pending", text(&status.pending_percent)),
    };
    let state = match status.state {
        Some(BudgetState::Warning) => ", warning threshold reached",
        Some(BudgetState::Critical) => ", critical threshold reached",
        Some(BudgetState::Over) => ", over budget",
        _ => "",
    };
    format!("Budget of {}: {} used{pending}{state}", status.project.name, text(&status.percent))
}

fn class(state: BudgetState) -> &'static str {
    match state {
        BudgetState::Ok => "",
        BudgetState::Warning => "warn",
        BudgetState::Critical => "bad",
        BudgetState::Over => "bad over",
    }
}

fn percent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}
