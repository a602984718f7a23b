//! Settings → Members: the members, their roles, and their removal.

pub mod client_grants_dialog;
pub mod invitation;
pub mod invite;
pub mod received_invitation;
pub mod team;
pub mod zone;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::{
    access::{
        Permission, Role,
        role_words::{about, label, with_article},
    },
    clients::{Client, ListClients},
    page::{Page, PageRequest},
    page_context::{invalidate, use_current_organization},
    pages::{
        done_words::DoneWords,
        people::{
            client_grants_dialog::{ClientGrantsDialog, seen},
            invite::InvitationsSection,
        },
    },
    people::{ChangeMemberRole, ListMembers, Member, RemoveMember, RemovedMember},
    ui::{
        Dialog, DialogTrigger, Form, PageSection, Select, SelectOption, Submit, Tone, TypedResource, WriteAction, badge, create_resource,
        hidden, on_success, pager, refusal, use_flash, when_loaded,
    },
};

/// The members, and for those who manage people also the invitations.
#[component]
pub fn MembersSection() -> impl IntoView {
    let query = use_query_map();
    let changes = RwSignal::new(0_u32);
    let members = create_resource(
        move || (changes.get(), query.with(|query| query.get("cursor"))),
        |(_, cursor)| ListMembers { limit: Some(100), cursor, ..Default::default() }.call(),
    );
    let here = use_current_organization();
    let manages = here.may(Permission::ManagePeople);
    let whom =
        if here.sees_teams() { "Those you work with." } else { "You see yourself here, and not who else belongs to the organization." };
    let lead = (!manages).then(|| format!("{whom} Owners and admins invite people and change what they may do."));
    view! {
        <div class="columns">
            <PageSection title="Members" id="members">
                {lead.map(|lead| view! { <p class="quiet">{lead}</p> })}
                {when_loaded(members, move |page| list(page, changes))}
            </PageSection>
            {manages.then(|| view! { <InvitationsSection /> })}
        </div>
    }
}

fn list(page: Page<Member>, changes: RwSignal<u32>) -> AnyView {
    let path = use_current_organization().path("settings/members");
    let next = page.next_cursor;
    // Loaded once, and only if some member can have client grants.
    let granted = use_current_organization().may(Permission::ManagePeople) && page.items.iter().any(|member| member.clients.is_some());
    let clients = granted.then(|| create_resource(|| (), |()| ListClients { page: PageRequest::first(200), ..Default::default() }.call()));
    let rows = page.items.into_iter().map(|member| view! { <MemberItem member clients changes /> }).collect_view();
    view! {
        <ul class="rows">{rows}</ul>
        {pager(path, next)}
    }
    .into_any()
}

#[component]
fn MemberItem(member: Member, clients: Option<TypedResource<Page<Client>>>, changes: RwSignal<u32>) -> impl IntoView {
    let own = use_current_organization().0.role;
    // The form is offered only to those who may change the member; one leaves an organization on the page of one's organizations.
    let changeable = own.may(Permission::ManagePeople) && own.covers(member.role) && !member.you;
    let since = format!("since {}", member.joined_at.day().label());
    let zone = member.own_time_zone.then(|| format!("in {}", member.time_zone));
    let about = [member.email.clone(), Some(since), zone].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <li>
            <span>
                <b>{member.name.clone()}</b> " " {badge(Tone::Plain, label(member.role))}
                {member.you.then(|| badge(Tone::Quiet, "You"))}
                <small class="quiet">{about}</small>
                {member.clients.as_deref().map(|clients| view! { <small class="quiet">{format!("sees {}", seen(clients))}</small> })}
            </span>
            {changeable.then(|| view! {
                <span class="actions end">
                    {clients.filter(|_| member.clients.is_some()).map(|clients| view! { <ClientGrantsDialog member=member.clone() clients changes /> })}
                    <Change member=member.clone() own changes />
                    <Remove member changes />
                </span>
            })}
        </li>
    }
}

/// What is said once a role is changed.
pub(in crate::pages) fn role_words(member: &Member) -> String {
    format!("{} is {} now.", member.name, with_article(member.role))
}

#[component]
fn Change(member: Member, own: Role, changes: RwSignal<u32>) -> impl IntoView {
    let flash = use_flash();
    let form = format!("role-form-{}", member.id);
    let action = WriteAction::<ChangeMemberRole>::of_form(&form);
    on_success(action, move |member| {
        flash.say(ChangeMemberRole::done_words(member, ()));
        invalidate(changes);
    });
    let refused = refusal(action);
    let dialog = format!("role-{}", member.id);
    view! {
        <DialogTrigger dialog=dialog.clone() label="Role …" spoken=format!("Change the role of {} …", member.name) />
        <Dialog id=dialog title=format!("What is {} here?", member.name) refused closes=action.version()>
            <Form action id=form class="stack">
                {hidden("member", member.id)}
                <Select label="Role" name="role" choices=roles(own) value=member.role.name() />
                <Submit label="Change role" />
            </Form>
        </Dialog>
    }
}

/// What is said once a member is removed.
pub(in crate::pages) fn removed_words(gone: &RemovedMember) -> String {
    format!("{} was removed. Their time stays.", gone.name)
}

#[component]
fn Remove(member: Member, changes: RwSignal<u32>) -> impl IntoView {
    let flash = use_flash();
    let form = format!("remove-form-{}", member.id);
    let action = WriteAction::<RemoveMember>::of_form(&form);
    on_success(action, move |gone| {
        flash.say(RemoveMember::done_words(gone, ()));
        invalidate(changes);
    });
    let refused = refusal(action);
    let dialog = format!("remove-{}", member.id);
    view! {
        <DialogTrigger dialog=dialog.clone() label="Remove …" spoken=format!("Remove {} …", member.name) class="button danger" />
        <Dialog id=dialog title=format!("Remove {}?", member.name) refused closes=action.version()>
            <p>"Their pages and tokens stop working at once, and a running timer is stopped and saved. Their time stays. You can invite them again."</p>
            <Form action id=form class="actions">
                {hidden("member", member.id)}
                <Submit label="Remove member" class="button danger solid" />
            </Form>
        </Dialog>
    }
}

/// The roles that a member of this role may give, the lowest first.
pub fn roles(own: Role) -> Vec<SelectOption> {
    let given = Role::ALL.iter().copied().rev().filter(|role| own.covers(*role));
    given.map(|role| (role.name().to_owned(), format!("{}: {}", label(role), about(role)))).collect()
}
