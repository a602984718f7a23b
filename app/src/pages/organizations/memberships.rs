//! Settings → Organizations: the person's organizations and invitations, a new organization, and leaving the current one.

use leptos::prelude::*;

use super::create_form::CreateOrganizationForm;
use crate::{
    access::role_words::label,
    organizations::{OrganizationSummary, list_organizations},
    page::Page,
    page_context::use_current_organization,
    pages::people::received_invitation::ReceivedInvitationItem,
    people::{
        LeaveOrganization,
        invitations::{ReceivedInvitation, list_invitations},
    },
    platform,
    ui::{Dialog, DialogTrigger, Form, PageSection, Submit, Tone, WriteAction, badge, create_resource, on_success, refusal, when_loaded},
};

/// Every organization of the person, and every invitation to another.
#[component]
pub fn OrganizationsSection() -> impl IntoView {
    let changes = RwSignal::new(0_u32);
    let both = create_resource(move || changes.get(), |_| async { futures::try_join!(list_organizations(), list_invitations()) });
    view! {
        <div class="columns">
            {when_loaded(both, move |(organizations, invitations)| view! {
                <div>
                    {invited(invitations, changes)}
                    <PageSection title="Your organizations" id="organizations">{list(organizations)}</PageSection>
                </div>
            }.into_any())}
            <div>
                <NewOrganizationSection />
                <Leave />
            </div>
        </div>
    }
}

fn invited(page: Page<ReceivedInvitation>, changes: RwSignal<u32>) -> AnyView {
    if page.items.is_empty() {
        return ().into_any();
    }
    let rows = page.items.into_iter().map(move |invitation| view! { <ReceivedInvitationItem invitation changes /> });
    view! { <PageSection title="Invitations" id="invitations"><ul class="rows">{rows.collect_view()}</ul></PageSection> }.into_any()
}

fn list(page: Page<OrganizationSummary>) -> AnyView {
    let here = use_current_organization().0.slug;
    let rows = page.items.into_iter().map(|organization| {
        let present = organization.slug == here;
        view! {
            <li>
                <span>
                    <a class="row-link" rel="external" href=format!("/o/{}", organization.slug)>{organization.name}</a>
                    " " {badge(Tone::Plain, label(organization.role))} {present.then(|| badge(Tone::Quiet, "Here"))}
                </span>
            </li>
        }
    });
    view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
}

/// The link to another organization.
#[component]
fn NewOrganizationSection() -> impl IntoView {
    view! {
        <PageSection title="New organization" id="found">
            <p class="quiet">"With clients, projects, time and invoices of its own. You own it, and can invite others."</p>
            <CreateOrganizationForm />
        </PageSection>
    }
}

/// The form that leaves the organization of this page.
#[component]
fn Leave() -> impl IntoView {
    let name = use_current_organization().0.name;
    let action = WriteAction::<LeaveOrganization>::new();
    on_success(action, |_| platform::navigate("/"));
    let refused = refusal(action);
    view! {
        <PageSection title="Leave" id="leave">
            <p class="quiet">{format!("Your time in {name} stays. Your tokens here stop working.")}</p>
            <DialogTrigger dialog="leave-dialog" label=format!("Leave {name} …") class="button danger" />
            <Dialog id="leave-dialog" title=format!("Leave {name}?") refused closes=action.version()>
                <p>"You will not see it any more until somebody invites you again."</p>
                <Form action id="leave-organization" class="actions">
                    <Submit label="Leave organization" class="button danger solid" />
                </Form>
            </Dialog>
        </PageSection>
    }
}
