//! Forms to add, change, archive and delete a project, and its latest time.

use domain::money::written;
use leptos::prelude::*;

use super::billings;
use crate::{
    access::Permission,
    page::PageRequest,
    page_context::{invalidate, use_changes, use_current_organization},
    pages::{
        archive_or_delete::{Archivable, archive_or_delete},
        archived::archived_namesake,
        done_words::Done,
        rate_prompts::{RateOf, UnbilledAtOtherRate},
        read_only::disabled_fields,
        time::entry_view::list_item,
    },
    projects::{ArchiveProject, CreateProject, DeleteProject, Project, RestoreProject, UpdateProject},
    time::{ListTimeEntries, TimeFilterInput},
    ui::{
        Disclosure, Field, Form, Icon, PageSection, Select, SelectOption, Submit, WriteAction, choices, create_resource, hidden,
        idempotency_field, on_success, refusal, use_flash, when_loaded,
    },
};

/// The form for a new project, of a given client or of one to choose.
#[component]
pub fn NewProjectForm(
    /// The client, when it is known: id and name.
    #[prop(optional)]
    client: Option<SelectOption>,
    /// The clients to choose from otherwise.
    #[prop(optional)]
    clients: Vec<SelectOption>,
) -> impl IntoView {
    let action = WriteAction::<CreateProject>::new();
    let changes = use_changes();
    on_success(action, move |_| invalidate(changes.work));
    let refused = Signal::derive(move || refusal(action).get().is_some());
    let list = use_current_organization().path("projects");
    let of = move || match client {
        Some((id, _)) => hidden("client", id).into_any(),
        None => {
            let clients = std::iter::once((String::new(), "Choose a client".to_owned())).chain(clients).collect::<Vec<SelectOption>>();
            view! { <Select label="Client" name="client" choices=clients required=true class="span-2" /> }.into_any()
        }
    };
    view! {
        <Disclosure label="New project" drawing=Icon::Plus refused closes=action.version()>
            <Form action id="new-project" class="grid-form" clears=true>
                {idempotency_field(action)} {of()}
                <Field label="Name" name="name" required=true maxlength=200 placeholder="Dashboard" class="span-2" />
                <Select label="Billing" name="billing" choices=billings() />
                <Field label="Rate per hour" name="rate" inputmode="decimal" optional=true hint="Empty for the client's." />
                <Field label="Code" name="code" optional=true maxlength=30 placeholder="D-12" />
                <div class="form-end span-2">
                    <Submit label="Add project" />
                </div>
            </Form>
            {archived_namesake(refusal(action), list, "projects")}
        </Disclosure>
    }
}

/// The form with the terms that new time on the project gets.
#[component]
pub fn ProjectTerms(
    /// The project.
    project: Project,
) -> impl IntoView {
    if !use_current_organization().may(Permission::WriteWork) {
        let terms = view! { <div class="grid-form">{terms(&project)}</div> };
        let terms = disabled_fields("Owners, admins and managers change these terms.", terms.into_any());
        return view! { <PageSection title="Terms" id="terms">{terms}</PageSection> }.into_any();
    }
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<UpdateProject>::new();
    on_success(action, move |saved| {
        invalidate(changes.work);
        flash.done(UpdateProject::DONE, saved);
    });
    let given = project.clone();
    view! {
        <PageSection title="Terms" id="terms">
            <Form action id="project" class="grid-form" asks=true changes=true>
                {hidden("project", project.id)}
                {terms(&given)}
                <div class="form-end span-2"><Submit label="Save changes" /></div>
            </Form>
            <UnbilledAtOtherRate of=RateOf::Project(project.id) />
            {ends(project)}
        </PageSection>
    }
    .into_any()
}

/// The fields of the terms.
fn terms(project: &Project) -> impl IntoView + use<> {
    let rate = project.rate.as_ref().map(|rate| written(rate.amount, &rate.currency)).unwrap_or_default();
    let agents = choices(&[("false", "Not billed"), ("true", "Billed like any other time")]);
    view! {
        <Field label="Name" name="name" required=true maxlength=200 value=project.name.clone() class="span-2" />
        <Select label="Billing" name="billing" choices=billings() value=project.billing.name() hint="Applies to new time." />
        <Field label="Rate per hour" name="rate" inputmode="decimal" value=rate optional=true hint="Empty for the client's." />
        <Field label="Code" name="code" maxlength=30 value=project.code.clone().unwrap_or_default() optional=true />
        <Field label="Colour" name="color" kind="color" value=project.color.clone() />
        <Select label="Time that agents work on their own" name="bill_agent_time" choices=agents value=project.bill_agent_time.to_string() class="span-2" />
    }
}

fn ends(project: Project) -> AnyView {
    archive_or_delete::<ArchiveProject, RestoreProject, DeleteProject, _, _>(Archivable {
        kind: "project",
        id: project.id.to_string(),
        name: project.name,
        archived: project.archived,
        deletable: "a project without time",
        list: "projects",
    })
}

/// The latest time on the project.
#[component]
pub fn LatestEntries(
    /// The project's id.
    project: String,
    /// Whether it is archived, so that no time can be added.
    archived: bool,
) -> impl IntoView {
    let changes = use_changes();
    let nothing = match use_current_organization().may(Permission::TrackTime) && !archived {
        true => "Nothing yet. Start the timer above, or log time on the time page.",
        false => "Nothing yet.",
    };
    let asked = move || (changes.time.get(), project.clone());
    let entries = create_resource(asked, |(_, project)| {
        ListTimeEntries { filter: TimeFilterInput { project: Some(project), ..Default::default() }, page: PageRequest::first(12) }.call()
    });
    view! {
        <PageSection title="Latest time" id="latest">
            {when_loaded(entries, move |page| match page.items.is_empty() {
                true => view! { <p class="quiet">{nothing}</p> }.into_any(),
                false => view! { <ul class="rows">{page.items.into_iter().map(list_item).collect_view()}</ul> }.into_any(),
            })}
        </PageSection>
    }
}
