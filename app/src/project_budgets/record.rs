//! Reads the budgets of projects.

use domain::text;

use crate::{
    budgets::{BudgetStatus, record::statuses, store, usage::Budget},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    page::{self, Cursor, Page, PageRequest},
    projects, reference,
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
    PageRequest { limit, cursor, with_total }: PageRequest,
) -> Result<Page<BudgetStatus>, Error> {
    let (read_scope, limit) = (ReadScope::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map(page::keyset_of);
    let client = match text::non_empty(wanted.client) {
        Some(client) => Some(reference::client(cx, &read_scope, &client).await?),
        None => None,
    };
    let filter = store::BudgetFilter { client, archived: wanted.archived, on: read_scope.only_projects_of() };
    let total = match with_total.unwrap_or(false) {
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
