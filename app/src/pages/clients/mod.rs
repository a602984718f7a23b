//! The list of clients and the page of one client.

pub mod form;
pub mod manage;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::projects::ON_NO_PROJECT;
use crate::{
    access::Permission,
    clients::{Client, CreateClient, get_client, list_clients},
    count::pluralize,
    error::Error,
    money::Money,
    organizations::get_organization,
    page::Page,
    page_context::{invalidate, use_changes, use_current_organization},
    pages::clients::manage::{ClientProjects, ClientTerms},
    ui::{
        Disclosure, Empty, Icon, PageHeader, Tone, WriteAction, badge, create_resource, dot, money, on_success, page_when_loaded, pager,
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

/// Loads the clients, and the rate that applies where a client has none of its own.
async fn load(archived: bool, cursor: Option<String>) -> Result<(Page<Client>, Option<Money>), Error> {
    let default = async { get_organization().await.map(|organization| organization.rate) };
    futures::try_join!(list_clients(None, Some(archived), Some(100), cursor, None), default)
}

#[component]
fn NewClientSection() -> impl IntoView {
    let action = WriteAction::<CreateClient>::new();
    let changes = use_changes();
    on_success(action, move |_| invalidate(changes.work));
    let refused = Signal::derive(move || refusal(action).get().is_some());
    view! {
        <Disclosure label="New client" drawing=Icon::Plus refused closes=action.version()>
            <form::NewClientForm action />
        </Disclosure>
    }
}

fn list((page, default): (Page<Client>, Option<Money>)) -> AnyView {
    let here = use_current_organization();
    let query = use_query_map();
    let archived = query.read_untracked().get("archived").is_some();
    if page.items.is_empty() && !here.may(Permission::WriteWork) {
        return view! { <Empty title="No client yet" text=ON_NO_PROJECT /> }.into_any();
    }
    if page.items.is_empty() {
        return view! {
            <Empty
                title="No client yet"
                text="A client is whom you work for: it has a currency, a rate and the terms of its invoices. Add the first one with the button above."
            />
        }
        .into_any();
    }
    let money_seen = here.may(Permission::ReadMoney);
    let next = page.next_cursor;
    let path = |client: &Client| here.path(&format!("clients/{}", client.id));
    let rows = page.items.into_iter().map(|client| row(&path(&client), client, default.as_ref(), money_seen)).collect_view();
    let (path, all) = (here.path("clients"), format!("{}?archived=yes", here.path("clients")));
    let (path, switch) = match archived {
        true => (all, (path, "Hide archived clients")),
        false => (path, (all, "Show archived clients")),
    };
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
        <p class="quiet below"><a href=switch.0>{switch.1}</a></p>
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
                {dot(client.color)} <a class="row-link" href=path.to_owned()>{client.name}</a>
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
