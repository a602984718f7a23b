//! The pages behind mailed links: address confirmation and password reset.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::sign_in::AuthLayout;
use crate::{
    account::sign_in::SignOut,
    page_context::use_page_context,
    people::server_functions::{RequestPasswordReset, ResetPassword},
    ui::{Checkbox, Field, Form, Submit, WriteAction, create_resource, hidden, sign_in, when_loaded},
    verification::links::{ConfirmAddress, LinkState, ShownLink, WITH_THE_PROOF, show_link},
};

/// The secret in the URL of the page.
fn secret_of_page() -> impl Fn() -> String + Clone + Send + Sync + 'static {
    let params = use_params_map();
    move || params.with(|params| params.get("secret").unwrap_or_default())
}

/// The page that confirms an address. Opening it confirms nothing, because mail scanners open links too.
pub fn verify() -> AnyView {
    let (secret, action) = (secret_of_page(), WriteAction::<ConfirmAddress>::new());
    let given = secret.clone();
    let link = create_resource(move || (action.version().get(), given()), |(_, secret)| show_link(secret));
    view! {
        <Title text="Your address · Stint" />
        <AuthLayout title="Your address" lead="So that what is sent to it reaches you.">
            {when_loaded(link, move |link| confirming(link, action, secret()))}
        </AuthLayout>
    }
    .into_any()
}

fn confirming(link: ShownLink, action: WriteAction<ConfirmAddress>, secret: String) -> AnyView {
    let mailbox = link.mailbox;
    match (link.state, link.yours) {
        (LinkState::Open, true) => {
            let words = if link.changes { "You will sign in with it from then on." } else { "This link was sent to it." };
            view! {
                <p><b>{mailbox.clone()}</b> ". " {words}</p>
                <Form action id="confirm" class="actions">
                    {hidden("secret", secret)}
                    <Submit label=format!("Confirm {mailbox}") />
                </Form>
            }
            .into_any()
        }
        (LinkState::Open, false) => elsewhere(format!("/verify/{secret}")),
        (LinkState::Used, _) if link.counts => view! {
            <p class="notice good" role="status"><span><b>{mailbox}</b> " is confirmed. You sign in with it."</span></p>
            <p class="actions"><a class="button primary" rel="external" href="/">"Go on"</a></p>
        }
        .into_any(),
        (LinkState::Used, _) => view! {
            <p>"The link to " <b>{mailbox}</b> " was used, or taken back. Settings shows which address you sign in with."</p>
            <p class="actions"><a class="button primary" rel="external" href="/">"Go on"</a></p>
        }
        .into_any(),
        (LinkState::Expired, _) => view! {
            <p>"This link has run out. Sign in, and send yourself another one from Settings."</p>
            <p class="actions"><a class="button primary" rel="external" href="/">"Go on"</a></p>
        }
        .into_any(),
    }
}

/// The hint for a reader who is not signed in to the account of the link.
fn elsewhere(here: String) -> AnyView {
    match use_page_context().person {
        None => view! {
            <p>"Sign in with the account that this link was sent for, to confirm its address."</p>
            <p class="actions"><a class="button primary" rel="external" href=sign_in(&here)>"Sign in"</a></p>
        }
        .into_any(),
        Some(person) => {
            let sign_out = WriteAction::<SignOut>::new();
            view! {
                <p>"You are signed in as " <b>{person.email}</b> ". This link is for another account."</p>
                <Form action=sign_out id="sign-out" class="actions">
                    {hidden("next", here)}
                    <Submit label="Sign out and go on" />
                </Form>
            }
            .into_any()
        }
    }
}

/// The page that asks for a password reset link.
pub fn forgot() -> AnyView {
    let action = WriteAction::<RequestPasswordReset>::new();
    let query = use_query_map();
    let sent = move || query.with(|query| query.get("sent").is_some());
    if !use_page_context().mail_leaves {
        return by_the_operator();
    }
    view! {
        <Title text="A new password · Stint" />
        <AuthLayout title="A new password" lead="We send a link to the address that you sign in with.">
            {move || sent().then(|| view! {
                <p class="notice good" role="status">
                    "If somebody signs in with that address, a mail with a link is on its way. It opens for an hour. At most three are sent within an hour: the latest that you have still opens."
                </p>
            })}
            <Form action id="forgot" class="stack">
                <Field label="E-mail" name="email" kind="email" required=true autocomplete="username" />
                <Submit label="Send the link" />
            </Form>
            {found_again()}
        </AuthLayout>
    }
    .into_any()
}

/// The link back to the page to sign in.
fn found_again() -> AnyView {
    let next = use_query_map().read_untracked().get("next").unwrap_or_default();
    let way = if next.is_empty() { "/sign-in".to_owned() } else { sign_in(&next) };
    view! { <p class="quiet">"Found it again? " <a href=way>"Sign in"</a></p> }.into_any()
}

/// The hint where no mail leaves.
fn by_the_operator() -> AnyView {
    view! {
        <Title text="A new password · Stint" />
        <AuthLayout title="A new password" lead="No mail leaves here, so ask whoever runs this Stint for a link.">
            <p>"They make it with this command, for the address that you sign in with. It opens for an hour."</p>
            <p><code>"stint admin reset-password --email you@example.com"</code></p>
            {found_again()}
        </AuthLayout>
    }
    .into_any()
}

/// The page that sets a new password.
pub fn reset() -> AnyView {
    let (secret, action) = (secret_of_page(), WriteAction::<ResetPassword>::new());
    let given = secret.clone();
    let link = create_resource(given, show_link);
    view! {
        <Title text="A new password · Stint" />
        <AuthLayout title="A new password" lead="Choose one that you use nowhere else.">
            {when_loaded(link, move |link| choosing(link, action, secret()))}
        </AuthLayout>
    }
    .into_any()
}

fn choosing(link: ShownLink, action: WriteAction<ResetPassword>, secret: String) -> AnyView {
    if link.state != LinkState::Open {
        return view! {
            <p>"This link was used already, or has run out."</p>
            <p class="actions">
                <a class="button primary" href="/forgot">"Send another one"</a>
                <a class="button" href="/sign-in">"Sign in"</a>
            </p>
        }
        .into_any();
    }
    view! {
        <Form action id="reset" class="stack">
            // Hidden and not sent: it tells a password manager which account the password belongs to.
            <input type="email" autocomplete="username" value=link.mailbox hidden readonly />
            <Field
                label="New password"
                name="password"
                kind="password"
                required=true
                autocomplete="new-password"
                hint="At least 10 characters. A few words are easier to remember than symbols."
            />
            {with_the_password(link.proves)}
            {hidden("secret", secret)}
            <Submit label="Change password" />
        </Form>
        <p class="quiet">"You are signed out everywhere, and sign in with the new password."</p>
    }
    .into_any()
}

/// What else happens to the account: a choice if the address is confirmed, and none if somebody else may have signed up with it.
fn with_the_password(proves: bool) -> AnyView {
    if proves {
        view! {
            <p class="notice" role="note">{WITH_THE_PROOF}</p>
        }
        .into_any()
    } else {
        view! {
            <Checkbox label="Also revoke my access tokens, so that agents and programs stop too" name="revoke_tokens" ticked=true />
        }
        .into_any()
    }
}
