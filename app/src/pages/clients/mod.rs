//! The list of clients and the page of one client.

pub mod form;
pub mod manage;

use domain::{count::pluralize, money::Money};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    archived::{archived_namesake, archived_switch, with_archived},
    projects::no_project::nothing_seen,
};
use crate::{
    access::Permission,
    clients::{Client, CreateClient, ListClients, get_client},
    error::Error,
    organizations::get_organization,
    page::{Page, PageRequest},
    page_context::{CurrentOrganization, invalidate, use_changes, use_current_organization},
    pages::clients::manage::{ClientProjects, ClientTerms},
    ui::{
        Disclosure, Empty, Icon, PageHeader, Tone, WriteAction, badge, create_resource, dotted, money, on_success, page_when_loaded, pager,
        refusal, when_loaded,
    },
};

/// The page that lists the clients, with the form for a new one.
pub fn clients() -> AnyView {
    let here = use_current_organization();
    let changes = use_changes();
    let query = use_query_map();
    let asked = move || (changes.work.get(), query.with(|query| (query.get("archived").is_some(), query.get("cursor"))));
    let clients = create_resource(asked, |(_, (archived, cursor))| load(archived, cursor));
    view! {
        <PageHeader title="Clients" lead=view! { "Who the work is for, and how it is billed to them." }.into_any() />
        {here.may(Permission::WriteWork).then(|| view! { <NewClientSection /> })}
        {when_loaded(clients, list)}
    }
    .into_any()
}

/// A page of clients, the rate that applies where a client has none of its own, and for an empty page whether there are archived clients.
type ClientList = (Page<Client>, Option<Money>, bool);

async fn load(archived: bool, cursor: Option<String>) -> Result<ClientList, Error> {
    let is_first = cursor.is_none() && !archived;
    let default = async { get_organization().await.map(|organization| organization.rate) };
    let (page, default) = futures::try_join!(
        ListClients { archived: Some(archived), page: PageRequest::after(cursor, 100), ..Default::default() }.call(),
        default
    )?;
    let has_archived = is_first
        && page.items.is_empty()
        && !ListClients { archived: Some(true), page: PageRequest::first(1), ..Default::default() }.call().await?.items.is_empty();
    Ok((page, default, has_archived))
}

#[component]
fn NewClientSection() -> impl IntoView {
    let action = WriteAction::<CreateClient>::new();
    let changes = use_changes();
    on_success(action, move |_| invalidate(changes.work));
    let refused = Signal::derive(move || refusal(action).get().is_some());
    let list = use_current_organization().path("clients");
    view! {
        <Disclosure label="New client" drawing=Icon::Plus refused closes=action.version()>
            <form::NewClientForm action />
            {archived_namesake(refusal(action), list, "clients")}
        </Disclosure>
    }
}

fn list((page, default, has_archived): ClientList) -> AnyView {
    let here = use_current_organization();
    let query = use_query_map();
    let archived = query.read_untracked().get("archived").is_some();
    if page.items.is_empty() {
        return none(&here, has_archived);
    }
    let money_seen = here.may(Permission::ReadMoney);
    let next = page.next_cursor;
    let path = |client: &Client| here.path(&format!("clients/{}", client.id));
    let rows = page.items.into_iter().map(|client| row(&path(&client), client, default.as_ref(), money_seen)).collect_view();
    let path = here.path("clients");
    let switch = archived_switch(&path, "clients", archived);
    let path = if archived { with_archived(&path) } else { path };
    view! {
        <table class="list">
            <caption class="spoken">"Clients"</caption>
            <thead>
                <tr>
                    <th scope="col">"Client"</th>
                    <th scope="col" class="number wide">"Projects"</th>
                    {money_seen.then(|| view! {
                        <th scope="col" class="number">"Rate per hour"</th>
                        <th scope="col" class="wide">"Terms"</th>
                        <th scope="col" class="wide">"Tax"</th>
                    })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
        {pager(path, next)}
        {switch}
    }
    .into_any()
}

/// The empty list. Those who lead the work are shown the way to a first client, and everybody the archived ones.
fn none(here: &CurrentOrganization, has_archived: bool) -> AnyView {
    let (title, text) = match (has_archived, here.may(Permission::WriteWork)) {
        (true, true) => ("No active client", "All clients are archived. Restore one, or add another with the button above."),
        (true, false) => ("No active client", "All clients that you see are archived."),
        (false, true) => (
            "No client yet",
            "A client is whom you work for: it has a currency, a rate and the terms of its invoices. Add the first one with the button above.",
        ),
        (false, false) => ("No client yet", nothing_seen(here)),
    };
    view! {
        <Empty title=title text=text />
        {has_archived.then(|| archived_switch(&here.path("clients"), "clients", false))}
    }
    .into_any()
}

fn row(path: &str, client: Client, default: Option<&Money>, money_seen: bool) -> impl IntoView + use<> {
    // The organization's rate applies only in its own currency.
    let default = default.filter(|default| default.currency == client.currency);
    let rate = match (&client.rate, default) {
        (Some(rate), _) => money(rate).into_any(),
        (None, Some(default)) => view! { <span class="quiet">"default, " {money(default)}</span> }.into_any(),
        (None, None) => view! { <span class="quiet">{format!("none, {}", client.currency)}</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">
                {dotted(client.color, view! { <a class="row-link" href=path.to_owned()>{client.name}</a> }.into_any())}
                {client.archived.then(|| badge(Tone::Quiet, "Archived"))}
            </th>
            <td class="number wide">{client.projects}</td>
            {money_seen.then(|| view! {
                <td class="number">{rate}</td>
                <td class="wide">{days(client.payment_terms_days)}</td>
                <td class="wide">{client.tax_category.at(client.tax_rate)}</td>
            })}
        </tr>
    }
}

/// Payment terms in words.
fn days(days: u16) -> String {
    match days {
        0 => "at once".to_owned(),
        days => pluralize(i64::from(days), "day", "days"),
    }
}

/// The page of one client: its terms, its projects, and archiving or deleting it.
pub fn client() -> AnyView {
    let params = use_params_map();
    let changes = use_changes();
    let asked = move || (changes.work.get(), params.with(|params| params.get("client").unwrap_or_default()));
    let client = create_resource(asked, |(_, client)| get_client(client));
    page_when_loaded(client, one)
}

fn one(client: Client) -> AnyView {
    let here = use_current_organization();
    let lead = view! {
        <a href=here.path("clients")>"Clients"</a>
        {client.archived.then(|| view! { " " {badge(Tone::Quiet, "Archived")} })}
    };
    view! {
        <PageHeader title=client.name.clone() lead=lead.into_any() />
        <div class="columns">
            {here.may(Permission::ReadMoney).then(|| view! { <ClientTerms client=client.clone() /> })}
            <ClientProjects client />
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        access::Role,
        testing::{World, current_organization},
    };

    /// The empty list of clients.
    async fn shown(studio: &World) -> String {
        let looking = async {
            let here = current_organization();
            let (page, _, has_archived) = load(false, None).await.expect("clients");
            assert!(page.items.is_empty());
            none(&here, has_archived).to_html()
        };
        studio.caller.clone().run(looking).await
    }

    #[tokio::test]
    async fn the_only_client_is_found_again_once_it_is_archived() {
        let studio = World::new("studio").await;
        let before = shown(&studio).await;
        assert!(before.contains("No client yet") && !before.contains("archived"), "{before}");
        studio.ok("create_client", json!({"name": "Acme"})).await;
        studio.ok("archive_client", json!({"client": "Acme"})).await;
        let after = shown(&studio).await;
        assert!(after.contains("No active client") && after.contains("clients?archived=yes"), "{after}");
    }

    #[tokio::test]
    async fn a_viewer_without_grants_is_told_that_no_client_was_granted() {
        let studio = World::new("studio").await;
        let (alan, barbara) = (studio.as_role(Role::Viewer).await, studio.as_role(Role::Member).await);
        let of_viewer = shown(&alan).await;
        assert!(of_viewer.contains("No client was granted to you yet") && !of_viewer.contains("on no project"), "{of_viewer}");
        assert!(shown(&barbara).await.contains("You are on no project yet"));
    }

    #[tokio::test]
    async fn a_name_that_an_archived_client_has_leads_to_the_archived_clients() {
        let studio = World::new("studio").await;
        studio.ok("create_client", json!({"name": "Acme"})).await;
        let link = |refused: Error| {
            Owner::new()
                .with(|| archived_namesake(Signal::derive(move || Some(refused.clone())), "clients".to_owned(), "clients").to_html())
        };
        let taken = studio.refused("create_client", json!({"name": "acme"})).await;
        assert!(!link(taken).contains("archived=yes"));
        studio.ok("archive_client", json!({"client": "Acme"})).await;
        let taken = studio.refused("create_client", json!({"name": "acme"})).await;
        assert!(taken.message.contains("\"Acme\"") && link(taken.clone()).contains("clients?archived=yes"), "{taken:?}");
    }
}
