//! Lists, creates, changes and deletes projects.

use domain::{
    hours::WorkDuration,
    id::{ClientId, ProjectId},
    money::{Amount, Currency, Money},
    patch::Patch,
    text,
};
use uuid::Uuid;

use super::{Billing, DeletedProject, Project, store};
use crate::{
    budgets,
    clients::{self, record::color_of},
    error::{Code, Error},
    operation::{Call, read_scope::ReadScope},
    organizations::{self, settings::rate_of},
    page::{self, Cursor, Page, PageRequest, cursor::keyset_of},
    rates::{self, store::RateLevel},
    reference,
    summary::ClientSummary,
};

/// The hint to the operation that restores an archived project.
pub const RESTORE_HINT: &str = "restore_project restores it.";

/// The arguments of `list_projects`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct ProjectQuery {
    pub query: Option<String>,
    pub client: Option<String>,
    pub archived: bool,
    pub with_hours: bool,
}

/// The arguments of `create_project`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct NewProject {
    pub client: String,
    pub name: String,
    pub code: Option<String>,
    pub billing: Option<Billing>,
    pub rate: Option<Amount>,
    pub bill_agent_time: Option<bool>,
    pub color: Option<String>,
}

/// The arguments of `update_project`.
#[derive(Default)]
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct ProjectChange {
    pub name: Option<String>,
    pub code: Patch<String>,
    pub billing: Option<Billing>,
    pub rate: Patch<Amount>,
    pub bill_agent_time: Option<bool>,
    pub color: Option<String>,
}

/// A page of projects by client and name.
pub async fn list(
    cx: &mut Call,
    wanted: ProjectQuery,
    PageRequest { limit, cursor, with_total }: PageRequest,
) -> Result<Page<Project>, Error> {
    let (read_scope, limit) = (ReadScope::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map(keyset_of);
    let client = match text::non_empty(wanted.client) {
        Some(client) => Some(reference::client(cx, &read_scope, &client).await?),
        None => None,
    };
    let filter = store::ProjectFilter {
        words: text::non_empty(wanted.query).map(|query| words_of_path(&query)).unwrap_or_default(),
        client,
        archived: wanted.archived,
        on: read_scope.only_projects_of(),
        hours: wanted.with_hours,
    };
    let total = match with_total.unwrap_or(false) {
        true => Some(store::count(&mut cx.db, &filter).await?),
        false => None,
    };
    let rows = store::list(&mut cx.db, &filter, after, limit + 1).await?;
    let ids: Vec<Uuid> = rows.iter().filter(|_| filter.hours).map(|row| row.id).collect();
    let mut budgets = budgets::record::of_projects(cx, &read_scope, &ids).await?;
    let place = |row: &store::ProjectRow| Cursor { key: format!("{}\n{}", row.client_key, row.project_key), id: row.id };
    let read = |row: store::ProjectRow| {
        let budget = budgets.remove(&row.id);
        Ok(Project { budget, ..read(row, &read_scope)? })
    };
    let page = Page::of(cx.listing, rows, limit, place, read)?;
    Ok(Page { total, ..page })
}

/// The words of a search in names of projects and clients, with or without a slash between them.
fn words_of_path(query: &str) -> Vec<String> {
    text::search_words(&text::search_key(query).replace('/', " "))
}

/// The project that a reference resolves to, with its sums.
pub async fn get(cx: &mut Call, project: &str) -> Result<Project, Error> {
    let read_scope = ReadScope::of(cx)?;
    let id = reference::project(cx, &read_scope, project).await?;
    let row = store::find(&mut cx.db, id, read_scope.only_projects_of()).await?;
    with_budget(cx, row.ok_or_else(|| Error::not_found("project"))?, &read_scope).await
}

/// Adds a project and puts the caller on it.
pub async fn create(cx: &mut Call, given: NewProject) -> Result<Project, Error> {
    organizations::store::lock_shared(&mut cx.db).await?;
    let client = clients::record::find(cx, &given.client).await?;
    if client.archived {
        return Err(Error::invalid("client", format!("{} is archived. Restore it first, or choose another client.", client.name))
            .hint(clients::record::RESTORE_HINT));
    }
    let rate = given.rate.map(|rate| rate_of("rate", &rate, &client.currency)).transpose()?;
    let project = Project {
        id: ProjectId::new(),
        name: text::line("name", &given.name, 200)?,
        code: text::optional("code", given.code.as_deref(), 30)?,
        color: color_of(given.color)?.unwrap_or(client.color),
        billing: given.billing.unwrap_or_default(),
        rate: rate.map(|rate| Money::new(rate, &client.currency)),
        effective_rate: None,
        bill_agent_time: given.bill_agent_time.unwrap_or(false),
        archived: false,
        worked: None,
        unbilled: None,
        budget: None,
        client: ClientSummary { id: client.id, name: client.name, currency: client.currency },
    };
    let (read_scope, now) = (ReadScope::of(cx)?, cx.now);
    store::insert(&mut cx.db, &project, now).await?;
    store::insert_members(&mut cx.db, project.id, &[read_scope.member]).await?;
    reload(cx, project.id, &read_scope).await
}

/// Changes the given fields and keeps the rest.
pub async fn update(cx: &mut Call, project: &str, given: ProjectChange) -> Result<Project, Error> {
    let read_scope = ReadScope::of(cx)?;
    organizations::store::lock_shared(&mut cx.db).await?;
    let mut project = find_locked(cx, project, &read_scope).await?;
    if let Some(name) = given.name {
        project.name = text::line("name", &name, 200)?;
    }
    project.code = given.code.try_and_then(|code| text::optional("code", Some(&code), 30))?.apply_to(project.code);
    project.billing = given.billing.unwrap_or(project.billing);
    let currency = &project.client.currency;
    let rate = given.rate.try_map(|rate| rate_of("rate", &rate, currency))?.apply_to(project.rate.as_ref().map(|rate| rate.amount));
    let rate = rate.map(|rate| Money::new(rate, currency));
    let other_rate = rate != project.rate;
    project.rate = rate;
    project.bill_agent_time = given.bill_agent_time.unwrap_or(project.bill_agent_time);
    project.color = color_of(given.color)?.unwrap_or(project.color);
    store::update(&mut cx.db, &project).await?;
    if other_rate {
        rates::warnings::warn_after_change(cx, RateLevel::Project(project.id.0), project.rate.as_ref(), &project.client.currency).await?;
    }
    reload(cx, project.id, &read_scope).await
}

/// Hides a project from pickers, or shows it again.
pub async fn set_archived(cx: &mut Call, project: &str, archived: bool) -> Result<Project, Error> {
    let read_scope = ReadScope::of(cx)?;
    let project = find_locked(cx, project, &read_scope).await?;
    let at = archived.then_some(cx.now);
    store::set_archived(&mut cx.db, project.id, at).await?;
    reload(cx, project.id, &read_scope).await
}

/// Deletes a project to which nothing refers.
pub async fn delete(cx: &mut Call, project: &str) -> Result<DeletedProject, Error> {
    let read_scope = ReadScope::of(cx)?;
    let project = find_locked(cx, project, &read_scope).await?;
    let (entries, lines) = store::count_references(&mut cx.db, project.id).await?;
    if entries + lines > 0 {
        return Err(Error::new(
            Code::InUse,
            format!(
                "{} has {} and {} and cannot be deleted. Archive it instead.",
                project.full_name(),
                text::pluralize(entries, "time entry", "time entries"),
                text::pluralize(lines, "invoice line", "invoice lines")
            ),
        )
        .hint("archive_project hides it and keeps its history."));
    }
    store::delete(&mut cx.db, project.id).await?;
    Ok(DeletedProject { id: project.id, name: project.name })
}

/// The project for an update: locked before it is read, until this call ends, and with its rate, which an update must keep
/// even when the caller may not see it.
async fn find_locked(cx: &mut Call, project: &str, read_scope: &ReadScope) -> Result<Project, Error> {
    let id = reference::project(cx, read_scope, project).await?;
    store::lock(&mut cx.db, id).await?;
    let row = store::find(&mut cx.db, id, read_scope.only_projects_of()).await?;
    read(row.ok_or_else(|| Error::not_found("project"))?, &ReadScope { money: true, ..*read_scope })
}

/// Reads the project again after an update.
async fn reload(cx: &mut Call, id: ProjectId, read_scope: &ReadScope) -> Result<Project, Error> {
    let row = store::find(&mut cx.db, id.0, read_scope.only_projects_of()).await?;
    with_budget(cx, row.ok_or_else(Error::internal)?, read_scope).await
}

/// The project of a row with its budget, as far as the caller may see them.
async fn with_budget(cx: &mut Call, row: store::ProjectRow, read_scope: &ReadScope) -> Result<Project, Error> {
    let budget = budgets::record::of_projects(cx, read_scope, &[row.id]).await?.remove(&row.id);
    Ok(Project { budget, ..read(row, read_scope)? })
}

/// The project of a row, as far as the caller may see it.
fn read(row: store::ProjectRow, read_scope: &ReadScope) -> Result<Project, Error> {
    let currency = Currency::parse(&row.currency)?;
    // Rates are never converted: the organization's rate applies only where its currency is the client's.
    let organization_rate = row.organization_rate.filter(|_| row.organization_currency == row.currency);
    let money = |amount: Option<i64>| amount.filter(|_| read_scope.money).map(|amount| Money::new(amount, &currency));
    Ok(Project {
        id: ProjectId(row.id),
        rate: money(row.rate),
        effective_rate: money(row.rate.or(row.client_rate).or(organization_rate)),
        unbilled: money(row.unbilled),
        name: row.name,
        client: ClientSummary { id: ClientId(row.client_id), name: row.client_name, currency },
        code: row.code,
        color: row.color,
        billing: row.billing.parse()?,
        bill_agent_time: row.bill_agent_time,
        archived: row.archived,
        worked: row.worked.map(WorkDuration::of),
        budget: None,
    })
}
