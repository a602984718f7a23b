//! The invitation form and the list of open invitations.

use std::time::Duration;

use leptos::prelude::*;

use super::roles;
use crate::{
    access::{Role, role_words::label, sign_up_policy::SignUpPolicy},
    clients::{Client, ListClients},
    page::{Page, PageRequest},
    page_context::{invalidate, use_changes, use_current_organization, use_page_context},
    pages::done_words::{DoneWords, MailLeaves},
    people::invitations::{Invitation, InvitationState, InviteMember, ResendInvitation, RevokeInvitation, list_open_invitations},
    projects::{ListProjects, Project},
    ui::{
        Checkbox, CopyButton, Field, Form, PageSection, Select, Submit, Tone, WriteAction, badge, checkbox_group, create_resource, hidden,
        idempotency_field, on_success, refusal, shown_once, use_flash, when_loaded,
    },
};

/// The form that invites, and the open invitations.
#[component]
pub fn InvitationsSection() -> impl IntoView {
    let invite = WriteAction::<InviteMember>::new();
    let changes = RwSignal::new(0_u32);
    let mails = use_changes().money;
    let sent_before = shown_once::<InviteMember>().or_else(shown_once::<ResendInvitation>);
    let handed = RwSignal::new(sent_before.map(|done| done.result).filter(|sent| sent.link.is_some()));
    on_success(invite, move |sent| {
        handed.set(Some(sent.result.clone()));
        invalidate(mails);
        look_again(changes);
    });
    // After a refusal the link of the previous invitation must not be shown as if it belonged to this one.
    let refused = refusal(invite);
    Effect::new(move || {
        if refused.with(Option::is_some) {
            handed.set(None);
        }
    });
    let (own, leaves) = (use_current_organization().0.role, use_page_context().mail_leaves);
    let comes = create_resource(
        || (),
        |()| async {
            let projects = ListProjects { page: PageRequest::first(200), ..Default::default() }.call();
            futures::try_join!(projects, ListClients { page: PageRequest::first(200), ..Default::default() }.call())
        },
    );
    let open = create_resource(move || (invite.version().get(), changes.get()), |_| list_open_invitations(Some(100), None));
    view! {
        <div>
            <PageSection title="Invite somebody" id="invite">
                {(use_page_context().sign_up == SignUpPolicy::Closed).then(closed)}
                <Form action=invite id="invite-form" class="stack" clears=true>
                    {idempotency_field(invite)}
                    <Field label="E-mail" name="email" kind="email" required=true maxlength=254 hint=if leaves { "The mail holds a link that only they can use." } else { "" } />
                    <Field label="Name" name="name" maxlength=200 optional=true />
                    <Select label="Role" name="role" choices=roles(own) value=Role::Member.name() />
                    {when_loaded(comes, what_comes)}
                    {leaves.then(|| view! { <Checkbox label="Send no mail: I hand the link over" name="without_email" /> })}
                    <Submit label="Invite" />
                </Form>
                {move || handed.get().map(|sent| view! { <Link sent /> })}
            </PageSection>
            <PageSection title="Open invitations" id="open-invitations">
                {when_loaded(open, move |page| list(page, changes, handed))}
            </PageSection>
        </div>
    }
}

/// Reloads the list a few times: by then the mail server has accepted or refused the mail.
fn look_again(changes: RwSignal<u32>) {
    for seconds in [3, 10, 30] {
        set_timeout(
            move || {
                changes.try_update(|count| *count += 1);
            },
            Duration::from_secs(seconds),
        );
    }
}

/// The access that comes with the invitation: projects for members who work, clients for viewers.
fn what_comes((projects, clients): (Page<Project>, Page<Client>)) -> AnyView {
    let projects = projects.items.into_iter().map(|project| (project.id.to_string(), project.full_name())).collect();
    let clients = clients.items.into_iter().map(|client| (client.id.to_string(), client.name)).collect();
    view! {
        {checkbox_group("On these projects", "projects[]", projects, &[])}
        {checkbox_group("A viewer sees these clients", "clients[]", clients, &[])}
    }
    .into_any()
}

/// The hint where invited persons cannot sign up.
fn closed() -> AnyView {
    view! {
        <p class="notice">
            <span>
                "Nobody can sign up here, so only people who have an account already can accept. Whoever runs this Stint adds one with "
                <code>"stint admin create-user"</code> "."
            </span>
        </p>
    }
    .into_any()
}

/// The link of an invitation that was just sent, to be handed over. It is shown once.
#[component]
fn Link(sent: Invitation) -> impl IntoView {
    let leaves = use_page_context().mail_leaves;
    let mails = use_current_organization().path("settings/mails");
    let (mailed, again) = (leaves && sent.mail.is_some(), sent.sent > 1);
    sent.link.map(|link| {
        view! {
            <div class="invitation-link" role="status">
                <p><b>"Link for " {sent.email.clone()} " (" {label(sent.role)} ")"</b></p>
                {mailed.then(|| view! {
                    <p>"They are mailed a link of their own; if that fails, it is said below. " <a href=mails>"See the mails"</a> ". This one you can hand over in another way:"</p>
                })}
                {(!leaves).then(|| view! { <p>"No mail leaves here, so hand this link over yourself."</p> })}
                <div class="secret">
                    <code tabindex="0">{link.clone()}</code>
                    <CopyButton text=link what="the link" />
                </div>
                <p class="quiet">
                    "Copy it now: it is not shown again. Whoever opens it first can join, whatever their address is."
                    {again.then_some(" A link that you handed over before opens nothing any more.")}
                </p>
            </div>
        }
    })
}

fn list(page: Page<Invitation>, changes: RwSignal<u32>, handed: RwSignal<Option<Invitation>>) -> AnyView {
    if page.items.is_empty() {
        return view! { <p class="quiet">"Nobody is invited at the moment."</p> }.into_any();
    }
    view! { <ul class="rows">{page.items.into_iter().map(|invitation| view! { <InvitationItem invitation changes handed /> }).collect_view()}</ul> }
        .into_any()
}

/// What is said once an invitation is sent again.
pub(in crate::pages) fn resent_invitation_words(sent: &Invitation, mail_leaves: bool) -> String {
    match mail_leaves {
        true => format!("A mail to {} is on its way again.", sent.email),
        false => format!("There is a new link for {}.", sent.email),
    }
}

/// What is said once an invitation is taken back.
pub(in crate::pages) fn revoked_invitation_words(gone: &Invitation) -> String {
    format!("The invitation of {} was taken back.", gone.email)
}

#[component]
fn InvitationItem(invitation: Invitation, changes: RwSignal<u32>, handed: RwSignal<Option<Invitation>>) -> impl IntoView {
    let leaves = use_page_context().mail_leaves;
    let flash = use_flash();
    let mails = use_changes().money;
    let forms = ["resend", "revoke-invitation"].map(|form| format!("{form}-{}", invitation.id));
    let (resend, revoke) = (WriteAction::<ResendInvitation>::of_form(&forms[0]), WriteAction::<RevokeInvitation>::of_form(&forms[1]));
    let [resend_form, revoke_form] = forms;
    on_success(resend, move |sent| {
        flash.say(ResendInvitation::done_words(sent, MailLeaves(leaves)));
        handed.set(Some(sent.result.clone()));
        invalidate(mails);
        invalidate(changes);
        look_again(changes);
    });
    on_success(revoke, move |gone| {
        flash.say(RevokeInvitation::done_words(gone, ()));
        // The link of a revoked invitation opens nothing.
        if handed.with_untracked(|handed| handed.as_ref().is_some_and(|handed| handed.id == gone.id)) {
            handed.set(None);
        }
        invalidate(changes);
    });
    let failed = invitation.mail.as_ref().filter(|mail| mail.stays).map(|mail| mail.last_error.clone().unwrap_or_default());
    let ran_out = invitation.state == InvitationState::Expired;
    let until = match ran_out {
        true => format!("ran out {}", invitation.expires_at.day().label()),
        false => format!("until {}", invitation.expires_at.day().label()),
    };
    let times = if invitation.sent > 1 { format!("invited {} times, ", invitation.sent) } else { String::new() };
    let comes: Vec<String> = invitation.projects.iter().chain(&invitation.clients).cloned().collect();
    let comes = (!comes.is_empty()).then(|| view! { <small class="quiet">{comes.join(", ")}</small> });
    view! {
        <li>
            <span>
                <b>{invitation.email.clone()}</b> " " {badge(Tone::Plain, label(invitation.role))}
                {ran_out.then(|| badge(Tone::Warn, "Ran out"))}
                {failed.is_some().then(|| badge(Tone::Bad, "Not mailed"))}
                <small class="quiet">{format!("{times}{until}, invited by {}", invitation.invited_by)}</small>
                {comes}
                {failed.map(|problem| view! { <small class="wrong">{problem}</small> })}
            </span>
            <span class="actions end">
                <Form action=resend id=resend_form>
                    {idempotency_field(resend)} {hidden("invitation", invitation.id)}
                    <Submit label=if leaves { "Send again" } else { "New link" } class="button" />
                </Form>
                <Form action=revoke id=revoke_form>
                    {hidden("invitation", invitation.id)}
                    <Submit label="Revoke" class="button" />
                </Form>
            </span>
        </li>
    }
}
