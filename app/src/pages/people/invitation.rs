//! The page behind an invitation link: who invites to which organization, and how to accept.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::received_invitation::AnswerButtons;
use crate::{
    access::{role_words::with_article, sign_up_policy::SignUpPolicy},
    account::sign_in::SignOut,
    page_context::use_page_context,
    pages::account::sign_in::AuthLayout,
    people::{
        invitations::{AnswerInvitation, InvitationState, ReceivedInvitation, show_invitation},
        server_functions::SignUp,
    },
    platform,
    ui::{Field, Form, Submit, WriteAction, create_resource, hidden, on_success, sign_in, when_loaded},
};

/// The page behind the link.
pub fn page() -> AnyView {
    let params = use_params_map();
    let secret = move || params.with(|params| params.get("secret").unwrap_or_default());
    let action = WriteAction::<AnswerInvitation>::new();
    on_success(action, |answer| {
        if let Some(slug) = &answer.slug {
            platform::navigate(&format!("/o/{slug}"));
        }
    });
    let invitation = create_resource(move || (action.version().get(), secret()), |(_, secret)| show_invitation(secret));
    view! {
        <Title text="Invitation · Stint" />
        <AuthLayout title="You are invited" lead="Stint tracks the time that people work together, and turns it into invoices.">
            {when_loaded(invitation, move |invitation| shown(invitation, action, secret()))}
        </AuthLayout>
    }
    .into_any()
}

fn shown(invitation: ReceivedInvitation, action: WriteAction<AnswerInvitation>, secret: String) -> AnyView {
    let (by, into) = (invitation.invited_by.clone(), invitation.organization.clone());
    let words = view! {
        <p class="invites">
            {by.clone()} " invites " <b>{invitation.email.clone()}</b> " into " <b>{into.clone()}</b> {format!(", as {}.", with_article(invitation.role))}
        </p>
    };
    let way = match (invitation.state, invitation.slug.clone()) {
        (InvitationState::Open, _) => open(invitation, action, secret),
        (InvitationState::Accepted, Some(slug)) => view! {
            <p>"You have accepted this invitation."</p>
            <p class="actions"><a class="button primary" rel="external" href=format!("/o/{slug}")>{format!("Open {into}")}</a></p>
        }
        .into_any(),
        (InvitationState::Accepted, None) => accepted(&into, &secret),
        (InvitationState::Declined, _) => closed(format!("This invitation was declined. Ask {by} to invite you again.")),
        (InvitationState::Expired, _) => closed(format!("This invitation has run out. Ask {by} to send it again.")),
        (InvitationState::Revoked, _) => closed(format!("This invitation was taken back. Ask {by} to invite you again.")),
    };
    view! { {words} {way} }.into_any()
}

fn closed(words: String) -> AnyView {
    view! { <p>{words}</p> }.into_any()
}

/// The page of an accepted invitation, accepted with this account or another one.
fn accepted(into: &str, secret: &str) -> AnyView {
    match use_page_context().person {
        Some(person) => view! {
            <p>{format!("This invitation was accepted already. If you are a member of {into} as {}, it is among your organizations.", person.email)}</p>
            <p class="actions"><a class="button primary" rel="external" href="/">"To your organizations"</a></p>
        }
        .into_any(),
        None => view! {
            <p>{format!("This invitation was accepted already. Sign in with the account that accepted it to open {into}.")}</p>
            <p><a href=sign_in(&format!("/invitation/{secret}"))>"Sign in"</a></p>
        }
        .into_any(),
    }
}

/// An open invitation: for the invited person, for somebody else who is signed in, and for visitors.
fn open(invitation: ReceivedInvitation, action: WriteAction<AnswerInvitation>, secret: String) -> AnyView {
    let here = format!("/invitation/{secret}");
    match use_page_context().person {
        Some(person) if person.email == invitation.email => view! { <AnswerButtons action form="answer" given=secret /> }.into_any(),
        // A handed-over link works for any holder.
        Some(person) if !invitation.mailed => view! {
            <p>"You are signed in as " <b>{person.email}</b> ", and join with this account."</p>
            <AnswerButtons action form="answer" given=secret />
        }
        .into_any(),
        Some(person) => {
            let sign_out = WriteAction::<SignOut>::new();
            view! {
                <p>"You are signed in as " <b>{person.email}</b> ". This link came by mail: only whoever signs in with the invited address can accept."</p>
                <Form action=sign_out id="sign-out" class="actions">
                    {hidden("next", here)}
                    <Submit label="Sign out and go on" />
                </Form>
            }
            .into_any()
        }
        None => view! { <InvitedSignUpForm invitation secret here /> }.into_any(),
    }
}

/// The hint for an invited person where nobody can sign up.
fn closed_to_newcomers(invitation: &ReceivedInvitation, here: &str) -> AnyView {
    view! {
        <p>"Have an account? " <a href=sign_in(here)>"Sign in"</a> " to answer."</p>
        <p>
            "Nobody can sign up here. If you have no account, ask whoever runs this Stint for one for " <b>{invitation.email.clone()}</b>
            ", and come back to this link."
        </p>
    }
    .into_any()
}

/// The address of the new account: a mailed invitation fixes it.
fn address(invitation: &ReceivedInvitation) -> AnyView {
    let email = invitation.email.clone();
    match invitation.mailed {
        true => view! {
            <p>"You will sign in with " <b>{email.clone()}</b> "."</p>
            <input type="email" name="email" autocomplete="username" value=email hidden readonly />
        }
        .into_any(),
        false => view! { <Field label="E-mail" name="email" kind="email" required=true autocomplete="email" value=email /> }.into_any(),
    }
}

/// The form for a new account with the invited address, or a link to sign in.
#[component]
fn InvitedSignUpForm(invitation: ReceivedInvitation, secret: String, here: String) -> impl IntoView {
    let action = WriteAction::<SignUp>::new();
    if use_page_context().sign_up == SignUpPolicy::Closed {
        return closed_to_newcomers(&invitation, &here);
    }
    let into = invitation.organization.clone();
    let account = if invitation.mailed { "Have an account of this address? " } else { "Have an account? " };
    view! {
        <p>{account} <a href=sign_in(&here)>"Sign in"</a> " to answer. Otherwise create it here, and you are in."</p>
        <Form action id="sign-up" class="stack">
            {address(&invitation)}
            <Field label="Your name" name="name" required=true autocomplete="name" maxlength=200 value=invitation.name.unwrap_or_default() />
            <Field
                label="Password"
                name="password"
                kind="password"
                required=true
                autocomplete="new-password"
                hint="At least 10 characters. A few words are easier to remember than symbols."
            />
            {hidden("invitation", secret)}
            <Submit label=format!("Create account and join {into}") />
        </Form>
    }
    .into_any()
}
