//! Reads budgets as callers see them: one, a page of them, and those of the projects in a list.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    BudgetStatus,
    store::{self, UsageQuery},
    usage::{Budget, BudgetPart, Usage},
};
use crate::{
    error::{Code, Error},
    operation::Call,
    page::{self, Cursor, Page},
    projects::{self, read_scope::ReadScope},
    reference,
};

/// The filters of budgets; the arguments of `list_budgets`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct BudgetQuery {
    pub client: Option<String>,
    pub archived: bool,
}

/// The budget of a project, given by reference.
pub async fn get(cx: &mut Call, project: &str) -> Result<BudgetStatus, Error> {
    let project = projects::record::get(cx, project).await?;
    let name = project.full_name();
    project.budget.ok_or_else(|| none(&name))
}

/// The error for a project without a budget.
pub fn none(project: &str) -> Error {
    Error::new(Code::NotFound, format!("{project} has no budget.")).hint("set_budget sets one for the project.")
}

/// A page of budgets by client and project.
pub async fn list(
    cx: &mut Call,
    wanted: BudgetQuery,
    limit: Option<u32>,
    cursor: Option<String>,
    with_total: bool,
) -> Result<Page<BudgetStatus>, Error> {
    let (read_scope, limit) = (ReadScope::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map(projects::record::keyset_of);
    let client = match crate::text::non_empty(wanted.client) {
        Some(client) => Some(reference::client(cx, &read_scope, &client).await?),
        None => None,
    };
    let filter = store::BudgetFilter { client, archived: wanted.archived, on: read_scope.only_projects_of() };
    let total = match with_total {
        true => Some(store::count(&mut cx.db, &filter).await?),
        false => None,
    };
    let mut rows = Vec::new();
    for row in store::list(&mut cx.db, &filter, after, limit + 1).await? {
        let cursor = Cursor { key: format!("{}\n{}", row.client_key, row.project_key), id: row.project_id };
        rows.push((cursor, row.read()?));
    }
    let budgets: Vec<Budget> = rows.iter().map(|(_, budget)| budget.clone()).collect();
    let mut standing = statuses(cx, &read_scope, &budgets).await?;
    let status = |(_, budget): (Cursor, Budget)| standing.remove(&budget.project).ok_or_else(Error::internal);
    let page = Page::of(cx.listing, rows, limit, |(cursor, _)| cursor.clone(), status)?;
    Ok(Page { total, ..page })
}

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

async fn statuses(cx: &mut Call, read_scope: &ReadScope, budgets: &[Budget]) -> Result<HashMap<Uuid, BudgetStatus>, Error> {
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
