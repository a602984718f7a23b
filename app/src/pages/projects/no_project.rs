//! What is said and offered where there is no project to work on.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    access::Permission, clients::ListClients, error::Error, page::PageRequest, page_context::CurrentOrganization,
    pages::archived::with_archived, projects::ListProjects,
};

/// The text of empty lists for members who are on no project yet.
const ON_NO_PROJECT: &str = "You are on no project yet. Ask whoever leads the work to put you on one.";

/// The text of empty lists for viewers to whom no client was granted.
pub const NO_CLIENT_GRANTED: &str = "No client was granted to you yet. Ask an owner or admin to choose the clients that you see.";

/// What there is while no active project is seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WithoutProject {
    /// Whether there is an active client, to which a first project can be added.
    pub client: bool,
    /// Whether there is any client, active or archived.
    pub any_client: bool,
    /// Whether there are archived projects, or projects of archived clients.
    pub archived: bool,
}

/// Loads what there is for callers who see no active project.
pub async fn load_without_project() -> Result<WithoutProject, Error> {
    let (client, any_client, archived) = futures::try_join!(
        ListClients { page: PageRequest::first(1), ..Default::default() }.call(),
        ListClients { archived: Some(true), page: PageRequest::first(1), ..Default::default() }.call(),
        ListProjects { archived: Some(true), page: PageRequest::first(1), ..Default::default() }.call(),
    )?;
    Ok(WithoutProject { client: !client.items.is_empty(), any_client: !any_client.items.is_empty(), archived: !archived.items.is_empty() })
}

/// The same, after a look whether there is an active project; `None` if there is one.
pub async fn find_without_project() -> Result<Option<WithoutProject>, Error> {
    let active = ListProjects { page: PageRequest::first(1), ..Default::default() }.call().await?;
    match active.items.is_empty() {
        true => load_without_project().await.map(Some),
        false => Ok(None),
    }
}

/// Why users who do not lead the work see no client and no project.
pub fn nothing_seen(here: &CurrentOrganization) -> &'static str {
    match here.may(Permission::TrackTime) {
        true => ON_NO_PROJECT,
        false => NO_CLIENT_GRANTED,
    }
}

/// Why no time can be tracked yet: the words, and for users who lead the work the link to what comes first.
pub struct FirstStep {
    /// The words.
    pub words: &'static str,
    /// The path and the label of the link.
    pub link: Option<(String, &'static str)>,
}

impl FirstStep {
    /// The first step of a user who tracks time.
    pub fn of(here: &CurrentOrganization, there: WithoutProject) -> Self {
        if !here.may(Permission::WriteWork) {
            let words = match there.archived {
                true => "All projects that you are on are archived, or their clients are.",
                false => nothing_seen(here),
            };
            return Self { words, link: None };
        }
        let (words, path, label) = match there {
            WithoutProject { any_client: false, .. } => {
                ("Time is tracked on projects, and a project belongs to a client.", here.path("clients"), "Add a client and a project")
            }
            WithoutProject { client: false, .. } => (
                "Time is tracked on projects of clients, and all clients are archived.",
                with_archived(&here.path("clients")),
                "Show archived clients",
            ),
            WithoutProject { archived: true, .. } => (
                "Time is tracked on projects, and all of them are archived, or their clients are.",
                with_archived(&here.path("projects")),
                "Show archived projects",
            ),
            _ => ("Time is tracked on projects.", here.path("projects"), "Add a project"),
        };
        Self { words, link: Some((path, label)) }
    }

    /// The words with their link, in a line of text.
    pub fn line(self) -> AnyView {
        let Self { words, link } = self;
        view! { {words} {link.map(|(path, label)| view! { " " <a href=path>{label}</a> })} }.into_any()
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        access::Role,
        testing::{World, current_organization},
    };

    /// The line for the caller; empty if they see an active project.
    async fn line(world: &World) -> String {
        let looking = async {
            let here = current_organization();
            let there = find_without_project().await.expect("what there is");
            there.map(|there| FirstStep::of(&here, there).line().to_html()).unwrap_or_default()
        };
        world.caller.clone().run(looking).await
    }

    #[tokio::test]
    async fn the_first_step_is_the_one_that_is_missing() {
        let studio = World::new("studio").await;
        assert!(line(&studio).await.contains("Add a client and a project"));
        studio.ok("create_client", json!({"name": "Acme"})).await;
        let with_client = line(&studio).await;
        assert!(with_client.contains("Add a project") && with_client.contains("/projects\""), "{with_client}");
        studio.ok("create_project", json!({"client": "Acme", "name": "Site"})).await;
        assert_eq!(line(&studio).await, "");
        studio.ok("archive_client", json!({"client": "Acme"})).await;
        let archived = line(&studio).await;
        assert!(archived.contains("all clients are archived") && archived.contains("clients?archived=yes"), "{archived}");
        studio.ok("restore_client", json!({"client": "Acme"})).await;
        studio.ok("archive_project", json!({"project": "Site"})).await;
        let archived = line(&studio).await;
        assert!(archived.contains("all of them are archived") && archived.contains("projects?archived=yes"), "{archived}");
    }

    #[tokio::test]
    async fn whoever_does_not_lead_the_work_is_told_whom_to_ask() {
        let studio = World::new("studio").await;
        let (barbara, alan) = (studio.as_role(Role::Member).await, studio.as_role(Role::Viewer).await);
        let told = line(&barbara).await;
        assert!(told.contains("You are on no project yet") && !told.contains("href"), "{told}");
        let told = line(&alan).await;
        assert!(told.contains("No client was granted to you yet") && !told.contains("href"), "{told}");
    }
}
