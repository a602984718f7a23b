//! The form to set and to clear a budget.

use domain::{
    budget_period::BudgetPeriod,
    money::{self, Currency},
};
use leptos::prelude::*;

use crate::{
    budgets::{BudgetStatus, ProjectStatus, hours_argument::format_hours},
    page_context::{invalidate, use_changes},
    pages::done_words::{Done, DoneWords},
    project_budgets::{ClearBudget, ClearedBudget, SetBudget},
    ui::{
        Dialog, DialogTrigger, Disclosure, Field, Form, Icon, Select, SelectOption, Submit, WriteAction, choices, hidden,
        idempotency_field, on_success, refusal, use_flash,
    },
};

/// What is said once a budget is cleared.
pub(in crate::pages) fn cleared_words(cleared: &ClearedBudget) -> String {
    format!("{} has no budget any more.", cleared.project)
}

/// The form for the budget of a project.
#[component]
pub fn BudgetForm(
    /// The project, with the budget it has.
    project: ProjectStatus,
) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<SetBudget>::new();
    on_success(action, move |done| {
        invalidate(changes.work);
        flash.done(SetBudget::DONE, done);
    });
    // The dialog that clears it is inside of the folded part, so its refusal opens that part too.
    let clear = WriteAction::<ClearBudget>::new();
    let refused = Signal::derive(move || refusal(action).get().is_some() || refusal(clear).get().is_some());
    let ProjectStatus { id, budget, client, .. } = project;
    let label = if budget.is_some() { "Change the budget" } else { "Set a budget" };
    let class = if budget.is_some() { "button" } else { "button primary" };
    let kept = budget.clone();
    view! {
        <Disclosure label class drawing=Icon::Pencil refused closes=action.version()>
            <Form action id="budget-form" class="grid-form">
                {hidden("project", id)} {idempotency_field(action)} {caps(budget.as_ref(), &client.currency)} {rules(budget.as_ref())}
                <div class="form-end span-2">
                    <Submit label="Save budget" />
                </div>
            </Form>
            {kept.map(|budget| view! { <ClearBudgetDialog budget action=clear /> })}
        </Disclosure>
    }
}

/// The caps: hours, an amount, or both.
fn caps(budget: Option<&BudgetStatus>, currency: &Currency) -> impl IntoView + use<> {
    let hours = budget.and_then(|budget| budget.hours.cap.as_ref()).map(|cap| format_hours(cap.seconds)).unwrap_or_default();
    let amount = budget.and_then(|budget| budget.amount.as_ref()?.cap.as_ref());
    let amount = amount.map(|cap| money::written(cap.amount, &cap.currency)).unwrap_or_default();
    view! {
        <Field label="Hours" name="hours" inputmode="decimal" value=hours optional=true placeholder="40" />
        <Field label=format!("Amount in {currency}") name="amount" inputmode="decimal" value=amount optional=true placeholder=currency.example(4000) />
    }
}

/// The period, the basis, the thresholds and the hard stop.
fn rules(budget: Option<&BudgetStatus>) -> impl IntoView + use<> {
    let periods: Vec<_> = BudgetPeriod::ALL.iter().map(|period| (period.name().to_owned(), period.label().to_owned())).collect();
    let bases = choices(&[("billable", "Billable time"), ("all", "All time")]);
    let stops = choices(&[("false", "Only warn"), ("true", "Refuse new time")]);
    let period = budget.map_or(BudgetPeriod::Lifetime, |budget| budget.period).name();
    let warning = budget.map_or(75, |budget| budget.warning_percent).to_string();
    let critical = budget.map_or(100, |budget| budget.critical_percent).to_string();
    let stop = budget.is_some_and(|budget| budget.hard_stop).to_string();
    // A new budget counts what fits the billing of the project, unless the form says otherwise.
    let unsaid = budget.is_none().then(|| (String::new(), "What the project bills".to_owned()));
    let bases = unsaid.into_iter().chain(bases).collect::<Vec<SelectOption>>();
    let basis = budget.map(|budget| budget.basis.name()).unwrap_or_default();
    view! {
        <Select label="Period" name="period" choices=periods value=period />
        <Select label="Hours count" name="basis" choices=bases value=basis hint="Amounts count billable time." />
        <Field label="Warning at percent" name="warning_percent" kind="number" value=warning required=true />
        <Field label="Critical at percent" name="critical_percent" kind="number" value=critical required=true />
        <Select label="When it is used up" name="hard_stop" choices=stops value=stop hint="Stopping a timer is never refused." />
    }
}

#[component]
fn ClearBudgetDialog(budget: BudgetStatus, action: WriteAction<ClearBudget>) -> impl IntoView {
    let changes = use_changes();
    let flash = use_flash();
    on_success(action, move |cleared| {
        invalidate(changes.work);
        flash.done(ClearBudget::done_words(cleared, ()), cleared);
    });
    let refused = refusal(action);
    view! {
        <div class="ends">
            <DialogTrigger dialog="clear-budget-dialog" label="Clear …" class="button danger" drawing=Icon::Bin />
            <Dialog id="clear-budget-dialog" title=format!("Clear the budget of {}?", budget.project.name) refused closes=action.version()>
                <p>"The time stays as it is. Nobody is warned any more, and nothing is refused."</p>
                <Form action id="clear-budget" class="actions">
                    {hidden("project", budget.project.id)}
                    <Submit label="Clear budget" class="button danger solid" />
                </Form>
            </Dialog>
        </div>
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn what_a_new_budget_counts_can_be_chosen_at_once() {
        let html = Owner::new().with(|| rules(None).to_html());
        for choice in [r#"<option value="" selected>What the project bills"#, r#"<option value="billable">"#, r#"<option value="all">"#] {
            assert!(html.contains(choice), "{choice} in {html}");
        }
    }
}
