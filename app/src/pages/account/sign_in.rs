//! The pages to sign up and to sign in.

use leptos::{ev::Event, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::{
    access::sign_up_policy::SignUpPolicy,
    account::sign_in::SignIn,
    organizations::{no_tax_hint, number_hint::AT_SIGN_UP},
    page_context::use_page_context,
    pages::{
        clients::form::{countries, currencies, languages},
        layout::nav::Logo,
    },
    people::server_functions::SignUp,
    platform,
    ui::{Field, Form, Select, SelectOption, Submit, WriteAction, escaped, hidden},
};

/// The page to sign up.
pub fn sign_up() -> AnyView {
    match use_page_context().sign_up {
        SignUpPolicy::Open => {}
        SignUpPolicy::Invited => {
            return no_sign_up("By invitation", "Signing up here takes an invitation: open the link of yours, or ask for one.");
        }
        SignUpPolicy::Closed => {
            return no_sign_up("Sign-up is closed", "Nobody can sign up here. Ask whoever runs this Stint for an account.");
        }
    }
    let action = WriteAction::<SignUp>::new();
    // The time zone of the browser is the default of the organization.
    let zone = RwSignal::new(String::new());
    Effect::new(move |_| zone.set(platform::time_zone().unwrap_or_default()));
    let country = RwSignal::new(typed_country());
    let choose = move |event: Event| country.set(event_target_value(&event));
    view! {
        <Title text="Sign up · Stint" />
        <AuthLayout title="Start tracking" lead="An account and an organization of your own, ready in a minute.">
            <Form action id="sign-up" class="stack">
                <Field label="Your name" name="name" required=true autocomplete="name" maxlength=200 />
                <Field label="E-mail" name="email" kind="email" required=true autocomplete="email" />
                <Field
                    label="Password"
                    name="password"
                    kind="password"
                    required=true
                    autocomplete="new-password"
                    hint="At least 10 characters. A few words are easier to remember than symbols."
                />
                <div on:change=choose>
                    <Select label="Country" name="country" choices=countries() optional=true hint="Of your business: what invoices must say follows from it. Left out, your first clients are billed in EUR, and each invoice asks for it." />
                </div>
                <Select label="Currency" name="currency" choices=as_in_the_country(currencies()) hint="Of new clients. It can be another one for each." />
                <Select label="Language of documents" name="language" choices=as_in_the_country(languages()) />
                <div>
                    <Field label="Tax that you charge, in percent" name="tax_rate" inputmode="decimal" optional=true hint="For instance 20 or 8.1." />
                    <p class="hint" role="status">{move || no_tax_hint::in_country(&country.get())}</p>
                </div>
                <Field label="VAT identifier or tax number" name="tax_number" maxlength=50 optional=true hint=AT_SIGN_UP />
                <input type="hidden" name="time_zone" prop:value=zone />
                <Submit label="Create account" />
            </Form>
            <p class="quiet">"Have an account? " <a href="/sign-in">"Sign in"</a></p>
        </AuthLayout>
    }
    .into_any()
}

/// The country that was chosen when the form was sent without scripts and refused.
fn typed_country() -> String {
    let returned = use_page_context().returned.filter(|returned| returned.call == SignUp::url());
    returned.and_then(|mut returned| returned.fields.remove("country")).unwrap_or_default()
}

/// The choices, preceded by "as in the country", which the server resolves.
fn as_in_the_country(choices: Vec<SelectOption>) -> Vec<SelectOption> {
    std::iter::once((String::new(), "As in the country".to_owned())).chain(choices).collect()
}

/// The page to sign up where not everybody may.
fn no_sign_up(title: &'static str, words: &'static str) -> AnyView {
    view! {
        <Title text="Sign up · Stint" />
        <AuthLayout title lead=words>
            <p class="actions"><a class="button primary" href="/sign-in">"Sign in"</a></p>
        </AuthLayout>
    }
    .into_any()
}

/// The page to sign in.
pub fn sign_in() -> AnyView {
    let action = WriteAction::<SignIn>::new();
    let query = use_query_map();
    let next = query.read_untracked().get("next").unwrap_or_default();
    let reset = query.read_untracked().get("reset").is_some();
    let forgot = if next.is_empty() { "/forgot".to_owned() } else { format!("/forgot?next={}", escaped(&next)) };
    let new = sign_up_path(use_page_context().sign_up, &next);
    view! {
        <Title text="Sign in · Stint" />
        <AuthLayout title="Welcome back" lead="Sign in to go on where you left off.">
            {reset.then(|| view! { <p class="notice good" role="status">"Your password was changed. Sign in with the new one."</p> })}
            <Form action id="sign-in" class="stack">
                <Field label="E-mail" name="email" kind="email" required=true autocomplete="username" />
                <Field label="Password" name="password" kind="password" required=true autocomplete="current-password" />
                {hidden("next", next)}
                <Submit label="Sign in" />
            </Form>
            <p class="quiet"><a href=forgot>"Forgot your password?"</a></p>
            {new.map(|way| view! { <p class="quiet">"New here? " <a href=way>"Create an account"</a></p> })}
        </AuthLayout>
    }
    .into_any()
}

/// The path to sign up, if there is one. From an invitation it leads back to the invitation, which can create the account.
fn sign_up_path(policy: SignUpPolicy, next: &str) -> Option<String> {
    let invited = next.starts_with("/invitation/");
    match policy {
        SignUpPolicy::Open | SignUpPolicy::Invited if invited => Some(next.to_owned()),
        SignUpPolicy::Open => Some("/sign-up".to_owned()),
        SignUpPolicy::Invited | SignUpPolicy::Closed => None,
    }
}

/// The layout around these pages.
#[component]
pub fn AuthLayout(
    /// The title of the page.
    title: &'static str,
    /// A line below the title.
    lead: &'static str,
    /// The form.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="doorway">
            <header>
                <a class="brand" href="/">
                    <Logo />
                    <span>"Stint"</span>
                </a>
            </header>
            <main id="content">
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
                {children()}
            </main>
        </div>
    }
}
