//! Inviting somebody, and the invitations that wait.

use leptos::prelude::*;

use super::{
    invitations::{Invitation, InvitationState, InviteMember, ResendInvitation, RevokeInvitation, list_open_invitations},
    page::{label, roles},
};
use crate::{
    access::Role,
    clients::{Client, list_clients},
    page::Page,
    projects::{Project, list_projects},
    ui::{Field, Form, Part, Select, Submit, Tone, Write, answered, badge, fetched, hidden, loaded, once, shown_once, ticks, use_flash},
    visit::{changed, use_changes, use_here, use_visit},
};

/// The form that invites, and what waits for an answer.
#[component]
pub fn Invitations() -> impl IntoView {
    let invite = Write::<InviteMember>::new();
    let changes = RwSignal::new(0_u32);
    let mails = use_changes().money;
    let sent_before = shown_once::<InviteMember>().or_else(shown_once::<ResendInvitation>);
    let link = RwSignal::new(sent_before.and_then(|done| done.result.link));
    answered(invite, move |sent| {
        link.set(sent.link.clone());
        changed(mails);
    });
    let own = use_here().0.role;
    let comes = fetched(
        || (),
        |()| async {
            let projects = list_projects(None, None, None, None, Some(200), None, None);
            futures::try_join!(projects, list_clients(None, None, Some(200), None, None))
        },
    );
    let open = fetched(move || (invite.version().get(), changes.get()), |_| list_open_invitations(Some(100), None));
    view! {
        <div>
            <Part title="Invite somebody" id="invite">
                <Form action=invite id="invite-form" class="stack" clears=true>
                    {once(invite)}
                    <Field label="E-mail" name="email" kind="email" required=true maxlength=254 hint="The mail holds a link that only they can use." />
                    <Field label="Name" name="name" maxlength=200 optional=true />
                    <Select label="Role" name="role" choices=roles(own) value=Role::Member.name() />
                    {loaded(comes, what_comes)}
                    <Submit label="Send invitation" />
                </Form>
                {move || link.get().map(|link| view! { <Link link /> })}
            </Part>
            <Part title="Open invitations" id="open-invitations">
                {loaded(open, move |page| list(page, changes, link))}
            </Part>
        </div>
    }
}

/// What comes with the invitation: projects for somebody who works here, clients for somebody who looks in.
fn what_comes((projects, clients): (Page<Project>, Page<Client>)) -> AnyView {
    let projects = projects.items.into_iter().map(|project| (project.id.to_string(), project.full_name())).collect();
    let clients = clients.items.into_iter().map(|client| (client.id.to_string(), client.name)).collect();
    view! {
        {ticks("On these projects", "projects[]", projects, &[])}
        {ticks("A viewer sees these clients", "clients[]", clients, &[])}
    }
    .into_any()
}

/// The link of an invitation that was just sent, to be handed over. It is shown once.
#[component]
fn Link(link: String) -> impl IntoView {
    let leaves = use_visit().mail_leaves;
    let mails = use_here().path("settings/mails");
    view! {
        <div class="invitation-link" role="status">
            <p>
                {match leaves {
                    true => "The mail is on its way, with a link of its own. This one you can hand over in another way:",
                    false => "No mail server is set up, so hand this link over yourself:",
                }}
            </p>
            <code tabindex="0">{link}</code>
            <p class="quiet">
                "Copy it now: it is not shown again. Whoever opens it first can join, whatever their address is. " <a href=mails>"See the mails"</a>
            </p>
        </div>
    }
}

fn list(page: Page<Invitation>, changes: RwSignal<u32>, link: RwSignal<Option<String>>) -> AnyView {
    if page.items.is_empty() {
        return view! { <p class="quiet">"Nobody is invited at the moment."</p> }.into_any();
    }
    view! { <ul class="rows">{page.items.into_iter().map(|invitation| view! { <Row invitation changes link /> }).collect_view()}</ul> }
        .into_any()
}

#[component]
fn Row(invitation: Invitation, changes: RwSignal<u32>, link: RwSignal<Option<String>>) -> impl IntoView {
    let flash = use_flash();
    let mails = use_changes().money;
    let (resend, revoke) = (Write::<ResendInvitation>::new(), Write::<RevokeInvitation>::new());
    answered(resend, move |sent| {
        flash.say(format!("Sent to {} again.", sent.email));
        link.set(sent.link.clone());
        changed(mails);
        changed(changes);
    });
    answered(revoke, move |_| {
        flash.say("The invitation was taken back.");
        changed(changes);
    });
    let ran_out = invitation.state == InvitationState::Expired;
    let until = match ran_out {
        true => format!("ran out {}", invitation.expires_at.day().label()),
        false => format!("until {}", invitation.expires_at.day().label()),
    };
    let times = if invitation.sent > 1 { format!("sent {} times, ", invitation.sent) } else { String::new() };
    let comes: Vec<String> = invitation.projects.iter().chain(&invitation.clients).cloned().collect();
    let comes = (!comes.is_empty()).then(|| view! { <small class="quiet">{comes.join(", ")}</small> });
    view! {
        <li>
            <span>
                <b>{invitation.email.clone()}</b> " " {badge(Tone::Plain, label(invitation.role))}
                {ran_out.then(|| badge(Tone::Warn, "Ran out"))}
                <small class="quiet">{format!("{times}{until}, invited by {}", invitation.invited_by)}</small>
                {comes}
            </span>
            <span class="actions end">
                <Form action=resend id=format!("resend-{}", invitation.id)>
                    {once(resend)} {hidden("invitation", invitation.id)}
                    <Submit label="Send again" class="button" />
                </Form>
                <Form action=revoke id=format!("revoke-invitation-{}", invitation.id)>
                    {hidden("invitation", invitation.id)}
                    <Submit label="Revoke" class="button" />
                </Form>
            </span>
        </li>
    }
}
