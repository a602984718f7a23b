//! Forms to change, archive and delete a client, and its projects.

use leptos::prelude::*;

use super::form;
use crate::{
    access::Permission,
    clients::{ArchiveClient, Client, DeleteClient, RestoreClient, UpdateClient},
    page::{Page, PageRequest},
    page_context::{invalidate, use_changes, use_current_organization},
    pages::{
        archive_or_delete::{Archivable, archive_or_delete},
        done_words::{DoneWords, TaxBefore},
        projects::manage::NewProjectForm,
        rate_prompts::{RateOf, UnbilledAtOtherRate},
        read_only::disabled_fields,
    },
    projects::{ListProjects, Project},
    ui::{Form, PageSection, Submit, WriteAction, create_resource, dotted, hidden, hours, money, on_success, use_flash, when_loaded},
};

/// The form with the terms that are the defaults of the client's invoices.
#[component]
pub fn ClientTerms(
    /// The client.
    client: Client,
) -> impl IntoView {
    if !use_current_organization().may(Permission::WriteWork) {
        return read_only_terms(&client);
    }
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<UpdateClient>::new();
    let category = client.tax_category;
    on_success(action, move |saved| {
        invalidate(changes.work);
        flash.done(UpdateClient::done_words(saved, TaxBefore(Some(category))), saved);
    });
    let given = client.clone();
    view! {
        <PageSection title="Terms" id="terms">
            <Form action id="client" class="grid-form" asks=true changes=true>
                {hidden("client", client.id)}
                {form::changeable_fields(&given)}
                <div class="form-end span-2"><Submit label="Save changes" /></div>
            </Form>
            <UnbilledAtOtherRate of=RateOf::Client(client.id) />
            {ends(client)}
        </PageSection>
    }
    .into_any()
}

/// The terms for users who may see and not change them.
fn read_only_terms(client: &Client) -> AnyView {
    let fields = view! { <div class="grid-form">{form::fields(client)}</div> };
    let terms = disabled_fields("Owners, admins and managers change these terms.", fields.into_any());
    view! { <PageSection title="Terms" id="terms">{terms}</PageSection> }.into_any()
}

fn ends(client: Client) -> AnyView {
    archive_or_delete::<ArchiveClient, RestoreClient, DeleteClient, _, _>(Archivable {
        kind: "client",
        id: client.id.to_string(),
        name: client.name,
        archived: client.archived,
        deletable: "a client without projects, time and invoices",
        list: "clients",
    })
}

/// The client's projects, and the form for a new one.
#[component]
pub fn ClientProjects(
    /// The client.
    client: Client,
) -> impl IntoView {
    let here = use_current_organization();
    let changes = use_changes();
    let id = client.id.to_string();
    let asked = move || (changes.work.get(), id.clone());
    let projects = create_resource(asked, |(_, client)| {
        ListProjects {
            client: Some(client),
            archived: Some(true),
            with_hours: Some(true),
            page: PageRequest::first(200),
            ..Default::default()
        }
        .call()
    });
    let adds = here.may(Permission::WriteWork) && !client.archived;
    let chosen = (client.id.to_string(), client.name);
    view! {
        <PageSection title="Projects" id="projects">
            {adds.then(|| view! { <NewProjectForm client=chosen /> })}
            {when_loaded(projects, rows)}
        </PageSection>
    }
}

fn rows(page: Page<Project>) -> AnyView {
    let here = use_current_organization();
    if page.items.is_empty() {
        let words = match here.may(Permission::WriteWork) {
            true => "No project yet. Time is tracked on projects, so add one first.",
            false => "No project yet.",
        };
        return view! { <p class="quiet">{words}</p> }.into_any();
    }
    let items = page.items.into_iter().map(|project| {
        let path = here.path(&format!("projects/{}", project.id));
        view! {
            <li>
                {dotted(project.color, view! { <a class="row-link" href=path>{project.name}</a> }.into_any())}
                <span class="numbers">
                    {project.worked.as_ref().map(hours)}
                    // It takes precedence over the client's rate, which is shown above.
                    {project.rate.as_ref().map(|rate| view! { <small>"own rate " {money(rate)}</small> })}
                    {project.unbilled.as_ref().filter(|unbilled| unbilled.amount > 0).map(|unbilled| view! { <small>{money(unbilled)} " unbilled"</small> })}
                </span>
            </li>
        }
    });
    view! { <ul class="rows">{items.collect_view()}</ul> }.into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::{World, provide_organization};

    #[tokio::test]
    async fn the_terms_of_whoever_may_not_change_them_are_disabled_and_say_who_does() {
        let studio = World::new("studio").await;
        let client = studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "rate": "120.00"})).await;
        let client: Client = serde_json::from_value(client).expect("a client");
        let shown = Owner::new().with(|| read_only_terms(&client).to_html());
        assert!(shown.contains("<fieldset") && shown.contains("disabled") && !shown.contains("<form"), "{shown}");
        assert!(shown.contains("Owners, admins and managers change these terms."), "{shown}");
    }

    #[tokio::test]
    async fn the_own_rate_of_a_project_stands_beside_it_on_the_page_of_the_client() {
        let studio = World::new("studio").await;
        studio.ok("create_client", json!({"name": "Acme", "currency": "EUR", "rate": "120.00"})).await;
        studio.ok("create_project", json!({"client": "Acme", "name": "Dashboard"})).await;
        let shown = async || {
            let looking = async {
                provide_organization();
                rows(ListProjects::default().call().await.expect("projects")).to_html()
            };
            studio.caller.clone().run(looking).await
        };
        assert!(!shown().await.contains("own rate"));
        studio.ok("set_rate", json!({"project": "Dashboard", "rate": "95.50"})).await;
        let with_own = shown().await;
        assert!(with_own.contains("own rate") && with_own.contains("95.50"), "{with_own}");
    }
}
