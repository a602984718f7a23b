//! Reads budgets with their usage: those of the projects in a list, and one in its present period.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    BudgetStatus,
    store::{self, UsageQuery},
    usage::{Budget, BudgetPart, Usage},
};
use crate::{
    error::Error,
    operation::{Call, read_scope::ReadScope},
};

/// The current status of the budgets of these projects, by project. Two statements, however many there are.
pub async fn of_projects(cx: &mut Call, read_scope: &ReadScope, projects: &[Uuid]) -> Result<HashMap<Uuid, BudgetStatus>, Error> {
    if projects.is_empty() {
        return Ok(HashMap::new());
    }
    let budgets = store::of_projects(&mut cx.db, projects).await?;
    statuses(cx, read_scope, &budgets).await
}

/// The current period of a budget, and its usage in it.
pub async fn current_usage(cx: &mut Call, budget: &Budget) -> Result<((Date, Date), Usage), Error> {
    let days = budget.period.containing(cx.organization_today()?);
    let now = cx.now;
    let asked = UsageQuery { project: budget.project, days, basis: budget.basis };
    let usage = store::usage(&mut cx.db, &[asked], now).await?.pop();
    Ok((days, usage.unwrap_or_default()))
}

pub(crate) async fn statuses(cx: &mut Call, read_scope: &ReadScope, budgets: &[Budget]) -> Result<HashMap<Uuid, BudgetStatus>, Error> {
    if budgets.is_empty() {
        return Ok(HashMap::new());
    }
    let (today, now) = (cx.organization_today()?, cx.now);
    let asked: Vec<UsageQuery> = budgets
        .iter()
        .map(|budget| UsageQuery { project: budget.project, days: budget.period.containing(today), basis: budget.basis })
        .collect();
    let usages = store::usage(&mut cx.db, &asked, now).await?;
    let stands = |((budget, asked), usage): ((&Budget, &UsageQuery), Usage)| {
        (budget.project, budget.status(asked.days, usage, BudgetPart::visible(read_scope.money)))
    };
    Ok(budgets.iter().zip(&asked).zip(usages).map(stands).collect())
}
