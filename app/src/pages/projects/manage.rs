//! Forms to add, change, archive and delete a project, and its latest time.

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::billings;
use crate::{
    access::Permission,
    money::written,
    page_context::{invalidate, use_changes, use_current_organization},
    pages::{
        archived::archived_namesake,
        rate_prompts::{RateOf, UnbilledAtOtherRate},
        time::entry_view::list_item,
    },
    projects::{ArchiveProject, CreateProject, DeleteProject, Project, RestoreProject, UpdateProject},
    time::list_time_entries,
    ui::{
        Dialog, DialogTrigger, Disclosure, Field, Form, Icon, PageSection, Select, SelectOption, Submit, WriteAction, choices,
        create_resource, hidden, idempotency_field, on_success, refusal, use_flash, when_loaded,
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
    let here = use_current_organization();
    let changes = use_changes();
    let flash = use_flash();
    let action = WriteAction::<UpdateProject>::new();
    on_success(action, move |saved| {
        invalidate(changes.work);
        flash.done("Project saved.", saved);
    });
    let changeable = here.may(Permission::WriteWork);
    let rate = project.rate.as_ref().map(|rate| written(rate.amount, &rate.currency)).unwrap_or_default();
    let kept = project.clone();
    let agents = choices(&[("false", "Not billed"), ("true", "Billed like any other time")]);
    view! {
        <PageSection title="Terms" id="terms">
            <Form action id="project" class="grid-form" asks=true changes=true>
                {hidden("project", project.id)}
                <Field label="Name" name="name" required=true maxlength=200 value=project.name.clone() class="span-2" />
                <Select label="Billing" name="billing" choices=billings() value=project.billing.name() hint="Applies to new time." />
                <Field label="Rate per hour" name="rate" inputmode="decimal" value=rate optional=true hint="Empty for the client's." />
                <Field label="Code" name="code" maxlength=30 value=project.code.clone().unwrap_or_default() optional=true />
                <Field label="Colour" name="color" kind="color" value=project.color.clone() />
                <Select label="Time that agents work on their own" name="bill_agent_time" choices=agents value=project.bill_agent_time.to_string() class="span-2" />
                {changeable.then(|| view! { <div class="form-end span-2"><Submit label="Save changes" /></div> })}
            </Form>
            {changeable.then(|| view! { <UnbilledAtOtherRate of=RateOf::Project(kept.id) /> <ArchiveOrDeleteProject project=kept /> })}
        </PageSection>
    }
}

/// Archiving and deleting, kept apart from saving.
#[component]
fn ArchiveOrDeleteProject(project: Project) -> impl IntoView {
    let (changes, flash) = (use_changes(), use_flash());
    let (archive, restore) = (WriteAction::<ArchiveProject>::new(), WriteAction::<RestoreProject>::new());
    on_success(archive, move |archived| {
        flash.done(format!("{} is archived. Its time stays.", archived.name), archived);
        invalidate(changes.work);
    });
    on_success(restore, move |restored| {
        flash.done(format!("{} is restored.", restored.name), restored);
        invalidate(changes.work);
    });
    let switch = if project.archived {
        view! {
            <Form action=restore id="restore-project">
                {hidden("project", project.id)}
                <Submit label="Restore project" class="button" />
            </Form>
        }
        .into_any()
    } else {
        view! {
            <Form action=archive id="archive-project">
                {hidden("project", project.id)}
                <Submit label="Archive project" class="button" />
            </Form>
        }
        .into_any()
    };
    view! {
        <div class="ends">
            {switch}
            <Delete project />
        </div>
    }
}

#[component]
fn Delete(project: Project) -> impl IntoView {
    let here = use_current_organization();
    let changes = use_changes();
    let flash = use_flash();
    let navigate = use_navigate();
    let action = WriteAction::<DeleteProject>::new();
    let list = here.path("projects");
    on_success(action, move |deleted| {
        flash.done(format!("{} was deleted.", deleted.name), deleted);
        navigate(&list, Default::default());
        invalidate(changes.work);
    });
    let refused = Signal::derive(move || refusal(action).get().is_some());
    view! {
        <DialogTrigger dialog="delete-project-dialog" label="Delete …" class="button danger" drawing=Icon::Bin />
        <Dialog id="delete-project-dialog" title=format!("Delete {}?", project.name) refused closes=action.version()>
            <p>"Only a project without time can be deleted. Archive it to keep its history out of the way."</p>
            <Form action id="delete-project" class="actions">
                {hidden("project", project.id)}
                <Submit label="Delete project" class="button danger solid" />
            </Form>
        </Dialog>
    }
}

/// The latest time on the project.
#[component]
pub fn LatestEntries(
    /// The project's id.
    project: String,
) -> impl IntoView {
    let changes = use_changes();
    let asked = move || (changes.time.get(), project.clone());
    let entries = create_resource(asked, |(_, project)| {
        list_time_entries(None, None, None, None, Some(project), None, None, None, None, None, None, None, Some(12), None, None)
    });
    view! {
        <PageSection title="Latest time" id="latest">
            {when_loaded(entries, |page| match page.items.is_empty() {
                true => view! { <p class="quiet">"Nothing yet. Start the timer above, or log time on the time page."</p> }.into_any(),
                false => view! { <ul class="rows">{page.items.into_iter().map(list_item).collect_view()}</ul> }.into_any(),
            })}
        </PageSection>
    }
}
