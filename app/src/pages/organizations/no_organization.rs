//! The page for a signed-in person without an organization.

use leptos::prelude::*;
use leptos_meta::Title;

use super::create_form::CreateOrganizationForm;
use crate::{page_context::use_page_context, pages::account::sign_in::AuthLayout};

/// The target of the first page for a person without an organization: create one, or open the mail with an invitation.
pub fn page() -> AnyView {
    let person = use_page_context().person.map(|person| person.email);
    view! {
        <Title text="Welcome · Stint" />
        <AuthLayout title="You belong to no organization" lead="Open the link of an invitation, or found your own.">
            {match person {
                None => view! { <p><a class="button primary" href="/sign-in">"Sign in"</a></p> }.into_any(),
                Some(person) => view! {
                    <p class="quiet">"You are signed in as " <b>{person}</b> "."</p>
                    <CreateOrganizationForm />
                }
                .into_any(),
            }}
        </AuthLayout>
    }
    .into_any()
}
