//! The budget on the page of its project.

pub mod chart;
pub mod chart_geometry;
pub mod form;
pub mod gauge;

use leptos::prelude::*;

use super::notifications::Notifications;
use crate::{
    access::Permission,
    budgets::{BudgetBasis, BudgetStatus, ProjectStatus},
    page_context::{use_changes, use_current_organization},
    pages::budgets::{
        chart::{chart, lasting},
        form::BudgetForm,
        gauge::{gauge, word},
    },
    project_budgets::get_project_status,
    ui::{Empty, PageSection, create_resource, hours, money, statistic, when_loaded},
};

/// The usage of the budget, its history and forecast, and the form to set it.
#[component]
pub fn ProjectBudget(
    /// The project's id.
    project: String,
) -> impl IntoView {
    let changes = use_changes();
    let about = format!("/projects/{project}");
    let asked = move || (changes.time.get(), changes.work.get(), project.clone());
    let status = create_resource(asked, |(_, _, project)| get_project_status(project));
    view! {
        <PageSection title="Budget" id="budget">
            <Notifications about />
            {when_loaded(status, shown)}
        </PageSection>
    }
}

fn shown(project: ProjectStatus) -> AnyView {
    let changes = use_current_organization().may(Permission::WriteWork);
    let today = use_current_organization().0.organization_today;
    let standing = match &project.budget {
        None if changes => {
            view! { <Empty title="No budget yet" text="Set hours, an amount, or both. You are warned before it is used up." /> }.into_any()
        }
        None => view! { <p class="quiet">"This project has no budget."</p> }.into_any(),
        Some(budget) => view! {
            {headline(budget)}
            {figures(budget)}
            {chart(budget, &project.burn, &project.curve, &today)}
            {budget.state.map(|_| view! { <p class="burn-lasts">{lasting(budget, &project.burn, &today)}</p> })}
        }
        .into_any(),
    };
    view! {
        {standing}
        {changes.then(|| view! { <BudgetForm project /> })}
    }
    .into_any()
}

/// The gauge with its percentage, and the period that it is about.
fn headline(budget: &BudgetStatus) -> impl IntoView + use<> {
    let period = budget.from.as_ref().and_then(|from| budget.period.label_for(from));
    let what = match (budget.basis, period) {
        (BudgetBasis::Billable, Some(period)) => format!("of billable time in {period}"),
        (BudgetBasis::Billable, None) => "of billable time".to_owned(),
        (BudgetBasis::All, Some(period)) => format!("in {period}"),
        (BudgetBasis::All, None) => "of the whole project".to_owned(),
    };
    view! {
        <div class="gauge-head">
            {budget.percent.as_ref().map(|share| view! { <strong class="figure">{share.text.clone()}</strong> " used " })}
            <span class="quiet">{what}</span>
            {budget.state.and_then(word)}
            {budget.hard_stop.then(|| view! { <span class="quiet">"Stops at the cap"</span> })}
        </div>
        {gauge(budget)}
    }
}

fn figures(budget: &BudgetStatus) -> impl IntoView + use<> {
    let of_hours = budget.hours.cap.as_ref().map(|cap| view! { "of " {hours(cap)} }.into_any());
    let of_amount = budget.amount.as_ref().and_then(|amount| amount.cap.as_ref()).map(|cap| view! { "of " {money(cap)} }.into_any());
    // An amount without a cap is already on the page, as the unbilled amount.
    let amount = budget.amount.as_ref().filter(|amount| amount.cap.is_some());
    let pending = Some(&budget.hours.pending).filter(|pending| pending.seconds > 0);
    let note = view! { "running or draft" }.into_any();
    let facts = [
        Some(statistic("Hours", hours(&budget.hours.used), of_hours)),
        amount.map(|amount| statistic("Amount", money(&amount.used), of_amount)),
        pending.map(|pending| statistic("Pending", hours(pending), Some(note))),
    ];
    view! { <dl class="facts gauge-facts">{facts.into_iter().flatten().collect_view()}</dl> }
}
