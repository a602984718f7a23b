//! Making, listing and changing projects.

use uuid::Uuid;

use super::{Billing, ClientSummary, DeletedProject, Project, sight::Sight, store};
use crate::{
    budgets,
    clients::{self, record::color_of},
    edit::Edit,
    error::{Code, Error},
    hours::Worked,
    id::{ClientId, ProjectId},
    money::{Amount, Currency, Money},
    operation::Call,
    organizations::{self, settings::rate_of},
    page::{self, Cursor, Page},
    rates::{self, store::Level},
    reference, text,
};

/// What brings an archived project back, told to programs.
pub const RESTORED: &str = "restore_project restores it.";

/// Which projects are wanted; arguments of `list_projects`.
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct Wanted {
    pub query: Option<String>,
    pub client: Option<String>,
    pub archived: bool,
    pub with_hours: bool,
}

/// What a new project is made of; the arguments of `create_project`.
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

/// What changes about a project; the arguments of `update_project`.
#[derive(Default)]
#[allow(missing_docs, reason = "each is described where it is an argument")]
pub struct ProjectChange {
    pub name: Option<String>,
    pub code: Edit<String>,
    pub billing: Option<Billing>,
    pub rate: Edit<Amount>,
    pub bill_agent_time: Option<bool>,
    pub color: Option<String>,
}

/// A page of projects by client and name.
pub async fn list(
    cx: &mut Call,
    wanted: Wanted,
    limit: Option<u32>,
    cursor: Option<String>,
    with_total: bool,
) -> Result<Page<Project>, Error> {
    let (sight, limit) = (Sight::of(cx)?, page::limit(limit)?);
    let after = cx.listing.after(cursor.as_deref())?.map(after);
    let client = match text::said(wanted.client) {
        Some(client) => Some(reference::client(cx, &sight, &client).await?),
        None => None,
    };
    let filter = store::Filter {
        query: text::said(wanted.query).map(|query| text::search_key(&query)),
        client,
        archived: wanted.archived,
        on: sight.on_projects_of(),
        hours: wanted.with_hours,
    };
    let total = match with_total {
        true => Some(store::count(&mut cx.db, &filter).await?),
        false => None,
    };
    let rows = store::list(&mut cx.db, &filter, after, limit + 1).await?;
    let ids: Vec<Uuid> = rows.iter().filter(|_| filter.hours).map(|row| row.id).collect();
    let mut budgets = budgets::record::of_projects(cx, &sight, &ids).await?;
    let place = |row: &store::Row| Cursor { key: format!("{}\n{}", row.client_key, row.project_key), id: row.id };
    let read = |row: store::Row| {
        let budget = budgets.remove(&row.id);
        Ok(Project { budget, ..read(row, &sight)? })
    };
    let page = Page::of(cx.listing, rows, limit, place, read)?;
    Ok(Page { total, ..page })
}

/// Where a cursor goes on: the names it was made of hold no line break.
pub fn after(cursor: Cursor) -> store::After {
    let (client, project) = cursor.key.split_once('\n').unwrap_or((&cursor.key, ""));
    (client.to_owned(), project.to_owned(), cursor.id)
}

/// The project that a reference means, with its sums.
pub async fn get(cx: &mut Call, project: &str) -> Result<Project, Error> {
    let sight = Sight::of(cx)?;
    let id = reference::project(cx, &sight, project).await?;
    let row = store::find(&mut cx.db, id, sight.on_projects_of()).await?;
    whole(cx, row.ok_or_else(|| Error::not_found("project"))?, &sight).await
}

/// Adds a project and puts the caller on it.
pub async fn create(cx: &mut Call, given: NewProject) -> Result<Project, Error> {
    organizations::store::keep(&mut cx.db).await?;
    let client = clients::record::find(cx, &given.client).await?;
    if client.archived {
        return Err(Error::invalid("client", format!("{} is archived. Restore it first, or choose another client.", client.name))
            .hint(clients::record::RESTORED));
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
    let (sight, now) = (Sight::of(cx)?, cx.now);
    store::insert(&mut cx.db, &project, now).await?;
    store::insert_members(&mut cx.db, project.id, &[sight.member]).await?;
    again(cx, project.id, &sight).await
}

/// Changes what is given and keeps the rest.
pub async fn update(cx: &mut Call, project: &str, given: ProjectChange) -> Result<Project, Error> {
    let sight = Sight::of(cx)?;
    organizations::store::keep(&mut cx.db).await?;
    let mut project = find_whole(cx, project, &sight).await?;
    if let Some(name) = given.name {
        project.name = text::line("name", &name, 200)?;
    }
    project.code = given.code.read(|code| text::optional("code", Some(&code), 30))?.over(project.code);
    project.billing = given.billing.unwrap_or(project.billing);
    let currency = &project.client.currency;
    let rate = given.rate.try_map(|rate| rate_of("rate", &rate, currency))?.over(project.rate.as_ref().map(|rate| rate.amount));
    let rate = rate.map(|rate| Money::new(rate, currency));
    let other_rate = rate != project.rate;
    project.rate = rate;
    project.bill_agent_time = given.bill_agent_time.unwrap_or(project.bill_agent_time);
    project.color = color_of(given.color)?.unwrap_or(project.color);
    store::update(&mut cx.db, &project).await?;
    if other_rate {
        rates::told::of_change(cx, Level::Project(project.id.0), project.rate.as_ref(), &project.client.currency).await?;
    }
    again(cx, project.id, &sight).await
}

/// Hides a project from pickers, or shows it again.
pub async fn set_archived(cx: &mut Call, project: &str, archived: bool) -> Result<Project, Error> {
    let sight = Sight::of(cx)?;
    let project = find_whole(cx, project, &sight).await?;
    let at = archived.then_some(cx.now);
    store::set_archived(&mut cx.db, project.id, at).await?;
    again(cx, project.id, &sight).await
}

/// Deletes a project that nothing holds.
pub async fn delete(cx: &mut Call, project: &str) -> Result<DeletedProject, Error> {
    let sight = Sight::of(cx)?;
    let project = find_whole(cx, project, &sight).await?;
    let (entries, lines) = store::held_by(&mut cx.db, project.id).await?;
    if entries + lines > 0 {
        return Err(Error::new(
            Code::InUse,
            format!(
                "{} has {} and {} and cannot be deleted. Archive it instead.",
                project.full_name(),
                text::counted(entries, "time entry", "time entries"),
                text::counted(lines, "invoice line", "invoice lines")
            ),
        )
        .hint("archive_project hides it and keeps its history."));
    }
    store::delete(&mut cx.db, project.id).await?;
    Ok(DeletedProject { id: project.id, name: project.name })
}

/// The project for a change: held before it is read, until this call ends, and with its rate, which a change has to keep even
/// when the caller may not see it.
async fn find_whole(cx: &mut Call, project: &str, sight: &Sight) -> Result<Project, Error> {
    let id = reference::project(cx, sight, project).await?;
    store::lock(&mut cx.db, id).await?;
    let row = store::find(&mut cx.db, id, sight.on_projects_of()).await?;
    read(row.ok_or_else(|| Error::not_found("project"))?, &Sight { money: true, ..*sight })
}

/// The project as the database has it after a change.
async fn again(cx: &mut Call, id: ProjectId, sight: &Sight) -> Result<Project, Error> {
    let row = store::find(&mut cx.db, id.0, sight.on_projects_of()).await?;
    whole(cx, row.ok_or_else(Error::internal)?, sight).await
}

/// A row with its budget, as the caller may see them.
async fn whole(cx: &mut Call, row: store::Row, sight: &Sight) -> Result<Project, Error> {
    let budget = budgets::record::of_projects(cx, sight, &[row.id]).await?.remove(&row.id);
    Ok(Project { budget, ..read(row, sight)? })
}

/// A row as the caller may see it.
fn read(row: store::Row, sight: &Sight) -> Result<Project, Error> {
    let currency = Currency::parse(&row.currency)?;
    // Nothing converts between currencies: the organization's rate is one only where its currency is the client's.
    let organization_rate = row.organization_rate.filter(|_| row.organization_currency == row.currency);
    let money = |amount: Option<i64>| amount.filter(|_| sight.money).map(|amount| Money::new(amount, &currency));
    Ok(Project {
        id: ProjectId(row.id),
        rate: money(row.rate),
        effective_rate: money(row.rate.or(row.client_rate).or(organization_rate)),
        unbilled: money(row.unbilled),
        name: row.name,
        client: ClientSummary { id: ClientId(row.client_id), name: row.client_name, currency },
        code: row.code,
        color: row.color,
        billing: Billing::named(&row.billing).ok_or_else(Error::internal)?,
        bill_agent_time: row.bill_agent_time,
        archived: row.archived,
        worked: row.worked.map(Worked::of),
        budget: None,
    })
}
