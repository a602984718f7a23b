//! Budgets as callers see them: one, a page of them, and those of the projects in a list.

use std::collections::HashMap;

use jiff::civil::Date;
use uuid::Uuid;

use super::{
    BudgetStatus,
    store::{self, Asked},
    usage::{Budget, Part, Usage},
};
use crate::{
    error::{Code, Error},
    operation::Call,
    page::{self, Cursor, Page},
    projects::{self, sight::Sight},
    reference,
};

/// Which budgets are wanted; arguments of `list_budgets`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct Wanted {
    pub client: Option<String>,
    pub archived: bool,
}

/// The budget of the project that a reference means.
pub async fn get(cx: &mut Call, project: &str) -> Result<BudgetStatus, Error> {
    let project = projects::record::get(cx, project).await?;
    let name = project.full_name();
    project.budget.ok_or_else(|| none(&name))
}

/// The project has no budget.
pub fn none(project: &str) -> Error {
    Error::new(Code::NotFound, format!("{project} has no budget.")).hint("set_budget sets one for the project.")
}

/// A page of budgets by client and project.
pub async fn list(
    cx: &mut Call,
    wanted: Wanted,
    limit: Option<u32>,
    cursor: Option<String>,
    with_total: bool,
) -> Result<Page<BudgetStatus>, Error> {
    let (sight, limit) = (Sight::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map(projects::record::after);
    let client = match crate::text::said(wanted.client) {
        Some(client) => Some(reference::client(cx, &sight, &client).await?),
        None => None,
    };
    let filter = store::Filter { client, archived: wanted.archived, on: sight.on_projects_of() };
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
    let mut standing = standing(cx, &sight, &budgets).await?;
    let status = |(_, budget): (Cursor, Budget)| standing.remove(&budget.project).ok_or_else(Error::internal);
    let page = Page::of(cx.listing, rows, limit, |(cursor, _)| cursor.clone(), status)?;
    Ok(Page { total, ..page })
}

/// How the budgets of these projects stand today, by project. Two statements, however many there are.
pub async fn of_projects(cx: &mut Call, sight: &Sight, projects: &[Uuid]) -> Result<HashMap<Uuid, BudgetStatus>, Error> {
    if projects.is_empty() {
        return Ok(HashMap::new());
    }
    let budgets = store::of_projects(&mut cx.db, projects).await?;
    standing(cx, sight, &budgets).await
}

/// The present period of a budget, and its usage in it.
pub async fn present(cx: &mut Call, budget: &Budget) -> Result<((Date, Date), Usage), Error> {
    let days = budget.period.around(cx.organization_today()?);
    let now = cx.now;
    let asked = Asked { project: budget.project, days, basis: budget.basis };
    let usage = store::usage(&mut cx.db, &[asked], now).await?.pop();
    Ok((days, usage.unwrap_or_default()))
}

async fn standing(cx: &mut Call, sight: &Sight, budgets: &[Budget]) -> Result<HashMap<Uuid, BudgetStatus>, Error> {
    if budgets.is_empty() {
        return Ok(HashMap::new());
    }
    let (today, now) = (cx.organization_today()?, cx.now);
    let asked: Vec<Asked> =
        budgets.iter().map(|budget| Asked { project: budget.project, days: budget.period.around(today), basis: budget.basis }).collect();
    let usages = store::usage(&mut cx.db, &asked, now).await?;
    let stands =
        |((budget, asked), usage): ((&Budget, &Asked), Usage)| (budget.project, budget.status(asked.days, usage, Part::seen(sight.money)));
    Ok(budgets.iter().zip(&asked).zip(usages).map(stands).collect())
}
