//! The list of projects and the page of one project.

pub mod manage;
pub mod no_project;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::no_project::{WithoutProject, load_without_project, nothing_seen};
use super::{
    archived::{archived_switch, with_archived},
    budgets::{ProjectBudget, gauge},
    people::team::TeamSection,
};
use crate::{
    access::Permission,
    clients::ListClients,
    error::Error,
    page::{Page, PageRequest},
    page_context::{CurrentOrganization, use_changes, use_current_organization},
    projects::{Billing, ListProjects, Project, get_project},
    ui::{Empty, PageHeader, Tone, badge, create_resource, dotted, hours, money, page_when_loaded, pager, statistic, when_loaded},
};

/// The page that lists the projects by client.
pub fn projects() -> AnyView {
    let here = use_current_organization();
    let changes = use_changes();
    let query = use_query_map();
    let asked =
        move || (changes.work.get(), changes.time.get(), query.with(|query| (query.get("archived").is_some(), query.get("cursor"))));
    let projects = create_resource(asked, |(_, _, (archived, cursor))| load(archived, cursor));
    view! {
        <PageHeader title="Projects" lead=view! { "What the work is on. Time is tracked on projects." }.into_any() />
        {here.may(Permission::WriteWork).then(|| view! { <Add /> })}
        {when_loaded(projects, list)}
    }
    .into_any()
}

/// Loads the projects, and what else there is where none is listed.
async fn load(archived: bool, cursor: Option<String>) -> Result<(Page<Project>, Option<WithoutProject>), Error> {
    let projects =
        ListProjects { archived: Some(archived), with_hours: Some(true), page: PageRequest::after(cursor, 100), ..Default::default() }
            .call()
            .await?;
    if !projects.items.is_empty() {
        return Ok((projects, None));
    }
    Ok((projects, Some(load_without_project().await?)))
}

/// The form for a new project of any client.
#[component]
fn Add() -> impl IntoView {
    let changes = use_changes();
    let clients =
        create_resource(move || changes.work.get(), |_| ListClients { page: PageRequest::first(200), ..Default::default() }.call());
    when_loaded(clients, |page| {
        let clients = page.items.into_iter().map(|client| (client.id.to_string(), client.name)).collect::<Vec<_>>();
        (!clients.is_empty()).then(|| view! { <manage::NewProjectForm clients /> }).into_any()
    })
}

fn list((page, others): (Page<Project>, Option<WithoutProject>)) -> AnyView {
    let here = use_current_organization();
    let archived = use_query_map().read_untracked().get("archived").is_some();
    if let Some(others) = others {
        return none(&here, others);
    }
    let seen = here.may(Permission::ReadMoney);
    let next = page.next_cursor;
    let rows = page.items.into_iter().map(|project| row(&here.path(&format!("projects/{}", project.id)), project, seen)).collect_view();
    let path = here.path("projects");
    let switch = archived_switch(&path, "projects", archived);
    let path = if archived { with_archived(&path) } else { path };
    view! {
        <table class="list">
            <caption class="spoken">"Projects"</caption>
            <thead>
                <tr>
                    <th scope="col">"Project"</th>
                    <th scope="col" class="wide">"Client"</th>
                    <th scope="col" class="wide">"Billing"</th>
                    <th scope="col" class="wide">"Budget"</th>
                    <th scope="col" class="number">"Worked"</th>
                    {seen.then(|| view! { <th scope="col" class="number wide">"Rate per hour"</th> <th scope="col" class="number">"Unbilled"</th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pager(path, next)}
        {switch}
    }
    .into_any()
}

/// The empty list, with the way to the archived projects where there are some.
fn none(here: &CurrentOrganization, others: WithoutProject) -> AnyView {
    let writes = here.may(Permission::WriteWork);
    match (others.archived, writes) {
        (true, _) => {
            let words = match writes {
                true => "All projects are archived, or their clients are. Restore one, or add another.",
                false => "All projects that you see are archived, or their clients are.",
            };
            let switch = archived_switch(&here.path("projects"), "projects", false);
            view! { <Empty title="No active project" text=words /> {switch} }.into_any()
        }
        (false, true) => none_yet(here, others),
        (false, false) => {
            let words = match others.any_client && !here.may(Permission::TrackTime) {
                true => "The clients that were granted to you have no project yet.",
                false => nothing_seen(here),
            };
            view! { <Empty title="No project yet" text=words /> }.into_any()
        }
    }
}

/// The next step of an organization without a project: a first project, or a client if there is none either, or only archived ones.
fn none_yet(here: &CurrentOrganization, others: WithoutProject) -> AnyView {
    if others.client {
        return view! { <Empty title="No project yet" text="Time is tracked on projects. Add the first one with New project above." /> }
            .into_any();
    }
    let (words, path) = match others.any_client {
        true => (
            "A project belongs to a client, and all clients are archived. Restore one or add another first.",
            with_archived(&here.path("clients")),
        ),
        false => ("A project belongs to a client, and time is tracked on it. Add a client first, then its project.", here.path("clients")),
    };
    view! {
        <Empty title="No project yet" text=words>
            <a class="button" href=path>"To the clients"</a>
        </Empty>
    }
    .into_any()
}

fn row(path: &str, project: Project, seen: bool) -> impl IntoView + use<> {
    let amounts = seen.then(|| {
        view! {
            <td class="number wide">{project.effective_rate.as_ref().map(money)}</td>
            <td class="number">{project.unbilled.as_ref().filter(|unbilled| unbilled.amount > 0).map(money)}</td>
        }
    });
    view! {
        <tr>
            <th scope="row">
                {dotted(project.color, view! { <a class="row-link" href=path.to_owned()>{project.name}</a> }.into_any())}
                {project.code.map(|code| view! { " " <span class="code">{code}</span> })}
                {project.archived.then(|| badge(Tone::Quiet, "Archived"))}
                <small class="narrow">{project.client.name.clone()} {project.budget.as_ref().map(gauge::gauge_with_percent)}</small>
            </th>
            <td class="wide named">{project.client.name.clone()}</td>
            <td class="wide">{project.billing.label()}</td>
            <td class="wide">{project.budget.as_ref().map(gauge::gauge_with_percent)}</td>
            <td class="number">{project.worked.as_ref().map(hours)}</td>
            {amounts}
        </tr>
    }
}

/// The page of one project: its time, its terms, and archiving or deleting it.
pub fn project() -> AnyView {
    let params = use_params_map();
    let changes = use_changes();
    let asked = move || (changes.work.get(), changes.time.get(), params.with(|params| params.get("project").unwrap_or_default()));
    let project = create_resource(asked, |(_, _, project)| get_project(project));
    page_when_loaded(project, one)
}

fn one(project: Project) -> AnyView {
    let here = use_current_organization();
    let client = here.path(&format!("clients/{}", project.client.id));
    let lead = view! {
        <a href=client>{project.client.name.clone()}</a>
        {project.archived.then(|| view! { " " {badge(Tone::Quiet, "Archived")} })}
    };
    let facts = [
        project.worked.as_ref().map(|worked| statistic("Worked", hours(worked), None)),
        project.unbilled.as_ref().map(|unbilled| statistic("Unbilled", money(unbilled), None)),
        project.effective_rate.as_ref().map(|rate| statistic("Rate for new time", money(rate), None)),
    ];
    view! {
        <PageHeader title=project.name.clone() lead=lead.into_any() />
        <dl class="facts">{facts.into_iter().flatten().collect_view()}</dl>
        {here.may(Permission::ReadBudgets).then(|| view! { <ProjectBudget project=project.id.to_string() /> })}
        <div class="columns">
            {here.may(Permission::ReadMoney).then(|| view! { <manage::ProjectTerms project=project.clone() /> })}
            <div>
                <TeamSection project=project.id.to_string() />
                <manage::LatestEntries project=project.id.to_string() archived=project.archived />
            </div>
        </div>
    }
    .into_any()
}

/// The ways of billing, for a picker.
pub fn billings() -> Vec<(String, String)> {
    Billing::ALL.iter().map(|billing| (billing.name().to_owned(), billing.label().to_owned())).collect()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{
        access::Role,
        testing::{World, current_organization},
    };

    #[tokio::test]
    async fn a_viewer_is_told_that_no_client_was_granted_and_not_that_they_are_on_no_project() {
        let studio = World::new("studio").await;
        studio.ok("create_client", serde_json::json!({"name": "Acme"})).await;
        let alan = studio.as_role(Role::Viewer).await;
        let shown = async || {
            let looking = async {
                let here = current_organization();
                let (_, others) = load(false, None).await.expect("projects");
                none(&here, others.expect("no project")).to_html()
            };
            alan.caller.clone().run(looking).await
        };
        let before = shown().await;
        assert!(before.contains("No client was granted to you yet") && !before.contains("on no project"), "{before}");
        studio.ok("set_client_grants", serde_json::json!({"member": alan.member(), "clients": ["Acme"]})).await;
        let granted = shown().await;
        assert!(granted.contains("were granted to you have no project yet"), "{granted}");
    }

    #[tokio::test]
    async fn an_empty_list_of_projects_shows_the_next_step_or_what_is_archived() {
        let studio = World::new("studio").await;
        let shown = async || {
            let looking = async {
                let here = current_organization();
                let (_, others) = load(false, None).await.expect("projects");
                none(&here, others.expect("no project")).to_html()
            };
            studio.caller.clone().run(looking).await
        };
        assert!(shown().await.contains("Add a client first"));
        studio.ok("create_client", serde_json::json!({"name": "Acme"})).await;
        let with_client = shown().await;
        assert!(with_client.contains("New project above") && !with_client.contains("To the clients"), "{with_client}");
        studio.ok("create_project", serde_json::json!({"client": "Acme", "name": "Site"})).await;
        for (archive, restore, record) in
            [("archive_project", "restore_project", ("project", "Site")), ("archive_client", "restore_client", ("client", "Acme"))]
        {
            let arguments = serde_json::Map::from_iter([(record.0.to_owned(), record.1.into())]);
            studio.ok(archive, arguments.clone().into()).await;
            let hidden = shown().await;
            assert!(hidden.contains("No active project") && hidden.contains("projects?archived=yes"), "{archive}: {hidden}");
            studio.ok(restore, arguments.into()).await;
        }
    }
}
