//! Sets, changes and clears the budget of a project.

use domain::{
    budget_period::BudgetPeriod,
    id::BudgetId,
    money::{Amount, Currency, Money},
    patch::Patch,
};

use super::ClearedBudget;
use crate::{
    access::{Permission, Scope},
    budgets::{
        BudgetBasis, BudgetStatus, Hours, alerts, record, store,
        usage::{Budget, BudgetPart},
    },
    error::Error,
    operation::{Call, permission_error, read_scope::ReadScope},
    organizations,
    projects::{self, Billing, Project},
};

/// A change of a budget; the arguments of `set_budget`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct BudgetChange {
    pub hours: Patch<Hours>,
    pub amount: Patch<Amount>,
    pub period: Option<BudgetPeriod>,
    pub basis: Option<BudgetBasis>,
    pub warning_percent: Option<i32>,
    pub critical_percent: Option<i32>,
    pub hard_stop: Option<bool>,
}

/// Creates the budget of a project, or changes the one it has.
pub async fn set(cx: &mut Call, project: &str, given: BudgetChange) -> Result<BudgetStatus, Error> {
    let read_scope = ReadScope::of(cx)?;
    organizations::store::lock_shared(&mut cx.db).await?;
    let project = projects::record::get(cx, project).await?;
    if !read_scope.money && given.amount != Patch::Keep {
        return Err(permission_error(&cx.caller, Permission::ReadMoney, Scope::MoneyRead, "set amounts"));
    }
    lock_budget(cx, &project).await?;
    let before = store::of_projects(&mut cx.db, &[project.id.0]).await?.pop();
    let mut budget = before.clone().unwrap_or_else(|| new_budget(&project));
    given.apply(&mut budget)?;
    let now = cx.now;
    match &before {
        None => store::write::insert(&mut cx.db, &budget, now).await?,
        Some(before) if *before != budget => {
            store::write::update(&mut cx.db, &budget, now).await?;
            budget.version += 1;
        }
        Some(_) => {}
    }
    warn_never_used_up(cx, &budget, &project);
    status_after_change(cx, &read_scope, &budget).await
}

/// Deletes the budget of a project.
pub async fn clear(cx: &mut Call, project: &str) -> Result<ClearedBudget, Error> {
    let project = projects::record::get(cx, project).await?;
    lock_budget(cx, &project).await?;
    let budget = store::of_projects(&mut cx.db, &[project.id.0]).await?.pop();
    let budget = budget.ok_or_else(|| super::record::none(&project.full_name()))?;
    store::write::delete(&mut cx.db, budget.id).await?;
    Ok(ClearedBudget { id: BudgetId(budget.id), project: project.full_name() })
}

/// Serializes changes of the budget with each other and with time that is being logged. A budget that does not exist yet cannot be
/// locked, so its project is locked first.
async fn lock_budget(cx: &mut Call, project: &Project) -> Result<(), Error> {
    projects::store::lock(&mut cx.db, project.id.0).await?;
    store::lock(&mut cx.db, &[project.id.0]).await?;
    Ok(())
}

/// The current status of the budget. Warns the caller at once if a threshold is already reached.
async fn status_after_change(cx: &mut Call, read_scope: &ReadScope, budget: &Budget) -> Result<BudgetStatus, Error> {
    let (days, usage) = record::current_usage(cx, budget).await?;
    let part = BudgetPart::visible(read_scope.money);
    if let Some(reached) = budget.reached(usage, part) {
        cx.warn(alerts::alert_text(budget, days, usage, reached, part));
    }
    Ok(budget.status(days, usage, part))
}

/// A budget without caps. It counts all time if the project is not billable, where billable time would never come up.
fn new_budget(project: &Project) -> Budget {
    Budget {
        id: BudgetId::new().0,
        project: project.id.0,
        project_name: project.name.clone(),
        color: project.color.clone(),
        client: project.client.id.0,
        client_name: project.client.name.clone(),
        currency: project.client.currency.clone(),
        seconds: None,
        amount: None,
        period: BudgetPeriod::Lifetime,
        basis: if project.billing.billable() { BudgetBasis::Billable } else { BudgetBasis::All },
        warning_percent: 75,
        critical_percent: 100,
        hard_stop: false,
        version: 1,
    }
}

impl BudgetChange {
    /// Applies the change to a budget, and refuses an invalid result.
    fn apply(self, budget: &mut Budget) -> Result<(), Error> {
        budget.seconds = self.hours.try_map(|hours| hours.seconds("hours"))?.apply_to(budget.seconds);
        let currency = budget.currency.clone();
        budget.amount = self.amount.try_map(|amount| amount_of(&amount, &currency))?.apply_to(budget.amount);
        if budget.seconds.is_none() && budget.amount.is_none() {
            return Err(Error::invalid("hours", "A budget needs a cap: give hours, an amount, or both. To have none, remove the budget."));
        }
        budget.period = self.period.unwrap_or(budget.period);
        budget.basis = self.basis.unwrap_or(budget.basis);
        budget.hard_stop = self.hard_stop.unwrap_or(budget.hard_stop);
        budget.warning_percent = percent("warning_percent", self.warning_percent, budget.warning_percent)?;
        budget.critical_percent = percent("critical_percent", self.critical_percent, budget.critical_percent)?;
        if budget.warning_percent > budget.critical_percent {
            let (warning, critical) = (budget.warning_percent, budget.critical_percent);
            let field = if self.warning_percent.is_some() { "warning_percent" } else { "critical_percent" };
            return Err(Error::invalid(
                field,
                format!("The warning at {warning} % would come after the critical threshold at {critical} %. Give them in order."),
            ));
        }
        Ok(())
    }
}

/// Parses the cap in minor units of `currency`: above zero, and as large as any amount may be.
fn amount_of(given: &Amount, currency: &Currency) -> Result<i64, Error> {
    match given.minor("amount", currency)? {
        amount @ ..=0 => {
            let shown = Money::new(amount, currency).text();
            Err(Error::invalid("amount", format!("{shown} is no budget; give more than zero, or leave the amount out.")))
        }
        amount => Ok(amount),
    }
}

fn percent(field: &'static str, given: Option<i32>, before: i32) -> Result<i32, Error> {
    match given.unwrap_or(before) {
        percent @ 1..=1000 => Ok(percent),
        percent => Err(Error::invalid(field, format!("{percent} is not between 1 and 1000 percent; give one such as 75."))),
    }
}

/// Warns of a budget that cannot be used up, because the time that it counts does not occur on this project.
fn warn_never_used_up(cx: &mut Call, budget: &Budget, project: &Project) {
    if project.billing != Billing::Overhead {
        return;
    }
    if budget.amount.is_some() || budget.basis == BudgetBasis::Billable {
        cx.warn(format!(
            "{} is overhead, which is never billable, so a budget of billable hours or of an amount counts nothing there. Give hours with basis all, or change the project's billing.",
            project.full_name()
        ));
    }
}
